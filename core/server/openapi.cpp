#include <algorithm>
#include <boost/json.hpp>

#include "api.hpp"
#include "florin/bodies.hpp"
#include "florin/check.hpp"
#include "openapi_answers.hpp"
#include "scopes.hpp"

/// docs/openapi.json: from the shapes of commands and answers, and from the table of routes.
namespace florin::server {

namespace json = boost::json;

namespace {

/// Moves the `$defs` of a schema to `components/schemas`, each name with that of its schema before it.
class Components {
 public:
  json::value reference(const std::string& name, json::value schema) {
    json::object& object = schema.as_object();
    object.erase("$schema");
    object.erase("title");
    if (auto* defs = object.if_contains("$defs")) {
      const json::object all = defs->as_object();
      object.erase("$defs");
      for (const auto& [key, value] : all) {
        json::value moved = value;
        rename(moved, name);
        schemas_[full(name, key)] = std::move(moved);
      }
    }
    rename(schema, name);
    return schema;
  }
  json::object take() { return std::move(schemas_); }

 private:
  static std::string full(const std::string& name, std::string_view key) {
    return key == name ? name : name + "." + std::string(key);
  }
  static void rename(json::value& value, const std::string& name) {
    constexpr std::string_view before = "#/$defs/";
    if (auto* object = value.if_object()) {
      for (auto& member : *object) {
        if (member.key() == "$ref" && member.value().is_string()) {
          const std::string_view target(member.value().get_string().data(), member.value().get_string().size());
          if (target.starts_with(before))
            member.value() = "#/components/schemas/" + full(name, target.substr(before.size()));
        } else {
          rename(member.value(), name);
        }
      }
    } else if (auto* array = value.if_array()) {
      for (json::value& one : *array) rename(one, name);
    }
  }
  json::object schemas_;
};

/// The shape of an answer: each field is always there, and `null` where there is none. Of a command such a field may be
/// left out, which is what the shape itself says.
void always_there(json::value& schema) {
  if (auto* all = schema.if_array())
    for (json::value& one : *all) always_there(one);
  json::object* object = schema.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) always_there(member.value());
  json::value* properties = object->if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return;
  const json::value* written = object->if_contains("required");
  const json::array before = written == nullptr ? json::array() : written->as_array();
  json::array required;
  for (auto& field : properties->as_object()) {
    required.emplace_back(field.key());
    if (std::ranges::find(before, json::value(field.key())) != before.end()) continue;
    json::object& its = field.value().as_object();
    json::value* type = its.if_contains("type");
    if (type != nullptr && type->is_string() && !its.contains("enum"))
      *type = json::array{*type, "null"};
    else
      field.value() = json::object{{"anyOf", json::array{json::object{{"type", "null"}}, field.value()}}};
  }
  (*object)["required"] = std::move(required);
}

json::object in_path(std::string_view name) {
  return {{"name", name}, {"in", "path"}, {"required", true}, {"schema", json::object{{"type", "string"}}}};
}

json::array parameters_of(const Api::Route& route, std::string_view pattern) {
  json::array all{in_path("tenant")};
  for (std::size_t at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
    const std::string_view name = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
    all.push_back(in_path(name));
  }
  for (const std::string& name : route.parameters)
    if (name != "*")  // any that a provider sends
      all.push_back(json::object{{"name", name}, {"in", "query"}, {"schema", json::object{{"type", "string"}}}});
  return all;
}

json::object header(std::string_view name, bool required, std::string_view says) {
  return {{"name", name},
          {"in", "header"},
          {"required", required},
          {"description", says},
          {"schema", json::object{{"type", "string"}}}};
}

json::object content(json::value schema) { return {{"application/json", json::object{{"schema", std::move(schema)}}}}; }

json::object problem_answer() {
  return {
      {"description", "a problem, as in RFC 9457"},
      {"content", json::object{{"application/problem+json",
                                json::object{{"schema", json::object{{"$ref", "#/components/schemas/problem"}}}}}}}};
}

json::object reference_to(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object command_answers() {
  const json::object schema = reference_to("done");
  return {{"200", json::object{{"description", "done"}, {"content", content(schema)}}},
          {"202", json::object{{"description", "done, and its payment is still under way: see Location"},
                               {"content", content(schema)}}},
          {"default", problem_answer()}};
}

/// `document` is that schema, `document[]` a page of them.
json::value schema_named(std::string_view name) {
  return name.ends_with("[]") ? page_schema(name.substr(0, name.size() - 2)) : json::value(reference_to(name));
}

json::object answers_of(const Api::Route& route) {
  RouteAnswer its = route_answer(route.method, route.pattern);
  const bool told = !its.schema.is_object() || !its.schema.as_object().empty();
  if (!told && !route.answer.empty()) its.schema = schema_named(route.answer);
  json::object body;
  if (its.schema.is_null())
    body[its.type] = json::object{{"schema", json::object{{"type", "string"}}}};
  else
    body = content(std::move(its.schema));
  json::object all{{std::to_string(its.status), json::object{{"description", "done"}, {"content", std::move(body)}}}};
  all["default"] = problem_answer();
  return all;
}

json::object operation(const Api::Route& route, std::string_view pattern, std::string_view id) {
  json::object one{{"operationId", id}, {"summary", route.says}, {"parameters", parameters_of(route, pattern)}};
  one["responses"] = answers_of(route);
  if (route.scope == "-")
    one["security"] = json::array();
  else if (!route.scope.empty())
    one["description"] = "Scope: `" + std::string(route.scope) + "`.";
  if (route.body != Api::Body::none) {
    const bool bytes = route.body == Api::Body::any || route.body == Api::Body::file;
    json::object body = bytes ? json::object{{"application/octet-stream", json::object{{"schema", json::object{}}}}}
                              : content(route_body(route.pattern));
    if (route.body == Api::Body::usage)  // an object a line
      body["application/x-ndjson"] = json::object{{"schema", json::object{{"type", "string"}}}};
    one["requestBody"] = json::object{{"required", true}, {"content", body}};
  }
  return one;
}

std::string id_of(const Api::Route& route) {
  std::string id = lower(route.method);
  for (const char c : route.pattern) id += c == '/' ? '_' : c;
  std::erase_if(id, [](char c) { return c == '{' || c == '}'; });
  return id;
}

json::object command_operation(const std::string& name, json::value schema, bool of_tenant) {
  json::array parameters{in_path("tenant")};
  if (!of_tenant) parameters.push_back(in_path("account"));
  parameters.push_back(header("Idempotency-Key", true, "1 to 255 printable bytes, best `<account>:<your id>`"));
  parameters.push_back(header("Prefer", false, "`wait=20`: waits so many seconds for the payment, at most 30"));
  parameters.push_back(header("If-Match", false, "an ETag of the account: after another entry nothing is decided"));
  parameters.push_back(header("Florin-Actor", false, "`owner:ann`; needs the scope act_as"));
  return {{"operationId", name},
          {"summary", title_of(name)},
          {"description", "Scope: `" + std::string(scope_of(name)) + "`."},
          {"parameters", std::move(parameters)},
          {"requestBody", json::object{{"required", true}, {"content", content(std::move(schema))}}},
          {"responses", command_answers()}};
}

/// A member a line down to the operations: a change is a small difference.
void append_lines(std::string& out, const json::value& value, std::size_t depth) {
  const bool long_one = value.is_object() && depth < 5 && !value.get_object().empty();
  if (!long_one) {
    out += json::serialize(value);
    return;
  }
  out += "{";
  bool first = true;
  for (const auto& member : value.get_object()) {
    out += (first ? "\n" : ",\n") + std::string(depth + 1, ' ') + json::serialize(json::value(member.key())) + ": ";
    first = false;
    append_lines(out, member.value(), depth + 1);
  }
  out += "\n" + std::string(depth, ' ') + "}";
}

}  // namespace

std::string openapi() {
  const json::value shapes = json::parse(api_shapes());
  Components components;
  json::object paths;
  for (const Api::Route& route : Api::routes()) {
    if (route.pattern.ends_with("{command}")) continue;
    json::object& path = paths["/v1/{tenant}/" + std::string(route.pattern)].is_null()
                             ? paths["/v1/{tenant}/" + std::string(route.pattern)].emplace_object()
                             : paths["/v1/{tenant}/" + std::string(route.pattern)].as_object();
    path[lower(route.method)] = operation(route, route.pattern, id_of(route));
  }
  for (const auto& [name, schema] : shapes.at("commands").as_object()) {
    const std::string command(name);
    const bool of_tenant = is_of_tenant(command);
    const std::string path = std::string("/v1/{tenant}/") + (of_tenant ? "" : "accounts/{account}/") + command;
    paths[path] = json::object{{"post", command_operation(command, components.reference(command, schema), of_tenant)}};
    if (command != "record_bank_receipt") continue;
    // Of money of which nobody knows whose it is, too.
    json::object of_nobody = command_operation(command, components.reference(command, schema), true);
    of_nobody["operationId"] = "record_bank_receipt_of_nobody";
    paths["/v1/{tenant}/" + command] = json::object{{"post", std::move(of_nobody)}};
  }
  // A shape of another name, as `offer` of `catalog`, is reached by both.
  json::object answers;
  for (const auto& [name, shape] : shapes.at("answers").as_object()) {
    json::value schema = shape;
    always_there(schema);
    answers[name] = components.reference(std::string(name), schema);
  }
  json::object schemas = components.take();
  for (auto& [name, schema] : answers)
    if (!schemas.contains(name)) schemas[name] = std::move(schema);
  for (auto& [name, schema] : shared_answers()) schemas[name] = std::move(schema);
  const json::object whole{
      {"openapi", "3.1.0"},
      {"info",
       json::object{{"title", "Florin"},
                    {"version", version()},
                    {"license", json::object{{"name", "see LICENSE"}, {"url", "https://florin.example/license"}}},
                    {"description", "Plans and prepaid credits. Every command is a route. docs/http.md"}}},
      {"servers", json::array{json::object{{"url", "/"}}}},
      {"security", json::array{json::object{{"key", json::array()}}}},
      {"paths", std::move(paths)},
      {"components",
       json::object{{"securitySchemes", json::object{{"key", json::object{{"type", "http"}, {"scheme", "bearer"}}}}},
                    {"schemas", std::move(schemas)}}}};
  std::string out;
  append_lines(out, whole, 0);
  return out + "\n";
}

}  // namespace florin::server
