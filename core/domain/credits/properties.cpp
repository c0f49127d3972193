#include "domain/credits/properties.hpp"

#include <algorithm>

#include "domain/catalog/nearest.hpp"
#include "florin/country.hpp"

namespace florin {

namespace {

bool names(const std::vector<Word>& properties, const std::string& name) {
  return std::ranges::find(properties, name, &Word::name) != properties.end();
}

/// The word that was probably meant to be `property`; empty: none is near.
std::string meant(const std::string& property, const std::vector<Word>& named) {
  for (const Word& word : named)
    if (word.name != property && !nearest(word.name, {property}).empty()) return word.name;
  return {};
}

/// What was misspelt was not left out. Another declared property is not meant, however near its name is.
void must_be_left_out(const Catalog& catalog, const PropertyRule& rule, const std::vector<Word>& named) {
  std::vector<Word> others = named;
  std::erase_if(others, [&](const Word& word) {
    return std::ranges::find(catalog.properties, word.name, &PropertyRule::name) != catalog.properties.end();
  });
  Need need;
  need.word = rule.name;
  if (!meant(rule.name, others).empty()) refuse_left_out(need, others, rule.at);
}

void must_be_a_value(const PropertyRule& rule, const std::string& value) {
  if (rule.knows(value)) return;
  std::string choice;
  for (const std::string& one : rule.of) choice += (choice.empty() ? "" : ", ") + one;
  const std::string near = nearest(value, {rule.of.begin(), rule.of.end()});
  refuse("unknown_value",
         "'" + value.substr(0, 64) + "' is not a value of '" + rule.name + "'. Values: " + choice + "." +
             (near.empty() ? "" : " Did you mean '" + near + "'?"),
         rule.at);
}

}  // namespace

const std::vector<Word>& as_declared(const Catalog& catalog, const std::vector<Word>& named,
                                     std::vector<Word>& filled) {
  if (catalog.properties.empty()) return named;
  filled = named;
  for (const PropertyRule& rule : catalog.properties) {
    const auto found = std::ranges::find(filled, rule.name, &Word::name);
    if (found != filled.end()) {
      must_be_a_value(rule, found->value);
    } else if (rule.left_out) {
      must_be_left_out(catalog, rule, named);
      filled.push_back({rule.name, *rule.left_out});
    }
  }
  return filled;
}

void refuse_left_out(const Need& need, const std::vector<Word>& named, const RuleAt& at) {
  const std::string near = meant(need.word, named);
  refuse("property_missing",
         "This usage does not name its '" + need.word + "', and what becomes of it depends on that." +
             (near.empty() ? "" : " Did you mean '" + need.word + "' instead of '" + near.substr(0, 64) + "'?"),
         at);
}

void must_be_a_country(const Need& need, const std::vector<Word>& properties, const RuleAt& at) {
  if (!need.of_usage || need.word != "destination_country") return;
  const auto named = std::ranges::find(properties, need.word, &Word::name);
  if (named == properties.end()) return;
  std::string code = named->value;
  if (need.any_case)
    std::ranges::transform(code, code.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (!is_country(code)) refuse("unknown_value", "destination_country: " + no_country(named->value) + ".", at);
}

void must_name_what_costs(const Meter& meter, const std::vector<Word>& properties) {
  if (!meter.only_if) return;
  for (const Need& need : *meter.only_if) {
    if (!names(properties, need.word)) refuse_left_out(need, properties, meter.at);
    must_be_a_country(need, properties, meter.at);
  }
}

void must_not_be_misspelt(const Meter& meter, const std::vector<Word>& properties) {
  if (!meter.only_if) return;
  for (const Need& need : *meter.only_if)
    if (!names(properties, need.word) && !meant(need.word, properties).empty())
      refuse_left_out(need, properties, meter.at);
}

}  // namespace florin
