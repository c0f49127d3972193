#include "domain/catalog/permission.hpp"
#include "domain/credits/ends.hpp"
#include "domain/credits/lifecycle.hpp"
#include "domain/minimums/minimum.hpp"
#include "domain/subscriptions/coupon.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

Buys terms_as_bought(const Terms& terms) {
  const Buys period = quote_period(terms).buys;
  Buys buys = change_to(terms, false);
  buys.plan_credits = period.plan_credits;
  buys.addon_credits = period.addon_credits;
  buys.month_credits = period.month_credits;
  return buys;
}

void end_running_trial(Draft& draft) {
  if (!draft.account.trial) return;
  const TrialState trial = *draft.account.trial;
  follow_policy(draft, {.kind = MomentKind::trial_ended,
                        .includes = {},
                        .paid_by = {},
                        .period_from = trial.started_at,
                        .period_to = trial.ends_at.value_or(Instant())});
  draft.add(TrialEnded{});
}

/// Credits that stood still without a plan: their ends are as much later.
void bring_back(Draft& draft, const KeptCredits& kept) {
  for (const Grant& grant : grants_whose_ends_move(draft.account, kept.since)) {
    const Instant since = std::max(kept.since, grant.here_since());
    draft.add(GrantEndMoved{grant.id, draft.calendar().moved(*grant.ends_at, since, draft.now), "changes.cancel"});
  }
}

/// How a period ends that gives way to a new one at once.
PeriodEnd end_by(const Draft& draft, const Subscription& before, const Buys& terms) {
  if (before.plan == *terms.plan) return PeriodEnd::cycle_change;
  const auto was = plan_for(draft.account, draft.own_catalog(), before.plan);
  const auto is = plan_for(draft.account, draft.world.catalogs.at(terms.catalog), *terms.plan);
  return was && is && is->rank < was->rank ? PeriodEnd::downgrade : PeriodEnd::upgrade;
}

/// Credits that must be bought with the upgrade from the trial. Source   EX-06
void add_first_credits(Quote& quote, const Terms& terms, const Subscribe& command) {
  if (!terms.plan.first_credits && !command.first_credits) return;
  if (!terms.catalog.credit_sales) refuse("credits_not_sold", "Credits are not sold here.", terms.catalog.at);
  const CreditSales& sales = *terms.catalog.credit_sales;
  const CreditTypeRule& type = *terms.catalog.credit_type(sales.type);
  if (!command.first_credits)
    refuse("first_credits_missing",
           "This plan begins with a purchase of credits of at least " + terms.plan.first_credits->text() + ".",
           terms.plan.at);
  const auto units = command.first_credits->amount.in_units(type.decimals);
  if (command.first_credits->type != type.id || !units || *units <= 0)
    refuse("bad_amount", "The first credits are an amount of " + type.id.text() + ".", sales.at);
  const auto& price = sales.price ? sales.price : terms.plan.credit_price;
  if (!price) refuse("credits_not_sold", "This plan sells no credits.", terms.plan.at);
  const Money cost = price->times(Credits{*units}, type.decimals, Rounding::half_up);
  if (terms.plan.first_credits && cost < *terms.plan.first_credits)
    refuse("first_credits_too_few",
           "This plan begins with a purchase of credits of at least " + terms.plan.first_credits->text() + ".",
           terms.plan.at);
  if (sales.at_most < Credits{*units})
    refuse("purchase_too_large",
           "At most " + decimal_text(sales.at_most.units, type.decimals) + " " + type.id.text() +
               " can be bought at once.",
           sales.at);
  quote.lines.push_back({command.first_credits->text(), 1, cost, {}, {type.id}});
  quote.buys.bought.push_back({type.id, Credits{*units}});
}

}  // namespace

void start_trial(Draft& draft) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.trial) refuse("no_trial", "There is no trial.", catalog.at);
  if (draft.account.had_trial || draft.account.subscription || draft.account.standing != Standing::opened)
    refuse("trial_used", "A trial is for new accounts, once.", catalog.trial->at);
  std::optional<Instant> ends_at;
  if (catalog.trial->lasts) ends_at = draft.calendar().after(draft.now, *catalog.trial->lasts);
  draft.add(TrialStarted{ends_at});
  if (catalog.trial->gives.empty()) return;
  Happening started{.kind = MomentKind::trial_started,
                    .includes = {},
                    .paid_by = {},
                    .period_from = draft.now,
                    .period_to = ends_at.value_or(Instant())};
  for (const Allowed& given : catalog.trial->gives) started.includes.push_back({given.type, given.amount});
  follow_policy(draft, started);
}

