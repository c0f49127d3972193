#include "config/tenant/compile.hpp"

#include <algorithm>
#include <unordered_map>

#include "config/decode.hpp"
#include "config/hint.hpp"
#include "config/tenant/shapes.hpp"
#include "config/zone.hpp"

namespace florin::config {

namespace {

RuleAt rule_at(const Where& at) { return {.file = at.file, .line = at.line}; }

std::vector<std::string_view> ids_of(const auto& rules) {
  std::vector<std::string_view> ids;
  for (const auto& rule : rules) {
    if constexpr (requires { rule.id.text(); })
      ids.push_back(rule.id.text());
    else
      ids.push_back(rule.id);
  }
  return ids;
}

struct KnownCycle {
  std::string_view word;
  std::int32_t months;
};
constexpr KnownCycle known_cycles[] = {{"monthly", 1}, {"quarterly", 3}, {"half_yearly", 6}, {"annual", 12}};

/// Turns the shapes into the catalog, and checks what one value alone cannot tell.
class Compiler {
 public:
  Compiler(const yaml::TenantFile& file, const Node& tree, Errors& errors)
      : file_(file), tree_(tree), errors_(errors) {}

  Catalog compile() {
    catalog_.tenant = file_.tenant;
    catalog_.currency = file_.currency;
    if (auto zone = load_zone(file_.timezone.value))
      catalog_.zone = *std::move(zone);
    else
      add(zone.error().code, zone.error().message, file_.timezone.at);
    credit_types();
    approvals();
    roles();
    cycles_and_plans();
    meters();
    conditions_of_plans();
    trial();
    add_ons();
    licences();
    credit_sales();
    holds();
    auto_recharge();
    changes();
    past_due();
    refunds();
    payments();
    tries();
    gates();
    credit_policy();
    documents();
    return std::move(catalog_);
  }

 private:
  void add(std::string code, std::string message, const Where& at) {
    errors_.push_back({.code = std::move(code), .message = std::move(message), .at = at});
  }

  /// Says so unless `name` is among the declared ones.
  bool known(std::string_view what, std::string_view name, const std::vector<std::string_view>& declared,
             const Where& at) {
    if (std::ranges::find(declared, name) != declared.end()) return true;
    add("unknown_name",
        "there is no " + std::string(what) + " '" + std::string(name) + "' here" + did_you_mean(name, declared), at);
    return false;
  }

  /// Of a currency that is not this file's. What could not be read is not.
  bool foreign(Currency currency) const { return currency && file_.currency && currency != file_.currency; }

  /// Whether two amounts are of two types. What could not be read is of none.
  static bool differ(const CreditType& a, const CreditType& b) { return !a.empty() && !b.empty() && a != b; }

  Money money(const Written<Money>& written) {
    if (foreign(written.value.currency()))
      add("wrong_currency", "prices here are in " + std::string(file_.currency.code()), written.at);
    else if (written.value.negative())
      add("negative_amount", "a price is not negative", written.at);
    return written.value;
  }

  UnitPrice unit_price(const Written<UnitPrice>& written) {
    if (foreign(written.value.currency))
      add("wrong_currency", "prices here are in " + std::string(file_.currency.code()), written.at);
    else if (written.value.currency && written.value.minor.over <= 0)
      add("negative_amount", "the price of a credit is more than nothing", written.at);
    return written.value;
  }

  Allowed credits(const Written<CreditAmount>& written) { return credits(written.value, written.at); }

  Allowed credits(const CreditAmount& amount, const Where& at) {
    if (amount.type.empty()) return {};  // could not be read
    const CreditTypeRule* type = catalog_.credit_type(amount.type);
    if (type == nullptr) {
      add("unknown_credit_type",
          "the credits '" + amount.type.text() + "' are not declared under credits" +
              did_you_mean(amount.type.text(), ids_of(catalog_.credits)),
          at);
      return {.type = amount.type, .amount = {}};
    }
    const auto units = amount.amount.in_units(type->decimals);
    if (!units) {
      add(units.error().code, units.error().message + ": " + amount.type.text() + " is counted that finely", at);
      return {.type = amount.type, .amount = {}};
    }
    if (*units < 0) add("negative_amount", "an amount of credits is not negative", at);
    return {.type = amount.type, .amount = {*units}};
  }

