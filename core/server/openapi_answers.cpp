#include "openapi_answers.hpp"

#include <string>

namespace florin::server {

namespace json = boost::json;

namespace {

/// Answers as they look. A value is the name of a type, `string?` may also be null; a list has the look of its items;
/// of an object every field is there, but those whose name ends with `?`. `#order` is that schema of the file, `{"any":
/// […]}` one of several, `{"null": …}` that or null, `{"map": …}` an object with any names, `{"page": …}` a page of a
/// list.
constexpr std::string_view looks = R"({
"GET accounts/{account}": "#account",
"GET accounts/{account}/orders/{order}": "#order",
"POST usage": [{"any": [
  {"key": "string", "problem": "#problem"},
  {"key": "string", "position": "integer", "again": "boolean", "debited": "string", "hold": "integer?"}]}],
"POST accounts/{account}/check": {"allowed": "boolean", "refusal": {"null": {"code": "string", "detail": "string"}},
  "price": "string?", "available": "string?"},
"POST check": [{"any": [
  {"account": "string", "problem": "#problem"},
  {"account": "string", "allowed": "boolean", "refusal": {"null": {"code": "string", "detail": "string"}},
   "price": "string?", "available": "string?"}]}],
"POST accounts/{account}/quote": "#quote",
"GET presentation": {"tenant": "string", "name": "string", "accent": "string?", "currency": "string", "timezone": "string",
  "language": "string", "languages": ["string"], "names": {"map": "string"}, "about": {"map": "string"},
  "messages": {"map": "string"}, "gates": {"map": "string"}, "links": {"map": "string"}, "sandbox": "boolean",
  "seller": {"null": {"name": "string", "trading_as": "string", "address": ["string"], "country": "string",
    "contact": "string", "tax_ids": [{"kind": "string", "id": "string"}]}}},
"GET accounts/{account}/usage": {"data": ["#usage_row"], "as_of": "#as_of"},
"GET accounts/{account}/payment_methods": {"data": [{"method": "string", "offered": "boolean", "why": "string?"}]},
"GET accounts/{account}/may/{what}": {"allowed": "boolean", "refusal": {"null": {"code": "string", "detail": "string"}},
  "value": "string?", "left": "integer?", "taken": "integer"},
"GET accounts/{account}/personal_data": {"personal_data": {"map": "string"}},
"GET cases": {"data": ["#case"]},
"GET payments": {"data": "#payments"},
"GET bank_receipts": {"data": "#bank_money"},
"GET upcoming": {"data": [{"account": "string", "at": "string", "kind": "string", "what": "string", "amount": "string",
  "method": "string", "waits": "boolean"}]},
"GET months": {"data": ["#month"]},
"POST months/{month}/close": {"data": ["#month"]},
"POST import": {"dry_run": "boolean", "accounts": [{"account": "string", "there_already": "boolean", "is": "string",
  "charges": [{"account": "string", "at": "string", "kind": "string", "what": "string", "amount": "string",
    "method": "string", "waits": "boolean"}]}]},
"POST processors/{processor}/statement": {"dry_run": "boolean", "lines": [{"line": "integer", "receipt": "string",
  "amount": "string", "dated": "string", "said": "string", "account": "string?", "order": "integer?", "becomes": "string",
  "why": "string"}]},
"POST processors/{processor}/reconcile": {"theirs": "integer", "same": "integer", "learned": "integer",
  "ours_alone": "integer", "discrepancies": ["string"]},
"GET catalog/versions": {"data": [{"tenant": "string", "version": "integer", "at": "string", "by": "string",
  "again": "integer?", "in_force": "boolean", "subscriptions": "integer"}]},
"POST catalog/plan": {"tenant": "string", "version": "integer", "next": "integer",
  "changes": [{"path": "string", "before": "string", "after": "string", "at": "string"}],
  "running_subscriptions": "string", "meters": "string", "accounts": "integer",
  "subscriptions": [{"account": "string", "plan": "string", "cycle": "string", "version": "integer", "how": "string",
    "at": "string?", "before": "string", "after": "string"}]},
"POST catalog/apply": {"tenant": "string", "version": "integer"},
"POST catalog/apply_again": {"tenant": "string", "version": "integer"},
"GET accounts/{account}/explain": {"tenant": "string", "account": "string", "state": "string", "position": "integer",
  "grants": ["any"]},
"POST accounts/{account}/release": {"released": "boolean", "rule": "string", "text": "string", "since": "string",
  "charges": [{"account": "string", "at": "string", "kind": "string", "what": "string", "amount": "string",
    "method": "string", "waits": "boolean"}], "reports": "integer"},
"GET notifications": {"next": "string", "data": [{"position": "integer", "at": "string", "account": "string",
  "kind": "string", "roles": ["string"], "data": {"map": "string"}}]},
"GET keys": {"data": ["#api_key"]},
"POST keys": {"status": 201, "is": "#issued_key"},
"POST keys/{key}/roll": {"status": 201, "is": "#issued_key"},
"POST keys/{key}/revoke": "#issued_key",
"POST accounts/{account}/portal_sessions": {"status": 201, "is": {"any": [
  {"url": "string", "expires_at": "string"}, {"token": "string", "expires_at": "string"}]}},
"POST accounts/{account}/orders/{order}/pay_link": {"status": 201, "is": {"url": "string", "expires_at": "string"}},
"GET accounts/{account}/orders/{order}/checkout": {"account": "string", "mode": "string", "expires_at?": "string",
  "order": {"any": ["#order",
    {"id": "integer", "state": "string", "total": "string", "paid_at": "string?", "now": {"state": "string"}}]},
  "methods": ["#catalog.method_offer"]},
"POST accounts/{account}/members/{member}/invitation": {"status": 201, "is":
  {"url": "string", "expires_at": "string", "mailed": "boolean"}},
"GET accounts/{account}/messages": {"data": [{"id": "string", "kind": "string", "state": "string", "at": "string",
  "tries": "integer", "problem": "string"}]},
"POST accounts/{account}/messages/{message}/send_again": {"status": 202, "is": {}},
"POST mail/bounces": {"status": 202, "is": {}},
"GET session": {"any": [
  {"kind": "string", "tenant": "string", "key": "string?", "scopes": ["string"], "mode": "string", "now": "string"},
  {"kind": "string", "tenant": "string?", "tenants": ["string"], "account": "string?", "member": "string?",
   "role": "string?", "scopes": ["string"], "mode": "string", "now": "string", "idle_until": "string", "ends_at": "string",
   "page?": "string?", "locale?": "string?", "return_url?": "string?"}]},
"POST accounts/{account}/end_sessions": {},
"POST end_sessions": {},
"POST session/end": {},
"POST processors/{processor}/webhook": {},
"GET events": {"data": ["#event"], "next": "string", "more": "boolean"},
"GET webhook_endpoints": {"next": "string?", "data": [{"name": "string", "url": "string", "events": ["string"],
  "enabled": "boolean", "why_not": "string?", "position": "integer", "pending": "integer", "oldest_pending_at": "string?",
  "last_success_at": "string?"}]},
"GET webhook_endpoints/{endpoint}/deliveries": {"next": "string?", "data": [{"id": "string", "type": "string",
  "at": "string?", "tries": "integer", "status": "integer?", "problem": "string?", "answer": "string",
  "outcome": "string"}]},
"POST webhook_endpoints/{endpoint}/test": {"status": 202, "is": {}},
"POST webhook_endpoints/{endpoint}/replay": {"status": 202, "is": {"events": "integer"}},
"POST webhook_endpoints/{endpoint}/enable": {},
"POST webhook_endpoints/{endpoint}/disable": {}
})";

