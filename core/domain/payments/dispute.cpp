#include "domain/payments/dispute.hpp"

#include <algorithm>

namespace florin {

namespace {

bool is_final(DisputeState state) {
  return state == DisputeState::won || state == DisputeState::lost || state == DisputeState::closed;
}

/// Of one type of credits that an order bought: what was spent, over all its lots and their roll-overs.
Credits spent_of(const Account& account, OrderId order, const CreditType& type) {
  Credits sum;
  for (const auto* grants : {&account.grants, &account.closed_grants.all()})
    for (const Grant& grant : *grants)
      if (grant.paid_by == order && grant.type == type) sum += grant.spent;
  return sum;
}

std::vector<CreditType> types_bought(const Account& account, OrderId order) {
  std::vector<CreditType> types;
  for (const auto* grants : {&account.grants, &account.closed_grants.all()})
    for (const Grant& grant : *grants)
      if (grant.paid_by == order && std::ranges::find(types, grant.type) == types.end()) types.push_back(grant.type);
  return types;
}

/// What the lost payment bought is gone: the rest of it at once, what is spent by the tenant's word.
void take_back(Draft& draft, const Dispute& lost) {
  const std::vector<Grant> grants = draft.account.grants;
  for (const Grant& grant : grants)
    if (grant.paid_by == lost.order && grant.remaining != grant.held)
      draft.add(CreditsTakenBack{grant.id, grant.remaining - grant.held, lost.ref});
  bool any_spent = false;
  const SpentThen spent_then = draft.catalog().taken_back.spent;
  for (const CreditType& type : types_bought(draft.account, lost.order)) {
    const Credits spent = spent_of(draft.account, lost.order, type);
    if (spent.is_zero()) continue;
    any_spent = true;
    if (spent_then == SpentThen::owe) draft.add(CreditsOwed{type, spent, lost.ref});
  }
  if (any_spent && spent_then == SpentThen::block)
    draft.add(AccountBlocked{"a payment was taken back after its credits were used: " + lost.ref});
}

}  // namespace

void record_dispute(Draft& draft, const RecordDispute& command) {
  const Order* order = draft.account.order(command.order);
  if (order == nullptr || order->state != OrderState::paid)
    refuse("no_such_payment", "There is no payment for this order.");
  if (command.ref.empty()) refuse("ref_missing", "A dispute is named by the processor's own id.");
  if (command.amount.minor() <= 0 || command.amount.currency() != order->total.currency() ||
      order->total < command.amount)
    refuse("bad_amount", "A dispute is about at most " + order->total.text() + " of this payment.");
  const auto known = std::ranges::find(draft.account.disputes, command.ref, &Dispute::ref);
  if (known != draft.account.disputes.end() && (is_final(known->state) || command.state <= known->state))
    refuse("stale_claim", "This says nothing new of the dispute.");
  const Dispute dispute{.ref = command.ref,
                        .order = command.order,
                        .amount = command.amount,
                        .state = command.state,
                        .reason = command.reason,
                        .opened_at = known == draft.account.disputes.end() ? draft.now : known->opened_at,
                        .moved_at = draft.now};
  draft.add(DisputeMoved{dispute});
  if (dispute.state == DisputeState::lost) take_back(draft, dispute);
}

void unblock(Draft& draft, const Unblock& command) {
  if (!draft.account.blocked) refuse("not_blocked", "This account is not blocked.");
  if (command.reason.empty()) refuse("reason_missing", "Lifting a block needs a reason.");
  draft.add(AccountUnblocked{command.reason});
}

}  // namespace florin
