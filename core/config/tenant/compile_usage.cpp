#include "config/tenant/compiler.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"

namespace florin::config {

void Compiler::meters() {
  std::vector<Meter> meters;
  for (const auto& [id, block] : file_.meters) {
    const Allowed takes = credits(block.takes);
    if (block.per_started.value.micro == 0 && !block.per_started.value.unit.empty())
      add("bad_quantity", "a block is more than nothing", block.per_started.at);
    Condition only_if = condition(block.only_if, usage_words());
    meters.push_back({.id = id,
                      .type = takes.type,
                      .takes = takes.amount,
                      .per_started = block.per_started.value,
                      .at_least = block.at_least.value.count,
                      .only_if = only_if.empty() ? Seldom<Condition>() : std::move(only_if),
                      .at = rule_at(block.at)});
  }
  std::ranges::sort(meters, {}, &Meter::id);
  catalog_.meters = Meters(std::move(meters));
}

void Compiler::holds() {
  if (!file_.holds) return;
  catalog_.holds = HoldRule{.longest = length(file_.holds->longest),
                            .used_more_than_held = file_.holds->used_more_than_held,
                            .at = rule_at(file_.holds->at)};
}

void Compiler::back_dated() {
  if (!file_.usage || !file_.usage->back_dated) return;
  const yaml::BackDatedBlock& block = *file_.usage->back_dated;
  catalog_.back_dated = BackDated{.accept_for = length(block.accept_for), .at = rule_at(block.at)};
}

void Compiler::properties() {
  if (!file_.usage) return;
  std::vector<std::string_view> taken = account_words();
  taken.push_back("meter");
  for (const auto& [id, block] : file_.usage->properties) {
    PropertyRule rule{.name = id.text(),
                      .of = {},
                      .any_case = block.case_ == yaml::LetterCase::ignored,
                      .left_out = {},
                      .at = rule_at(block.at)};
    if (std::ranges::find(taken, id.text()) != taken.end())
      add("contradiction", "'" + id.text() + "' is a word of conditions already", block.at);
    for (const auto& value : block.of) rule.of.push_back(value.value);
    if (block.left_out) {
      rule.left_out = block.left_out->value;
      if (!rule.knows(*rule.left_out))
        add("bad_condition", "'" + rule.left_out->substr(0, 64) + "' is not among the values of '" + rule.name + "'",
            block.left_out->at);
    }
    catalog_.properties.push_back(std::move(rule));
  }
}

void Compiler::auto_recharge() {
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
  if (!differ(amount.type, catalog_.credit_sales->type) && catalog_.credit_sales->at_most < amount.amount)
    add("contradiction", "a recharge buys at least this, and credit_sales sells at most less: nobody could set one",
        block.amount.at_least.at);
  AutoRecharge rule{.type = amount.type,
                    .threshold_at_least = below.amount,
                    .amount_at_least = amount.amount,
                    .also_when_refused = block.also_when_refused,
                    .waits_for = {},
                    .each_day = block.limits.each_day.value,
                    .suspend_after = static_cast<std::int32_t>(
                        std::min<std::int64_t>(block.limits.suspend_after.value.count, INT32_MAX)),
                    .at = rule_at(block.at),
                    .backoff = {}};
  if (block.limits.backoff)
    for (const Written<Span>& wait : block.limits.backoff->value) rule.backoff.push_back(length(wait));
  else
    rule.backoff.push_back({Span::Unit::seconds, 3600});
  if (rule.backoff.empty())
    add("bad_list", "backoff names how long a recharge waits after a failure, such as [1 hour, 6 hours]",
        block.limits.backoff->at);
  for (const yaml::WaitsFor word : block.waits_for) rule.waits_for.push_back(shape_of<yaml::WaitsFor>().text(&word));
  if (rule.each_day < 1) add("bad_integer", "each_day is 1 or more", block.limits.each_day.at);
  if (rule.suspend_after < 1) add("bad_count", "suspend_after is 1 failure or more", block.limits.suspend_after.at);
  catalog_.auto_recharge = std::move(rule);
}

}  // namespace florin::config
