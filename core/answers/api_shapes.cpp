#include <boost/json.hpp>

#include "answers/answers.hpp"
#include "config/command.hpp"
#include "config/schema.hpp"
#include "domain/catalog/command_rule.hpp"
#include "florin/bodies.hpp"

namespace florin {

namespace json = boost::json;

std::string_view command_scope(std::string_view name) {
  const CommandRule* rule = rule_of(name);
  return rule == nullptr || rule->scope == Scope::nobody || rule->who == Who::host ? std::string_view()
                                                                                   : word_of(rule->scope);
}

std::string api_shapes() {
  json::object commands, answers;
  for (const config::Alternative& command : config::command_shape().alternatives)
    commands[json::string_view(command.name.data(), command.name.size())] =
        json::parse(config::detail::schema(command.shape(), command.name, 0));
  for (const auto& [name, schema] : answers::schemas()) answers[name] = json::parse(schema);
  return json::serialize(json::object{{"commands", std::move(commands)}, {"answers", std::move(answers)}});
}

}  // namespace florin
