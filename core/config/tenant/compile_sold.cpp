#include "config/tenant/compiler.hpp"

#include <algorithm>
#include <unordered_map>

#include "config/decode.hpp"
#include "config/hint.hpp"
#include "domain/subscriptions/custom_plan.hpp"

namespace florin::config {

void Compiler::credit_types() {
  for (const auto& [id, block] : file_.credits) {
    if (block.decimals.value < 0 || block.decimals.value > 12)
      add("bad_integer", "credits have 0 to 12 decimals", block.decimals.at);
    CreditTypeRule rule{.id = id, .decimals = std::clamp(block.decimals.value, 0, 12), .is_money = {}, .at = {}};
    rule.at = rule_at(block.at);
    if (block.is_money) {
      rule.is_money = file_.currency;
      if (foreign(block.is_money->value))
        add("wrong_currency", "credits that are money are in this file's currency", block.is_money->at);
    }
    catalog_.credits.push_back(rule);
  }
  listed(!file_.credits.empty(), "credits", where("credits"));
}

std::int32_t Compiler::months_of(std::string_view id, const yaml::CycleBlock& block) {
  const auto* found = std::ranges::find(known_cycles, id, &KnownCycle::word);
  if (found != std::end(known_cycles)) {
    if (block.every)
      add("contradiction", "'" + std::string(id) + "' is " + std::to_string(found->months) + " months already",
          block.every->at);
    return found->months;
  }
  std::vector<std::string_view> words;
  for (const KnownCycle& cycle : known_cycles) words.push_back(cycle.word);
  if (!block.every) {
    add("unknown_name",
        "how long is '" + std::string(id) + "'? Write 'every: 2 months', or one of " + choice(words) +
            did_you_mean(id, words),
        block.at);
    return 1;
  }
  if (block.every->value.unit != Span::Unit::months || block.every->value.count == 0)
    add("bad_span", "a cycle is whole months, such as 2 months", block.every->at);
  return std::max(1, block.every->value.count);
}

void Compiler::per_account(Plan& plan, const yaml::PlanBlock& block) {
  using Key = yaml::PerAccount;
  const auto written = [&](Key key) {
    switch (key) {
      case Key::rank: return block.rank.has_value();
      case Key::cycles: return !block.cycles.empty();
      case Key::credit_price: return block.credit_price.has_value();
      case Key::first_credits: return block.first_credits.has_value();
      case Key::agreement: return block.agreement.has_value();
      case Key::monthly_minimum: return block.monthly_minimum.has_value();
      case Key::meters: break;
    }
    return false;
  };
  for (const auto& key : block.per_account) {
    const std::string word = shape_of<Key>().text(&key.value);
    if (written(key.value)) add("contradiction", "'" + word + "' is written in this plan already", key.at);
    plan.per_account.push_back(word);
  }
  for (const Key key : {Key::rank, Key::cycles}) {
    const std::string word = shape_of<Key>().text(&key);
    if (!written(key) && std::ranges::find(plan.per_account, word) == plan.per_account.end())
      add("missing_key", "'" + word + "' is missing, here or in per_account", block.at);
  }
}

void Compiler::cycles_and_plans() {
  std::unordered_map<std::int32_t, std::string> ranks;
  for (const auto& [id, block] : file_.plans) {
    plan_ids_.push_back(id.text());
    Plan plan;
    plan.id = id;
    plan.by_licence = block.by_licence;
    plan.at = rule_at(block.at);
    per_account(plan, block);
    if (block.rank) {
      plan.rank = block.rank->value;
      const auto [same, fresh] = ranks.emplace(plan.rank, id.text());
      if (!fresh && !block.rank->at.file.empty())
        add("duplicate_rank", "'" + same->second + "' has this rank too: then neither is the upgrade of the other",
            block.rank->at);
    }
    if (block.agreement) {
      plan.agreement = length(*block.agreement);
      if (plan.agreement->unit != Span::Unit::months)
        add("bad_span", "an agreement is whole months, such as 12 months", block.agreement->at);
    }
    if (block.credit_price) plan.credit_price = unit_price(*block.credit_price);
    if (block.monthly_minimum) plan.monthly_minimum = money(*block.monthly_minimum);
    if (block.first_credits) plan.first_credits = money(block.first_credits->at_least);
    for (const auto& [cycle_id, cycle] : block.cycles) {
      plan.cycles.push_back({.id = cycle_id.text(),
                             .months = months_of(cycle_id.text(), cycle),
                             .price = money(cycle.price),
                             .gives = credits(cycle.gives),
                             .at = rule_at(cycle.at)});
      if (std::ranges::find(cycle_ids_, cycle_id.text()) == cycle_ids_.end()) cycle_ids_.push_back(cycle_id.text());
    }
    if (const auto wrong = agreement_that_ends_inside(plan); wrong && plan.agreement->unit == Span::Unit::months)
      add("contradiction", *wrong, block.agreement->at);
    catalog_.plans.push_back(std::move(plan));
  }
  for (const auto& meter : file_.meters) meter_ids_.push_back(meter.first.text());
}

void Compiler::needs_of_plans() {
  const Node* plans = tree_.child("plans");
  const auto missing = [&](const char* block, const char* why) {
    Where at = tree_.where({});
    at.path = block;
    add("missing_key", std::string("'") + block + "' is missing: " + why, at);
  };
  const bool sells_credits = file_.credit_sales && file_.credit_sales->needs == yaml::Needs::nothing;
  if (file_.plans.empty()) {
    if (plans != nullptr)
      listed(false, "plans", where("plans"));
    else if (!sells_credits)
      missing("plans", "only a file whose credit_sales needs nothing sells without plans");
    else if (!file_.add_ons.empty())
      add("contradiction", "add_ons are sold beside plans, and there are none here", where("add_ons"));
    return;
  }
  if (!file_.changes) missing("changes", "there are plans, and it says when a change of them works");
  if (tree_.child("dunning") == nullptr)
    missing("dunning", "there are plans, and it says what a failed payment for one leads to");
}

void Compiler::conditions_of_plans() {
  for (std::size_t i = 0; i < file_.plans.size(); ++i)
    catalog_.plans[i].offered_to = condition(file_.plans[i].second.offered_to, account_words());
}

void Compiler::trial() {
  if (!file_.trial) return;
  Trial trial;
  trial.lasts = file_.trial->lasts.value.span;
  if (trial.lasts && trial.lasts->count == 0) add("bad_span", "a trial is more than nothing", file_.trial->lasts.at);
  trial.gives = credits(file_.trial->gives);
  trial.plan_picked_inside = file_.trial->plan_picked_inside;
  trial.at = rule_at(file_.trial->at);
  if (!trial.lasts && trial.plan_picked_inside == Trial::PlanPicked::starts_when_trial_ends)
    add("contradiction", "a trial that lasts until_upgrade never ends by itself: plan_picked_inside is starts_now",
        file_.trial->at);
  catalog_.trial = std::move(trial);
}

void Compiler::add_ons() {
  for (const auto& [id, block] : file_.add_ons) {
    AddOn add_on{.id = id, .sells = {}, .prices = {}, .at = rule_at(block.at)};
    if (block.sells) {
      add_on.sells = credits(*block.sells);
      positive(add_on.sells, block.sells->at);
    }
    add_on.renews = block.renews;
    add_on_entitlements(block, add_on);
    add_on.whole_inside_period = block.if_bought_inside_period == yaml::InsidePeriod::whole;
    for (const auto& [cycle, price] : block.prices) {
      known("cycle of any plan", cycle.text(), cycle_ids_, price.at);
      add_on.prices.push_back({.cycle = cycle.text(), .price = money(price)});
    }
    listed(!block.prices.empty(), "prices", block.at);
    add_on_credits(block, add_on);
    catalog_.add_ons.push_back(std::move(add_on));
  }
}

void Compiler::add_on_credits(const yaml::AddOnBlock& block, AddOn& add_on) {
  for (const auto& [cycle, sells] : block.sells_by_cycle) {
    const auto price = std::ranges::find(add_on.prices, cycle.text(), &AddOn::Price::cycle);
    const Allowed brings = credits(sells);
    positive(brings, sells.at);
    if (price == add_on.prices.end())
      add("contradiction", "'" + cycle.text() + "' has no price here: what is sold on it has one", sells.at);
    else
      price->sells = brings.amount;
    if (!block.sells || differ(brings.type, add_on.sells.type))
      add("contradiction", "sells_by_cycle changes how many credits of `sells` there are, not which", sells.at);
  }
}

void Compiler::licences() {
  const auto by_licence = std::ranges::find(catalog_.plans, true, &Plan::by_licence);
  if (file_.licences) {
    catalog_.licences = LicenceRule{.added_by_day = file_.licences->added == yaml::InsidePeriod::prorated,
                                    .at = rule_at(file_.licences->at)};
    if (by_licence == catalog_.plans.end()) add("contradiction", "no plan here is sold by_licence", file_.licences->at);
  } else if (by_licence != catalog_.plans.end()) {
    add("missing_key",
        "'licences' is missing: '" + by_licence->id.text() +
            "' is sold by licence; say {added: prorated} or {added: whole}",
        tree_.where({}));
  }
}

namespace {

bool costs_nothing(const UnitPrice& price, Credits amount, const CreditTypeRule& type) {
  try {
    return price.minor.over > 0 && !amount.is_zero() && price.times(amount, type.decimals, Rounding::half_up).is_zero();
  } catch (const ArithmeticError&) {
    return false;
  }
}

}  // namespace

void Compiler::credit_sales() {
  if (!file_.credit_sales) return;
  const yaml::CreditSalesBlock& block = *file_.credit_sales;
  CreditSales sales;
  const Allowed least = credits(block.at_least), most = credits(block.at_most), step = credits(block.step);
  sales.needs_plan = block.needs == yaml::Needs::plan;
  sales.type = least.type;
  sales.at_least = least.amount;
  sales.at_most = most.amount;
  sales.step = step.amount;
  sales.at = rule_at(block.at);
  positive(least, block.at_least.at);
  positive(step, block.step.at);
  if (differ(most.type, least.type))
    add("contradiction", "at_least and at_most are of one credit type", block.at_most.at);
  if (differ(step.type, least.type)) add("contradiction", "at_least and step are of one credit type", block.step.at);
  if (most.amount < least.amount) add("contradiction", "at_most is less than at_least", block.at_most.at);
  if (block.price) sales.price = unit_price(*block.price);
  const bool some_plan =
      std::ranges::any_of(catalog_.plans, [](const Plan& plan) { return plan.credit_price.has_value(); });
  if (!sales.price && !some_plan)
    add("missing_key", "'price' is missing: neither this block nor any plan's credit_price says what a credit costs",
        block.at);
  if (!sales.price && !sales.needs_plan)
    add("missing_key", "'price' is missing: without a plan there is no plan's credit_price", block.at);
  const CreditTypeRule* type = catalog_.credit_type(sales.type);
  if (type != nullptr) {
    const auto sold_for = [&](const UnitPrice& price) {
      fits(price, sales.at_most, *type, block.at_most.at);
      if (costs_nothing(price, sales.at_least, *type))
        add("sold_for_nothing",
            "the smallest purchase costs less than half of the smallest coin, so it would cost nothing: write a larger "
            "at_least, or a higher price of a credit",
            block.at_least.at);
    };
    if (sales.price) sold_for(*sales.price);
    for (const Plan& plan : catalog_.plans)
      if (plan.credit_price) sold_for(*plan.credit_price);
  }
  catalog_.credit_sales = std::move(sales);
}

void Compiler::fits(const UnitPrice& price, Credits most, const CreditTypeRule& type, const Where& at) {
  try {
    (void)price.times(most, type.decimals, Rounding::half_up);
  } catch (const ArithmeticError&) {
    add("amount_out_of_range", "so many credits cost more than an amount can hold", at);
  }
}

}  // namespace florin::config
