#include <algorithm>

#include "domain/catalog/permission.hpp"
#include "domain/subscriptions/coupon.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "domain/subscriptions/subscription.hpp"

/// Plan, cycle, licences and add-ons changed together: one quote, one payment, all or nothing. Source   KA-06, CL-15
namespace florin {

namespace {

/// The part of a period to `to` that is still to come: whole local days, today counted. Source   KA-04, SM-07
Ratio days_left(const Draft& draft, Instant to) {
  const Instant from = draft.account.subscription->from;
  return {draft.calendar().days_between(draft.now, to), draft.calendar().days_between(from, to)};
}

/// The same of the running period where it goes on. One with free months, as an import may bring, has several cycles:
/// its days are each a part of their own cycle, whose price they cost. Source   docs/decisions/0068-imported-periods.md
Ratio cycles_left(const Draft& draft) {
  constexpr Duration zones_apart = hours(15);
  const Subscription& running = *draft.account.subscription;
  const Calendar calendar = draft.calendar();
  const auto end_of = [&](std::int32_t cycles) { return calendar.boundary(running.from, running.months, cycles); };
  std::int32_t all = 1, over = 0;
  while (end_of(all + 1) <= running.to + zones_apart) ++all;
  if (all == 1) return days_left(draft, running.to);
  while (over + 1 < all && end_of(over + 1) <= draft.now) ++over;
  const Instant from = over == 0 ? running.from : end_of(over), to = over + 1 == all ? running.to : end_of(over + 1);
  const std::int64_t days = calendar.days_between(from, to);
  return {add(multiply(all - 1 - over, days), calendar.days_between(draft.now, to)), days};
}

/// What is left of one side of a change: of the running period if both end with it.
Ratio left_of(const Draft& draft, Instant to, Instant other) {
  return to == other && to == draft.account.subscription->to ? cycles_left(draft) : days_left(draft, to);
}

Ratio days_left(const Draft& draft, const Subscription::Month& month) {
  return {draft.calendar().days_between(draft.now, month.to), draft.calendar().days_between(month.from, month.to)};
}

/// What is left of one thing less what is left of another, exact.
Ratio difference(std::int64_t after, Ratio left_after, std::int64_t before, Ratio left_before) {
  if (left_after == left_before) return {multiply(subtract(after, before), left_after.over), left_after.under};
  return {subtract(multiply(multiply(after, left_after.over), left_before.under),
                   multiply(multiply(before, left_before.over), left_after.under)),
          multiply(left_after.under, left_before.under)};
}

/// Terms as they would be from now on, with when their period ends.
struct Side {
  const Terms& terms;
  Instant to;
};

/// What `after` gives above `before`, type by type, by the part of each period that is left; part credits up.
std::vector<BoughtCredits> credits_above(const Draft& draft, const std::vector<BoughtCredits>& after, Instant after_to,
                                         const std::vector<BoughtCredits>& before, Instant before_to) {
  std::vector<BoughtCredits> above;
  for (const BoughtCredits& more : after) {
    Credits less;
    for (const BoughtCredits& had : before)
      if (had.type == more.type) less += had.amount;
    const Ratio units = difference(more.amount.units, left_of(draft, after_to, before_to), less.units,
                                   left_of(draft, before_to, after_to));
    if (units.over > 0) above.push_back({more.type, {units.of(1, Rounding::up)}});
  }
  return above;
}

/// In minor units, exact; below 0 when what runs has cost more.
Ratio price_difference(const Draft& draft, const Side& before, const Side& after) {
  const Quote was = quote_period(paid_by_period(before.terms, after.terms));
  const Quote will_be = quote_period(paid_by_period(after.terms, before.terms));
  return difference(will_be.net().minor(), left_of(draft, after.to, before.to), was.net().minor(),
                    left_of(draft, before.to, after.to));
}

/// One line for all that changed, rounded once.
Quote quote_difference(const Draft& draft, const Side& before, const Side& after) {
  const Quote was = quote_period(paid_by_period(before.terms, after.terms));
  const Quote will_be = quote_period(paid_by_period(after.terms, before.terms));
  const Ratio left = days_left(draft, after.to);  // for people to read
  const Money price(price_difference(draft, before, after).of(1, Rounding::half_up), will_be.net().currency());
  Quote quote;
  quote.lines.push_back({after.terms.plan.id.text() + ", " + after.terms.cycle.id + ", difference for " +
                             std::to_string(left.over) + " of " + std::to_string(left.under) + " days",
                         after.terms.licences, price});
  quote.buys.plan_credits = credits_above(draft, will_be.buys.plan_credits, after.to, was.buys.plan_credits, before.to);
  quote.buys.addon_credits =
      credits_above(draft, will_be.buys.addon_credits, after.to, was.buys.addon_credits, before.to);
  for (const auto* credits : {&quote.buys.plan_credits, &quote.buys.addon_credits})
    for (const BoughtCredits& one : *credits) quote.lines.back().brings.push_back(one.type);
  return quote;
}

std::int32_t count_of(const std::vector<AddOnCount>& add_ons, const AddOnId& id) {
  for (const AddOnCount& one : add_ons)
    if (one.add_on == id) return one.count;
  return 0;
}

void set_count(std::vector<AddOnCount>& add_ons, const AddOnId& id, std::int32_t count) {
  std::erase_if(add_ons, [&](const AddOnCount& one) { return one.add_on == id; });
  if (count != 0) add_ons.push_back({id, count});
}

bool same_terms(const Terms& a, const Terms& b) {
  const auto all_in = [](const auto& some, const auto& others) {
    return std::ranges::all_of(some, [&](const AddOnCount& one) { return count_of(others, one.add_on) == one.count; });
  };
  return a.plan.id == b.plan.id && a.cycle.id == b.cycle.id && a.licences == b.licences &&
         all_in(a.add_ons, b.add_ons) && all_in(b.add_ons, a.add_ons);
}

bool names_plan(const ChangePlan& command) { return command.plan || command.cycle; }

/// What the customer wants to be on from the next period: what is named, and all else as it would have been.
Terms wanted_terms(const Draft& draft, const ChangePlan& command) {
  const Subscription& running = *draft.account.subscription;
  const Terms otherwise = next_terms(draft);
  const Catalog& catalog = names_plan(command) ? draft.catalog() : otherwise.catalog;
  const PlanId plan = !names_plan(command) ? otherwise.plan.id : command.plan.value_or(running.plan);
  const std::string cycle = !names_plan(command) ? otherwise.cycle.id : command.cycle.value_or(running.cycle);
  const Plan* found = catalog.plan(plan);
  const bool by_licence = found != nullptr && found->by_licence;
  std::vector<AddOnCount> add_ons = otherwise.add_ons;
  for (const AddOnCount& named : command.add_ons) {
    const AddOn* add_on = catalog.add_on(named.add_on);
    if (add_on == nullptr || add_on->renews) set_count(add_ons, named.add_on, named.count);
  }
  const std::int32_t kept = by_licence ? otherwise.licences : 1;
  return terms_of(draft.account, catalog, plan, cycle, command.licences.value_or(kept), std::move(add_ons));
}

/// Whether a plan, as it is for this account, is sold on a cycle with these add-ons.
bool is_sold(const Account& account, const Catalog& catalog, const PlanId& id, const std::string& cycle,
             const std::vector<AddOnCount>& add_ons) {
  const auto plan = plan_for(account, catalog, id);
  return plan && plan->cycle(cycle) != nullptr && std::ranges::all_of(add_ons, [&](const AddOnCount& one) {
           const AddOn* add_on = catalog.add_on(one.add_on);
           return add_on != nullptr && add_on->price_on(cycle) != nullptr;
         });
}

/// The same, with what waits already of the half that is not named: a cycle that was asked for is not forgotten with
/// another plan, nor a plan with another cycle. Who names what runs gives up what waits.
Terms with_pending(const Draft& draft, const ChangePlan& command, const Terms& wanted) {
  const Subscription& running = *draft.account.subscription;
  if (!running.pending || command.plan.has_value() == command.cycle.has_value()) return wanted;
  const PendingChange& pending = *running.pending;
  const bool cycle_waits = command.plan && *command.plan != running.plan && pending.cycle != running.cycle;
  const bool plan_waits = command.cycle && *command.cycle != running.cycle && pending.plan != running.plan;
  if (!cycle_waits && !plan_waits) return wanted;
  const PlanId& plan = plan_waits ? pending.plan : wanted.plan.id;
  const std::string& cycle = cycle_waits ? pending.cycle : wanted.cycle.id;
  if (!is_sold(draft.account, wanted.catalog, plan, cycle, wanted.add_ons)) return wanted;
  const bool by_licence = plan_for(draft.account, wanted.catalog, plan)->by_licence;
  const std::int32_t licences = !by_licence ? 1 : plan_waits ? pending.licences : wanted.licences;
  return terms_of(draft.account, wanted.catalog, plan, cycle, licences, wanted.add_ons);
}

/// The rule of a change of plan or cycle; none: neither changes.
const ChangeRule* rule_of(const Catalog& catalog, const Terms& is, const Terms& wanted) {
  if (is.plan.id == wanted.plan.id && is.cycle.id == wanted.cycle.id) return nullptr;
  if (is.plan.rank < wanted.plan.rank) return &catalog.upgrade;
  if (wanted.plan.rank < is.plan.rank) return &catalog.downgrade;
  return &catalog.cycle_change;
}

/// A plan works at once by its own rule; a cycle that is kept becomes another one in the middle only where the tenant
/// lets cycles change at once. A shorter cycle never begins inside a longer one, which is paid.
bool works_now(const Catalog& catalog, const ChangeRule& rule, const Terms& is, const Terms& wanted) {
  if (wanted.cycle.months < is.cycle.months) return false;
  const auto now = [&](const ChangeRule& asked) {
    return asked.when == ChangeRule::When::now ||
           (asked.when == ChangeRule::When::now_if_longer && is.cycle.months < wanted.cycle.months);
  };
  if (!now(rule)) return false;
  const bool kept = rule.cycle == ChangeRule::Cycle::keeps && is.cycle.id != wanted.cycle.id;
  return !kept || (catalog.cycle_change.cycle == ChangeRule::Cycle::keeps && now(catalog.cycle_change));
}

/// What works at once: the new plan if its rule says so, and all that becomes more. What becomes less waits.
Terms terms_from_now(const Draft& draft, const ChangePlan& command, const Terms& is, const Terms& wanted,
                     bool plan_now) {
  const Terms& plan = plan_now ? wanted : is;
  std::vector<AddOnCount> add_ons = is.add_ons;
  const auto at_least = [&](const AddOnCount& asked) {
    set_count(add_ons, asked.add_on, std::max(asked.count, count_of(is.add_ons, asked.add_on)));
  };
  std::ranges::for_each(wanted.add_ons, at_least);
  std::ranges::for_each(command.add_ons, at_least);
  const std::int32_t licences = plan.plan.by_licence ? std::max(is.licences, wanted.licences) : 1;
  Terms terms = terms_of(draft.account, plan.catalog, plan.plan.id, plan.cycle.id, licences, std::move(add_ons));
  terms.coupons = is.coupons;
  return terms;
}

/// What begins anew begins as it was wanted, with what was asked for of its first period alone.
Terms terms_of_new_cycle(const Draft& draft, const ChangePlan& command, const Terms& wanted) {
  std::vector<AddOnCount> add_ons = wanted.add_ons;
  for (const AddOnCount& named : command.add_ons)
    if (const AddOn* add_on = wanted.catalog.add_on(named.add_on); add_on != nullptr && !add_on->renews)
      set_count(add_ons, named.add_on, named.count);
  Terms terms =
      terms_of(draft.account, wanted.catalog, wanted.plan.id, wanted.cycle.id, wanted.licences, std::move(add_ons));
  terms.coupons = coupons_from(draft.account, draft.now);
  return terms;
}

/// The terms that a change at once would have from now on.
Terms at_once(const Draft& draft, const ChangePlan& command, const ChangeRule& rule, const Terms& is,
              const Terms& wanted) {
  return rule.cycle == ChangeRule::Cycle::restarts ? terms_of_new_cycle(draft, command, wanted)
                                                   : terms_from_now(draft, command, is, wanted, true);
}

/// The add-ons that are more than before, each its own line; for the whole period or by the day, as sold.
void add_more_add_ons(const Draft& draft, Quote& quote, const Terms& is, const Side& after) {
  for (const AddOnCount& wanted : after.terms.add_ons) {
    const std::int32_t more = wanted.count - count_of(is.add_ons, wanted.add_on);
    if (more <= 0) continue;
    Terms only = after.terms;
    only.add_ons = {{wanted.add_on, more}};
    // An amount was taken off the period as it began.
    std::erase_if(only.coupons, [](const Coupon& one) { return one.takes_off.percent.digits == 0; });
    const Quote period = quote_period(only);
    const AddOn& add_on = *after.terms.catalog.add_on(wanted.add_on);
    const bool by_month = add_on.by_month_on(after.terms.cycle.id);
    Line line = period.lines.back();
    std::vector<BoughtCredits> credits = by_month ? period.buys.month_credits : period.buys.addon_credits;
    if (!add_on.whole_inside_period) {
      const Ratio left = by_month ? days_left(draft, add_on_month_at(draft, draft.now))
                                  : left_of(draft, after.to, draft.account.subscription->to);
      line.amount = line.amount.times(left, Rounding::half_up);
      for (BoughtCredits& part : credits) part.amount = part.amount.times(left, Rounding::up);
    }
    quote.lines.push_back(std::move(line));
    auto& sum = by_month ? quote.buys.month_credits : quote.buys.addon_credits;
    sum.insert(sum.end(), credits.begin(), credits.end());
  }
}

/// What of the running period is paid and still to come, by the day; with the running month of add-ons that are paid by
/// it. Rounded once.
Money unused(const Draft& draft, const Terms& is) {
  const Subscription& running = *draft.account.subscription;
  Terms by_period = is;
  const Terms by_month = paid_by_month(is);
  for (const AddOnCount& one : by_month.add_ons) set_count(by_period.add_ons, one.add_on, 0);
  Money of_months(0, is.cycle.price.currency());
  for (const Line& line : quote_period(by_month).lines)
    if (!line.add_on.empty()) of_months += line.amount;
  const Ratio left = days_left(draft, running.to);
  const Ratio of_month = of_months.is_zero() ? Ratio{0, 1} : days_left(draft, add_on_month_at(draft, draft.now));
  const std::int64_t over = add(multiply(multiply(quote_period(by_period).net().minor(), left.over), of_month.under),
                                multiply(multiply(of_months.minor(), of_month.over), left.under));
  return {scale(1, over, multiply(left.under, of_month.under), Rounding::half_up), is.cycle.price.currency()};
}

/// Whether what a change at once would cost is less than what is paid already for the same days. Nothing is given back:
/// such a change waits for the renewal.
bool costs_less(const Draft& draft, const ChangeRule& rule, const Terms& is, const Terms& after) {
  if (rule.cycle == ChangeRule::Cycle::restarts)
    return rule.pays == ChangeRule::Pays::prorated_difference && quote_period(after).net() < unused(draft, is);
  Terms kept_add_ons = after;
  kept_add_ons.add_ons = is.add_ons;
  const Side before{is, draft.account.subscription->to};
  return price_difference(draft, before, {kept_add_ons, period_end(draft, after.cycle.months)}).over < 0;
}

/// What is paid now inside the running period, which goes on.
Quote quote_inside_period(const Draft& draft, const ChangeRule* rule, const Terms& is, const Side& after) {
  Terms kept_add_ons = after.terms;
  kept_add_ons.add_ons = is.add_ons;
  const Side before{is, draft.account.subscription->to};
  const Side changed{kept_add_ons, after.to};
  Quote quote;
  if (!same_terms(is, kept_add_ons)) quote = quote_difference(draft, before, changed);
  const Quote whole = quote_period(kept_add_ons);
  const std::int32_t more = after.terms.licences - is.licences;
  if (rule == nullptr && more > 0 && !draft.catalog().licences->added_by_day) {
    const Money each = whole.lines.front().amount - quote_period(is).lines.front().amount;
    quote.lines = {{whole.lines.front().text, more, each, {}, whole.lines.front().brings}};
  }
  add_more_add_ons(draft, quote, is, after);
  return quote;
}

/// What is paid now for a cycle that begins with the payment: the whole of it, or that less what is unused of the one
/// that runs. It brings all its credits; what is left of the old ones is the credit policy's.
Quote quote_new_cycle(const Draft& draft, const ChangeRule& rule, const Terms& is, const Terms& after) {
  Quote whole = quote_period(after);
  if (rule.pays == ChangeRule::Pays::full_price) return whole;
  const Ratio left = days_left(draft, draft.account.subscription->to);
  whole.lines.front().text += ", less " + std::to_string(left.over) + " of " + std::to_string(left.under) +
                              " days of " + quote_period(is).lines.front().text;
  Money paid_already = unused(draft, is);
  for (Line& line : whole.lines) {
    const Money part = std::min(line.amount, paid_already);
    line.amount = line.amount - part;
    paid_already = paid_already - part;
  }
  return whole;
}

void must_not_be_paying(const Draft& draft) {
  if (draft.account.past_due) refuse("past_due", "A payment is overdue. Please pay it first.");
  for (const Order& order : draft.account.orders.open())
    if (order.unfinished() && order.kind != OrderKind::purchase && order.kind != OrderKind::recharge &&
        order.kind != OrderKind::small_amounts && !order.left_as_invoice())
      refuse("payment_under_way", "A payment for this subscription is under way. Please wait for its result.");
}

void must_be_free_to(const Draft& draft, const Actor& actor, const Terms& is, const Terms& wanted) {
  const auto& bound = draft.account.subscription->agreement_ends;
  const bool lower = wanted.plan.rank < is.plan.rank;
  if (bound && draft.now < *bound && lower && actor.role != "staff")
    refuse("under_agreement",
           "The agreement runs to " + draft.calendar().date(*bound).text() + "; a lower plan can begin then.",
           is.plan.at);
  if (wanted.plan.id != is.plan.id && !holds(wanted.plan.offered_to, draft.account, actor, {}))
    refuse("plan_not_offered", "This plan is not offered to this account.", wanted.plan.at);
  if (wanted.cycle.id != is.cycle.id) must_be_allowed(draft.account, draft.catalog(), actor, "change_cycle", {});
}

/// Nothing has to be paid now: what was asked for waits for the renewal, or what waited is given up.
void set_pending(Draft& draft, const ChangePlan& command, const Terms& is, const Terms& wanted) {
  const Subscription running = *draft.account.subscription;
  if (running.cancelled_at && names_plan(command)) draft.add(CancelUndone{});
  if (running.ends_with_period() && !names_plan(command))
    refuse("already_cancelled", "This subscription ends with its period. Choose a plan to keep it.");
  if (!same_terms(renewing(is), wanted)) return draft.add(ChangeSet{pending_change(wanted)});
  if (running.pending) draft.add(ChangeRemoved{});
}

OrderKind kind_of(const ChangePlan& command, const Terms& is, const Terms& after) {
  if (names_plan(command)) return OrderKind::change;
  return is.licences < after.licences ? OrderKind::licences : OrderKind::addon;
}

void pay_now(Draft& draft, const Actor& actor, Quote quote, std::string_view key, const ChangePlan& command) {
  quote.paid_for = std::string(word_of(quote.kind)) + " " + std::string(key);
  if (!quote.buys.restarts_cycle) {
    quote.period_from = draft.account.subscription->from;
    quote.period_to = draft.account.subscription->to;
  }
  auto candidates = candidates_for(draft, quote.kind, command.pay_with, actor, &quote.buys);
  if (candidates.empty() && !quote.net().is_zero())
    refuse("no_payment_method", "Please add a payment method first.", draft.catalog().methods_at);
  place_order(draft, std::move(quote), std::move(candidates));
}

}  // namespace

Instant period_end(const Draft& draft, std::int32_t months) {
  const Subscription& running = *draft.account.subscription;
  if (months == running.months) return running.to;
  return draft.calendar().boundary(running.anchor, 1, running.anchor_months + months);
}

void change_plan(Draft& draft, const Actor& actor, std::string_view key, const ChangePlan& command) {
  if (!draft.account.subscription) refuse("no_plan", "This account is on no plan.");
  const auto& pausing = draft.catalog().pause;
  if (draft.account.pause)
    refuse("paused", "This subscription is paused. Resume it first.", pausing ? pausing->at : RuleAt());
  const Subscription running = *draft.account.subscription;
  const Catalog& catalog = draft.catalog();
  if (command.licences && !catalog.licences) refuse("not_by_licence", "Licences are not sold here.", catalog.at);
  const Terms is = current_terms(draft);
  const Terms wanted = wanted_terms(draft, command);
  const ChangeRule* rule = rule_of(catalog, is, wanted);
  const Terms later = with_pending(draft, command, wanted);
  bool plan_now = rule != nullptr && names_plan(command) && works_now(catalog, *rule, is, wanted);
  if (plan_now) plan_now = !costs_less(draft, *rule, is, at_once(draft, command, *rule, is, wanted));
  const Terms after = terms_from_now(draft, command, is, wanted, plan_now);
  const bool restarts = plan_now && rule->cycle == ChangeRule::Cycle::restarts;

  const bool nothing_now = same_terms(is, after);
  const bool undoes = running.cancelled_at && names_plan(command);
  if (nothing_now && !undoes && same_terms(later, next_terms(draft)))
    refuse("no_change", "This is what the account has already.");
  if (rule != nullptr) must_be_free_to(draft, actor, is, wanted);
  if (!nothing_now || !same_terms(renewing(is), later)) must_not_be_paying(draft);
  if (nothing_now) return set_pending(draft, command, is, later);

  // What begins anew begins as it was wanted; otherwise what becomes less waits for the renewal.
  const Terms paid = restarts ? at_once(draft, command, *rule, is, wanted) : after;
  const Side from_now{after, period_end(draft, after.cycle.months)};
  Quote quote = restarts ? quote_new_cycle(draft, *rule, is, paid)
                         : quote_inside_period(draft, plan_now ? rule : nullptr, is, from_now);
  Buys buys = change_to(paid, restarts);
  buys.plan_credits = std::move(quote.buys.plan_credits);
  buys.addon_credits = std::move(quote.buys.addon_credits);
  buys.month_credits = std::move(quote.buys.month_credits);
  if (!same_terms(renewing(paid), later)) buys.from_next_period = pending_change(later);
  quote.buys = std::move(buys);
  quote.kind = kind_of(command, is, after);
  pay_now(draft, actor, std::move(quote), key, command);
}

}  // namespace florin
