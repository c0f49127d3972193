#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <charconv>

#include "api.hpp"
#include "florin/bodies.hpp"
#include "metrics.hpp"
#include "parameters.hpp"
#include "scopes.hpp"

/// Commands, what they would do, and how their payments end.
namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

/// Whether the command says what was confirmed; true for one that charges nothing now.
bool says_what_was_agreed(const Command& command) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.agreed.has_value(); })
          return one.agreed.has_value();
        else
          return true;
      },
      command);
}

/// `wait=20` of a Prefer header, at most 30 seconds.
std::chrono::seconds waits(const HttpRequest& request) {
  constexpr std::uint64_t longest = 30;
  const std::string* prefer = request.header("prefer");
  std::string_view rest = prefer == nullptr ? std::string_view() : std::string_view(*prefer);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(",;"), rest.size());
    const std::string preference = lower(trimmed(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::uint64_t seconds = 0;
    if (!preference.starts_with("wait=")) continue;
    const char* last = preference.data() + preference.size();
    const auto [at, failed] = std::from_chars(preference.data() + 5, last, seconds);
    if (at == last && failed == std::errc()) return std::chrono::seconds(std::min(seconds, longest));
    if (failed == std::errc::result_out_of_range) return std::chrono::seconds(longest);
  }
  return {};
}

/// The position of `"1042-2027-04-01T00:00:00Z"`; none: there is no condition, or it is `*`. False: it is no tag of
/// ours, or there are several.
bool read_condition(const HttpRequest& request, std::optional<std::uint64_t>& expects) {
  const std::string* header = request.header("if-match");
  if (header == nullptr || trimmed(*header) == "*") return true;
  const std::string_view tag = trimmed(*header);
  if (tag.size() < 2 || tag.front() != '"' || tag.find('"', 1) != tag.size() - 1) return false;
  std::uint64_t position = 0;
  const auto [end, failed] = std::from_chars(tag.data() + 1, tag.data() + tag.size(), position);
  if (failed != std::errc() || end == tag.data() + tag.size() || *end != '-') return false;
  expects = position;
  return true;
}

bool opens_account(std::string_view name) {
  return name == "open_account" || name == "import_account" || name == "record_bank_receipt";
}

/// Nothing goes on until the customer has done something: whoever asked is told at once.
bool is_for_customer(const OrderNow& now) { return now.json.find("\"state\":\"needs_action\"") != std::string::npos; }

/// As in problems: the line of the tenant's file without the host's folders, and none for a customer.
void show_rules(json::value& value, bool customer) {
  if (auto* all = value.if_array())
    for (json::value& one : *all) show_rules(one, customer);
  json::object* object = value.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) {
    if (member.key() != "rule" || !member.value().is_string()) {
      show_rules(member.value(), customer);
      continue;
    }
    const std::string rule(member.value().as_string());
    if (customer || rule.empty())
      member.value() = nullptr;
    else
      member.value() = std::string(file_and_line(rule));
  }
}

/// Whose tries of cards are counted together.
std::string counted_as(const Asked& asked) { return asked.caller.tenant.text() + "/" + asked.account.text(); }

/// Of a customer's own browser what the connection says is not the page's word, nor is its address: the host has them.
void complete_browser(Command& command, const HttpRequest& request) {
  const auto from = [&](const char* name) {
    const std::string* header = request.header(name);
    return header == nullptr ? std::string() : *header;
  };
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.browser; }) {
          if (!one.browser) return;
          if (std::string agent = from("user-agent"); !agent.empty()) one.browser->user_agent = std::move(agent);
          if (one.browser->accept_header.empty()) one.browser->accept_header = from("accept");
          one.browser->ip_address = request.address == "unix" ? std::string() : request.address;
        }
      },
      command);
}

std::string number_or_null(std::uint32_t number) { return number == 0 ? "null" : std::to_string(number); }

}  // namespace

void Api::command(const AskedPtr& asked) { run_command(asked, asked->words.back()); }

void Api::tenant_command(const AskedPtr& asked) {
  const std::string& name = asked->words.back();
  if (!is_of_tenant(name) && name != "record_bank_receipt")
    return asked->fail("not_found", "This command is asked of an account: accounts/{account}/" + name + ".");
  run_command(asked, name);
}

