#include <algorithm>

#include "domain/catalog/permission.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

/// The part of the period that is still to come: whole local days, today counted. Source   KA-04, SM-07
Ratio days_left(const Draft& draft) {
  const Subscription& running = *draft.account.subscription;
  return {draft.calendar().days_between(draft.now, running.to),
          draft.calendar().days_between(running.from, running.to)};
}

const Subscription& running_subscription(const Draft& draft) {
  if (!draft.account.subscription) refuse("no_plan", "This account is on no plan.");
  return *draft.account.subscription;
}

void must_not_be_paying(const Draft& draft) {
  if (draft.account.past_due) refuse("past_due", "A payment is overdue. Please pay it first.");
  for (const Order& order : draft.account.orders)
    if (order.state == OrderState::open && order.kind != OrderKind::purchase && order.kind != OrderKind::recharge)
      refuse("payment_under_way", "A payment for this subscription is under way. Please wait for its result.");
}

/// What `more` has above `less`, type by type, by the part of the period that is left; part credits up.
std::vector<BoughtCredits> difference(const std::vector<BoughtCredits>& more, const std::vector<BoughtCredits>& less,
                                      Ratio left) {
  std::vector<BoughtCredits> sum;
  for (const BoughtCredits& credits : more) {
    Credits above = credits.amount;
    for (const BoughtCredits& before : less)
      if (before.type == credits.type) above -= before.amount;
    if (above.units > 0) sum.push_back({credits.type, above.times(left, Rounding::up)});
  }
  return sum;
}

/// One line for all that changed, rounded once.
Quote quote_difference(const Draft& draft, OrderKind kind, const Terms& from, const Terms& to) {
  const Ratio left = days_left(draft);
  const Quote before = quote_period(from);
  const Quote after = quote_period(to);
  Quote quote;
  quote.kind = kind;
  const Money price = (after.net() - before.net()).times(left, Rounding::half_up);
  quote.lines.push_back({after.lines.front().text + ", difference for " + std::to_string(left.over) + " of " +
                             std::to_string(left.under) + " days",
                         to.licences, price});
  quote.buys = change_to(to, false);
  quote.buys.plan_credits = difference(after.buys.plan_credits, before.buys.plan_credits, left);
  return quote;
}

void pay_now(Draft& draft, const Actor& actor, Quote quote, std::string_view key) {
  if (quote.net().negative()) quote.lines = {{quote.lines.front().text, 1, Money(0, quote.net().currency())}};
  quote.paid_for = std::string(word_of(quote.kind)) + " " + std::string(key);
  if (!quote.buys.restarts_cycle) {
    quote.period_from = draft.account.subscription->from;
    quote.period_to = draft.account.subscription->to;
  }
  const OrderKind kind = quote.kind;
  auto candidates = candidates_for(draft, kind, std::nullopt, actor);
  if (candidates.empty() && !quote.net().is_zero())
    refuse("no_payment_method", "Please add a payment method first.", draft.catalog().methods_at);
  place_order(draft, std::move(quote), std::move(candidates));
}

void drop_pending(Draft& draft) {
  if (draft.account.subscription->pending) draft.add(ChangeRemoved{});
  if (draft.account.subscription->cancelled_at) draft.add(CancelUndone{});
}

Terms current_terms(const Draft& draft) {
  const Subscription& running = *draft.account.subscription;
  return terms_of(draft.own_catalog(), running.plan, running.cycle, running.licences, running.add_ons);
}

}  // namespace