  Allowed credits(const Written<yaml::CreditsOrMoney>& written) {
    if (const auto* amount = std::get_if<CreditAmount>(&written.value.amount)) return credits(*amount, written.at);
    const Money& value = std::get<Money>(written.value.amount);
    for (const CreditTypeRule& type : catalog_.credits)
      if (type.is_money && type.is_money == value.currency())
        return credits({{value.minor(), value.currency().exponent()}, type.id}, written.at);
    add("wrong_currency", "no credits here are money in " + std::string(value.currency().code()), written.at);
    return {};
  }

  std::vector<Allowed> credits(const std::vector<Written<CreditAmount>>& written) {
    std::vector<Allowed> all;
    for (const auto& one : written) {
      const Allowed allowed = credits(one);
      if (std::ranges::count(all, allowed.type, &Allowed::type) != 0)
        add("contradiction", "'" + allowed.type.text() + "' is given twice", one.at);
      all.push_back(allowed);
    }
    return all;
  }

  void positive(const Allowed& allowed, const Where& at) {
    if (!allowed.type.empty() && allowed.amount.units == 0) add("negative_amount", "this is more than nothing", at);
  }

  /// Lengths of zero would mean that something is over as it begins.
  Span length(const Written<Span>& written) {
    if (written.value.count == 0) add("bad_span", "this length is more than nothing", written.at);
    return written.value;
  }

  void listed(bool anything, std::string_view what, const Where& at) {
    if (!anything) add("nothing_listed", std::string(what) + " lists nothing", at);
  }

  Where where(std::string_view key) const {
    const Node* node = tree_.child(key);
    return node == nullptr ? tree_.where({}) : node->where_key(std::string(key));
  }

