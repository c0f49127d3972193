#include "domain/subscriptions/past_due.hpp"

#include "domain/credits/lifecycle.hpp"
#include "domain/orders/place.hpp"

namespace florin {

namespace {

Instant rung_at(const Draft& draft, std::size_t step) {
  const auto& ladder = draft.catalog().past_due;
  return step < ladder.size() ? draft.calendar().after(draft.account.past_due->since, ladder[step].after) : never;
}

void give_up(Draft& draft) {
  const OrderId unpaid = draft.account.past_due->order;
  const Subscription ended = *draft.account.subscription;
  draft.add(OrderClosed{unpaid, "past_due"});
  follow_policy(draft, {.kind = MomentKind::period_ended,
                        .reason = PeriodEnd::cancel,
                        .includes = {},
                        .paid_by = {},
                        .period_from = ended.from,
                        .period_to = ended.to});
  const bool limited = draft.catalog().cancel.then == CancelRule::Then::limited;
  draft.add(SubscriptionEnded{limited ? Standing::limited : Standing::ended, "past_due"});
}

}  // namespace

void fall_past_due(Draft& draft, OrderId order) {
  if (draft.account.past_due) return;  // a rung has tried again, and failed again
  draft.add(PastDueEntered{order, never});
  const auto& ladder = draft.catalog().past_due;
  const bool refused = !ladder.empty() && ladder.front().usage_refused.value_or(false);
  draft.add(PastDueStepped{.step = 1, .step_at = rung_at(draft, 1), .usage_refused = refused});
}

void step_past_due(Draft& draft) {
  const PastDue due = *draft.account.past_due;
  const auto& ladder = draft.catalog().past_due;
  const Order* order = draft.account.order(due.order);
  if (due.step >= ladder.size()) return draft.add(PastDueStepped{due.step, never, due.usage_refused});
  const PastDueStep& rung = ladder[due.step];
  // While an attempt is unknown nothing new starts and nothing ends: the rung waits for the answer.
  if (order->in_flight()) return draft.add(PastDueStepped{due.step, draft.now + hours(1), due.usage_refused});
  if (rung.cancel) return give_up(draft);
  draft.add(PastDueStepped{.step = due.step + 1,
                           .step_at = rung_at(draft, due.step + 1),
                           .usage_refused = rung.usage_refused.value_or(due.usage_refused)});
  if (rung.try_again) try_next(draft, due.order);
}

}  // namespace florin
