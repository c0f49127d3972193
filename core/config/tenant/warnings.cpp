#include "config/tenant/warnings.hpp"

#include <algorithm>
#include <string_view>

#include "config/tenant/compiler.hpp"

namespace florin::config {

namespace {

/// Two actions that lead to the same thing.
struct Ways {
  std::string_view one, other;
  std::string_view thing;
};

std::vector<Ways> ways_of(const Catalog& catalog) {
  std::vector<Ways> ways;
  if (catalog.trial && !catalog.plans.empty()) ways.push_back({"upgrade_from_trial", "subscribe", "a plan"});
  if (catalog.credit_sales && catalog.auto_recharge)
    ways.push_back({"buy_credits", "set_auto_recharge", "bought credits"});
  return ways;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool same(const Condition& a, const Condition& b) {
  return std::ranges::equal(
      a, b, [](const Need& one, const Need& other) { return one.word == other.word && one.any_of == other.any_of; });
}

/// Whether some gate asks the same of `action`, of everybody or of those whom `gate` is about.
bool asked_of(const Catalog& catalog, const Gate& gate, std::string_view action) {
  return std::ranges::any_of(catalog.gates, [&](const Gate& other) {
    const bool as_strict = other.refuse || (!gate.refuse && same(other.needs, gate.needs));
    return has(other.actions, action) && as_strict &&
           (other.applies_if.empty() || same(other.applies_if, gate.applies_if));
  });
}

Where where_of(const RuleAt& rule) { return {.file = rule.file.text(), .line = rule.line, .column = 0, .path = {}}; }

void of_gates(const Catalog& catalog, const Ways& ways, Errors& warnings) {
  for (const Gate& gate : catalog.gates)
    for (const auto& [closed, open] : {std::pair(ways.one, ways.other), std::pair(ways.other, ways.one)}) {
      if (!has(gate.actions, closed) || asked_of(catalog, gate, open)) continue;
      warnings.push_back({.code = "way_around",
                          .message = "this gate is on '" + std::string(closed) + "', and '" + std::string(open) +
                                     "' leads to " + std::string(ways.thing) + " without it; name both in its action",
                          .at = where_of(gate.at)});
    }
}

void of_roles(const Catalog& catalog, const Ways& ways, Errors& warnings) {
  for (const Role& role : catalog.roles)
    for (const auto& [closed, open] : {std::pair(ways.one, ways.other), std::pair(ways.other, ways.one)}) {
      if (has(role.may, "everything") || has(role.may, closed) || !has(role.may, open)) continue;
      warnings.push_back({.code = "way_around",
                          .message = "the role '" + role.id + "' may '" + std::string(open) + "' and not '" +
                                     std::string(closed) + "', and both lead to " + std::string(ways.thing),
                          .at = where_of(role.at)});
    }
}

bool costs(const Catalog& catalog) {
  return std::ranges::any_of(catalog.plans, [](const Plan& plan) {
    return !plan.per_account.empty() ||
           std::ranges::any_of(plan.cycles, [](const CycleRule& cycle) { return !cycle.price.is_zero(); });
  });
}

/// A smallest charge that no plan reaches puts every renewal off to the next one.
void of_minimum_charge(const Catalog& catalog, Errors& warnings) {
  if (!costs(catalog)) return;
  const bool reached = std::ranges::any_of(catalog.plans, [&](const Plan& plan) {
    return !plan.per_account.empty() || std::ranges::any_of(plan.cycles, [&](const CycleRule& cycle) {
      return catalog.minimum_charge <= cycle.price;
    });
  });
  if (!reached)
    warnings.push_back({.code = "never_charged",
                        .message = "no plan's price reaches the minimum_charge of " + catalog.minimum_charge.text() +
                                   ": every renewal waits for the next one, until together they reach it",
                        .at = where_of(catalog.methods_at)});
}

/// Renewals that cannot be charged automatically: an invoice asks its customer, anything else is past due at once.
void of_renewals(const Catalog& catalog, Errors& warnings) {
  const TryRule* rule = catalog.tries_for("subscription");
  if (rule == nullptr || !costs(catalog) || charged_by_itself(catalog, *rule)) return;
  const bool by_invoice = std::ranges::find(rule->slots, "invoice") != rule->slots.end();
  if (!by_invoice)
    warnings.push_back({.code = "never_charged",
                        .message =
                            "nothing that is tried for a renewal can be charged without its customer: each renewal "
                            "is past due until its customer pays it; name a slot of a method with can: "
                            "[one_time, without_customer], or invoice",
                        .at = where_of(rule->at)});
  const auto tries = std::ranges::find_if(catalog.past_due, &PastDueStep::try_again);
  if (by_invoice && tries != catalog.past_due.end())
    warnings.push_back({.code = "never_charged",
                        .message = "this step tries the payment again, and renewals here are paid by invoice alone: an "
                                   "invoice that was sent is not sent again, so that it does nothing",
                        .at = where_of(tries->at)});
}

}  // namespace

Errors warnings_of(const Catalog& catalog) {
  Errors warnings;
  for (const Ways& ways : ways_of(catalog)) {
    of_gates(catalog, ways, warnings);
    of_roles(catalog, ways, warnings);
  }
  of_renewals(catalog, warnings);
  of_minimum_charge(catalog, warnings);
  return warnings;
}

}  // namespace florin::config