void change_plan(Draft& draft, const Actor& actor, std::string_view key, const ChangePlan& command) {
  const Subscription running = running_subscription(draft);
  const Catalog& catalog = draft.catalog();
  const bool same = running.plan == command.plan && running.cycle == command.cycle;
  if (same) {
    if (!running.pending && !running.cancelled_at) refuse("no_change", "This account is on this plan already.");
    return drop_pending(draft);
  }
  must_not_be_paying(draft);
  const Terms now = current_terms(draft);
  const bool keeps_licences = catalog.plan(command.plan) != nullptr && catalog.plan(command.plan)->by_licence;
  const Terms next =
      terms_of(catalog, command.plan, command.cycle, keeps_licences ? running.licences : 1, running.add_ons);
  if (!holds(next.plan.offered_to, draft.account, actor, {}))
    refuse("plan_not_offered", "This plan is not offered to this account.", next.plan.at);
  if (running.cycle != command.cycle) must_be_allowed(draft.account, catalog, actor, "change_cycle", {});

  const ChangeRule& rule = next.plan.rank > now.plan.rank   ? catalog.upgrade
                           : next.plan.rank < now.plan.rank ? catalog.downgrade
                                                            : catalog.cycle_change;
  // A cycle that is kept cannot become another one in the middle: such a change waits for the renewal.
  const bool waits = rule.when == ChangeRule::When::next_renewal ||
                     (rule.cycle == ChangeRule::Cycle::keeps && running.cycle != command.cycle);
  if (waits) {
    if (running.cancelled_at) draft.add(CancelUndone{});
    return draft.add(ChangeSet{pending_change(next)});
  }

  const Quote whole = quote_period(next);
  Quote quote =
      rule.pays == ChangeRule::Pays::full_price ? whole : quote_difference(draft, OrderKind::change, now, next);
  quote.kind = OrderKind::change;
  const auto credits = rule.credits == ChangeRule::Gives::full
                           ? whole.buys.plan_credits
                           : quote_difference(draft, OrderKind::change, now, next).buys.plan_credits;
  const auto addon_credits =
      rule.cycle == ChangeRule::Cycle::restarts ? whole.buys.addon_credits : std::vector<BoughtCredits>();
  quote.buys = change_to(next, rule.cycle == ChangeRule::Cycle::restarts);
  quote.buys.plan_credits = credits;
  quote.buys.addon_credits = addon_credits;
  pay_now(draft, actor, std::move(quote), key);
}

void set_licences(Draft& draft, const Actor& actor, std::string_view key, const SetLicences& command) {
  const Subscription running = running_subscription(draft);
  const Catalog& catalog = draft.catalog();
  if (!catalog.licences) refuse("not_by_licence", "Licences are not sold here.");
  const Terms now = current_terms(draft);
  const Terms next = terms_of(draft.own_catalog(), running.plan, running.cycle, command.total, running.add_ons);
  if (command.total == running.licences) {
    if (!running.pending) refuse("no_change", "This account has this many licences already.");
    return draft.add(ChangeRemoved{});
  }
  must_not_be_paying(draft);
  if (command.total < running.licences) return draft.add(ChangeSet{pending_change(next)});
  Quote quote = quote_difference(draft, OrderKind::licences, now, next);
  if (!catalog.licences->added_by_day) {
    const Money whole = quote_period(next).net() - quote_period(now).net();
    quote.lines = {{quote.lines.front().text, command.total - running.licences, whole}};
  }
  pay_now(draft, actor, std::move(quote), key);
}

void set_add_on(Draft& draft, const Actor& actor, std::string_view key, const SetAddOn& command) {
  const Subscription running = running_subscription(draft);
  std::vector<AddOnCount> totals = running.add_ons;
  std::int32_t had = 0;
  std::erase_if(totals, [&](const AddOnCount& a) {
    if (a.add_on == command.add_on) had = a.count;
    return a.add_on == command.add_on;
  });
  totals.push_back({command.add_on, command.total});
  const Terms next = terms_of(draft.own_catalog(), running.plan, running.cycle, running.licences, totals);
  if (command.total == had) {
    if (!running.pending) refuse("no_change", "This account has this many of the add-on already.");
    return draft.add(ChangeRemoved{});
  }
  must_not_be_paying(draft);
  if (command.total < had) return draft.add(ChangeSet{pending_change(next)});

  const AddOn& add_on = *next.catalog.add_on(command.add_on);
  const std::int32_t more = command.total - had;
  const Terms only{next.catalog, next.plan, next.cycle, running.licences, {{command.add_on, more}}};
  const Quote period = quote_period(only);
  Quote quote;
  quote.kind = OrderKind::addon;
  quote.lines = {period.lines.back()};
  quote.buys = change_to(next, false);
  quote.buys.addon_credits = period.buys.addon_credits;
  if (!add_on.whole_inside_period) {
    const Ratio left = days_left(draft);
    quote.lines.front().amount = quote.lines.front().amount.times(left, Rounding::half_up);
    quote.buys.addon_credits = difference(period.buys.addon_credits, {}, left);
  }
  pay_now(draft, actor, std::move(quote), key);
}

}  // namespace florin
