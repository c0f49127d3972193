#include "config/tenant/warnings.hpp"

#include <algorithm>
#include <string_view>

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

}  // namespace

Errors warnings_of(const Catalog& catalog) {
  Errors warnings;
  for (const Ways& ways : ways_of(catalog)) {
    of_gates(catalog, ways, warnings);
    of_roles(catalog, ways, warnings);
  }
  return warnings;
}

}  // namespace florin::config