void subscribe(Draft& draft, const Actor& actor, std::string_view key, const Subscribe& command) {
  const Catalog& catalog = draft.catalog();
  if (draft.account.subscription)
    refuse("already_subscribed", "This account is on a plan already. Change the plan instead.");
  for (const Order& order : draft.account.orders.open())
    if (order.unfinished() && order.buys.plan)
      refuse("payment_under_way", "A payment for a plan is under way. Please wait for its result.");
  Terms terms =
      terms_of(draft.account, catalog, command.plan, command.cycle, command.licences.value_or(1), command.add_ons);
  if (!holds(terms.plan.offered_to, draft.account, actor, {}))
    refuse("plan_not_offered", "This plan is not offered to this account.", terms.plan.at);

  const bool waits_for_trial = draft.account.trial && draft.account.trial->ends_at && !command.start_now &&
                               catalog.trial->plan_picked_inside == Trial::PlanPicked::starts_when_trial_ends;
  if (waits_for_trial) return draft.add(PlanPicked{pending_change(terms)});

  terms.coupons = coupons_from(draft.account, draft.now);
  Quote quote = quote_period(terms);
  quote.buys = terms_as_bought(terms);
  add_first_credits(quote, terms, command);
  quote.paid_for = "subscribe " + std::string(key);
  auto candidates = candidates_for(draft, OrderKind::subscription, command.pay_with, actor, &quote.buys);
  if (candidates.empty() && !quote.net().is_zero())
    refuse("no_payment_method", "Please add a payment method first.", catalog.methods_at);
  place_order(draft, std::move(quote), std::move(candidates));
}

void begin_subscription(Draft& draft, const Buys& terms) {
  end_running_trial(draft);
  if (draft.account.kept) bring_back(draft, *draft.account.kept);
  const auto plan = plan_for(draft.account, draft.world.catalogs.at(terms.catalog), *terms.plan);
  const auto bound =
      plan ? bound_until(draft, *plan, draft.now, {draft.now, terms.months, terms.months}) : std::nullopt;
  if (draft.account.subscription) {
    cut_month_short(draft);
    const Subscription before = *draft.account.subscription;
    follow_policy(draft, {.kind = MomentKind::period_ended,
                          .reason = end_by(draft, before, terms),
                          .includes = {},
                          .paid_by = {},
                          .period_from = before.from,
                          .period_to = before.to});
  }
  draft.add(SubscriptionStarted{.plan = *terms.plan,
                                .cycle = terms.cycle,
                                .months = terms.months,
                                .licences = terms.licences,
                                .add_ons = terms.add_ons,
                                .catalog = terms.catalog,
                                .anchor = draft.now,
                                .to = draft.calendar().boundary(draft.now, terms.months, 1),
                                .agreement_ends = bound});
  use_coupons(draft, terms);
  begin_month(draft);
  begin_add_on_month(draft);
}

void change_subscription(Draft& draft, const Buys& terms) {
  const Instant old_to = draft.account.subscription->to;
  const Instant new_to = period_end(draft, terms.months);
  const Account before = draft.account;
  const auto plan = plan_for(draft.account, draft.world.catalogs.at(terms.catalog), *terms.plan);
  const Subscription& running = *draft.account.subscription;
  const Periods periods{running.anchor, running.anchor_months + terms.months, terms.months, new_to};
  const auto bound = plan ? bound_until(draft, *plan, draft.now, periods) : running.agreement_ends;
  draft.add(SubscriptionChanged{.plan = *terms.plan,
                                .cycle = terms.cycle,
                                .months = terms.months,
                                .licences = terms.licences,
                                .add_ons = terms.add_ons,
                                .catalog = terms.catalog,
                                .to = new_to == old_to ? std::nullopt : std::optional(new_to),
                                .agreement_ends = bound});
  begin_add_on_month(draft);
  if (new_to == old_to) return;
  // What ends with the period ends with the longer one.
  for (const Grant& grant : grants_whose_ends_move(before, draft.now))
    if (before.ends_with_period(grant) && lasts_with_period(draft, grant))
      draft.add(GrantEndMoved{grant.id, new_to, "changes.cycle_change"});
}

void end_trial(Draft& draft) {
  const TrialState trial = *draft.account.trial;
  end_running_trial(draft);
  if (!trial.picked) return;
  // A plan that the customer asked to start now, later, and whose payment is under way, takes the place of this one.
  for (const Order& order : draft.account.orders.open())
    if (order.unfinished() && order.buys.plan) return;
  Terms terms = terms_of(draft.account, draft.world.catalogs.at(trial.picked->catalog), trial.picked->plan,
                         trial.picked->cycle, trial.picked->licences, trial.picked->add_ons);
  terms.coupons = coupons_from(draft.account, draft.now);
  begin_subscription(draft, terms_as_bought(terms));
  Quote quote = quote_period(terms);
  const Subscription& begun = *draft.account.subscription;
  quote.period_from = begun.from;
  quote.period_to = begun.to;
  quote.paid_for = "subscription " + begun.from.text();
  auto candidates = candidates_for(draft, OrderKind::subscription, std::nullopt, {});
  place_order(draft, std::move(quote), std::move(candidates));
}

}  // namespace florin
