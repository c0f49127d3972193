#include "ops/plugin_check/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/describe/enum_from_string.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "config/command_notes.hpp"
#include "config/decode.hpp"
#include "florin/check.hpp"
#include "transport/scripted/key_pair.hpp"
#include "transport/scripted/scripted.hpp"

namespace florin::plugin_check {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr const char* key = "key00000000000000000000k1";

std::string text_of(const json::object& object, std::string_view name, const std::string& otherwise = {}) {
  const auto* value = object.if_contains(name);
  return value == nullptr || !value->is_string() ? otherwise : std::string(value->get_string());
}

/// `{key}` is the key that the operation has.
std::string filled(std::string text) {
  for (std::size_t at = text.find("{key}"); at != std::string::npos; at = text.find("{key}", at))
    text.replace(at, 5, key);
  return text;
}

/// Text as it stands, anything else as JSON.
std::string body_of(const json::object& object) {
  const auto* body = object.if_contains("body");
  if (body == nullptr) return {};
  return filled(body->is_string() ? std::string(body->get_string()) : json::serialize(*body));
}

std::vector<std::pair<std::string, std::string>> pairs_of(const json::object& object, std::string_view name) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (const auto* all = object.if_contains(name); all != nullptr && all->is_object())
    for (const auto& [key_of, value] : all->get_object())
      pairs.emplace_back(key_of, value.is_string() ? filled(std::string(value.get_string())) : json::serialize(value));
  return pairs;
}

