#include "domain/subscriptions/past_due.hpp"

#include <algorithm>

#include "domain/credits/lifecycle.hpp"
#include "domain/orders/place.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

Instant rung_at(const Draft& draft, std::size_t step) {
  const auto& ladder = draft.catalog().past_due;
  return step < ladder.size() ? draft.calendar().after(draft.account.past_due->since, ladder[step].after) : never;
}

void give_up(Draft& draft) {
  const Subscription ended = *draft.account.subscription;
  follow_policy(draft, {.kind = MomentKind::period_ended,
                        .reason = PeriodEnd::cancel,
                        .includes = {},
                        .paid_by = {},
                        .period_from = ended.from,
                        .period_to = ended.to});
  end_subscription(draft, standing_after_cancel(draft), "past_due");
}

}  // namespace

void fall_past_due(Draft& draft, OrderId order) {
  if (draft.account.past_due) return;  // a rung has tried again, and failed again
  draft.add(PastDueEntered{order, never});
  const auto& ladder = draft.catalog().past_due;
  const bool refused = !ladder.empty() && ladder.front().usage_refused.value_or(false);
  draft.add(PastDueStepped{.step = 1, .step_at = rung_at(draft, 1), .usage_refused = refused});
}

void leave_past_due(Draft& draft) {
  draft.add(PastDueCleared{});
  const auto waiting = std::ranges::find_if(draft.account.orders, [&](const Order& order) {
    return order.state == OrderState::open && !order.in_flight() && renews_running(draft.account, order);
  });
  if (waiting == draft.account.orders.end()) return;
  const OrderId next = waiting->id;
  if (!try_afresh(draft, next)) fall_past_due(draft, next);
}

void step_past_due(Draft& draft) {
  const PastDue due = *draft.account.past_due;
  const auto& ladder = draft.catalog().past_due;
  if (due.step >= ladder.size()) return draft.add(PastDueStepped{due.step, never, due.usage_refused});
  const PastDueStep& rung = ladder[due.step];
  if (rung.cancel) return give_up(draft);
  draft.add(PastDueStepped{.step = due.step + 1,
                           .step_at = rung_at(draft, due.step + 1),
                           .usage_refused = rung.usage_refused.value_or(due.usage_refused)});
  if (rung.try_again) try_afresh(draft, due.order);
}

}  // namespace florin
