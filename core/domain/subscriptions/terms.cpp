#include <algorithm>

#include "domain/catalog/nearest.hpp"
#include "domain/catalog/new_version.hpp"
#include "domain/subscriptions/coupon.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

std::string names_of(const auto& things) {
  std::string names;
  for (const auto& thing : things) {
    if (!names.empty()) names += ", ";
    if constexpr (requires { thing.id.text(); })
      names += thing.id.text();
    else
      names += thing.id;
  }
  return names;
}

void add_credits(std::vector<BoughtCredits>& sum, const CreditType& type, Credits amount) {
  for (BoughtCredits& credits : sum)
    if (credits.type == type) {
      credits.amount += amount;
      return;
    }
  sum.push_back({type, amount});
}

const AddOn::Price& add_on_price(const AddOn& add_on, std::string_view cycle) {
  const AddOn::Price* price = add_on.price_on(cycle);
  if (price == nullptr)
    refuse("add_on_not_sold", "'" + add_on.id.text() + "' is not sold on the " + std::string(cycle) + " cycle.",
           add_on.at);
  return *price;
}

}  // namespace

Terms terms_of(const Account& account, const Catalog& catalog, const PlanId& plan_id, std::string_view cycle_id,
               std::int32_t licences, std::vector<AddOnCount> add_ons) {
  std::optional<Plan> plan = plan_for(account, catalog, plan_id);
  if (catalog.plans.empty())
    refuse("unknown_plan", "No plans are sold here. Credits can be bought without one.", catalog.at);
  if (!plan)
    refuse("unknown_plan",
           "There is no plan " + quoted_with_nearest(plan_id.text(), catalog.plans) +
               ". Plans: " + names_of(catalog.plans) + ".",
           catalog.at);
  if (!is_made(account, *plan))
    refuse("plan_not_made", "'" + plan_id.text() + "' is made for each account. Please ask us for your terms.",
           plan->at);
  const CycleRule* cycle = plan->cycle(cycle_id);
  if (cycle == nullptr)
    refuse("unknown_cycle",
           "'" + plan_id.text() + "' is not sold by " + quoted_with_nearest(cycle_id, plan->cycles) +
               ". Cycles: " + names_of(plan->cycles) + ".",
           plan->at);
  if (licences < 1) refuse("bad_licences", "At least one licence is needed.", plan->at);
  if (!plan->by_licence && licences != 1) refuse("not_by_licence", "This plan is not sold by licence.", plan->at);
  std::erase_if(add_ons, [](const AddOnCount& a) { return a.count == 0; });
  for (const AddOnCount& wanted : add_ons) {
    const AddOn* add_on = catalog.add_on(wanted.add_on);
    if (add_on == nullptr)
      refuse("unknown_add_on",
             "There is no add-on " + quoted_with_nearest(wanted.add_on.text(), catalog.add_ons) +
                 ". Add-ons: " + names_of(catalog.add_ons) + ".",
             catalog.at);
    if (wanted.count < 0) refuse("bad_count", "The total of an add-on must not be negative.", add_on->at);
    if (wanted.count > 1 && add_on->sells.type.empty() && !add_on->takes_one_of)
      refuse("bad_count", "'" + add_on->id.text() + "' has no effect a second time.", add_on->at);
    (void)add_on_price(*add_on, cycle_id);
  }
  CycleRule found = *cycle;
  return {catalog, *std::move(plan), std::move(found), licences, std::move(add_ons)};
}

Quote quote_period(const Terms& terms) {
  Quote quote;
  quote.kind = OrderKind::subscription;
  quote.lines.push_back({terms.plan.id.text() + ", " + terms.cycle.id,
                         terms.licences,
                         {multiply(terms.cycle.price.minor(), terms.licences), terms.cycle.price.currency()}});
  for (const Allowed& given : terms.cycle.gives) {
    add_credits(quote.buys.plan_credits, given.type, given.amount.times(terms.licences));
    quote.lines.back().brings.push_back(given.type);
  }
  for (const AddOnCount& wanted : terms.add_ons) {
    const AddOn& add_on = *terms.catalog.add_on(wanted.add_on);
    const AddOn::Price& price = add_on_price(add_on, terms.cycle.id);
    const bool by_month = add_on.by_month_on(terms.cycle.id);
    quote.lines.push_back({add_on.id.text() + ", " + (by_month ? "monthly" : terms.cycle.id),
                           wanted.count,
                           {multiply(price.price.minor(), wanted.count), price.price.currency()},
                           add_on.id});
    if (add_on.sells.type.empty()) continue;
    add_credits(by_month ? quote.buys.month_credits : quote.buys.addon_credits, add_on.sells.type,
                price.sells.value_or(add_on.sells.amount).times(wanted.count));
    quote.lines.back().brings.push_back(add_on.sells.type);
  }
  (void)take_off(terms, quote.lines);
  return quote;
}

