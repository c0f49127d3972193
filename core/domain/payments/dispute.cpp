#include "domain/payments/dispute.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "domain/credits/ends.hpp"
#include "domain/credits/lifecycle.hpp"
#include "domain/credits/purchase.hpp"
#include "domain/orders/deliver.hpp"
#include "domain/orders/paid_with.hpp"

namespace florin {

namespace {

bool is_final(DisputeState state) {
  return state == DisputeState::won || state == DisputeState::lost || state == DisputeState::closed;
}

/// What its money bought: of itself, and of what waited for its invoice.
using Bought = std::vector<OrderId>;

/// Of one type of credits: what was spent, over all lots and their roll-overs. What was moved to another account is
/// used as well: it is not there to be taken back, and it was paid for with this money.
Credits spent_of(const Account& account, const Bought& bought, const CreditType& type) {
  Credits sum;
  for (const Grant* grant : account.all_grants())
    if (came_with(*grant, bought) && grant->type == type) sum += grant->spent + grant->transferred;
  return sum;
}

/// What of an order's money the other disputes are about that took it, or still may.
Money disputed(const Account& account, const Order& order, const std::string& but, bool lost_alone) {
  Money sum(0, order.total.currency());
  for (const Dispute& dispute : account.disputes) {
    if (dispute.order != order.id || dispute.ref == but) continue;
    const bool counts = lost_alone ? dispute.state == DisputeState::lost
                                   : dispute.state != DisputeState::won && dispute.state != DisputeState::closed &&
                                         dispute.state != DisputeState::warning;
    if (counts) sum += dispute.amount;
  }
  return sum;
}

/// What of one type goes with the part of the money that is lost by now. All of it goes with all of the money, however
/// many disputes that were.
Credits part_of(Credits issued, Money lost, const Order& order) {
  return {Ratio{lost.minor(), order.total.minor()}.of(issued.units, Rounding::half_up)};
}

Credits owed_already(const Account& account, OrderId order, const CreditType& type) {
  Credits sum;
  for (const Dispute& dispute : account.disputes)
    if (dispute.order == order)
      for (const Owed& owed : dispute.owed)
        if (owed.type == type) sum += owed.amount;
  return sum;
}

/// What lost disputes of an order have taken so far.
Credits taken_already(const Account& account, OrderId order, const CreditType& type) {
  Credits sum;
  for (const Dispute& dispute : account.disputes) {
    if (dispute.order != order) continue;
    for (const Take& take : dispute.taken)
      if (const Grant* grant = any_grant(account, take.grant); grant != nullptr && grant->type == type)
        sum += take.amount;
  }
  return sum;
}

/// What refunds of an order have taken so far: it is neither used nor paid for any more.
Credits refunded_already(const Account& account, OrderId order, const Bought& bought, const CreditType& type) {
  Credits sum;
  for (const Grant* grant : account.all_grants())
    if (came_with(*grant, bought) && grant->type == type) sum += grant->refunded;
  return sum - taken_already(account, order, type);
}

/// The part goes that the lost money had bought: what is left of it at once, except what is held. Returns what was
/// spent of it and is not accounted for by what the customer has still paid.
Credits take_part(Draft& draft, const Dispute& lost, const Order& order, const CreditType& type) {
  const Bought bought = paid_with(draft.account, order);
  const Credits issued = issued_by(draft.account, bought, type);
  const Credits owed = owed_already(draft.account, order.id, type);
  const Credits gone = part_of(issued, disputed(draft.account, order, lost.ref, true) + lost.amount, order);
  const Credits paid_for = std::max(Credits(), issued - refunded_already(draft.account, order.id, bought, type) - gone);
  Credits rest = std::max(Credits(), gone - taken_already(draft.account, order.id, type) - owed);
  const std::vector<Grant> grants = draft.account.grants;
  for (const Grant& grant : grants) {
    if (!came_with(grant, bought) || grant.type != type) continue;
    const Credits taken = std::min(rest, grant.remaining - grant.held);
    if (!taken.is_zero()) draft.add(CreditsTakenBack{grant.id, taken, lost.ref});
    rest -= taken;
  }
  const Credits unpaid = spent_of(draft.account, bought, type) - paid_for - owed;
  return std::max(Credits(), std::min(rest, unpaid));
}

/// What the lost money bought is gone: the rest of it at once, what is spent by the tenant's word.
void take_credits(Draft& draft, const Dispute& lost, const Order& order) {
  bool any_spent = false;
  const SpentThen spent_then = draft.catalog().taken_back.spent;
  for (const CreditType& type : types_of(draft.account, paid_with(draft.account, order))) {
    const Credits spent = take_part(draft, lost, order, type);
    if (spent.is_zero()) continue;
    any_spent = true;
    if (spent_then == SpentThen::owe) draft.add(CreditsOwed{type, spent, lost.ref});
  }
  if (any_spent && spent_then == SpentThen::block)
    draft.add(AccountBlocked{"a payment was taken back after its credits were used: " + lost.ref});
}

void take_back(Draft& draft, const Dispute& lost) {
  const Order order = *draft.account.order(lost.order);
  const bool whole = order.total <= disputed(draft.account, order, lost.ref, true) + lost.amount;
  if (whole) end_delivery(draft, order.id, "taken_back");
  take_credits(draft, lost, order);
}

/// Whether a grant ended while its credits were taken. What stands still ends no earlier than it stands.
bool has_ended(const Draft& draft, const Grant& grant) {
  const Account& account = draft.account;
  if (!grant.ends_at || account.frozen) return false;
  Instant now = draft.now;
  if (account.pause && (account.pause->credits_frozen || account.ends_with_period(grant))) now = account.pause->since;
  if (account.kept) now = account.kept->since;
  return *grant.ends_at <= now;
}

/// Whether it is a plan's grant whose period was over before its end: another one began in its place.
bool was_replaced(const Account& account, const Grant& grant) {
  return account.subscription && grant.source == GrantSource::plan && grant.life == GrantLife::with_period &&
         !grant.brought() && grant.ends_at && !account.ends_with_period(grant) &&
         grant.issued_at < account.subscription->from;
}

/// What came back goes where the others of its lot went: `was` says how the lot had ended without it.
void go_with_the_others(Draft& draft, GrantId id, GrantOver was) {
  const Grant back = *draft.account.grant(id);
  const Credits loose = back.remaining - back.held;
  if (was == GrantOver::expired) return draft.add(GrantExpired{id, loose, back.rule});
  if (was == GrantOver::forfeited) return draft.add(GrantForfeited{id, loose, back.rule});
  const Grant* into = was == GrantOver::rolled ? rolled_into(draft.account, id) : nullptr;
  if (into != nullptr) {
    // What another dispute took of the same roll-over stays taken.
    const bool taken = into->over == GrantOver::refunded;
    const GrantId next = taken ? GrantId{draft.account.last_grant + 1} : into->id;
    const GrantOver next_was = taken ? GrantOver::working : into->over;
    if (roll_on(draft, id, next, *into)) go_with_the_others(draft, next, next_was);
    return;
  }
  if (has_ended(draft, back) || was_replaced(draft.account, back)) end_late(draft, id);
}

/// `owed` of a dispute is less by `released`. What of that has been taken from later credits comes back as credits of
/// their own.
void owe_less(Draft& draft, const Dispute& dispute, const Owed& owed, Credits released) {
  const Credits still = std::min(owed.amount, draft.account.owes(owed.type));
  draft.add(CreditsOwedLess{owed.type, still, dispute.ref});
  if (released < owed.amount) draft.add(CreditsOwed{owed.type, owed.amount - released, dispute.ref});
  if (still == owed.amount) return;
  const GrantId id{draft.account.last_grant + 1};
  draft.add(GrantIssued{.grant = id,
                        .type = owed.type,
                        .source = GrantSource::correction,
                        .priority = 0,
                        .ends_at = std::nullopt,
                        .amount = owed.amount - still,
                        .paid_by = {},
                        .rule = "refunds.taken_back"});
  take_owed(draft, id, owed.type);
}

/// What a won dispute has left for another one of the same payment, which found too little when it was lost: it takes
/// now what it would have taken without the won one, and so much less is owed for it.
void take_in_its_place(Draft& draft, const Dispute& other, const Order& order) {
  const Bought bought = paid_with(draft.account, order);
  for (const Owed& owed : other.owed) {
    Credits rest = owed.amount;
    const std::vector<Grant> grants = draft.account.grants;
    for (const Grant& grant : grants) {
      if (!came_with(grant, bought) || grant.type != owed.type) continue;
      const Credits taken = std::min(rest, grant.remaining - grant.held);
      if (!taken.is_zero()) draft.add(CreditsTakenBack{grant.id, taken, other.ref});
      rest -= taken;
    }
    if (rest < owed.amount) owe_less(draft, other, owed, owed.amount - rest);
  }
  for (const CreditType& type : types_of(draft.account, bought)) (void)take_part(draft, other, order, type);
}

/// Exactly what it took is there again, but for what goes to the others that were lost.
void give_back(Draft& draft, const Dispute& won) {
  const Order order = *draft.account.order(won.order);
  std::vector<std::pair<GrantId, GrantOver>> back;
  for (const Take& take : won.taken) {
    if (std::ranges::find(back, take.grant, &std::pair<GrantId, GrantOver>::first) == back.end())
      back.emplace_back(take.grant, any_grant(draft.account, take.grant)->over);
    draft.add(CreditsGivenBack{take.grant, take.amount, won.ref});
  }
  for (const Owed& owed : won.owed) owe_less(draft, won, owed, owed.amount);
  const std::vector<Dispute> disputes = draft.account.disputes;
  for (const Dispute& other : disputes)
    if (other.state == DisputeState::lost && other.order == won.order) take_in_its_place(draft, other, order);
  for (const auto& [id, was] : back)
    if (draft.account.grant(id) != nullptr) go_with_the_others(draft, id, was);
  const bool another = std::ranges::any_of(draft.account.disputes, [&](const Dispute& dispute) {
    return dispute.ref != won.ref && dispute.state == DisputeState::lost;
  });
  if (draft.account.blocked && !another) draft.add(AccountUnblocked{"the dispute " + won.ref + " was won"});
}

/// Whether its money may go, or is gone.
bool is_at_risk(DisputeState state) {
  return state == DisputeState::needs_response || state == DisputeState::under_review || state == DisputeState::lost;
}

bool is_news(const Dispute& known, DisputeState said) {
  if (known.state == DisputeState::lost) return said == DisputeState::won;  // on appeal
  return !is_final(known.state) && known.state < said;
}

}  // namespace

void record_dispute(Draft& draft, const RecordDispute& command) {
  const Order* order = draft.account.order(command.order);
  if (order == nullptr || order->state != OrderState::paid ||
      std::ranges::find(order->attempts, AttemptState::captured, &Attempt::state) == order->attempts.end())
    refuse("no_such_payment", "There is no payment for this order.");
  if (command.ref.empty()) refuse("ref_missing", "A dispute needs the processor's id of it.");
  if (command.amount.minor() <= 0 || command.amount.currency() != order->total.currency() ||
      order->total < command.amount)
    refuse("bad_amount", "A dispute is about at most " + order->total.text() + " of this payment.");
  const auto known = std::ranges::find(draft.account.disputes, command.ref, &Dispute::ref);
  const bool is_known = known != draft.account.disputes.end();
  if (is_known && !is_news(*known, command.state))
    refuse("stale_claim", "This state of the dispute is already recorded.");
  const Money left = order->total - disputed(draft.account, *order, command.ref, false);
  const bool takes = command.state != DisputeState::won && command.state != DisputeState::closed;
  if (takes && left < command.amount)
    refuse("disputed_too_much", "Other disputes are about this payment: " + left.text() + " of it are left.");
  Dispute dispute = is_known ? *known : Dispute{};
  const bool was_lost = is_known && known->state == DisputeState::lost;
  if (!is_known) dispute.opened_at = draft.now;
  dispute.ref = command.ref;
  dispute.order = command.order;
  dispute.amount = was_lost ? dispute.amount : command.amount;
  dispute.state = command.state;
  dispute.reason = command.reason;
  dispute.moved_at = draft.now;
  draft.add(DisputeMoved{dispute});
  if (is_at_risk(dispute.state)) end_recharge_after(draft, dispute.order);
  if (dispute.state == DisputeState::lost) take_back(draft, dispute);
  if (was_lost) give_back(draft, dispute);
}

void take_what_was_held(Draft& draft, const std::vector<Take>& held, const std::vector<Take>& spent) {
  const auto is_of = [&](const std::vector<Take>& takes, OrderId order) {
    const Bought bought = paid_with(draft.account, *draft.account.order(order));
    return std::ranges::any_of(takes, [&](const Take& take) {
      const Grant* grant = any_grant(draft.account, take.grant);
      return grant != nullptr && came_with(*grant, bought);
    });
  };
  const std::vector<Dispute> disputes = draft.account.disputes;
  for (const Dispute& dispute : disputes) {
    const bool is_last = std::ranges::none_of(disputes, [&](const Dispute& other) {
      return other.order == dispute.order && other.state == DisputeState::lost &&
             (dispute.moved_at < other.moved_at || (dispute.moved_at == other.moved_at && dispute.ref < other.ref));
    });
    if (dispute.state != DisputeState::lost || !is_last || !is_of(held, dispute.order)) continue;
    const Order order = *draft.account.order(dispute.order);
    if (is_of(spent, dispute.order)) {
      take_credits(draft, dispute, order);
      continue;
    }
    for (const CreditType& type : types_of(draft.account, paid_with(draft.account, order)))
      (void)take_part(draft, dispute, order, type);
  }
}

void unblock(Draft& draft, const Unblock& command) {
  if (!draft.account.blocked) refuse("not_blocked", "This account is not blocked.");
  if (command.reason.empty()) refuse("reason_missing", "Lifting a block needs a reason.");
  draft.add(AccountUnblocked{command.reason});
}

}  // namespace florin
