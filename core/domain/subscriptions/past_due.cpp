#include "domain/subscriptions/past_due.hpp"

#include <algorithm>

#include "domain/orders/place.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

Instant dunning_step_at(const Draft& draft, std::size_t step) {
  const auto& schedule = draft.catalog().past_due;
  return step < schedule.size() ? draft.calendar().after(draft.account.past_due->since, schedule[step].after) : never;
}

/// What has failed counts as the first step.
void begin_dunning(Draft& draft, OrderId order) {
  draft.add(PastDueEntered{order, never});
  const auto& schedule = draft.catalog().past_due;
  const PastDueStep first = schedule.empty() ? PastDueStep{} : schedule.front();
  draft.add(PastDueStepped{.step = 1,
                           .step_at = dunning_step_at(draft, 1),
                           .usage_refused = first.usage_refused.value_or(false),
                           .buying_refused = first.buying_refused.value_or(false)});
}

}  // namespace

void fall_past_due(Draft& draft, OrderId order) {
  if (draft.account.past_due) return;  // a dunning step has tried again, and failed again
  begin_dunning(draft, order);
}

void resume_dunning(Draft& draft, OrderId order, Instant since) {
  draft.add(PastDueEntered{order, never, since});
  const auto& schedule = draft.catalog().past_due;
  PastDueStepped stood;
  for (; stood.step < schedule.size() && dunning_step_at(draft, stood.step) <= draft.now; ++stood.step) {
    const PastDueStep& step = schedule[stood.step];
    if (step.cancel)
      refuse("overdue_too_long",
             "By the dunning schedule this plan ended on " +
                 draft.calendar().date(dunning_step_at(draft, stood.step)).text() + ".",
             step.at);
    stood.usage_refused = step.usage_refused.value_or(stood.usage_refused);
    stood.buying_refused = step.buying_refused.value_or(stood.buying_refused);
  }
  stood.step_at = dunning_step_at(draft, stood.step);
  draft.add(stood);
}

void restart_past_due(Draft& draft) {
  const OrderId order = draft.account.past_due->order;
  begin_dunning(draft, order);
}

void after_a_renewal_paid(Draft& draft, OrderId paid) {
  if (draft.account.past_due) {
    if (draft.account.past_due->order != paid) return;
    draft.add(PastDueCleared{});
  } else if (!draft.account.order(paid)->renewal()) {
    return;
  }
  const auto open = draft.account.orders.open();
  const auto waiting = std::ranges::find_if(open, [&](const Order& order) {
    return order.state == OrderState::open && !order.in_flight() && renews_running(draft.account, order);
  });
  if (waiting == open.end()) return;
  const OrderId next = (*waiting).id;
  if (!try_afresh(draft, next)) fall_past_due(draft, next);
}

void step_past_due(Draft& draft) {
  const PastDue due = *draft.account.past_due;
  const auto& schedule = draft.catalog().past_due;
  if (due.step >= schedule.size())
    return draft.add(PastDueStepped{due.step, never, due.usage_refused, due.buying_refused});
  const PastDueStep& step = schedule[due.step];
  if (step.cancel) return end_as_cancelled(draft, "past_due");
  draft.add(PastDueStepped{.step = due.step + 1,
                           .step_at = dunning_step_at(draft, due.step + 1),
                           .usage_refused = step.usage_refused.value_or(due.usage_refused),
                           .buying_refused = step.buying_refused.value_or(due.buying_refused)});
  if (step.try_again) try_afresh(draft, due.order);
}

}  // namespace florin
