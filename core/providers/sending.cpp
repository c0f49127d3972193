#include "providers/sending.hpp"

#include <florin/plugin.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <memory>
#include <utility>

namespace florin {

namespace {

constexpr std::size_t most_reply_bytes = 1 << 20;
/// A token is not sent in its last minute: it could expire on the way.
constexpr Duration spare = minutes(1);
constexpr std::int64_t usual_lifetime_s = 3600, longest_lifetime_s = 366 * 86'400;

/// How often a request is sent before its answer counts as lost.
int sendings(RequestEffect effect) {
  return effect == RequestEffect::read ? 3 : effect == RequestEffect::repeatable ? 2 : 1;
}

std::string text_at(const boost::json::value& body, const std::string& pointer) {
  boost::system::error_code none;
  const auto* found = body.find_pointer(pointer, none);
  if (found == nullptr) return {};
  if (const auto* text = found->if_string()) return std::string(*text);
  return found->is_number() ? boost::json::serialize(*found) : std::string();
}

/// The token of an answer, and how long it is good.
std::pair<std::string, Duration> token_of(const CredentialPlan& plan, const std::string& body) {
  boost::system::error_code failed;
  const boost::json::value read = boost::json::parse(body, failed);
  if (failed) return {};
  std::int64_t lifetime = usual_lifetime_s;
  if (!plan.lifetime.empty()) {
    const std::string text = text_at(read, plan.lifetime);
    std::from_chars(text.data(), text.data() + text.size(), lifetime);
  }
  return {text_at(read, plan.token), seconds(std::clamp<std::int64_t>(lifetime, 0, longest_lifetime_s))};
}

class Sending : public std::enable_shared_from_this<Sending> {
 public:
  Sending(PlannedRequest planned, const SendWith& with, std::move_only_function<void(Sent)> done)
      : planned_(std::move(planned)),
        plugin_(with.plugin),
        transport_(with.transport),
        secrets_(with.secrets),
        now_(with.now),
        send_before_(with.send_before),
        done_(std::move(done)),
        left_(sendings(planned_.effect)),
        may_obtain_(credentials_named().size()) {}

  void start() {
    if (const CredentialPlan* plan = lacking()) return obtain(*plan);
    auto request = finished();
    if (!request) return fail(request.error().message);
    --left_;
    transport_.send(std::move(*request), now_,
                    [self = shared_from_this()](WireReply reply) { self->take(std::move(reply)); });
  }

 private:
  std::vector<std::string> credentials_named() const {
    std::vector<std::string> names;
    const auto add = [&](const Value& value) {
      for (const Term& term : value.terms)
        if (term.code == FLORIN_SECRET && plugin_.manifest().credentials.contains(term.text))
          names.push_back(term.text);
    };
    add(planned_.body);
    for (const auto& [name, value] : planned_.headers) add(value);
    return names;
  }

  /// The first credential that is named and not kept. It is obtained once for each sending.
  const CredentialPlan* lacking() {
    for (const std::string& name : credentials_named()) {
      if (plugin_.credentials().token(name, now_)) continue;
      const auto& plans = plugin_.facts().credentials;
      const auto plan = std::ranges::find(plans, name, &CredentialPlan::name);
      if (plan != plans.end() && may_obtain_ > 0) return &*plan;
    }
    return nullptr;
  }

  void obtain(const CredentialPlan& plan) {
    --may_obtain_;
    auto mine = plugin_.credentials().obtain_or_wait(plan.name, [self = shared_from_this()] { self->start(); });
    if (!mine) return;
    const SendWith with{plugin_, transport_, secrets_, now_, send_before_};
    florin::send(plan.request, with, [self = shared_from_this(), plan, then = *std::move(mine)](Sent sent) mutable {
      std::string token;
      Duration lifetime;
      const bool answered = sent.reply && sent.reply->status >= 200 && sent.reply->status < 300;
      if (answered) std::tie(token, lifetime) = token_of(plan, sent.reply->body);
      if (token.empty())
        self->no_token_ = answered     ? "the answer has no text at " + plan.token
                          : sent.reply ? "http " + std::to_string(sent.reply->status)
                                       : sent.problem;
      const Duration good = lifetime > spare + spare ? lifetime - spare : lifetime;
      self->plugin_.credentials().obtained(plan.name, std::move(token), self->now_ + good);
      then();
    });
  }

  void take(WireReply reply) {
    if (reply.arrived == Arrival::answered && reply.body.size() <= most_reply_bytes) {
      if (reply.status == 401 && renew()) return start();
      return done_({ProviderReply(reply.status, std::move(reply.headers), std::move(reply.body), now_), lost_, {}});
    }
    lost_ = lost_ || reply.arrived != Arrival::never_left;
    if (left_ > 0) return start();
    std::string why = lost_ ? "the provider's answer was lost" : "the provider could not be reached";
    if (!reply.problem.empty()) why += ": " + reply.problem;
    fail(why);
  }

  /// Whether it may leave once more, with a token that is obtained anew.
  bool renew() {
    const std::vector<std::string> names = credentials_named();
    if (names.empty() || std::exchange(renewed_, true)) return false;
    for (const std::string& name : names)
      if (const auto token = plugin_.credentials().token(name, now_)) plugin_.credentials().refused(name, *token);
    may_obtain_ = names.size();
    ++left_;
    return true;
  }

  void fail(std::string why) { done_({std::nullopt, lost_, std::move(why)}); }

  /// The request with its secrets in place. Errors: those of finish; credential_missing; bad_request for a line end in
  /// a header.
  Result<WireRequest> finished() const {
    for (const std::string& name : credentials_named())
      if (!plugin_.credentials().token(name, now_))
        return Error{.code = "credential_missing",
                     .message = "'" + name + "' could not be obtained" + (no_token_.empty() ? "" : ": " + no_token_)};
    const Secrets all = [this](std::string_view name) {
      if (const auto token = plugin_.credentials().token(std::string(name), now_))
        return std::vector<std::string>{*token};
      return secrets_(name);
    };
    WireRequest request{.endpoint = planned_.endpoint,
                        .method = planned_.method,
                        .path = planned_.path,
                        .headers = {},
                        .body = {},
                        .send_before = send_before_,
                        .changes_nothing = planned_.effect == RequestEffect::read,
                        .headers_shown = {},
                        .body_shown = shown(planned_.body)};
    FinishWith with{.manifest = plugin_.manifest(), .secrets = all, .now = now_, .endpoint = planned_.endpoint};
    auto body = finish(planned_.body, with);
    if (!body) return body.error();
    request.body = std::move(*body);
    with.body = &request.body;
    for (const auto& [name, value] : planned_.headers) {
      auto text = finish(value, with);
      if (!text) return text.error();
      if (text->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
        return Error{.code = "bad_request", .message = "header '" + name + "' has a line end in it"};
      request.headers.emplace_back(name, std::move(*text));
      request.headers_shown.emplace_back(name, shown(value));
    }
    return request;
  }

  const PlannedRequest planned_;
  const ProcessorPlugin plugin_;
  Transport& transport_;
  const Secrets secrets_;
  const Instant now_, send_before_;
  std::move_only_function<void(Sent)> done_;
  int left_;                // sendings
  std::size_t may_obtain_;  // credentials: each once, and once more when the provider takes one no more
  bool renewed_ = false;
  bool lost_ = false;     // a sending may have arrived
  std::string no_token_;  // why a credential could not be obtained
};

}  // namespace

void send(PlannedRequest planned, const SendWith& with, std::move_only_function<void(Sent)> done) {
  std::make_shared<Sending>(std::move(planned), with, std::move(done))->start();
}

}  // namespace florin
