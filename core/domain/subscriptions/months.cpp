#include <algorithm>

#include "domain/subscriptions/subscription.hpp"

/// Add-ons that are sold by the month on a longer cycle: each month from the anchor, until they are stopped.
/// Source   KA-03; the anchor, ALL-06
namespace florin {

namespace {

bool by_month(const Terms& terms, const AddOnCount& one) {
  return terms.catalog.add_on(one.add_on)->by_month_on(terms.cycle.id);
}

}  // namespace

Terms paid_by_month(Terms terms) {
  std::erase_if(terms.add_ons, [&](const AddOnCount& one) { return !by_month(terms, one); });
  return terms;
}

Terms paid_by_period(Terms terms, const Terms& beside) {
  std::erase_if(terms.add_ons, [&](const AddOnCount& one) {
    return by_month(terms, one) || by_month(beside, one) || !terms.catalog.add_on(one.add_on)->renews;
  });
  return terms;
}

bool lasts_with_period(const Draft& draft, const Grant& grant) {
  const Order* order = draft.account.order(grant.paid_by);
  if (grant.source != GrantSource::addon || order == nullptr) return true;
  const Catalog& catalog = draft.own_catalog();
  return std::ranges::none_of(order->lines, [&](const Line& line) {
    const AddOn* add_on =
        std::ranges::find(line.brings, grant.type) == line.brings.end() ? nullptr : catalog.add_on(line.add_on);
    return add_on != nullptr && (!add_on->renews || add_on->by_month_on(draft.account.subscription->cycle));
  });
}

Subscription::Month add_on_month_at(const Draft& draft, Instant at) {
  const Subscription& running = *draft.account.subscription;
  if (running.month && at < running.month->to) return *running.month;
  const auto boundary = [&](std::int32_t months) { return draft.calendar().boundary(running.anchor, 1, months); };
  std::int32_t months = running.anchor_months;
  while (boundary(months + 1) <= at) ++months;
  return {std::max(running.from, boundary(months)), std::min(running.to, boundary(months + 1))};
}

void begin_add_on_month(Draft& draft) {
  const Subscription& running = *draft.account.subscription;
  const bool runs = running.month && draft.now < running.month->to;
  if (runs || paid_by_month(current_terms(draft)).add_ons.empty()) return;
  const Subscription::Month month = add_on_month_at(draft, draft.now);
  draft.add(AddOnMonthStarted{month.from, month.to});
}

void end_add_on_month(Draft& draft) {
  const Subscription ending = *draft.account.subscription;
  const Terms next = next_terms(draft);
  std::vector<AddOnCount> add_ons;
  for (AddOnCount one : current_terms(draft).add_ons) {
    const auto wanted = std::ranges::find(next.add_ons, one.add_on, &AddOnCount::add_on);
    const std::int32_t from_now = wanted == next.add_ons.end() ? 0 : wanted->count;
    if (by_month(current_terms(draft), one)) one.count = std::min(one.count, from_now);
    if (one.count > 0) add_ons.push_back(one);
  }
  if (add_ons != ending.add_ons)
    draft.add(SubscriptionChanged{.plan = ending.plan,
                                  .cycle = ending.cycle,
                                  .months = ending.months,
                                  .licences = ending.licences,
                                  .add_ons = add_ons,
                                  .catalog = ending.catalog,
                                  .to = std::nullopt,
                                  .agreement_ends = ending.agreement_ends});
  const Subscription::Month month = add_on_month_at(draft, draft.now);
  draft.add(AddOnMonthStarted{month.from, month.to});
  const Terms monthly = paid_by_month(current_terms(draft));
  if (monthly.add_ons.empty()) return;
  Quote quote = quote_period(monthly);
  quote.lines.erase(quote.lines.begin());  // the plan itself is paid by its period
  quote.buys.plan_credits.clear();
  quote.buys.month_ends = month.to;
  quote.period_from = month.from;
  quote.period_to = month.to;
  quote.paid_for = "add-ons " + month.from.text();
  auto candidates = candidates_for(draft, OrderKind::subscription, std::nullopt, {});
  place_order(draft, std::move(quote), std::move(candidates));
}

}  // namespace florin