  void credit_types() {
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

  void approvals() {
    for (const auto& approval : file_.approvals) {
      std::vector<std::string_view> taken = account_words();
      for (const std::string_view word : usage_words()) taken.push_back(word);
      if (std::ranges::find(taken, approval.value.text()) != taken.end())
        add("contradiction", "'" + approval.value.text() + "' is a word of conditions already", approval.at);
      catalog_.approvals.push_back(approval.value.text());
    }
  }

  // ---- Conditions: one vocabulary for gates, meters, plans and methods

  void check_word(const std::string& word, const Written<std::string>& value) {
    const auto one_of = [&](const std::vector<std::string_view>& words) {
      if (std::ranges::find(words, value.value) == words.end())
        add("bad_condition",
            "'" + value.value.substr(0, 64) + "' is no " + word + ": write " + choice(words) +
                did_you_mean(value.value, words),
            value.at);
    };
    if (word == "plan") return (void)known("plan", value.value, plan_ids_, value.at);
    if (word == "cycle") return (void)known("cycle", value.value, cycle_ids_, value.at);
    if (word == "meter") return (void)known("meter", value.value, meter_ids_, value.at);
    if (word == "state") {
      const auto words = shape_of<Standing>().words;
      return one_of({words.begin(), words.end()});
    }
    if (word == "direction") return one_of({"inbound", "outbound"});
    if (word == "actor") {
      auto words = ids_of(catalog_.roles);
      words.insert(words.end(), {"staff", "service"});
      return one_of(words);
    }
    if (word == "billing_country" || word == "destination_country") {
      const bool country =
          value.value.size() == 2 && std::ranges::all_of(value.value, [](char c) { return c >= 'A' && c <= 'Z'; });
      if (!country)
        add("bad_condition", "'" + value.value.substr(0, 40) + "' is no country such as IN (ISO 3166)", value.at);
      return;
    }
    if (std::ranges::count(catalog_.approvals, word) != 0)
      return one_of({"submitted", "approved", "rejected", "expired"});
  }

  /// `words` are those of the vocabulary that can be known where this condition is asked.
  Condition condition(const yaml::ConditionBlock& block, std::vector<std::string_view> words) {
    Condition all;
    for (const auto& [word, values] : block) {
      if (std::ranges::find(words, word) == words.end())
        add("unknown_condition",
            "'" + word.substr(0, 64) + "' is no condition that can be known here: write " + choice(words) +
                did_you_mean(word, words),
            values.at);
      Need need{.word = word, .any_of = {}};
      for (const auto& value : values.value) {
        check_word(word, value);
        need.any_of.push_back(value.value);
      }
      listed(!need.any_of.empty(), "'" + word + "'", values.at);
      all.push_back(std::move(need));
    }
    return all;
  }

  std::vector<std::string_view> account_words() const {
    std::vector<std::string_view> words = {"state", "plan", "cycle", "billing_country", "actor"};
    words.insert(words.end(), catalog_.approvals.begin(), catalog_.approvals.end());
    return words;
  }
  static std::vector<std::string_view> usage_words() {
    return {"meter", "direction", "destination", "destination_country", "outcome"};
  }

  // ---- What is sold

  std::int32_t months_of(std::string_view id, const yaml::CycleBlock& block) {
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

  void cycles_and_plans() {
    listed(!file_.plans.empty(), "plans", where("plans"));
    std::unordered_map<std::int32_t, std::string> ranks;
    for (const auto& [id, block] : file_.plans) {
      plan_ids_.push_back(id.text());
      Plan plan;
      plan.id = id;
      plan.rank = block.rank.value;
      plan.by_licence = block.by_licence;
      plan.at = rule_at(block.at);
      const auto [same, fresh] = ranks.emplace(plan.rank, id.text());
      if (!fresh && !block.rank.at.file.empty())
        add("duplicate_rank", "'" + same->second + "' has this rank too: then neither is the upgrade of the other",
            block.rank.at);
      if (block.credit_price) plan.credit_price = unit_price(*block.credit_price);
      if (block.first_credits) plan.first_credits = money(block.first_credits->at_least);
      for (const auto& [cycle_id, cycle] : block.cycles) {
        plan.cycles.push_back({.id = cycle_id.text(),
                               .months = months_of(cycle_id.text(), cycle),
                               .price = money(cycle.price),
                               .gives = credits(cycle.gives),
                               .at = rule_at(cycle.at)});
        if (std::ranges::find(cycle_ids_, cycle_id.text()) == cycle_ids_.end()) cycle_ids_.push_back(cycle_id.text());
      }
      listed(!block.cycles.empty(), "cycles", block.at);
      catalog_.plans.push_back(std::move(plan));
    }
    for (const auto& meter : file_.meters) meter_ids_.push_back(meter.first.text());
  }

  void conditions_of_plans() {
    for (std::size_t i = 0; i < file_.plans.size(); ++i)
      catalog_.plans[i].offered_to = condition(file_.plans[i].second.offered_to, account_words());
  }

  void meters() {
    for (const auto& [id, block] : file_.meters) {
      const Allowed takes = credits(block.takes);
      if (block.per_started.value.micro == 0 && !block.per_started.value.unit.empty())
        add("bad_quantity", "a block is more than nothing", block.per_started.at);
      catalog_.meters.push_back({.id = id,
                                 .type = takes.type,
                                 .takes = takes.amount,
                                 .per_started = block.per_started.value,
                                 .at_least = block.at_least.value.count,
                                 .only_if = condition(block.only_if, usage_words()),
                                 .at = rule_at(block.at)});
    }
  }

  void trial() {
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

  void add_ons() {
    for (const auto& [id, block] : file_.add_ons) {
      AddOn add_on{.id = id, .sells = credits(block.sells), .prices = {}, .at = rule_at(block.at)};
      positive(add_on.sells, block.sells.at);
      add_on.whole_inside_period = block.if_bought_inside_period == yaml::InsidePeriod::whole;
      for (const auto& [cycle, price] : block.prices) {
        known("cycle of any plan", cycle.text(), cycle_ids_, price.at);
        add_on.prices.push_back({.cycle = cycle.text(), .price = money(price)});
      }
      listed(!block.prices.empty(), "prices", block.at);
      catalog_.add_ons.push_back(std::move(add_on));
    }
  }

  void licences() {
    const auto by_licence = std::ranges::find(catalog_.plans, true, &Plan::by_licence);
    if (file_.licences) {
      catalog_.licences = LicenceRule{.added_by_day = file_.licences->added == yaml::InsidePeriod::by_day,
                                      .removed_at_renewal = file_.licences->removed == yaml::Removed::next_renewal,
                                      .at = rule_at(file_.licences->at)};
      if (by_licence == catalog_.plans.end())
        add("contradiction", "no plan here is sold by_licence", file_.licences->at);
    } else if (by_licence != catalog_.plans.end()) {
      add("missing_key",
          "'licences' is missing: '" + by_licence->id.text() +
              "' is sold by licence; say {added: by_day or whole, removed: next_renewal}",
          tree_.where({}));
    }
  }

  void credit_sales() {
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
      if (sales.price) fits(*sales.price, sales.at_most, *type, block.at_most.at);
      for (const Plan& plan : catalog_.plans)
        if (plan.credit_price) fits(*plan.credit_price, sales.at_most, *type, block.at_most.at);
    }
    catalog_.credit_sales = std::move(sales);
  }

  /// The largest purchase must have a price.
  void fits(const UnitPrice& price, Credits most, const CreditTypeRule& type, const Where& at) {
    try {
      (void)price.times(most, type.decimals, Rounding::half_up);
    } catch (const ArithmeticError&) {
      add("amount_out_of_range", "so many credits cost more than an amount can hold", at);
    }
  }

  void holds() {
    if (!file_.holds) return;
    catalog_.holds = HoldRule{.longest = length(file_.holds->longest),
                              .used_more_than_held = file_.holds->used_more_than_held,
                              .at = rule_at(file_.holds->at)};
  }

  void auto_recharge() {
    if (!file_.auto_recharge) return;
    const yaml::AutoRechargeBlock& block = *file_.auto_recharge;
    if (!catalog_.credit_sales)
      return add("missing_key", "'credit_sales' is missing: a recharge buys at its price", block.at);
    const Allowed below = credits(block.below.at_least), amount = credits(block.amount.at_least);
    for (const auto& [allowed, written] : {std::pair(below, &block.below), std::pair(amount, &block.amount)}) {
      positive(allowed, written->at_least.at);
      if (differ(allowed.type, catalog_.credit_sales->type))
        add("contradiction", "credit_sales sells other credits", written->at_least.at);
    }
    AutoRecharge rule{.type = amount.type,
                      .threshold_at_least = below.amount,
                      .amount_at_least = amount.amount,
                      .also_when_refused = block.also_when_refused,
                      .waits_for = {},
                      .each_day = block.limits.each_day.value,
                      .suspend_after = static_cast<std::int32_t>(
                          std::min<std::int64_t>(block.limits.suspend_after.value.count, INT32_MAX)),
                      .at = rule_at(block.at)};
    for (const yaml::WaitsFor word : block.waits_for) rule.waits_for.push_back(shape_of<yaml::WaitsFor>().text(&word));
    if (rule.each_day < 1) add("bad_integer", "each_day is 1 or more", block.limits.each_day.at);
    if (rule.suspend_after < 1) add("bad_count", "suspend_after is 1 failure or more", block.limits.suspend_after.at);
    catalog_.auto_recharge = std::move(rule);
  }

  // ---- What happens to a subscription

  ChangeRule change(const yaml::ChangeBlock& block) {
    ChangeRule rule;
    rule.when = block.when;
    rule.at = rule_at(block.at);
    const bool all = block.cycle && block.pays && block.credits;
    const bool any = block.cycle || block.pays || block.credits;
    if (block.when == ChangeRule::When::now && !all)
      add("missing_key",
          "a change that works now says cycle (restarts or keeps), pays and credits (full or difference_by_day)",
          block.at);
    if (block.when == ChangeRule::When::next_renewal && any)
      add("contradiction", "at the next renewal the new plan simply begins: cycle, pays and credits are not said",
          block.at);
    if (all) {
      rule.cycle = *block.cycle;
      rule.pays = *block.pays;
      rule.credits = *block.credits;
    }
    return rule;
  }

  void changes() {
    catalog_.upgrade = change(file_.changes.upgrade);
    catalog_.downgrade = change(file_.changes.downgrade);
    catalog_.cycle_change = change(file_.changes.cycle_change);
    catalog_.cancel = {.then = file_.changes.cancel.then, .at = rule_at(file_.changes.cancel.at)};
  }

  void past_due() {
    listed(!file_.past_due.empty(), "past_due", where("past_due"));
    std::int64_t before = -1;
    for (const yaml::PastDueBlock& block : file_.past_due) {
      const Span after = block.after.value;
      // Rungs are compared as the calendar orders them: no month is shorter than 28 days.
      const std::int64_t position = after.count * (after.unit == Span::Unit::months ? 28LL * 86'400
                                                   : after.unit == Span::Unit::days ? 86'400
                                                                                    : 1);
      if (before < 0 && position != 0) add("contradiction", "the first step is after 0 days", block.after.at);
      if (position <= before) add("contradiction", "each step is later than the one before", block.after.at);
      if (!catalog_.past_due.empty() && catalog_.past_due.back().cancel)
        add("contradiction", "nothing follows cancel_now", block.at);
      before = std::max(before, position);
      PastDueStep step{.after = after, .usage_refused = {}, .at = rule_at(block.at)};
      const auto does = [&](yaml::Rung rung) { return std::ranges::count(block.do_, rung) != 0; };
      step.try_again = does(yaml::Rung::try_);
      step.tell = does(yaml::Rung::tell);
      step.cancel = does(yaml::Rung::cancel_now);
      if (block.usage) step.usage_refused = *block.usage == yaml::UsageThen::refused;
      catalog_.past_due.push_back(step);
    }
    if (!catalog_.past_due.empty() && !catalog_.past_due.back().cancel)
      add("contradiction", "the last step says how it ends: cancel_now", file_.past_due.back().at);
  }

  void refunds() {
    catalog_.refunds_at = rule_at(file_.refunds.otherwise.at);
    if (!file_.refunds.guarantee) return;
    const yaml::GuaranteeBlock& block = *file_.refunds.guarantee;
    Guarantee guarantee{.asked_within = length(block.asked_within), .covers = {}, .at = rule_at(block.at)};
    for (const auto& kind : block.covers) {
      if (kind.value == OrderKind::change)
        add("contradiction", "a plan change is a payment for the subscription: write subscription", kind.at);
      guarantee.covers.push_back(shape_of<OrderKind>().text(&kind.value));
    }
    listed(!block.covers.empty(), "covers", block.at);
    catalog_.guarantee = std::move(guarantee);
  }

  // ---- Payments

  void payments() {
    catalog_.methods_at = rule_at(file_.payments.at);
    listed(!file_.payments.processors.empty(), "processors", file_.payments.at);
    listed(!file_.payments.methods.empty(), "methods", file_.payments.at);
    for (const auto& [id, block] : file_.payments.processors)
      catalog_.processors.push_back(
          {.id = id, .plugin = block.plugin.text(), .config = json_text(block.rest.node), .at = rule_at(block.at)});
    for (const auto& [id, block] : file_.payments.methods) {
      Method method;
      method.id = id;
      method.plugin = block.plugin.text();
      method.config = json_text(method_config(block));
      method.at = rule_at(block.at);
      for (const auto& processor : block.through) {
        known("processor", processor.value.text(), ids_of(catalog_.processors), processor.at);
        method.through.push_back(processor.value);
      }
      listed(!block.through.empty(), "through", block.at);
      method.brands = block.brands;
      for (const yaml::Slot slot : block.slots) method.slots.push_back(shape_of<yaml::Slot>().text(&slot));
      method.without_customer = std::ranges::count(block.can, yaml::Can::without_customer) != 0;
      if (std::ranges::count(block.can, yaml::Can::one_time) == 0)
        add("contradiction", "a method can be used at least one_time", block.at);
      if (method.without_customer && method.slots.empty())
        add("missing_key", "'slots' is missing: what is charged without the customer is kept in one", block.at);
      method.offered_to = condition(block.offered_to, account_words());
      method.order_open = length(block.order_open);
      catalog_.methods.push_back(std::move(method));
    }
  }

  /// What the plugin reads of a method: its own keys and the brands.
  static Node method_config(const yaml::MethodBlock& block) {
    Node config = block.rest.node;
    if (block.brands.empty()) return config;
    Node brands;
    brands.kind = Node::Kind::list;
    brands.key = "brands";
    for (const std::string& brand : block.brands) {
      Node& node = brands.children.emplace_back();
      node.kind = Node::Kind::scalar;
      node.text = brand;
    }
    config.children.push_back(std::move(brands));
    return config;
  }

  void tries() {
    for (const auto& [kind, slots] : file_.payments.try_) {
      TryRule rule{.order = shape_of<OrderKind>().text(&kind), .slots = {}, .at = rule_at(slots.at)};
      for (const auto& slot : slots.value) {
        const std::string word = shape_of<yaml::TrySlot>().text(&slot.value);
        const bool kept = std::ranges::any_of(
            catalog_.methods, [&](const Method& method) { return std::ranges::count(method.slots, word) != 0; });
        if (slot.value != yaml::TrySlot::chosen && !kept)
          add("unknown_name", "no method here is kept as '" + word + "'", slot.at);
        rule.slots.push_back(word);
      }
      listed(!rule.slots.empty(), "'" + rule.order + "'", slots.at);
      catalog_.tries.push_back(std::move(rule));
    }
    must_try(OrderKind::subscription, true, "every renewal is one");
    must_try(OrderKind::change, true, "a change of plan may cost something");
    must_try(OrderKind::purchase, catalog_.credit_sales.has_value(), "credits are sold");
    must_try(OrderKind::recharge, catalog_.auto_recharge.has_value(), "auto_recharge is offered");
    must_try(OrderKind::licences, catalog_.licences.has_value(), "plans are sold by licence");
    must_try(OrderKind::addon, !catalog_.add_ons.empty(), "add_ons are sold");
  }

  void must_try(OrderKind kind, bool occurs, std::string_view because) {
    const std::string word = shape_of<OrderKind>().text(&kind);
    if (occurs && catalog_.tries_for(word) == nullptr)
      add("missing_key",
          "'try' does not say what is charged for '" + word + "': " + std::string(because) + "; write [primary]",
          file_.payments.at);
  }

  // ---- Who may

  void roles() {
    catalog_.roles_at = rule_at(where("roles"));
    listed(!file_.roles.value.empty(), "roles", where("roles"));
    for (const auto& [id, words] : file_.roles.value) {
      if (id.text() == "staff" || id.text() == "service")
        add("contradiction", "'" + id.text() + "' is the tenant's own side and needs no role", words.at);
      Role role{.id = id.text(), .may = {}, .at = rule_at(words.at)};
      for (const yaml::May& may : words.value) role.may.push_back(may.word);
      catalog_.roles.push_back(std::move(role));
    }
  }

  void gates() {
    for (const yaml::GateBlock& block : file_.gates) {
      Gate gate{.actions = {}, .refuse = block.refuse, .says = block.says, .at = rule_at(block.at)};
      const bool usage = !block.action.empty() &&
                         std::ranges::all_of(block.action, [](Action action) { return action == Action::use; });
      std::vector<std::string_view> words = account_words();
      if (usage)
        for (const std::string_view word : usage_words()) words.push_back(word);
      for (const Action action : block.action) gate.actions.push_back(shape_of<Action>().text(&action));
      gate.applies_if = condition(block.if_, words);
      gate.needs = condition(block.needs, words);
      listed(!gate.actions.empty(), "action", block.at);
      if (gate.refuse != gate.needs.empty())
        add("contradiction", "a gate says either what it needs, or refuse: true", block.at);
      if (gate.says.empty()) add("empty_value", "the customer is told nothing", block.at);
      catalog_.gates.push_back(std::move(gate));
    }
  }

  void credit_policy() {
    catalog_.policy_plugin = file_.credit_policy.plugin.text();
    catalog_.policy_config = json_text(file_.credit_policy.rest.node);
    catalog_.policy_at = rule_at(file_.credit_policy.at);
  }

  /// `CL-000001`: what stays, then zeros and the first number.
  std::string number_pattern(const Written<std::string>& written) {
    const std::string& text = written.value;
    const std::size_t prefix = text.find_last_not_of("0123456789") + 1;
    const std::string_view digits = std::string_view(text).substr(prefix);
    const bool first = digits.ends_with('1') && digits.find_first_not_of('0') == digits.size() - 1;
    const bool plain = std::ranges::all_of(text, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
    });
    if (!first || !plain || prefix == 0 || text.size() > 32)
      add("bad_number_pattern", "'" + text.substr(0, 40) + "' is no first number such as CL-000001", written.at);
    return text.substr(0, prefix);
  }

  void documents() {
    const std::string invoice = number_pattern(file_.documents.invoice);
    if (number_pattern(file_.documents.credit_note) == invoice && !invoice.empty())
      add("contradiction", "invoices and credit notes need different letters, or their numbers would meet",
          file_.documents.credit_note.at);
    catalog_.invoice_numbers = file_.documents.invoice.value;
    catalog_.credit_note_numbers = file_.documents.credit_note.value;
  }

  const yaml::TenantFile& file_;
  const Node& tree_;
  Errors& errors_;
  Catalog catalog_;
  std::vector<std::string_view> plan_ids_, cycle_ids_, meter_ids_;
};

}  // namespace

Catalog compile(const Node& tenant, Errors& errors) {
  Errors unreadable, unfit;
  const auto file = decode<yaml::TenantFile>(tenant, unreadable);
  Catalog catalog = Compiler(file, tenant, unfit).compile();
  // What could not be read has left a hole, and what only complains of the hole is not said.
  std::erase_if(unfit, [&](const Error& error) {
    return std::ranges::any_of(unreadable, [&](const Error& hole) {
      return error.at.path.starts_with(hole.at.path) || hole.at.path.starts_with(error.at.path);
    });
  });
  errors.insert(errors.end(), unreadable.begin(), unreadable.end());
  errors.insert(errors.end(), unfit.begin(), unfit.end());
  return catalog;
}

}  // namespace florin::config