Buys change_to(const Terms& terms, bool restarts_cycle) {
  Buys buys;
  buys.plan = terms.plan.id;
  buys.cycle = terms.cycle.id;
  buys.months = terms.cycle.months;
  buys.licences = terms.licences;
  buys.add_ons = terms.add_ons;
  buys.restarts_cycle = restarts_cycle;
  buys.catalog = terms.catalog.version;
  return buys;
}

PendingChange pending_change(const Terms& terms) {
  return {terms.plan.id, terms.cycle.id, terms.licences, terms.add_ons, terms.catalog.version};
}

Terms current_terms(const Draft& draft) {
  const Subscription& running = *draft.account.subscription;
  Terms terms =
      terms_of(draft.account, draft.own_catalog(), running.plan, running.cycle, running.licences, running.add_ons);
  terms.coupons = coupons_that_run(draft.account);
  return terms;
}

bool sells(const Account& account, const Catalog& catalog) {
  const Subscription& running = *account.subscription;
  const auto plan = plan_for(account, catalog, running.plan);
  if (!plan || !is_made(account, *plan) || plan->cycle(running.cycle) == nullptr) return false;
  if (!plan->by_licence && running.licences != 1) return false;
  return std::ranges::all_of(running.add_ons, [&](const AddOnCount& bought) {
    const AddOn* add_on = catalog.add_on(bought.add_on);
    return add_on != nullptr && add_on->price_on(running.cycle) != nullptr;
  });
}

std::uint32_t next_version(const Account& account, const Catalogs& catalogs, std::uint32_t in_force) {
  const Subscription& running = *account.subscription;
  const bool bound = running.agreement_ends && running.to < *running.agreement_ends;
  const std::uint32_t version = version_at_renewal(catalogs, running.catalog, in_force);
  return !bound && sells(account, catalogs.at(version)) ? version : running.catalog;
}

bool takes_pending(const Subscription& running) {
  const bool same_plan =
      running.pending && running.pending->plan == running.plan && running.pending->cycle == running.cycle;
  const bool keeps_plan = running.ends_at && !running.ends_with_period();
  return running.pending && (same_plan || !keeps_plan);
}

Terms next_terms(const Draft& draft) {
  const Subscription& running = *draft.account.subscription;
  const PendingChange next =
      takes_pending(running) ? *running.pending
                             : PendingChange{running.plan, running.cycle, running.licences, running.add_ons,
                                             next_version(draft.account, draft.world.catalogs, draft.tenant.catalog)};
  const Catalog& catalog = draft.world.catalogs.at(next.catalog);
  return renewing(terms_of(draft.account, catalog, next.plan, next.cycle, next.licences, next.add_ons));
}

Terms renewing(Terms terms) {
  std::erase_if(terms.add_ons, [&](const AddOnCount& one) { return !terms.catalog.add_on(one.add_on)->renews; });
  return terms;
}

std::int64_t months_to_last_end(const Calendar& calendar, const Periods& periods, Instant limit) {
  std::int64_t end = periods.first_end;
  while (calendar.boundary(periods.anchor, 1, end + periods.months) <= limit) end += periods.months;
  return end;
}

Instant last_end_within(const Calendar& calendar, const Periods& periods, Instant limit) {
  const std::int64_t months = months_to_last_end(calendar, periods, limit);
  if (months == periods.first_end && periods.first_to) return *periods.first_to;
  return calendar.boundary(periods.anchor, 1, months);
}

Periods periods_of(const Subscription& running) {
  return {running.anchor, running.anchor_months + running.months, running.months, running.to};
}

std::optional<Instant> bound_until(const Draft& draft, const Plan& plan, Instant begins, const Periods& periods) {
  const auto& running = draft.account.subscription;
  std::optional<Instant> bound;
  if (running) bound = running->agreement_ends;
  const bool already_on = running && running->plan == plan.id;
  if (plan.agreement && !already_on) {
    const Instant ends = draft.calendar().after(begins, *plan.agreement);
    bound = bound ? std::max(*bound, ends) : ends;
  }
  if (!bound || *bound <= begins) return bound;
  return last_end_within(draft.calendar(), periods, *bound);
}

}  // namespace florin
