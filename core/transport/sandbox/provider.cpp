#include "transport/sandbox/provider.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace florin {

namespace {

namespace json = boost::json;

/// The value of a header whatever the case of its name; empty when it is not there.
std::string header_of(const WireRequest& request, std::string_view lower_name) {
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (lower == lower_name) return value;
  }
  return {};
}

std::string signature(const std::string& secret, const std::string& signed_text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  std::array<char, mac.size() * 2 + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
  return hex.data();
}

WireReply refused(int status, std::string_view code) {
  return {.arrived = Arrival::answered,
          .status = status,
          .headers = {{"content-type", "application/json"}},
          .body = json::serialize(json::object{{"code", code}})};
}

}  // namespace

Result<std::unique_ptr<SandboxProvider>> SandboxProvider::open(SandboxSettings settings) {
  std::unique_ptr<SandboxProvider> provider(new SandboxProvider(std::move(settings)));
  if (!provider->settings_.book.empty())
    if (auto error = provider->read_back()) return *error;
  return provider;
}

SandboxProvider::~SandboxProvider() {
  if (file_ >= 0) ::close(file_);
}

std::optional<Error> SandboxProvider::read_back() {
  const auto bad = [&](std::string_view why) {
    return Error{.code = "bad_book", .message = fmt::format("{}: {}", settings_.book.string(), why), .at = {}};
  };
  file_ = ::open(settings_.book.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) return bad(std::strerror(errno));
  std::ifstream in(settings_.book, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::size_t at = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; at = end + 1, end = text.find('\n', at)) {
    json::error_code ec;
    const json::value line = json::parse(std::string_view(text).substr(at, end - at), ec);
    const auto* entry = ec ? nullptr : line.if_object();
    if (entry == nullptr || !entry->contains("at_us") || !entry->at("at_us").is_int64())
      return bad("this is no book of the sandbox provider");
    const auto word = [&](std::string_view name) {
      const auto* value = entry->if_contains(name);
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    now_ = {entry->at("at_us").get_int64()};
    book_.act(word("path"), word("key"), word("body"), now_);
  }
  if (at < text.size() && ::ftruncate(file_, static_cast<off_t>(at)) != 0) return bad(std::strerror(errno));
  return std::nullopt;
}

/// Written before it acts, in one piece, so that what was answered is there after the process was killed.
bool SandboxProvider::write_down(const WireRequest& request, const std::string& key) {
  if (file_ < 0) return true;
  const std::string line =
      json::serialize(json::object{{"at_us", now_.us}, {"path", request.path}, {"key", key}, {"body", request.body}}) +
      '\n';
  return ::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

void SandboxProvider::send(WireRequest request, Instant now, Done done) { done(answer(request, now)); }

WireReply SandboxProvider::answer(const WireRequest& request, Instant now) {
  const std::lock_guard lock(mutex_);
  if (!settings_.api_key.empty() && header_of(request, "authorization") != "Bearer " + settings_.api_key)
    return refused(401, "not_authenticated");
  now_ = std::max(now_, now);
  if (request.method == "GET") return book_.look_up(request.path, now_);
  if (request.method != "POST") return refused(404, "not_found");

  WireRequest whole = request;
  whole.body = with_token(request);
  const auto how = book_.behaviour(whole.path, whole.body).value_or(SandboxBehaviour{});
  const bool of_refund = request.path == "/refunds";
  if (how.unreachable && !of_refund) return {.arrived = Arrival::never_left, .problem = "nobody is there"};
  if (how.lost_before && !of_refund) return {};
  const std::string key = header_of(request, "idempotency-key");
  if (!write_down(whole, key)) return refused(503, "no_book");
  WireReply reply = book_.act(whole.path, key, whole.body, now_);
  if (of_refund ? how.refund_lost_after : how.lost_after) return {};
  return reply;
}

std::string SandboxProvider::with_token(const WireRequest& request) const {
  json::error_code ec;
  json::value body = json::parse(request.body, ec);
  if (request.path != "/charges" || ec || !body.is_object() || body.get_object().contains("token")) return request.body;
  body.get_object()["token"] = once_;
  return json::serialize(body);
}

void SandboxProvider::once_goes(std::string token) {
  const std::lock_guard lock(mutex_);
  once_ = std::move(token);
}

std::vector<SandboxMove> SandboxProvider::captures(Instant until) const {
  const std::lock_guard lock(mutex_);
  return book_.captures(until);
}

std::vector<SandboxMove> SandboxProvider::refunds(Instant until) const {
  const std::lock_guard lock(mutex_);
  return book_.refunds(until);
}

std::vector<SandboxWebhook> SandboxProvider::webhooks(Instant after, Instant until) const {
  const std::lock_guard lock(mutex_);
  std::vector<SandboxWebhook> due;
  for (auto& notice : book_.notifications(after, until)) {
    const std::string time = std::to_string(notice.due_at.us / 1'000'000);
    const std::string mac = signature(settings_.webhook_secret, fmt::format("{}.{}", time, notice.body));
    due.push_back({notice.due_at,
                   {{"Content-Type", "application/json"}, {"Sandbox-Signature", fmt::format("t={},v1={}", time, mac)}},
                   std::move(notice.body)});
  }
  return due;
}

std::optional<Instant> SandboxProvider::next_webhook(Instant after) const {
  const std::lock_guard lock(mutex_);
  return book_.next_notice(after);
}

}  // namespace florin
