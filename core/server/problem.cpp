#include "problem.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace florin::server {

namespace {

namespace json = boost::json;

struct CodeStatus {
  std::string_view code;
  int status;
};
/// Codes whose status does not follow from how they begin or end.
constexpr CodeStatus statuses[] = {
    {"missing_field", 400},
    {"missing_key", 400},
    {"unknown_field", 400},
    {"unknown_key", 400},
    {"unknown_word", 400},
    {"unknown_parameter", 400},
    {"duplicate_key", 400},
    {"empty_value", 400},
    {"empty_file", 400},
    {"wrong_kind", 400},
    {"one_key", 400},
    {"too_deep", 400},
    {"too_many_nodes", 400},
    {"too_many_lines", 400},
    {"not_utf8", 400},
    {"idempotency_key_missing", 400},
    {"not_a_usage", 400},
    {"card_number", 400},
    {"names_a_person", 400},
    {"unauthorized", 401},
    {"not_enough_credits", 402},
    {"no_payment_method", 402},
    {"past_due", 402},
    {"session_over", 401},
    {"scope_missing", 403},
    {"cross_site", 403},
    {"not_shown_here", 403},
    {"not_permitted", 403},
    {"needs_approval", 403},
    {"not_found", 404},
    {"payment_under_way", 409},
    {"account_exists", 409},
    {"still_under_way", 409},
    {"price_changed", 409},
    {"clock_backward", 409},
    {"erased", 410},
    {"moved_on", 412},
    {"precondition_missing", 428},
    {"too_large", 413},
    {"headers_too_large", 431},
    {"request_too_slow", 408},
    {"unsupported_media_type", 415},
    {"method_not_allowed", 405},
    {"not_acceptable", 406},
    {"version_moved", 409},
    {"text_too_long", 400},
    {"too_many_fields", 400},
    {"misdirected", 421},
    {"rate_limited", 429},
    {"behind", 503},
    {"failed", 500},
    {"internal", 500},
    {"internal_fault", 500},
    {"out_of_memory", 503},
    {"transfer_encoding", 501},
    {"upgrade_refused", 501},
    {"version_unsupported", 505},
    {"plugin_failed", 502},
    {"provider_not_reached", 502},
    {"pull_failed", 502},
    {"credential_missing", 502},
    {"busy", 503},
    {"ask_again", 503},
    {"store_unavailable", 503},
    {"tenant_stopped", 503},
    {"account_set_aside", 503},
    {"draining", 503},
    {"standby", 503},
    {"closed", 503},
};

/// The word that was probably meant, as a message has it at its end; null: it names none.
json::value hint_of(std::string_view message) {
  constexpr std::string_view begin = "did you mean '";
  const std::size_t at = message.rfind(begin);
  if (at == std::string_view::npos) return nullptr;
  message.remove_prefix(at + begin.size());
  const std::size_t end = message.find('\'');
  return end == std::string_view::npos ? json::value(nullptr) : json::value(std::string(message.substr(0, end)));
}

json::array errors_as_json(const Errors& errors) {
  json::array all;
  for (const Error& error : errors)
    all.push_back(json::object{{"pointer", json_pointer(error.at.path)},
                               {"code", error.code},
                               {"message", error.message},
                               {"hint", hint_of(error.message)}});
  return all;
}

}  // namespace

std::string_view file_and_line(std::string_view rule) { return rule.substr(rule.rfind('/') + 1); }

int status_of(std::string_view code) {
  const auto found = std::ranges::find(statuses, code, &CodeStatus::code);
  if (found != std::end(statuses)) return found->status;
  if (code.starts_with("no_such_")) return 404;
  if (code.starts_with("bad_") || code.starts_with("unknown_")) return 400;
  if (code.starts_with("already_") || code.ends_with("_decided")) return 409;
  return 422;
}

std::string title_of(std::string_view code) {
  std::string title(code);
  std::ranges::replace(title, '_', ' ');
  if (!title.empty() && title.front() >= 'a' && title.front() <= 'z')
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
  return title;
}

std::string json_pointer(std::string_view path) {
  std::string pointer;
  std::string part;
  const auto flush = [&] {
    if (!part.empty()) (pointer += '/') += part;
    part.clear();
  };
  for (const char c : path) {
    if (c == '.' || c == '[') {
      flush();
    } else if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else if (c != ']') {
      part += c;
    }
  }
  flush();
  return pointer;
}

