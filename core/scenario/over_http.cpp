#include "scenario/over_http.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "config/command.hpp"
#include "engine/row.hpp"
#include "florin/bodies.hpp"
#include "host/around.hpp"
#include "scenario/audit.hpp"

namespace florin::scenario {

namespace json = boost::json;

namespace {

std::string word_of(const Command& command) { return std::string(config::command_words()[command.index()]); }

std::string body_of(const Command& command) {
  return config::json_of(std::visit([](const auto& one) { return AnyCommand(one); }, command));
}

Error differs(std::string message) { return {.code = "http_differs", .message = std::move(message)}; }

/// The entry at a position. None: there is none.
std::shared_ptr<const Entry> entry_at(Assembly& assembly, store::Position wanted) {
  std::shared_ptr<const Entry> found;
  (void)!assembly.store().read(0, wanted, [&](const store::Row& row) {
    const auto entries = engine::entries_of(row);
    if (entries && wanted >= row.first && wanted - row.first < entries->size())
      found = std::make_shared<const Entry>((*entries)[wanted - row.first]);
    return false;
  });
  return found;
}

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_at(const json::value& value, std::string_view name) {
  const json::value* found = member(value, name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string shown(const StoryReply& reply) {
  return "HTTP " + std::to_string(reply.status) + " " + reply.body.substr(0, 600);
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string path;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.')
      path += c;
    else
      ((path += '%') += digits[byte >> 4U]) += digits[byte & 15U];
  }
  return path;
}

/// Outside, a rule is a file and a line; inside, it has its folder too.
void forget_rules(json::value& value) {
  if (auto* all = value.if_array())
    for (json::value& one : *all) forget_rules(one);
  if (auto* object = value.if_object()) {
    object->erase("rule");
    for (auto& one : *object) forget_rules(one.value());
  }
}
json::value without_rules(std::string_view text) {
  boost::system::error_code unread;
  json::value value = json::parse(text, unread);
  forget_rules(value);
  return value;
}

/// What is known of a person, or asked of one, is sealed by a key that is made for it: no two journals have the same
/// bytes. An action is JSON within a text, so its quotes are escaped.
std::string without_sealed(std::string line) {
  constexpr std::string_view begin = "\"sealed", value = "\":\"", action = R"({\"sealed\":\")";
  for (std::size_t at = line.find(action); at != std::string::npos; at = line.find(action, at)) {
    at += action.size();
    line.erase(at, line.find('\\', at) - at);
  }
  for (std::size_t at = line.find(begin); at != std::string::npos; at = line.find(begin, at)) {
    at = line.find(value, at);
    if (at == std::string::npos) break;
    at += value.size();
    line.erase(at, line.find('"', at) - at);
  }
  return line;
}

bool is_usage(const Command& command) {
  return std::holds_alternative<Use>(command) || std::holds_alternative<PlaceHold>(command) ||
         std::holds_alternative<CaptureHold>(command) || std::holds_alternative<ReleaseHold>(command);
}

std::string actor_text(const Actor& actor) { return actor.role + (actor.id.empty() ? "" : ":" + actor.id); }

}  // namespace

bool are_usages(const std::vector<Request>& requests) {
  return std::ranges::all_of(requests, [](const Request& one) { return is_usage(one.command); });
}

Status OverHttp::open() {
  host_.emplace(HostAround::open(stage_.shared()));
  return door_.open(*host_, tenant_);
}

std::vector<Result<engine::Answered>> OverHttp::send(const std::vector<Request>& requests) {
  if (requests.size() > 1 && are_usages(requests)) return usage(requests);
  std::vector<Result<engine::Answered>> all;
  for (const Request& request : requests) all.push_back(command(request));
  return all;
}

Result<engine::Answered> OverHttp::command(const Request& request) {
  const std::string name = word_of(request.command);
  const auto reply =
      door_.ask({.path = (request.account.empty() ? "" : "accounts/" + request.account.text() + "/") + name,
                 .body = body_of(request.command),
                 .scope = std::string(command_scope(name)),
                 .actor = request.actor,
                 .key = request.key,
                 .asked_at = request.asked_at});
  if (!reply) return reply.error();
  return answered(reply->status, reply->body);
}

std::vector<Result<engine::Answered>> OverHttp::usage(const std::vector<Request>& requests) {
  json::array lines;
  for (const Request& request : requests)
    lines.push_back(json::object{{"account", request.account.text()},
                                 {"key", request.key},
                                 {"actor", actor_text(request.actor)},
                                 {"asked_at", request.asked_at->text()},
                                 {word_of(request.command), json::parse(body_of(request.command))}});
  const auto reply = door_.ask({.path = "usage",
                                .body = json::serialize(lines),
                                .scope = "act_as",
                                .actor = {},
                                .key = {},
                                .asked_at = std::nullopt});
  const auto failed = [&](const Error& why) {
    return std::vector<Result<engine::Answered>>(requests.size(), Result<engine::Answered>(why));
  };
  if (!reply) return failed(reply.error());
  boost::system::error_code unread;
  const json::value said = json::parse(reply->body, unread);
  if (reply->status != 200 || unread || !said.is_array() || said.as_array().size() != requests.size())
    return failed(differs(shown(*reply)));
  std::vector<Result<engine::Answered>> all;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const json::value& line = said.as_array()[i];
    const json::value* problem = member(line, "problem");
    if (text_at(line, "key") != requests[i].key)
      all.emplace_back(differs("another key: " + json::serialize(line)));
    else
      all.push_back(answered(problem != nullptr ? 400 : 200, json::serialize(problem != nullptr ? *problem : line)));
  }
  return all;
}

Result<engine::Answered> OverHttp::answered(int status, std::string_view body) {
  boost::system::error_code unread;
  const json::value said = json::parse(body, unread);
  const std::string whole = shown({status, std::string(body)});
  if (unread || !said.is_object()) return differs(whole);
  const bool done = status == 200 || status == 202;
  const json::value* at = member(said, "position");
  if (at == nullptr || !at->is_int64()) {
    if (done) return differs(whole);
    return Error{.code = text_at(said, "code"), .message = text_at(said, "detail")};
  }
  engine::Answered answer{.position = static_cast<store::Position>(at->as_int64()),
                          .entry = entry_at(stage_.assembly(), static_cast<store::Position>(at->as_int64())),
                          .again = false};
  if (answer.entry == nullptr) return differs("no entry is there: " + whole);
  const auto& refusal = answer.entry->refusal;
  if (done == refusal.has_value()) return differs("the journal says another thing than " + whole);
  if (refusal && (text_at(said, "code") != refusal->code || text_at(said, "detail") != refusal->text))
    return differs("the journal says " + refusal->code + ": " + refusal->text + ", and " + whole);
  return answer;
}

Status OverHttp::quotes(const Act& act, const Quotation& quotation) {
  const std::string name = word_of(*act.command);
  const auto reply = door_.ask({.path = "accounts/" + act.account.text() + "/quote",
                                .body = "{\"" + name + "\":" + body_of(*act.command) + "}",
                                .scope = std::string(command_scope(name)),
                                .actor = act.actor,
                                .key = {},
                                .asked_at = std::nullopt});
  if (!reply) return reply.error();
  const std::string expected = quote_as_json(quotation, stage_.catalog(tenant_));
  if (reply->status != 200 || without_rules(reply->body) != without_rules(expected))
    return differs("the quote is " + shown(*reply) + ", expected " + expected.substr(0, 600));
  return Done{};
}

void OverHttp::get(const std::string& path, const std::string& scope, std::vector<std::string>& wrong) {
  const auto reply =
      door_.ask({.path = path, .body = {}, .scope = scope, .actor = {}, .key = {}, .asked_at = std::nullopt});
  if (!reply) return wrong.push_back("GET " + path + ": " + reply.error().message);
  if (reply->status != 200) wrong.push_back("GET " + path + ": " + shown(*reply));
}

/// Its own view names no file of the operator's.
void OverHttp::read_as_customer(const Account& account, std::vector<std::string>& wrong) {
  const std::string base = "accounts/" + account.id.text();
  for (const char* path : {"", "/orders", "/grants", "/documents", "/refunds", "/members", "/reviews", "/holds",
                           "/usage", "/payment_methods", "/catalog"}) {
    const auto reply = door_.ask({.path = base + path,
                                  .body = {},
                                  .scope = {},
                                  .actor = {},
                                  .key = {},
                                  .asked_at = std::nullopt,
                                  .customer = account.id});
    if (!reply && reply.error().code == "no_session") return;
    // Once others are its people, whoever had it is nobody.
    if (reply && reply->status == 401 && reply->body.find("\"session_over\"") != std::string::npos) return;
    if (!reply) return wrong.push_back("GET " + base + path + " of a customer: " + reply.error().message);
    if (reply->status != 200 || reply->body.find(".yaml") != std::string::npos)
      wrong.push_back("GET " + base + path + " of a customer: " + shown(*reply));
  }
}

/// One tag, one answer; and while nothing has happened on the account, one tag.
void OverHttp::account(const Account& account, std::vector<std::string>& wrong) {
  const auto reply = door_.ask({.path = "accounts/" + account.id.text(),
                                .body = {},
                                .scope = "read",
                                .actor = {},
                                .key = {},
                                .asked_at = std::nullopt});
  if (!reply) return wrong.push_back(reply.error().message);
  boost::system::error_code unread;
  const json::value said = json::parse(reply->body, unread);
  const Seen now{unread ? std::string() : text_at(said, "etag"), reply->body, account.position};
  if (reply->status != 200 || now.etag.empty()) return wrong.push_back("the account is " + shown(*reply));
  Seen& before = seen_[account.id];
  if (before.etag == now.etag && before.body != now.body)
    wrong.push_back("one ETag, two answers: " + before.body + "\n  and " + now.body);
  if (before.position == now.position && before.etag != now.etag)
    wrong.push_back("nothing has happened on the account, and its ETag was " + before.etag + " and is " + now.etag);
  before = now;
}

void OverHttp::may(const Act& act, std::vector<std::string>& wrong) {
  for (const auto& [what, allowed] : act.expect->may) {
    const auto reply = door_.ask({.path = "accounts/" + act.account.text() + "/may/" + what,
                                  .body = {},
                                  .scope = "act_as",
                                  .actor = act.actor,
                                  .key = {},
                                  .asked_at = std::nullopt});
    if (!reply) return wrong.push_back(reply.error().message);
    boost::system::error_code unread;
    const json::value said = json::parse(reply->body, unread);
    const json::value* is = unread ? nullptr : member(said, "allowed");
    if (is == nullptr || !is->is_bool() || is->as_bool() != allowed)
      wrong.push_back("may " + what + " is " + shown(*reply) + ", expected " + (allowed ? "true" : "false"));
  }
}

std::vector<std::string> OverHttp::read_orders(const Account& account) {
  std::vector<std::string> wrong;
  const std::string base = "accounts/" + account.id.text() + "/";
  for (const Order& order : account.orders) {
    get(base + "orders/" + std::to_string(order.id.value), "read", wrong);
    if (!order.invoice.empty()) get(base + "documents/" + encoded(order.invoice), "read", wrong);
  }
  return wrong;
}

std::vector<std::string> OverHttp::read(const Act& act) {
  std::vector<std::string> wrong;
  const Account* account = stage_.account(tenant_, act.account);
  if (!act.expect || account == nullptr) return wrong;
  const std::string base = "accounts/" + act.account.text();
  this->account(*account, wrong);
  for (const char* path : {"/orders", "/grants", "/documents", "/refunds", "/members", "/reviews", "/disputes",
                           "/holds", "/usage", "/history", "/payment_methods", "/catalog"})
    get(base + path, "read", wrong);
  read_as_customer(*account, wrong);
  std::ranges::move(read_orders(*account), std::back_inserter(wrong));
  may(act, wrong);
  return wrong;
}

std::vector<std::string> OverHttp::read_tenant() {
  std::vector<std::string> wrong;
  for (const char* path : {"cases", "payments", "bank_receipts", "months", "notifications", "accounts"})
    get(path, "staff", wrong);
  get("upcoming?day=" + stage_.now().text().substr(0, 10), "staff", wrong);
  get("events?limit=100", "events", wrong);
  get("keys", "admin", wrong);
  get("presentation", "", wrong);
  get("session", "read", wrong);
  return wrong;
}

Status issue_keys(Stage& stage, const TenantId& tenant, const std::vector<Command>& keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto answer = stage.send({{tenant, {}, {"staff", ""}, "key-" + std::to_string(i), std::nullopt, keys[i]}});
    if (!answer.front()) return answer.front().error();
    if (const auto& refusal = answer.front()->entry->refusal)
      return Error{.code = refusal->code, .message = refusal->text};
  }
  return Done{};
}

std::vector<std::string> entries_of(Assembly& assembly) {
  std::vector<std::string> lines;
  (void)!each_entry(assembly, 1, [&](store::Position position, const Entry& entry) {
    lines.push_back(without_sealed(config::json_of(entry, position)));
  });
  return lines;
}

}  // namespace florin::scenario
