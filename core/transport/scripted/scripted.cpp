#include "transport/scripted/scripted.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>
#include <ranges>

#include "transport/scripted/key.hpp"

namespace florin {

namespace {

constexpr std::string_view proxy_page =
    "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

std::string_view path_of(const WireRequest& request) {
  return std::string_view(request.path).substr(0, request.path.find('?'));
}

/// `*` stands for any part, also for none.
bool fits(std::string_view text, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at)
    if (fits(text.substr(at), rest)) return true;
  return false;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const bool coded = text[i] == '%' && i + 2 < text.size() &&
                       std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    out += coded ? static_cast<char>(byte) : text[i] == '+' ? ' ' : text[i];
    if (coded) i += 2;
  }
  return out;
}

/// A field of a form or a query.
std::optional<std::string> field_of(std::string_view form, std::string_view name) {
  for (const auto part : std::views::split(form, '&')) {
    const std::string_view pair(part.begin(), part.end());
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (decoded(pair.substr(0, equals)) == name) return decoded(pair.substr(std::min(equals + 1, pair.size())));
  }
  return std::nullopt;
}

std::optional<std::string> json_of(const std::string& body, std::string_view pointer) {
  boost::system::error_code failed, none;
  const boost::json::value read = boost::json::parse(body, failed);
  const auto* found = failed ? nullptr : read.find_pointer(pointer, none);
  if (found == nullptr) return std::nullopt;
  if (const auto* text = found->if_string()) return std::string(*text);
  return boost::json::serialize(*found);
}

std::optional<std::string> segment_of(std::string_view path, std::string_view number) {
  std::size_t wanted = 0;
  std::from_chars(number.data(), number.data() + number.size(), wanted);
  std::size_t at = 0;
  for (const auto part : std::views::split(path.substr(path.starts_with('/') ? 1 : 0), '/'))
    if (++at == wanted) return std::string(part.begin(), part.end());
  return std::nullopt;
}

/// The host's own key of what is asked, wherever the plugin has put it.
std::optional<std::string> key_of(const WireRequest& request) {
  const auto in = [](const std::string& text) -> std::optional<std::string> {
    const std::size_t at = key_in(text, 0);
    return at == std::string::npos ? std::nullopt : std::optional(text.substr(at, key_digits));
  };
  if (auto key = in(request.body)) return key;
  for (const auto& [name, value] : request.headers)
    if (auto key = in(value)) return key;
  return in(request.path);
}

std::optional<std::string> value_in(const WireRequest& request, std::string_view kind, std::string_view name) {
  if (kind == "key") return key_of(request);
  if (kind == "json") return json_of(request.body, name);
  if (kind == "form") return field_of(request.body, name);
  if (kind == "segment") return segment_of(path_of(request), name);
  const std::size_t mark = std::min(request.path.find('?'), request.path.size() - 1);
  if (kind == "query") return field_of(std::string_view(request.path).substr(mark + 1), name);
  if (kind != "header") return std::nullopt;
  const auto found = std::ranges::find_if(request.headers, [&](const auto& header) {
    return std::ranges::equal(
        header.first, name, {}, [](char c) { return std::tolower(static_cast<unsigned char>(c)); },
        [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
  });
  return found == request.headers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string hmac_text(std::string_view text, const std::string& written_key, SignedBy by) {
  std::string key = written_key;
  if (by.hex_key) {
    std::size_t size = 0;
    sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), written_key.data(), written_key.size(),
                   nullptr, &size, nullptr);
    key.resize(size);
  }
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  const auto* secret = reinterpret_cast<const unsigned char*>(key.data());
  unsigned char out[crypto_auth_hmacsha512_BYTES];
  std::size_t size = crypto_auth_hmacsha256_BYTES;
  if (by.sha512) {
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, secret, key.size());
    crypto_auth_hmacsha512_update(&state, data, text.size());
    crypto_auth_hmacsha512_final(&state, out);
    size = crypto_auth_hmacsha512_BYTES;
  } else {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, secret, key.size());
    crypto_auth_hmacsha256_update(&state, data, text.size());
    crypto_auth_hmacsha256_final(&state, out);
  }
  std::string made(std::max(size * 2 + 1, sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL)), '\0');
  if (by.base64)
    sodium_bin2base64(made.data(), made.size(), out, size, sodium_base64_VARIANT_ORIGINAL);
  else
    sodium_bin2hex(made.data(), made.size(), out, size);
  made.resize(made.find('\0'));
  return made;
}