/// The names that are none of `known`, with the nearest that is.
std::string unknown_in(const json::object& object, const std::vector<std::string>& known) {
  for (const auto& [name, value] : object)
    if (std::ranges::find(known, std::string(name)) == known.end())
      return "'" + std::string(name) + "' is no word of an exchange" + hint(std::string(name), known);
  return {};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// Signs a webhook as its provider would, with the words that a story has for it. What is wrong; empty: it is signed.
std::string sign(Exchange& exchange, const json::object& by, Instant at) {
  if (const std::string wrong =
          unknown_in(by, {"header", "secret", "over", "as", "sha512", "base64", "hex_key", "scheme"});
      !wrong.empty())
    return wrong;
  const std::string header = text_of(by, "header"), name = text_of(by, "secret"), scheme = text_of(by, "scheme");
  if (header.empty() || name.empty())
    return "'sign' has a header and a secret: {\"header\": \"x-signature\", \"secret\": \"mine.webhook\"}";
  const auto known = std::ranges::find(exchange.secrets, name, &std::pair<std::string, std::string>::first);
  const bool given = known != exchange.secrets.end();
  const std::string now = std::to_string(at.us / 1'000'000);
  const std::string over =
      replaced(replaced(text_of(by, "over", "${body}"), "${now}", now), "${body}", exchange.message.body);
  std::string made;
  if (scheme.empty()) {
    const auto is = [&](std::string_view word) {
      const auto* value = by.if_contains(word);
      return value != nullptr && value->is_bool() && value->get_bool();
    };
    if (!given) exchange.secrets.emplace_back(name, "secret-of-" + name);
    const std::string secret = given ? known->second : "secret-of-" + name;
    made = hmac_text(over, secret, {is("sha512"), is("base64"), is("hex_key")});
  } else {
    KeyScheme which{};
    if (!boost::describe::enum_from_string(scheme.c_str(), which))
      return "'scheme' is rsa_sha256, rsa_pss_sha256, ecdsa_sha256 or ed25519, not '" + scheme + "'";
    if (!given) exchange.secrets.emplace_back(name, public_key(which));
    made = signature_by_key(which, over);
  }
  exchange.message.headers.emplace_back(
      header, replaced(replaced(text_of(by, "as", "${signature}"), "${now}", now), "${signature}", made));
  return {};
}

std::optional<OperationKind> kind_of(const std::string& word) {
  static constexpr std::pair<const char*, OperationKind> words[] = {{"charge", OperationKind::charge},
                                                                    {"cancel", OperationKind::cancel},
                                                                    {"refund", OperationKind::refund},
                                                                    {"status", OperationKind::status},
                                                                    {"pull", OperationKind::pull},
                                                                    {"capture", OperationKind::capture},
                                                                    {"save_method", OperationKind::save_method},
                                                                    {"confirm", OperationKind::confirm}};
  for (const auto& [name, kind] : words)
    if (word == name) return kind;
  return std::nullopt;
}

/// What is wrong with it; empty: nothing.
std::string read_webhook(const json::object& object, Instant at, Exchange& exchange) {
  exchange.of_webhook = true;
  exchange.answer = text_of(object.at("expect").get_object(), "answer");
  exchange.message = {.body = body_of(object),
                      .headers = pairs_of(object, "headers"),
                      .received_at = at,
                      .method = text_of(object, "http", "POST"),
                      .query = filled(text_of(object, "query"))};
  const auto* by = object.if_contains("sign");
  if (by == nullptr) return {};
  return by->is_object() ? sign(exchange, by->get_object(), at) : "'sign' is an object";
}

/// The same.
std::string read_operation(const json::object& object, Instant at, Operation& of) {
  const std::string operation = text_of(object, "operation");
  const auto kind = kind_of(operation);
  if (!kind)
    return "'operation' is charge, status, refund, cancel, capture, save_method, confirm, pull or webhook, not '" +
           operation + "'";
  const auto amount = Money::parse(text_of(object, "amount", "49.00 USD"));
  if (!amount) return amount.error().message;
  of.kind = *kind;
  of.decided_at = of.started_at = at;
  of.key = of.payment_key = key;
  of.amount = *kind == OperationKind::pull ? Money() : *amount;
  of.method = text_of(object, "method", "card");
  of.method_ref = text_of(object, "token");
  of.ref = text_of(object, "ref");
  of.refund_ref = text_of(object, "refund_ref");
  of.of_refund = text_of(object, "of") == "refund";
  of.of_method = text_of(object, "of") == "method";
  if (of.of_refund) of.refund_key = key;
  of.customer_key = "check/ann";
  of.description = "Growth, monthly";
  of.details = pairs_of(object, "details");
  of.person = pairs_of(object, "person");
  of.answer = pairs_of(object, "answer");
  of.may_keep = text_of(object, "keep") == "yes";
  of.from = {at.us - 86'400'000'000};
  of.until = at;
  const auto* browser = object.if_contains("browser");
  if (browser == nullptr) return {};
  Errors errors;
  of.browser = config::decode_json<Browser>(json::serialize(*browser), "browser", errors);
  return errors.empty() ? std::string() : "'browser': " + errors.front().message;
}

/// The same.
std::string read_replies(const json::object& object, Instant at, Exchange& exchange) {
  const auto* replies = object.if_contains("replies");
  if (replies == nullptr || !replies->is_array()) return {};
  for (const json::value& reply : replies->get_array()) {
    if (!reply.is_object()) return "a reply is {\"status\": 200, \"body\": …}";
    const auto* status = reply.get_object().if_contains("status");
    exchange.replies.emplace_back(status != nullptr && status->is_int64() ? static_cast<int>(status->get_int64()) : 200,
                                  pairs_of(reply.get_object(), "headers"), body_of(reply.get_object()), at);
  }
  return {};
}

Result<Exchange> exchange_of(const json::object& object, const std::string& name) {
  const auto bad = [&](const std::string& why) { return Error{.code = "bad_exchange", .message = name + ": " + why}; };
  if (const std::string wrong =
          unknown_in(object, {"operation", "amount", "method",  "token", "ref",     "refund_ref", "of",
                              "details",   "person", "answer",  "keep",  "at",      "replies",    "expect",
                              "http",      "query",  "headers", "body",  "secrets", "sign",       "browser"});
      !wrong.empty())
    return bad(wrong);
  const auto at = Instant::parse(text_of(object, "at", "2026-03-10T09:00Z"));
  if (!at) return bad("'at': " + at.error().message);
  Exchange exchange{.name = name};
  const auto* expect = object.if_contains("expect");
  if (expect == nullptr || !expect->is_object())
    return bad("'expect' says what it comes to: {\"state\": \"captured\"}");
  exchange.state = text_of(expect->get_object(), "state");
  exchange.ref = text_of(expect->get_object(), "ref");
  exchange.decline = text_of(expect->get_object(), "decline");
  exchange.absent = exchange.state == "absent";
  exchange.secrets = pairs_of(object, "secrets");
  const bool of_webhook = text_of(object, "operation") == "webhook";
  std::string wrong =
      of_webhook ? read_webhook(object, *at, exchange) : read_operation(object, *at, exchange.operation);
  if (wrong.empty() && !of_webhook) wrong = read_replies(object, *at, exchange);
  if (!wrong.empty()) return bad(wrong);
  return exchange;
}

}  // namespace

Result<std::vector<Exchange>> read_exchanges(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    if (it->path().extension() == ".json") files.push_back(it->path());
  if (failed || files.empty())
    return Error{.code = "file_missing",
                 .message = folder.string() + (failed ? " cannot be read: " + failed.message()
                                                      : ": there is no *.json in this folder of exchanges")};
  std::ranges::sort(files);
  std::vector<Exchange> all;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    boost::system::error_code ec;
    const json::value read = json::parse(text, ec);
    if (ec || !read.is_object())
      return Error{.code = "bad_exchange", .message = file.string() + ": this is no JSON object: " + ec.message()};
    auto exchange = exchange_of(read.get_object(), file.filename().string());
    if (!exchange) return exchange.error();
    all.push_back(*std::move(exchange));
  }
  return all;
}

}  // namespace florin::plugin_check