/// What routes take that are no commands, in the same spelling; `?`: it may be left out.
constexpr std::string_view bodies = R"({
"usage": [{"account": "string", "key": "string", "actor?": "string", "asked_at?": "string", "use?": "#use",
  "place_hold?": "#place_hold", "capture_hold?": "#capture_hold", "release_hold?": "#release_hold",
  "use_together?": "#use_together"}],
"check": [{"account": "string", "actor?": "string", "use": "#use"}],
"accounts/{account}/check": "#use",
"accounts/{account}/quote": {"map": "any"},
"keys": {"name?": "string", "preset?": "string", "scopes?": ["string"], "lasts?": "string"},
"keys/{key}/roll": {"old_ends_in?": "string"},
"keys/{key}/revoke": {"reason?": "string"},
"accounts/{account}/portal_sessions": {"member?": "string", "role?": "string", "page?": "string", "locale?": "string",
  "return_url?": "string", "kind?": "string"},
"accounts/{account}/orders/{order}/pay_link": {"map": "any"},
"accounts/{account}/members/{member}/invitation": {"email?": "string"},
"accounts/{account}/messages/{message}/send_again": {"map": "any"},
"mail/bounces": {"message?": "string", "address?": "string", "reason?": "string"},
"accounts/{account}/end_sessions": {"member?": "string"},
"end_sessions": {"staff": "string"},
"session/end": {"map": "any"},
"processors/{processor}/reconcile": {"day": "string"},
"catalog/apply_again": {"version": "integer"},
"accounts/{account}/release": {"reason": "string"},
"webhook_endpoints/{endpoint}/test": {"map": "any"},
"webhook_endpoints/{endpoint}/enable": {"map": "any"},
"webhook_endpoints/{endpoint}/disable": {"map": "any"},
"webhook_endpoints/{endpoint}/replay": {"from": "integer", "to?": "integer"}
})";