std::vector<std::string> ScriptedProvider::secret(std::string_view name) { return {"secret-of-" + std::string(name)}; }

void ScriptedProvider::send(WireRequest request, Instant, Done done) {
  WireReply reply;
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request);
    reply = answer(request);
  }
  done(std::move(reply));
}

ScriptedAnswer* ScriptedProvider::next_for(const WireRequest& request) {
  for (ScriptedAnswer& answer : answers_)
    if ((answer.always || answer.times > 0) && answer.method == request.method && fits(path_of(request), answer.path)) {
      if (!answer.always) --answer.times;
      return &answer;
    }
  problems_.push_back("the plugin asked for '" + request.method + " " + request.path +
                      "', and the story has no answer to it, or none any more");
  return nullptr;
}

WireReply ScriptedProvider::answer(const WireRequest& request) {
  WireReply reply;
  const ScriptedAnswer* said = next_for(request);
  if (said != nullptr && said->fault == AnswerFault::doubled) said = next_for(request);
  if (said == nullptr) {
    reply.problem = "the story has no answer to " + request.method + " " + request.path;
    return reply;
  }
  if (said->fault == AnswerFault::refused) {
    reply.arrived = Arrival::never_left;
    reply.problem = "connection refused";
    return reply;
  }
  if (said->fault == AnswerFault::lost || said->fault == AnswerFault::late) {
    reply.problem = said->fault == AnswerFault::lost ? "the connection was cut" : "no answer in time";
    return reply;
  }
  reply.arrived = Arrival::answered;
  reply.status = said->status;
  reply.headers = said->headers;
  std::string missing;
  std::string body = with_values(said->body, missing);
  if (!missing.empty()) problems_.push_back(said->where + ": '${" + missing + "}' is in no request so far");
  if (said->fault == AnswerFault::garbled) body = body.substr(0, body.size() / 2) + "\xff\xfe\x01";
  if (said->fault == AnswerFault::html) {
    reply.headers = {{"content-type", "text/html"}};
    body = proxy_page;
  }
  reply.body = std::move(body);
  return reply;
}

std::optional<std::string> ScriptedProvider::value_of(std::string_view name) const {
  const std::size_t colon = std::min(name.find(':'), name.size());
  const std::string_view kind = name.substr(0, colon), rest = name.substr(std::min(colon + 1, name.size()));
  for (auto request = asked_.rbegin(); request != asked_.rend(); ++request)
    if (auto value = value_in(*request, kind, rest)) return value;
  return std::nullopt;
}

std::string ScriptedProvider::with_values(std::string text, std::string& missing) const {
  for (std::size_t from = text.find("${"); from != std::string::npos; from = text.find("${", from)) {
    const std::size_t to = text.find('}', from);
    if (to == std::string::npos) break;
    const std::string name = text.substr(from + 2, to - from - 2);
    const auto value = value_of(name);
    if (!value) missing = name;
    text.replace(from, to - from + 1, value.value_or(""));
    from += value.value_or("").size();
  }
  return text;
}

Result<std::string> ScriptedProvider::filled(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  std::string missing;
  std::string out = with_values(std::string(text), missing);
  if (!missing.empty())
    return Error{.code = "nothing_asked", .message = "'${" + missing + "}' is in no request that the plugin has made"};
  return out;
}

std::vector<std::string> ScriptedProvider::problems(bool at_the_end) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all = problems_;
  if (!at_the_end) return all;
  for (const ScriptedAnswer& answer : answers_)
    if (!answer.always && answer.times > 0)
      all.push_back(fmt::format("{}: nobody asked for this answer to '{} {}'{}", answer.where, answer.method,
                                answer.path,
                                answer.times > 1 ? fmt::format(", {} more times", answer.times) : std::string()));
  return all;
}

}  // namespace florin