void Api::run_command(const AskedPtr& asked, const std::string& name) {
  const std::string_view scope = scope_of(name);
  if (!asked->account.empty() && is_of_tenant(name))
    return asked->fail("not_found", "This command is asked of the whole tenant: /v1/{tenant}/" + name + ".");
  if (!asked->caller.has(scope))
    return asked->fail("scope_missing", "This needs a key with the scope " + std::string(scope) + ".");
  if (!take_actor(*asked, scope)) return;
  const auto key = idempotency_key_in(*asked);
  if (!key) return;
  Errors errors;
  auto command = command_of_body(name, asked->request.body, errors);
  if (!command) return asked->answer(reply_of(errors, asked->request));
  if (asked->caller.is_customer() && !says_what_was_agreed(*command)) {
    Error missing{.code = "missing_field", .message = "agreed is missing: the total that the customer has confirmed"};
    missing.at.path = "agreed";
    return asked->answer(reply_of(Errors{missing}, asked->request));
  }
  on_pool(asked, [this, asked, name, key = *key, command = *std::move(command)]() mutable {
    // What is asked of an account that is not there would be an entry, and use the key up.
    if (!asked->account.empty() && !opens_account(name))
      if (const auto there = host_.version_of(asked->caller.tenant, asked->account); !there)
        return asked->fail(there.error());
    submit(asked, std::move(command), std::move(key));
  });
}

void Api::submit(const AskedPtr& asked, Command command, std::string key) {
  if (asked->caller.is_customer()) complete_browser(command, asked->request);
  Request request{.tenant = asked->caller.tenant,
                  .account = asked->account,
                  .actor = asked->caller.actor,
                  .key = std::move(key),
                  .asked_at = std::nullopt,
                  .command = std::move(command)};
  if (!read_condition(asked->request, request.expects))
    return asked->fail("moved_on", "If-Match is not one strong ETag of this account.");
  if (const std::string* asked_at = asked->request.header("florin-asked-at")) {
    const auto at = Instant::parse(*asked_at);
    if (!at) return asked->fail("bad_instant", "Florin-Asked-At: " + at.error().message);
    request.asked_at = *at;
  }
  if (may_try_card(asked, request.command, request.key)) submit(asked, std::move(request));
}

bool Api::may_try_card(const AskedPtr& asked, const Command& command, const std::string& key) {
  const auto what = asked->caller.is_customer() ? card_try_of(command) : std::nullopt;
  if (!what) return true;
  const Instant now = host_.now();
  const auto until = card_tries_.take(counted_as(*asked), *what, key, now);
  if (!until) return true;
  metrics_->count("florin_card_tries_refused_total", label("tenant", asked->caller.tenant.text()));
  HttpReply reply = reply_of(Problem{.code = "rate_limited",
                                     .detail = "There were too many tries within an hour. Try again at " +
                                               until->text() + ", or write to us."},
                             asked->request);
  const std::int64_t seconds = (until->us - now.us) / 1'000'000 + 1;
  for (auto& [name, value] : reply.headers)
    if (name == "Retry-After") value = std::to_string(seconds);
  asked->answer(std::move(reply));
  return false;
}

void Api::submit(const AskedPtr& asked, Request request) {
  const std::string* trace = asked->request.header("traceparent");
  service_.follow(request.tenant, request.account, trace == nullptr ? std::string() : *trace);
  const auto what = asked->caller.is_customer() ? card_try_of(request.command) : std::nullopt;
  host_.submit(request, [this, asked, what, key = request.key](Result<Outcome> outcome) {
    const bool tried = outcome && !outcome->refusal && (what == CardTry::saves || outcome->order);
    if (what && !tried) card_tries_.give_back(counted_as(*asked), *what, key);
    // This is a thread of the host, which must not wait.
    asio::post(pool_, [this, asked, outcome = std::move(outcome)] { decided(asked, outcome); });
  });
}