/// Schemas of the file that routes share.
constexpr std::string_view shared_looks = R"({
"event": {"type": "string", "timestamp": "string", "id": "string", "tenant": "string", "mode": "string",
  "account": "string?", "position": "integer?", "data": {"map": "any"}},
"done": {"position": "integer", "at": "string", "again": "boolean", "etag": "string?", "order": {"null": "#order_now"},
  "hold": "integer?"},
"problem": {"type": "string", "title": "string", "status": "integer", "code": "string", "detail": "string",
  "values": {"map": "string"}, "rule": "string?", "position": "integer?", "request": "string", "etag?": "string",
  "errors?": [{"pointer": "string", "code": "string", "message": "string", "hint": "string?"}]},
"as_of": {"position": "integer", "behind": "integer"},
"month": {"month": "string", "closed": "boolean", "written_off": "string", "lines": [{"type": "string", "before": "string",
  "issued": "string", "used": "string", "gone": "string", "returned": "string", "after": "string",
  "before_money": "string", "issued_money": "string", "used_money": "string", "gone_money": "string",
  "returned_money": "string", "after_money": "string"}]},
"api_key": {"id": "string", "name": "string", "scopes": ["string"], "mode": "string", "works": "boolean",
  "issued_at": "string", "issued_by": "string", "ends_at": "string?"},
"issued_key": {"id": "string", "name": "string", "scopes": ["string"], "mode": "string", "works": "boolean",
  "issued_at": "string", "issued_by": "string", "ends_at": "string?", "key": "string?"}
})";

json::value type_of(std::string_view name) {
  if (name == "any") return json::object();
  if (name.starts_with('#')) return json::object{{"$ref", "#/components/schemas/" + std::string(name.substr(1))}};
  if (name.ends_with('?')) return json::object{{"type", json::array{name.substr(0, name.size() - 1), "null"}}};
  return json::object{{"type", name}};
}

json::value schema_of(const json::value& look);

json::value object_of(const json::object& look) {
  json::object properties;
  json::array required;
  for (const auto& [name, value] : look) {
    const bool always = !name.ends_with('?');
    const std::string_view field = always ? std::string_view(name) : std::string_view(name).substr(0, name.size() - 1);
    properties[field] = schema_of(value);
    if (always) required.emplace_back(field);
  }
  return json::object{{"type", "object"},
                      {"properties", std::move(properties)},
                      {"required", std::move(required)},
                      {"additionalProperties", false}};
}

json::value page_of(const json::value& look) {
  return object_of({{"data", json::array{look}}, {"next", "string?"}, {"count?", "integer"}, {"as_of?", "#as_of"}});
}

json::value schema_of(const json::value& look) {
  if (look.is_string()) return type_of(std::string(look.as_string()));
  if (look.is_array()) return json::object{{"type", "array"}, {"items", schema_of(look.as_array().front())}};
  const json::object& object = look.as_object();
  if (object.size() != 1) return object_of(object);
  const auto& [word, value] = *object.begin();
  if (word == "page") return page_of(value);
  if (word == "null") return json::object{{"anyOf", json::array{json::object{{"type", "null"}}, schema_of(value)}}};
  if (word == "map") return json::object{{"type", "object"}, {"additionalProperties", schema_of(value)}};
  if (word != "any") return object_of(object);
  json::array some;
  for (const json::value& one : value.as_array()) some.push_back(schema_of(one));
  return json::object{{"anyOf", std::move(some)}};
}

}  // namespace

json::object shared_answers() {
  json::object schemas;
  const json::value all = json::parse(shared_looks);
  for (const auto& [name, look] : all.as_object()) schemas[name] = schema_of(look);
  return schemas;
}

json::value route_body(std::string_view pattern) {
  static const json::value all = json::parse(bodies);
  const json::value* look = all.as_object().if_contains(pattern);
  return look == nullptr ? json::value(json::object()) : schema_of(*look);
}

json::value page_schema(std::string_view item) { return page_of(json::value("#" + std::string(item))); }

RouteAnswer route_answer(std::string_view method, std::string_view pattern) {
  static const json::value all = json::parse(looks);
  if (pattern == "accounts/{account}/export") return {.schema = nullptr, .type = "application/x-ndjson"};
  if (pattern == "accounts/{account}/documents/{number}/{form}") return {.schema = json::object()};
  if (pattern == "accounts/{account}/account_statement/{form}") return {.schema = json::object()};
  const json::value* look = all.as_object().if_contains(std::string(method) + " " + std::string(pattern));
  if (look == nullptr) return {.schema = json::object()};
  const json::object* object = look->if_object();
  if (object == nullptr || !object->contains("is")) return {.schema = schema_of(*look)};
  return {.status = static_cast<int>(object->at("status").as_int64()), .schema = schema_of(object->at("is"))};
}

}  // namespace florin::server
