#include "domain/credits/lifecycle.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

PeriodEnd reason_of(const Draft& draft, const Subscription& ending) {
  if (ending.cancelled_at) return PeriodEnd::cancel;
  if (!ending.pending) return PeriodEnd::renewal;
  if (ending.pending->plan == ending.plan)
    return ending.pending->cycle == ending.cycle ? PeriodEnd::renewal : PeriodEnd::cycle_change;
  const Plan* before = draft.own_catalog().plan(ending.plan);
  const Plan* after = draft.world.catalogs.at(ending.pending->catalog).plan(ending.pending->plan);
  if (before == nullptr || after == nullptr) return PeriodEnd::renewal;
  return after->rank < before->rank ? PeriodEnd::downgrade : PeriodEnd::upgrade;
}

void take_pending_terms(Draft& draft, const PendingChange& pending) {
  const Terms terms = terms_of(draft.world.catalogs.at(pending.catalog), pending.plan, pending.cycle, pending.licences,
                               pending.add_ons);
  draft.add(SubscriptionChanged{.plan = terms.plan.id,
                                .cycle = terms.cycle.id,
                                .months = terms.cycle.months,
                                .licences = terms.licences,
                                .add_ons = terms.add_ons,
                                .catalog = pending.catalog});
  draft.add(ChangeRemoved{});
}

}  // namespace

void cancel(Draft& draft) {
  if (!draft.account.subscription) {
    if (!draft.account.trial) refuse("no_plan", "This account is on no plan.");
    if (!draft.account.trial->ends_at) refuse("trial_has_no_end", "A trial costs nothing and needs no cancelling.");
    follow_policy(draft, {.kind = MomentKind::trial_ended,
                          .includes = {},
                          .paid_by = {},
                          .period_from = draft.account.trial->started_at,
                          .period_to = *draft.account.trial->ends_at});
    return draft.add(TrialEnded{});
  }
  if (draft.account.subscription->cancelled_at) refuse("already_cancelled", "This subscription is cancelled already.");
  draft.add(CancelAsked{draft.account.subscription->to});
}

void undo_cancel(Draft& draft) {
  if (!draft.account.subscription || !draft.account.subscription->cancelled_at)
    refuse("not_cancelled", "This subscription is not cancelled.");
  draft.add(CancelUndone{});
}

Standing standing_after_cancel(const Draft& draft) {
  return draft.catalog().cancel.then == CancelRule::Then::limited ? Standing::limited : Standing::ended;
}

void end_subscription(Draft& draft, Standing standing, std::string_view because) {
  std::vector<OrderId> unpaid;
  for (const Order& order : draft.account.orders) {
    const bool credits = order.kind == OrderKind::purchase || order.kind == OrderKind::recharge;
    if (order.state == OrderState::open && !credits && !order.in_flight()) unpaid.push_back(order.id);
  }
  for (const OrderId id : unpaid) draft.add(OrderClosed{id, std::string(because)});
  draft.add(SubscriptionEnded{standing, std::string(because)});
}

void end_period(Draft& draft) {
  const Subscription ending = *draft.account.subscription;
  const PeriodEnd reason = reason_of(draft, ending);
  follow_policy(draft, {.kind = MomentKind::period_ended,
                        .reason = reason,
                        .includes = {},
                        .paid_by = {},
                        .period_from = ending.from,
                        .period_to = ending.to});
  if (reason == PeriodEnd::cancel) return end_subscription(draft, standing_after_cancel(draft), "cancelled");
  if (ending.pending) take_pending_terms(draft, *ending.pending);

  const std::int32_t months_before = ending.anchor_months + ending.months;
  const Subscription& renewed = *draft.account.subscription;
  const Instant to = draft.calendar().boundary(ending.anchor, 1, months_before + renewed.months);
  draft.add(PeriodStarted{.k = ending.k + 1, .anchor_months = months_before, .from = ending.to, .to = to});

  const Terms terms = terms_of(draft.own_catalog(), renewed.plan, renewed.cycle, renewed.licences, renewed.add_ons);
  Quote quote = quote_period(terms);
  quote.period_from = ending.to;
  quote.period_to = to;
  quote.paid_for = "subscription " + ending.to.text();
  auto candidates = candidates_for(draft, OrderKind::subscription, std::nullopt, {});
  place_order(draft, std::move(quote), std::move(candidates));
}

}  // namespace florin
