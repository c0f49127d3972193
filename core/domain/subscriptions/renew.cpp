#include "domain/credits/lifecycle.hpp"
#include "domain/minimums/minimum.hpp"
#include "domain/subscriptions/coupon.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

PeriodEnd reason_of(const Draft& draft, const Subscription& ending) {
  if (ending.ends_at && *ending.ends_at <= ending.to) return PeriodEnd::cancel;
  if (!takes_pending(ending)) return PeriodEnd::renewal;
  if (ending.pending->plan == ending.plan)
    return ending.pending->cycle == ending.cycle ? PeriodEnd::renewal : PeriodEnd::cycle_change;
  const auto before = plan_for(draft.account, draft.own_catalog(), ending.plan);
  const auto after = plan_for(draft.account, draft.world.catalogs.at(ending.pending->catalog), ending.pending->plan);
  if (!before || !after) return PeriodEnd::renewal;
  return after->rank < before->rank ? PeriodEnd::downgrade : PeriodEnd::upgrade;
}

void take_terms(Draft& draft, const Terms& terms) {
  const Subscription& ending = *draft.account.subscription;
  const bool pending = takes_pending(ending);
  const bool moves = !pending && terms.catalog.version != ending.catalog;
  const bool changed = pending || moves || terms.add_ons != ending.add_ons;
  const Periods periods{ending.anchor, ending.anchor_months + ending.months + terms.cycle.months, terms.cycle.months};
  if (changed)
    draft.add(SubscriptionChanged{
        .plan = terms.plan.id,
        .cycle = terms.cycle.id,
        .months = terms.cycle.months,
        .licences = terms.licences,
        .add_ons = terms.add_ons,
        .catalog = terms.catalog.version,
        .to = std::nullopt,
        .agreement_ends = moves ? ending.agreement_ends : bound_until(draft, terms.plan, ending.to, periods)});
  if (pending) draft.add(ChangeRemoved{});
}

}  // namespace

void end_period(Draft& draft) {
  const Subscription ending = *draft.account.subscription;
  const PeriodEnd reason = reason_of(draft, ending);
  if (reason == PeriodEnd::cancel) return end_as_cancelled(draft, "cancelled");
  follow_policy(draft, {.kind = MomentKind::period_ended,
                        .reason = reason,
                        .includes = {},
                        .paid_by = {},
                        .period_from = ending.from,
                        .period_to = ending.to});
  Terms terms = next_terms(draft);
  terms.coupons = coupons_from(draft.account, ending.to);
  take_terms(draft, terms);

  const std::int32_t months_before = ending.anchor_months + ending.months;
  const Subscription& renewed = *draft.account.subscription;
  const Instant to = draft.calendar().boundary(ending.anchor, 1, months_before + renewed.months);
  draft.add(PeriodStarted{.k = ending.k + 1, .anchor_months = months_before, .from = ending.to, .to = to});
  use_coupons(draft, terms, ending.to);
  begin_month(draft);
  begin_add_on_month(draft);

  Quote quote = quote_period(terms);
  if (draft.account.subscription->month) quote.buys.month_ends = draft.account.subscription->month->to;
  quote.period_from = ending.to;
  quote.period_to = to;
  quote.paid_for = "subscription " + ending.to.text();
  auto candidates = candidates_for(draft, OrderKind::subscription, std::nullopt, {});
  place_order(draft, std::move(quote), std::move(candidates));
}

}  // namespace florin
