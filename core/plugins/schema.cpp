#include "plugins/schema.hpp"

#include <boost/json.hpp>

namespace florin {

namespace {

namespace json = boost::json;

constexpr int deepest = 32;

std::string list_of(const json::object& properties) {
  std::string words;
  std::size_t left = properties.size();
  for (const auto& [name, schema] : properties) {
    words += (words.empty() ? "" : left == 1 ? " or " : ", ") + std::string(name);
    --left;
  }
  return words;
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
      errors.push_back({.code = "unknown_word",
                        .message = "'" + std::string(name) + "' is not known to the plugin" +
                                   (known->empty() ? "; it has no words of its own" : ": write " + list_of(*known)),
                        .at = {.path = here}});
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
