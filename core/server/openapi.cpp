#include <algorithm>
#include <boost/json.hpp>

#include "api.hpp"
#include "florin/bodies.hpp"
#include "florin/check.hpp"
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

json::object answers(json::value schema, bool command) {
  json::object all{
      {"200", json::object{{"description", "done"}, {"content", content(schema)}}},
      {"default",
       json::object{
           {"description", "a problem, as in RFC 9457"},
           {"content",
            json::object{{"application/problem+json",
                          json::object{{"schema", json::object{{"$ref", "#/components/schemas/problem"}}}}}}}}}};
  if (command)
    all["202"] = json::object{{"description", "done, and its payment is still under way: see Location"},
                              {"content", content(std::move(schema))}};
  return all;
}

json::object reference_to(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

/// `document` is that schema, `document[]` a page of them.
json::value answer_schema(const Api::Route& route) {
  if (route.pattern == "accounts/{account}") return reference_to("account");
  if (route.pattern == "accounts/{account}/orders/{order}") return reference_to("order");
  if (route.answer.empty()) return json::object{};
  if (!route.answer.ends_with("[]")) return reference_to(route.answer);
  const json::object items = reference_to(route.answer.substr(0, route.answer.size() - 2));
  return json::object{{"type", "object"},
                      {"required", json::array{"data"}},
                      {"properties", json::object{{"data", json::object{{"type", "array"}, {"items", items}}},
                                                  {"next", json::object{{"type", json::array{"string", "null"}}}}}}};
}

json::object operation(const Api::Route& route, std::string_view pattern, std::string_view id) {
  json::object one{{"operationId", id}, {"summary", route.says}, {"parameters", parameters_of(route, pattern)}};
  one["responses"] = answers(answer_schema(route), false);
  if (route.scope == "-")
    one["security"] = json::array();
  else if (!route.scope.empty())
    one["description"] = "Scope: `" + std::string(route.scope) + "`.";
  if (route.body != Api::Body::none) {
    const json::object body = route.body == Api::Body::any
                                  ? json::object{{"application/octet-stream", json::object{{"schema", json::object{}}}}}
                                  : content(json::object{});
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
          {"responses", answers(json::object{{"$ref", "#/components/schemas/done"}}, true)}};
}

constexpr std::string_view own_schemas = R"({
  "event": {"type": "object", "required": ["type", "timestamp", "id", "tenant", "mode", "account", "position", "data"],
   "properties": {"type": {"type": "string"}, "timestamp": {"type": "string"}, "id": {"type": "string"},
    "tenant": {"type": "string"}, "mode": {"enum": ["live", "test"]}, "account": {"type": ["string", "null"]},
    "position": {"type": ["integer", "null"]}, "data": {"type": "object"}}},
  "done": {"type": "object", "required": ["position", "at", "again", "etag", "order", "hold"], "properties": {
    "position": {"type": "integer"}, "at": {"type": "string"}, "again": {"type": "boolean"},
    "etag": {"type": ["string", "null"]},
    "order": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/order_now"}]},
    "hold": {"type": ["integer", "null"]}}},
  "problem": {"type": "object", "required": ["type", "title", "status", "code", "detail"], "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"},
    "detail": {"type": "string"}, "values": {"type": "object", "additionalProperties": {"type": "string"}},
    "rule": {"type": ["string", "null"]}, "position": {"type": ["integer", "null"]}, "request": {"type": "string"},
    "errors": {"type": "array", "items": {"type": "object", "properties": {
      "pointer": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}}}}}}
})";

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
  }
  for (const auto& [name, schema] : shapes.at("answers").as_object())
    (void)components.reference(std::string(name), schema);
  json::object schemas = components.take();
  const json::value own = json::parse(own_schemas);
  for (const auto& [name, schema] : own.as_object()) schemas[name] = schema;
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
