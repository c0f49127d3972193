#include "domain/subscriptions/custom_plan.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

namespace florin {

namespace {

const CustomPlan* made_for(const Account& account, const PlanId& plan) {
  const auto found = std::ranges::find(account.custom_plans, plan, &CustomPlan::plan);
  return found == account.custom_plans.end() ? nullptr : &*found;
}

/// Exactly the keys of `per_account`: no other one, and none left out.
void must_be_exactly(const Plan& plan, const SetCustomPlan& command) {
  const std::pair<std::string_view, bool> keys[] = {{"rank", command.rank.has_value()},
                                                    {"cycles", !command.cycles.empty()},
                                                    {"credit_price", command.credit_price.has_value()},
                                                    {"first_credits", command.first_credits.has_value()},
                                                    {"monthly_minimum", command.monthly_minimum.has_value()},
                                                    {"meters", !command.meters.empty()},
                                                    {"agreement", command.agreement.has_value()}};
  std::string all;
  for (const std::string& key : plan.per_account) all += (all.empty() ? "" : ", ") + key;
  for (const auto& [key, said] : keys) {
    const bool wanted = std::ranges::find(plan.per_account, key) != plan.per_account.end();
    const std::string name(key);
    if (said && !wanted)
      refuse("not_per_account",
             "'" + name + "' of '" + plan.id.text() + "' is not made for one account. What is: " + all + ".", plan.at);
    if (!said && wanted)
      refuse("term_missing", "'" + name + "' is missing. For one account '" + plan.id.text() + "' needs: " + all + ".",
             plan.at);
  }
}

/// A subscription that runs, waits, was picked or is being paid on this plan must find its cycle again.
void must_keep_cycles(const Account& account, const CustomPlan& made, const Plan& plan) {
  const auto keeps = [&](const PlanId& id, const std::string& cycle) {
    if (id != made.plan || made.cycles.empty()) return;
    if (std::ranges::find(made.cycles, cycle, &CustomPlan::Cycle::cycle) == made.cycles.end())
      refuse("cycle_in_use", "cycles: this account is on '" + cycle + "', which is missing.", plan.at);
  };
  for (const Order& order : account.orders.open())
    if ((order.in_flight() || order.undelivered) && order.buys.plan) keeps(*order.buys.plan, order.buys.cycle);
  if (account.trial && account.trial->picked) keeps(account.trial->picked->plan, account.trial->picked->cycle);
  if (!account.subscription) return;
  keeps(account.subscription->plan, account.subscription->cycle);
  if (account.subscription->pending) keeps(account.subscription->pending->plan, account.subscription->pending->cycle);
}

Credits units_of(const Catalog& catalog, const CreditAmount& amount, std::string_view field, const Plan& plan) {
  const CreditTypeRule* type = catalog.credit_type(amount.type);
  if (type == nullptr)
    refuse("unknown_credit",
           std::string(field) + ": there is no credit type " +
               quoted_with_nearest(amount.type.text(), catalog.credits) + ".",
           plan.at);
  const auto units = amount.amount.in_units(type->decimals);
  if (!units || *units <= 0)
    refuse("bad_amount",
           std::string(field) + ": the amount must be positive and have at most " + std::to_string(type->decimals) +
               " decimals.",
           plan.at);
  return {*units};
}

void must_be_a_price(const Catalog& catalog, const Money& price, std::string_view field, const Plan& plan) {
  if (price.currency() != catalog.currency || price.negative())
    refuse("bad_price",
           std::string(field) + ": prices here are in " + std::string(catalog.currency.code()) + ", and not negative.",
           plan.at);
}

Account account_with(const Account& account, const CustomPlan& made) {
  Account with;
  with.custom_plans = account.custom_plans;
  erase_if(with.custom_plans, [&](const CustomPlan& old) { return old.plan == made.plan; });
  with.custom_plans.push_back(made);
  return with;
}

}  // namespace

std::optional<std::string> agreement_that_ends_inside(const Plan& plan) {
  if (!plan.agreement) return std::nullopt;
  if (plan.agreement->unit != Span::Unit::months) return "an agreement is whole months, such as 12 months";
  for (const CycleRule& cycle : plan.cycles)
    if (plan.agreement->count > cycle.months && plan.agreement->count % cycle.months != 0)
      return plan.agreement->text() + " end inside a period of the " + cycle.id +
             " cycle; an agreement is a whole number of periods of each cycle that is sold";
  return std::nullopt;
}

std::optional<Plan> plan_for(const Account& account, const Catalog& catalog, const PlanId& id) {
  const Plan* found = catalog.plan(id);
  if (found == nullptr) return std::nullopt;
  Plan plan = *found;
  const CustomPlan* made = plan.per_account.empty() ? nullptr : made_for(account, id);
  if (made == nullptr) return plan;
  if (made->rank) plan.rank = *made->rank;
  if (made->credit_price) plan.credit_price = made->credit_price;
  if (made->first_credits) plan.first_credits = made->first_credits->is_zero() ? std::nullopt : made->first_credits;
  if (made->monthly_minimum) plan.monthly_minimum = made->monthly_minimum;
  if (made->agreement) plan.agreement = made->agreement->count == 0 ? std::nullopt : made->agreement;
  if (made->cycles.empty()) return plan;
  plan.cycles.clear();
  for (const CustomPlan::Cycle& cycle : made->cycles) {
    CycleRule rule{.id = cycle.cycle, .months = cycle.months, .price = cycle.price, .gives = {}, .at = plan.at};
    for (const BoughtCredits& given : cycle.gives) rule.gives.push_back({given.type, given.amount});
    plan.cycles.push_back(std::move(rule));
  }
  return plan;
}

const Meter* meter_for(const Account& account, const Catalog& catalog, const MeterId& id, Meter& own) {
  const Meter* meter = catalog.meter(id);
  if (meter == nullptr || account.custom_plans.empty() || !account.subscription) return meter;
  const CustomPlan* made = made_for(account, account.subscription->plan);
  if (made == nullptr) return meter;
  const auto priced = std::ranges::find(made->meters, id, &CustomPlan::OwnMeter::meter);
  if (priced == made->meters.end()) return meter;
  own = *meter;
  own.takes = priced->takes;
  return &own;
}

bool is_made(const Account& account, const Plan& plan) {
  return plan.per_account.empty() || made_for(account, plan.id) != nullptr;
}

void set_custom_plan(Draft& draft, const SetCustomPlan& command) {
  const Catalog& catalog = draft.catalog();
  const Plan* plan = catalog.plan(command.plan);
  if (plan == nullptr)
    refuse("unknown_plan", "There is no plan " + quoted_with_nearest(command.plan.text(), catalog.plans) + ".",
           catalog.at);
  if (plan->per_account.empty())
    refuse("not_per_account", "'" + plan->id.text() + "' is the same for every account.", plan->at);
  must_be_exactly(*plan, command);

  CustomPlan made{.plan = command.plan,
                  .rank = command.rank,
                  .cycles = {},
                  .credit_price = command.credit_price,
                  .first_credits = command.first_credits,
                  .monthly_minimum = command.monthly_minimum,
                  .meters = {},
                  .agreement = command.agreement};
  for (const PricedCycle& asked : command.cycles) {
    const auto months = catalog.months_of(asked.cycle);
    if (!months)
      refuse("unknown_cycle", "cycles: there is no cycle '" + asked.cycle + "'. Write monthly, quarterly or annual.",
             plan->at);
    must_be_a_price(catalog, asked.price, "cycles." + asked.cycle + ".price", *plan);
    CustomPlan::Cycle cycle{.cycle = asked.cycle, .months = *months, .price = asked.price, .gives = {}};
    for (const CreditAmount& given : asked.gives)
      cycle.gives.push_back({given.type, units_of(catalog, given, "cycles." + asked.cycle + ".gives", *plan)});
    made.cycles.push_back(std::move(cycle));
  }
  if (command.first_credits) must_be_a_price(catalog, *command.first_credits, "first_credits", *plan);
  if (command.monthly_minimum) must_be_a_price(catalog, *command.monthly_minimum, "monthly_minimum", *plan);
  if (command.credit_price &&
      (command.credit_price->currency != catalog.currency || command.credit_price->minor.over <= 0))
    refuse("bad_price", "credit_price: the price must be positive, in " + std::string(catalog.currency.code()) + ".",
           plan->at);
  for (const PricedMeter& asked : command.meters) {
    const Meter* meter = catalog.meter(asked.meter);
    if (meter == nullptr || asked.takes.type != meter->type)
      refuse(
          "unknown_meter",
          "meters: there is no meter " + quoted_with_nearest(asked.meter.text(), catalog.meters) + " of these credits.",
          plan->at);
    made.meters.push_back({asked.meter, units_of(catalog, asked.takes, "meters." + asked.meter.text(), *plan)});
  }
  must_keep_cycles(draft.account, made, *plan);
  const auto set = plan_for(account_with(draft.account, made), catalog, made.plan);
  if (const auto wrong = agreement_that_ends_inside(*set))
    refuse("agreement_does_not_fit", "agreement: " + *wrong + ".", plan->at);
  draft.add(CustomPlanSet{std::move(made)});
}

}  // namespace florin