void Api::decided(const AskedPtr& asked, const Result<Outcome>& outcome) {
  if (!outcome) return asked->fail(outcome.error());
  if (asked->account.empty()) keys_.refresh(asked->caller.tenant);
  if (outcome->refusal) {
    Problem problem = problem_of(*outcome->refusal, outcome->position);
    if (problem.code == "account_exists")
      if (const auto version = host_.version_of(asked->caller.tenant, asked->account)) problem.etag = etag_of(*version);
    HttpReply reply = reply_of(problem, asked->request);
    if (outcome->again) reply.headers.emplace_back("Florin-Again", "true");
    return asked->answer(std::move(reply));
  }
  if (!outcome->order) return done(asked, *outcome, "null", true);
  const auto now = host_.order_now(asked->caller.tenant, asked->account, outcome->order);
  if (!now) return asked->fail(now.error());
  const auto wait = waits(asked->request);
  if (now->over || is_for_customer(*now) || wait.count() == 0) return done(asked, *outcome, now->json, now->over);
  wait_for({.asked = asked,
            .order = outcome->order,
            .until = std::chrono::steady_clock::now() + wait,
            .seen = {},
            .then = [this, asked, outcome = *outcome](const OrderNow& later) {
              done(asked, outcome, later.json, later.over);
            }});
}

void Api::done(const AskedPtr& asked, const Outcome& outcome, const std::string& order, bool over) {
  std::string etag;
  if (!asked->account.empty())
    if (const auto version = host_.version_of(asked->caller.tenant, asked->account)) etag = etag_of(*version);
  HttpReply reply;
  reply.body = "{\"position\":" + std::to_string(outcome.position) + ",\"at\":\"" + outcome.at.text() +
               "\",\"again\":" + (outcome.again ? "true" : "false") +
               ",\"etag\":" + (etag.empty() ? "null" : json::serialize(json::value(etag))) + ",\"order\":" + order +
               ",\"hold\":" + number_or_null(outcome.hold.value) + "}";
  if (!etag.empty()) reply.headers.emplace_back("ETag", etag);
  if (outcome.again) reply.headers.emplace_back("Florin-Again", "true");
  if (waits(asked->request).count() != 0) reply.headers.emplace_back("Preference-Applied", "wait");
  if (!over) {
    reply.status = 202;
    reply.headers.emplace_back("Location", "/v1/" + asked->caller.tenant.text() + "/accounts/" + asked->account.text() +
                                               "/orders/" + std::to_string(outcome.order.value));
  }
  asked->answer(std::move(reply));
}

void Api::quote(const AskedPtr& asked) {
  Errors errors;
  auto command = named_command_of_body(asked->request.body, errors);
  if (!command) return asked->answer(reply_of(errors, asked->request));
  const std::string_view scope = scope_of(command->first);
  if (!asked->caller.has(scope))
    return asked->fail("scope_missing", "This needs a key with the scope " + std::string(scope) + ".");
  if (!take_actor(*asked, scope)) return;
  on_pool(asked, [this, asked, command = std::move(command->second)] {
    auto quoted = host_.quote(asked->caller.tenant, asked->account, asked->caller.actor, command);
    if (!quoted) return asked->fail(quoted.error());
    json::value shown = json::parse(*quoted);
    show_rules(shown, asked->request.of_customer);
    asked->json(json::serialize(shown));
  });
}

// ---- Waiting for payments -----------------------------------------------------------------------------------------

void Api::wait_for(Waiter waiter) {
  const std::lock_guard lock(waiters_mutex_);
  waiters_.push_back(std::move(waiter));
  if (looking_) return;
  looking_ = true;
  asio::post(io_, [this] { look_soon(); });
}

/// On the thread of the io_context.
void Api::look_soon() {
  look_timer_.expires_after(std::chrono::milliseconds(20));
  look_timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) asio::post(pool_, [this] { look_at_waiters(); });
  });
}

void Api::look_at_waiters() {
  std::list<Waiter> all;
  {
    const std::lock_guard lock(waiters_mutex_);
    all.swap(waiters_);
  }
  std::list<Waiter> still;
  for (Waiter& waiter : all) {
    const auto now = host_.order_now(waiter.asked->caller.tenant, waiter.asked->account, waiter.order);
    const bool late = draining_ || std::chrono::steady_clock::now() >= waiter.until;
    if (!now)
      waiter.asked->fail(now.error());
    else if (now->over || late || (waiter.seen.empty() ? is_for_customer(*now) : waiter.seen != now->json))
      waiter.then(*now);
    else
      still.push_back(std::move(waiter));
  }
  const std::lock_guard lock(waiters_mutex_);
  waiters_.splice(waiters_.end(), still);
  looking_ = !waiters_.empty();
  if (looking_) asio::post(io_, [this] { look_soon(); });
}

}  // namespace florin::server