std::string problem_json(const Problem& problem, const std::string& request_id) {
  json::object values;
  for (const auto& [name, value] : problem.values) values[name] = value;
  json::object body{{"type", "/problems/" + problem.code},
                    {"title", title_of(problem.code)},
                    {"status", problem.status == 0 ? status_of(problem.code) : problem.status},
                    {"code", problem.code},
                    {"detail", problem.detail},
                    {"values", std::move(values)},
                    {"rule", problem.rule.empty() ? json::value(nullptr) : json::value(file_and_line(problem.rule))},
                    {"position", problem.position == 0 ? json::value(nullptr) : json::value(problem.position)},
                    {"request", request_id}};
  if (!problem.errors.empty()) body["errors"] = errors_as_json(problem.errors);
  if (!problem.etag.empty()) body["etag"] = problem.etag;
  return json::serialize(body);
}

HttpReply reply_of(const Problem& whole, const HttpRequest& request) {
  HttpReply reply;
  Problem problem = whole;
  if (request.of_customer) problem.rule.clear();
  reply.status = problem.status == 0 ? status_of(problem.code) : problem.status;
  reply.type = "application/problem+json";
  reply.body = problem_json(problem, request.id);
  if (reply.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (reply.status == 503 || reply.status == 429) reply.headers.emplace_back("Retry-After", "1");
  if (!problem.etag.empty()) reply.headers.emplace_back("ETag", problem.etag);
  return reply;
}

namespace {

/// What is wrong with the host itself: why it is so, with its files and addresses, is for whoever runs it.
struct Fault {
  std::string_view code, as, says;
};
constexpr std::string_view again = "This cannot be read or written at the moment. Send it again, with the same key.";
constexpr std::string_view broken = "Something went wrong here.";
constexpr Fault faults[] = {
    {"tenant_stopped", "tenant_stopped", "This service stands still for the moment. Send it again later."},
    {"store_unavailable", "store_unavailable", again},
    {"store_failed", "store_unavailable", again},
    {"store_busy", "store_unavailable", again},
    {"store_full", "store_unavailable", again},
    {"not_durable", "store_unavailable", again},
    {"cannot_connect", "store_unavailable", again},
    {"not_writable", "store_unavailable", again},
    {"create_failed", "store_unavailable", again},
    {"no_threads", "busy", again},
    {"out_of_memory", "out_of_memory", again},
    {"failed", "internal", broken},
    {"damaged_store", "internal", broken},
    {"damaged_row", "internal", broken},
    {"damaged_checkpoint", "internal", broken},
    {"damaged_seal", "internal", broken},
    {"not_a_journal", "internal", broken},
    {"not_views", "internal", broken},
    {"newer_version", "internal", broken},
    {"read_only", "internal", broken},
    {"facts_fit", "internal", broken},
    {"no_such_text", "internal", broken},
    {"no_random", "internal", broken},
    {"missing_plugin", "internal", broken},
};

const Fault* fault_of(std::string_view code) {
  const auto found = std::ranges::find(faults, code, &Fault::code);
  return found == std::end(faults) ? nullptr : &*found;
}

}  // namespace

Problem problem_of(const Error& error) {
  if (const Fault* fault = fault_of(error.code))
    return {.code = std::string(fault->as), .detail = std::string(fault->says)};
  Problem problem{.code = error.code, .detail = error.message};
  if (!error.at.path.empty()) problem.errors.push_back(error);
  if (error.code == "key_reused")
    problem.detail = "This key was used for another request. Make keys such as \"<account>:<your id>\".";
  return problem;
}

Problem problem_of(const Refusal& refusal, std::uint64_t position) {
  Problem problem{.code = refusal.code, .detail = refusal.text, .rule = refusal.rule, .position = position};
  for (const Word& word : refusal.values) problem.values.emplace_back(word.name, word.value);
  return problem;
}

HttpReply reply_of(const Error& error, const HttpRequest& request) {
  HttpReply reply = reply_of(problem_of(error), request);
  if (fault_of(error.code) != nullptr) reply.cause = error.code + ": " + error.message;
  return reply;
}

HttpReply reply_of(const Refusal& refusal, std::uint64_t position, const HttpRequest& request) {
  return reply_of(problem_of(refusal, position), request);
}

HttpReply reply_of(Errors errors, const HttpRequest& request) {
  Problem problem{.code = "bad_json", .detail = "The body could not be read."};
  for (Error& error : errors) {  // what YAML calls a key is a field here
    if (error.code == "unknown_key") error.code = "unknown_field";
    if (error.code == "missing_key") error.code = "missing_field";
  }
  // A field that is mistyped is also one that is missing: what to mend comes first.
  std::ranges::stable_partition(errors, [](const Error& error) { return error.code == "unknown_field"; });
  if (!errors.empty()) {
    problem.code = errors.front().code;
    problem.detail = errors.front().message;
  }
  // What cannot be read is no rule's refusal, whatever it is called.
  if (status_of(problem.code) == 422) problem.status = 400;
  problem.errors = std::move(errors);
  return reply_of(problem, request);
}

}  // namespace florin::server
