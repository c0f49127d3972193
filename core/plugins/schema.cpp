#include "plugins/schema.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "domain/catalog/nearest.hpp"

namespace florin {

namespace {

namespace json = boost::json;

constexpr int deepest = 32;

/// The one that was probably meant, or all that there are.
std::string meant(std::string_view written, const std::vector<std::string_view>& known) {
  if (const std::string near = nearest(written, known); !near.empty()) return ": did you mean '" + near + "'?";
  std::string words;
  for (std::size_t i = 0; i < known.size(); ++i)
    words += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + std::string(known[i]);
  return ": write " + words;
}

void unknown(std::string_view name, const json::object& properties, std::string at, Errors& errors) {
  std::vector<std::string_view> known;
  for (const auto& [word, schema] : properties) known.push_back(word);
  errors.push_back({.code = "unknown_word",
                    .message = "'" + std::string(name) + "' is not known to the plugin" +
                               (known.empty() ? "; it has no words of its own" : meant(name, known)),
                    .at = {.path = std::move(at)}});
}

void look(const json::value& schema, const json::value& config, const std::string& at, int depth, Errors& errors) {
  const auto* of = schema.if_object();
  if (of == nullptr || depth == deepest) return;
  if (const auto* list = config.if_array()) {
    const auto* items = of->if_contains("items");
    for (std::size_t i = 0; items != nullptr && i < list->size(); ++i)
      look(*items, (*list)[i], at + "/" + std::to_string(i), depth + 1, errors);
  }
  const auto* block = config.if_object();
  const auto* properties = of->if_contains("properties");
  const auto* known = properties == nullptr ? nullptr : properties->if_object();
  const auto* more = of->if_contains("additionalProperties");
  if (block == nullptr) return;
  for (const auto& [name, value] : *block) {
    const std::string here = at + "/" + std::string(name);
    const auto* schema_of = known == nullptr ? nullptr : known->if_contains(name);
    if (schema_of != nullptr)
      look(*schema_of, value, here, depth + 1, errors);
    else if (more != nullptr && more->is_object())
      look(*more, value, here, depth + 1, errors);
    else if (known != nullptr && more != nullptr && more->is_bool() && !more->get_bool())
      unknown(name, *known, here, errors);
  }
}

}  // namespace

Errors unknown_words(const std::string& schema, const std::string& config) {
  Errors errors;
  json::error_code failed;
  const json::value read_schema = schema.empty() ? json::value() : json::parse(schema, failed);
  const json::value read_config = json::parse(config, failed);
  if (!failed) look(read_schema, read_config, "", 0, errors);
  return errors;
}

}  // namespace florin
