#include "config/tenant/compile.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"
#include "config/tenant/compiler.hpp"
#include "config/zone.hpp"
#include "florin/country.hpp"

namespace florin::config {

/// The rules of a file share its name.
RuleAt rule_at(const Where& at) {
  static thread_local FileName last;
  if (last.text() != at.file) last = at.file;
  return {.file = last, .line = at.line};
}

Catalog Compiler::compile() {
  catalog_.tenant = file_.tenant;
  catalog_.currency = file_.currency;
  if (auto zone = load_zone(file_.timezone.value))
    catalog_.zone = *std::move(zone);
  else
    add(zone.error().code, zone.error().message, file_.timezone.at);
  credit_types();
  approvals();
  roles();
  properties();
  cycles_and_plans();
  needs_of_plans();
  meters();
  conditions_of_plans();
  trial();
  entitlements();
  add_ons();
  licences();
  members();
  minimum();
  credit_sales();
  holds();
  auto_recharge();
  changes();
  dunning();
  refunds();
  payments();
  tries();
  paid_after_closed();
  gates();
  credit_policy();
  documents();
  seller();
  names();
  messages();
  portal();
  tax();
  back_dated();
  on_new_version();
  notifications();
  usable();
  return std::move(catalog_);
}

void Compiler::add(std::string code, std::string message, const Where& at) {
  errors_.push_back({.code = std::move(code), .message = std::move(message), .at = at});
}

bool Compiler::known(std::string_view what, std::string_view name, const std::vector<std::string_view>& declared,
                     const Where& at) {
  if (std::ranges::find(declared, name) != declared.end()) return true;
  add("unknown_name",
      "there is no " + std::string(what) + " '" + std::string(name) + "' here" + did_you_mean(name, declared), at);
  return false;
}

Money Compiler::money(const Written<Money>& written) {
  if (foreign(written.value.currency()))
    add("wrong_currency", "prices here are in " + std::string(file_.currency.code()), written.at);
  else if (written.value.negative())
    add("negative_amount", "a price is not negative", written.at);
  return written.value;
}

UnitPrice Compiler::unit_price(const Written<UnitPrice>& written) {
  if (foreign(written.value.currency))
    add("wrong_currency", "prices here are in " + std::string(file_.currency.code()), written.at);
  else if (written.value.currency && written.value.minor.over <= 0)
    add("negative_amount", "the price of a credit is more than nothing", written.at);
  return written.value;
}

Allowed Compiler::credits(const Written<CreditAmount>& written) { return credits(written.value, written.at); }

Allowed Compiler::credits(const CreditAmount& amount, const Where& at) {
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

Allowed Compiler::credits(const Written<yaml::CreditsOrMoney>& written) {
  if (const auto* amount = std::get_if<CreditAmount>(&written.value.amount)) return credits(*amount, written.at);
  const Money& value = std::get<Money>(written.value.amount);
  for (const CreditTypeRule& type : catalog_.credits)
    if (type.is_money && type.is_money == value.currency())
      return credits({{value.minor(), value.currency().exponent()}, type.id}, written.at);
  add("wrong_currency", "no credits here are money in " + std::string(value.currency().code()), written.at);
  return {};
}

std::vector<Allowed> Compiler::credits(const std::vector<Written<CreditAmount>>& written) {
  std::vector<Allowed> all;
  for (const auto& one : written) {
    const Allowed allowed = credits(one);
    if (std::ranges::count(all, allowed.type, &Allowed::type) != 0)
      add("contradiction", "'" + allowed.type.text() + "' is given twice", one.at);
    all.push_back(allowed);
  }
  return all;
}

void Compiler::positive(const Allowed& allowed, const Where& at) {
  if (!allowed.type.empty() && allowed.amount.units == 0) add("negative_amount", "this is more than nothing", at);
}

Span Compiler::length(const Written<Span>& written) {
  if (written.value.count == 0) add("bad_span", "this length is more than nothing", written.at);
  return written.value;
}

void Compiler::listed(bool anything, std::string_view what, const Where& at) {
  if (!anything) add("nothing_listed", std::string(what) + " lists nothing", at);
}

Where Compiler::where(std::string_view key) const {
  const Node* node = tree_.child(key);
  return node == nullptr ? tree_.where({}) : node->where_key(std::string(key));
}

void Compiler::check_word(const std::string& word, const Written<std::string>& value) {
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
  const auto declared = std::ranges::find(catalog_.properties, word, &PropertyRule::name);
  if (declared != catalog_.properties.end() && !declared->of.empty()) {
    if (!declared->knows(value.value)) one_of({declared->of.begin(), declared->of.end()});
    return;
  }
  if (word == "direction") return one_of({"inbound", "outbound"});
  if (word == "actor") {
    auto words = ids_of(catalog_.roles);
    words.insert(words.end(), {"staff", "service"});
    return one_of(words);
  }
  if (word == "billing_country" || word == "destination_country") {
    if (!is_country(value.value)) add("bad_condition", no_country(value.value), value.at);
    return;
  }
  for (const Entitlement& row : catalog_.entitlements)
    if (row.id.text() == word) {
      if (row.kind == Entitlement::Kind::word) return one_of({row.of.begin(), row.of.end()});
      return one_of({"true", "false"});
    }
  if (std::ranges::count(catalog_.approvals, word) != 0)
    return one_of({"submitted", "approved", "rejected", "expired"});
}

Condition Compiler::condition(const yaml::ConditionBlock& block, std::vector<std::string_view> words) {
  Condition all;
  for (const auto& [word, values] : block) {
    if (std::ranges::find(words, word) == words.end())
      add("unknown_condition",
          "'" + word.substr(0, 64) + "' is no condition that can be known here: write " + choice(words) +
              did_you_mean(word, words),
          values.at);
    const auto declared = std::ranges::find(catalog_.properties, word, &PropertyRule::name);
    const auto of_usage = usage_words();
    Need need{.word = word,
              .any_of = {},
              .at = rule_at(values.at),
              .of_usage = std::ranges::find(of_usage, word) != of_usage.end(),
              .any_case = declared != catalog_.properties.end() && declared->any_case};
    for (const auto& value : values.value) {
      check_word(word, value);
      need.any_of.push_back(value.value);
    }
    listed(!need.any_of.empty(), "'" + word + "'", values.at);
    all.push_back(std::move(need));
  }
  return all;
}

std::vector<std::string_view> Compiler::account_words() const {
  std::vector<std::string_view> words = {"state", "plan", "cycle", "billing_country", "actor"};
  words.insert(words.end(), catalog_.approvals.begin(), catalog_.approvals.end());
  return words;
}

std::vector<std::string_view> Compiler::usage_words() const {
  std::vector<std::string_view> words = {"direction", "destination", "destination_country", "outcome"};
  for (const PropertyRule& rule : catalog_.properties)
    if (std::ranges::find(words, rule.name) == words.end()) words.push_back(rule.name);
  return words;
}

namespace {

/// `plans.pro.rank` lies in `plans` and in `plans.pro`, and not in `plan`.
bool lies_in(std::string_view path, std::string_view whole) {
  return whole.empty() || (path.starts_with(whole) &&
                           (path.size() == whole.size() || path[whole.size()] == '.' || path[whole.size()] == '['));
}

}  // namespace

Catalog compile(const Node& tenant, Errors& errors) {
  Errors unreadable, unfit;
  const auto file = decode<yaml::TenantFile>(tenant, unreadable);
  Catalog catalog = Compiler(file, tenant, unfit).compile();
  if (const Node* name = tenant.child("tenant")) catalog.at = rule_at(name->where("tenant"));
  // What could not be read has left a hole, and what only complains of the hole is not said.
  std::erase_if(unfit, [&](const Error& error) {
    return std::ranges::any_of(unreadable, [&](const Error& hole) {
      return lies_in(error.at.path, hole.at.path) || lies_in(hole.at.path, error.at.path);
    });
  });
  errors.insert(errors.end(), unreadable.begin(), unreadable.end());
  errors.insert(errors.end(), unfit.begin(), unfit.end());
  return catalog;
}

void check_keys(const Node& tenant, Errors& errors) {
  Errors all;
  (void)decode<yaml::TenantFile>(tenant, all);
  std::erase_if(all, [](const Error& error) { return error.code == "missing_key"; });
  errors.insert(errors.end(), all.begin(), all.end());
}

}  // namespace florin::config
