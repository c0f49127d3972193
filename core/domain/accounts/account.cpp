#include "domain/accounts/account.hpp"

#include <algorithm>

namespace florin {

namespace {
template <class Things, class Id>
auto* with_id(Things& things, Id id) {
  const auto found = std::ranges::find_if(things, [&](const auto& thing) { return thing.id == id; });
  return found == things.end() ? nullptr : &*found;
}
}  // namespace

bool is_settled(const Order& order) {
  return order.state != OrderState::open && !order.undelivered && !order.waits_for_lift &&
         std::ranges::none_of(order.attempts,
                              [](const Attempt& attempt) { return attempt.open() || attempt.cancelling(); });
}

Credits Hold::amount() const {
  Credits sum;
  for (const Take& take : takes) sum += take.amount;
  return sum;
}

Grant* Account::grant(GrantId grant_id) { return with_id(grants, grant_id); }
const Grant* Account::grant(GrantId grant_id) const { return with_id(grants, grant_id); }
Hold* Account::hold(HoldId hold_id) { return with_id(holds, hold_id); }
const SavedMethod* Account::method(SavedMethodId method_id) const { return with_id(methods, method_id); }

Receipt* Account::receipt(const ReceiptId& receipt_id) { return with_id(receipts, receipt_id); }
const Receipt* Account::receipt(const ReceiptId& receipt_id) const { return with_id(receipts, receipt_id); }
Refund* Account::refund(RefundId refund_id) { return with_id(refunds, refund_id); }
Saving* Account::saving(SavingId saving_id) { return with_id(savings, saving_id); }

const SavedMethod* Account::slot(const std::string& name) const {
  const auto found =
      std::ranges::find_if(methods, [&](const SavedMethod& saved) { return saved.slot == name && !saved.once(); });
  return found == methods.end() ? nullptr : &*found;
}

std::vector<const Grant*> Account::all_grants() const {
  std::vector<const Grant*> all;
  all.reserve(grants.size() + closed_grants.size());
  for (const Grant& grant : grants) all.push_back(&grant);
  for (const Grant& grant : closed_grants) all.push_back(&grant);
  return all;
}

Credits Account::issued_by(OrderId order_id, const CreditType& type) const {
  Credits sum;
  for (const Grant* grant : all_grants())
    if (grant->paid_by == order_id && grant->type == type && grant->rolled_from == GrantId()) sum += grant->granted;
  return sum;
}

Credits Account::available(const CreditType& type, Instant now) const {
  Credits sum;
  for (const Grant& grant : grants)
    if (grant.type == type) sum += available(grant, now);
  return sum;
}

Credits Account::available(const Grant& grant, Instant now) const {
  if (kept) return {};
  const bool stands_still = pause && pause->credits_frozen && grant.over == GrantOver::working;
  return stands_still ? grant.remaining - grant.held : grant.available(now);
}

bool Account::ends_with_period(const Grant& grant) const {
  if (!subscription || grant.brought() || grant.life == GrantLife::own) return false;
  return grant.ends_at == subscription->to;
}

Credits Account::owes(const CreditType& type) const {
  const auto found = std::ranges::find(owed, type, &Owed::type);
  return found == owed.end() ? Credits() : found->amount;
}

std::string Account::state_word() const {
  switch (standing) {
    case Standing::opened: return "opened";
    case Standing::trial: return "trial";
    case Standing::paid: return "paid";
    case Standing::limited: return "limited";
    case Standing::ended: break;
  }
  return "ended";
}

Instant TenantState::cooldown_until(const ProcessorId& processor) const {
  for (const ProcessorHealth& health : processors)
    if (health.processor == processor) return health.cooldown_until;
  return {};
}

}  // namespace florin
