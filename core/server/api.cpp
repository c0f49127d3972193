#include "api.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "cookies.hpp"
#include "florin/addresses.hpp"
#include "florin/bodies.hpp"
#include "florin/check.hpp"
#include "florin/utf8.hpp"
#include "forward.hpp"
#include "lists.hpp"
#include "metrics.hpp"
#include "outbox.hpp"
#include "routes.hpp"
#include "scopes.hpp"
#include "trace.hpp"

namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t most_on_pool = 256;

std::vector<std::string_view> parts_of(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    parts.push_back(pattern.substr(0, end));
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return parts;
}

/// Whether an address below /v1/{tenant} is of that pattern; `words` gets what stands for its {…}.
bool is_of(std::string_view pattern, const HttpRequest& request, std::vector<std::string>& words) {
  const auto parts = parts_of(pattern);
  if (request.segments.size() != parts.size() + 2) return false;
  words.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& segment = request.segments[i + 2];
    if (parts[i].starts_with('{'))
      words.push_back(segment);
    else if (parts[i] != segment)
      return false;
  }
  return true;
}

std::string media_type(const HttpRequest& request) {
  const std::string* type = request.header("content-type");
  if (type == nullptr) return {};
  return lower(trimmed(std::string_view(*type).substr(0, type->find(';'))));
}

/// Of `application/json; charset=utf-8`: it names no other charset.
bool is_in_utf8(std::string_view content_type) {
  const std::string text = lower(content_type);
  const std::size_t at = text.find("charset=");
  if (at == std::string::npos) return true;
  std::string_view charset = trimmed(std::string_view(text).substr(at + 8));
  charset = trimmed(charset.substr(0, charset.find(';')));
  return charset == "utf-8" || charset == "utf8" || charset == "\"utf-8\"";
}

HttpReply unauthorized(const HttpRequest& request, std::string detail) {
  return reply_of(Problem{.code = "unauthorized", .detail = std::move(detail)}, request);
}

/// One text for keys that are unknown, ended and revoked: nobody learns which.
constexpr const char* no_such_credential = "This needs a key of this host: Authorization: Bearer fl_…";

}  // namespace

std::optional<Actor> actor_of(std::string_view text) {
  if (!is_utf8(text) || std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 127; }))
    return std::nullopt;
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view role = text.substr(0, colon);
  if (role.empty() || role.size() > 64 || text.size() > 200) return std::nullopt;
  return Actor{std::string(role), std::string(text.substr(std::min(colon + 1, text.size())))};
}

std::string nearest_word(std::string_view written, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = 3;
  for (const std::string& word : known) {
    std::vector<std::size_t> row(word.size() + 1);
    for (std::size_t i = 0; i <= word.size(); ++i) row[i] = i;
    for (std::size_t y = 1; y <= written.size(); ++y) {
      std::size_t corner = std::exchange(row[0], y);
      for (std::size_t x = 1; x <= word.size(); ++x) {
        const std::size_t changed = corner + (word[x - 1] == written[y - 1] ? 0 : 1);
        corner = row[x];
        row[x] = std::min({row[x] + 1, row[x - 1] + 1, changed});
      }
    }
    if (row.back() < least) {
      least = row.back();
      best = word;
    }
  }
  return best;
}

template <void (Api::*member)(const AskedPtr&)>
static void by(Api& api, const AskedPtr& asked) {
  (api.*member)(asked);
}

const std::vector<Api::Route>& Api::routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> own = {
        {"POST", "usage", "usage", by<&Api::usage>, {}, Body::usage, "Debits and holds, up to 10,000 in one request"},
        {"POST", "check", "usage", by<&Api::check_many>, {}, Body::json, "Whether these usages are allowed now"},
        {"POST",
         "accounts/{account}/check",
         "usage",
         by<&Api::check>,
         {},
         Body::json,
         "Whether a usage is allowed now, its price, and what is available"},
        {"POST",
         "accounts/{account}/quote",
         "",
         by<&Api::quote>,
         {},
         Body::json,
         "What a command would do; nothing is done"},
        {"GET", "accounts/{account}", "read", by<&Api::account>, {}, Body::none, "The account as it is now"},
        {"GET",
         "accounts/{account}/orders/{order}",
         "read",
         by<&Api::order>,
         {"wait"},
         Body::none,
         "One order with its payments; `wait` returns when it changes"},
        {"GET",
         "accounts/{account}/documents/{number}/{form}",
         "read",
         by<&Api::paper>,
         {},
         Body::none,
         "One document as it was issued: its form is json, html, pdf, ubl, xrechnung or inv01"},
        {"GET",
         "presentation",
         "-",
         by<&Api::presentation>,
         {"language"},
         Body::none,
         "Names, colours and links that pages show, in `language` or as Accept-Language asks, if the tenant has it"},
        {"GET",
         "accounts/{account}/payment_methods",
         "read",
         by<&Api::payment_methods>,
         {},
         Body::none,
         "The payment methods that it is offered"},
        {"GET",
         "accounts/{account}/may/{what}",
         "read",
         by<&Api::may>,
         {},
         Body::none,
         "Whether it may do something, or how much of an entitlement it has"},
        {"GET",
         "accounts/{account}/personal_data",
         "personal_data",
         by<&Api::personal_data>,
         {"reason"},
         Body::none,
         "Its personal data. A look by staff or a key is recorded with `reason`, at most once an hour"},
        {"GET", "cases", "staff", by<&Api::cases>, {}, Body::none, "What waits for staff"},
        {"GET",
         "payments",
         "staff",
         by<&Api::payments>,
         {},
         Body::none,
         "Payments that are open, unknown or unmatched"},
        {"GET", "bank_receipts", "staff", by<&Api::bank_receipts>, {}, Body::none, "Bank receipts that wait for staff"},
        {"GET", "upcoming", "staff", by<&Api::upcoming>, {"day"}, Body::none, "What will be charged on a day"},
        {"GET", "months", "staff", by<&Api::months>, {}, Body::none, "Credits owed, used and expired by month"},
        {"POST",
         "months/{month}/close",
         "operate",
         by<&Api::close_month>,
         {},
         Body::none,
         "Closes a month that is over"},
        {"GET",
         "notifications",
         "staff",
         by<&Api::notifications>,
         {"after", "limit"},
         Body::none,
         "Notifications, and who receives each"},
        {"GET", "keys", "admin", by<&Api::keys>, {}, Body::none, "Keys, without their secrets"},
        {"POST", "keys", "admin", by<&Api::issue_key>, {}, Body::json, "Issues a key; its secret is shown once"},
        {"POST", "keys/{key}/roll", "admin", by<&Api::roll_key>, {}, Body::json, "Replaces a key by a successor"},
        {"POST", "keys/{key}/revoke", "admin", by<&Api::revoke_key>, {}, Body::json, "Revokes a key"},
        {"POST",
         "accounts/{account}/portal_sessions",
         "portal",
         by<&Api::portal_session>,
         {},
         Body::json,
         "A link to the portal, or a token, for one of its members"},
        {"POST",
         "accounts/{account}/orders/{order}/pay_link",
         "",
         by<&Api::pay_link>,
         {},
         Body::json,
         "A link for paying one order, which shows nothing else; needs portal or support"},
        {"GET",
         "accounts/{account}/orders/{order}/checkout",
         "read",
         by<&Api::checkout>,
         {"wait"},
         Body::none,
         "One order, and the methods with which it can be paid now"},
        {"POST",
         "accounts/{account}/members/{member}/invitation",
         "write",
         by<&Api::invitation>,
         {},
         Body::json,
         "The link of an open invitation; with `email`, also mails it"},
        {"GET",
         "accounts/{account}/messages",
         "staff",
         by<&Api::messages>,
         {},
         Body::none,
         "Mail that was sent about an account, newest first"},
        {"POST",
         "accounts/{account}/messages/{message}/send_again",
         "support",
         by<&Api::send_again>,
         {},
         Body::json,
         "Sends a message again, to the current address"},
        {"POST",
         "mail/bounces",
         "support",
         by<&Api::bounces>,
         {},
         Body::json,
         "Records a bounce: no mail goes to that address until staff sends again, or the account has another one"},
        {"GET", "session", "", by<&Api::session>, {}, Body::none, "Who is signed in, and until when"},
        {"POST",
         "accounts/{account}/end_sessions",
         "portal",
         by<&Api::end_sessions>,
         {},
         Body::json,
         "Ends all sessions of an account, or of one `member`"},
        {"POST",
         "end_sessions",
         "admin",
         by<&Api::end_sessions>,
         {},
         Body::json,
         "Ends all sessions of one of the `staff`"},
        {"POST", "session/end", "", by<&Api::end_session>, {}, Body::json, "Signs out"},
        {"POST",
         "processors/{processor}/webhook",
         "-",
         by<&Api::webhook>,
         {"*"},
         Body::any,
         "A provider's webhook, as it came"},
        {"GET",
         "processors/{processor}/webhook",
         "-",
         by<&Api::webhook>,
         {"*"},
         Body::none,
         "The same, for a provider that sends webhooks by GET"},
    };
    // What a command's name could stand for comes before the commands.
    std::ranges::move(read_routes(), std::back_inserter(own));
    std::ranges::move(export_routes(), std::back_inserter(own));
    std::ranges::move(file_routes(), std::back_inserter(own));
    std::ranges::move(paper_routes(), std::back_inserter(own));
    std::ranges::move(event_routes(), std::back_inserter(own));
    own.push_back({"POST", "accounts/{account}/{command}", "", by<&Api::command>, {}, Body::json, "A command"});
    own.push_back({"POST", "{command}", "", by<&Api::tenant_command>, {}, Body::json, "A command of the whole tenant"});
    return own;
  }();
  return all;
}

Api::Api(Host& host, asio::io_context& io, Options options)
    : host_(host),
      papers_(host),
      io_(io),
      options_(std::move(options)),
      sandbox_(host.in_sandbox()),
      virtual_(host.is_virtual()),
      service_(host),
      keys_(host),
      strangers_(options_.wrong_tries, std::chrono::seconds(2)),
      sessions_(options_.session_secrets, options_.session_clock),
      settings_(std::make_shared<const ServiceSettings>(options_.settings)),
      rates_(std::make_shared<Rates>(options_.settings.key_rate, options_.settings.session_rate)),
      metrics_(std::make_unique<Metrics>()),
      outbox_(std::make_unique<Outbox>(
          host, options_.settings, *metrics_,
          Outbox::Runs{.io = io, .later = [this](std::function<void()> work) { later(std::move(work)); }})),
      look_timer_(io),
      owner_timer_(io),
      forward_token_(forward_token(options_.hosts_secret)),
      pool_(virtual_ ? 1 : 4),
      slow_lane_(pool_.get_executor()) {
  note_ownership();
}

Api::Rates::Rates(int key, int session)
    : key_rate(key),
      session_rate(session),
      keys(2 * static_cast<std::size_t>(std::max(key, 1)), std::chrono::nanoseconds(1'000'000'000 / std::max(key, 1))),
      sessions(5 * static_cast<std::size_t>(std::max(session, 1)),
               std::chrono::nanoseconds(1'000'000'000 / std::max(session, 1))) {}

Api::~Api() { join(); }

void Api::start() { outbox_->start(); }

// ---- Who has the journal --------------------------------------------------------------------------------------------

bool Api::serves() const { return virtual_ || (serving_ != 0 && service_.owned_epoch() == serving_); }

/// What was read of the journal under another epoch is read anew before anybody is answered by it: a key may have been
/// revoked, and a session ended, by the host that had it meanwhile. Waits.
void Api::note_ownership() {
  const std::uint64_t epoch = service_.owned_epoch();
  if (epoch != 0 && epoch != serving_) {
    if (serving_ != 0) outbox_->forget();
    keys_.refresh();
    if (const auto text = service_.note("signed_out")) sessions_.read_signed_out(*text);
    const std::string url = settings()->hosts_url;
    if (!url.empty()) (void)service_.set_note("owner", url);
    serving_ = epoch;
  }
  if (epoch != 0 || virtual_) return;
  if (serving_.exchange(0) != 0) outbox_->forget();
  const std::lock_guard lock(owner_mutex_);
  if (std::chrono::steady_clock::now() < owner_read_at_ + std::chrono::seconds(1)) return;
  owner_read_at_ = std::chrono::steady_clock::now();
  if (auto url = service_.note("owner")) owner_url_ = *std::move(url);
}

/// On the thread of the io_context.
void Api::watch_ownership() {
  owner_timer_.expires_after(std::chrono::milliseconds(50));
  owner_timer_.async_wait([this](boost::system::error_code stopped) {
    if (stopped) return;
    if (!serves() && !noting_.exchange(true))
      asio::post(pool_, [this] {
        note_ownership();
        noting_ = false;
      });
    watch_ownership();
  });
}

bool Api::stands_by_for(const HttpRequest& request) const {
  if (serves()) return false;
  static constexpr std::string_view of_owner[] = {"v1", "sessions", "return", "host", "admin"};
  return !request.segments.empty() && std::ranges::find(of_owner, request.segments[0]) != std::end(of_owner);
}

void Api::stand_by(const HttpRequest& request, bool forwarded, const Answer& answer) {
  std::string url;
  {
    const std::lock_guard lock(owner_mutex_);
    url = owner_url_;
  }
  // An operator of this machine is none of another one's.
  if (request.local_user) {
    const bool known = !url.empty() && url != settings()->hosts_url;
    return answer(reply_of(
        Problem{.code = "ask_again",
                .detail = known ? "This host stands by. " + url + " has the journal: run the command on its machine."
                                : "This host does not have the journal, and does not know yet who has it: ask again."},
        request));
  }
  if (!forwarded && !forward_token_.empty() && !url.empty() && url != settings()->hosts_url && serving_ == 0)
    return forward(io_, request, url, forward_token_, answer);
  answer(reply_of(
      Problem{.code = "ask_again",
              .detail = "This host does not have the journal, or does not know whether it still has it. Send it again, "
                        "with the same key."},
      request));
}

void Api::reload(const ServiceSettings& settings) {
  auto fresh = std::make_shared<const ServiceSettings>(settings);
  {
    const std::lock_guard lock(settings_mutex_);
    settings_ = fresh;
    if (rates_->key_rate != fresh->key_rate || rates_->session_rate != fresh->session_rate)
      rates_ = std::make_shared<Rates>(fresh->key_rate, fresh->session_rate);
  }
  outbox_->reload(*fresh);
}

void Api::join() {
  outbox_->stop();
  pool_.join();
}

std::size_t Api::body_limit(const HttpRequest& request) const {
  constexpr std::size_t usual = 1U << 20U, of_usage = 8U << 20U, of_files = 64U << 20U;
  const std::string_view path = request.path;
  const bool is_file = path.ends_with("/import") || path.ends_with("/statement");
  if (!path.starts_with("/v1/") || (!is_file && !path.ends_with("/usage"))) return usual;
  // Nobody fills the memory whom no key and no session of staff names. Where another host has the journal, that one
  // looks; this one at how a key is made.
  const std::string* header = request.header("authorization");
  bool known = request.local_user.has_value();
  if (header != nullptr && lower(*header).starts_with("bearer ")) {
    const std::string_view key = trimmed(std::string_view(*header).substr(7));
    known = known || (looks_like_key(key) && (!serves() || keys_.find(key).has_value()));
  } else if (const auto token = cookie(request, cookie_name_of("", secure()))) {
    const auto session = sessions_.open(*token);
    known = known || (session && session->staff);
  }
  if (!known) return usual;
  return is_file ? of_files : of_usage;
}

void Api::handle(HttpRequest request, Answer answer) {
  if (request.method == "HEAD") request.method = "GET";
  request.address = address_of(request, settings()->trusted_proxies);
  const bool forwarded = is_forwarded(request, forward_token_);
  keep_fit_trace(request);
  HttpRequest about;
  about.method = request.method;
  about.segments = request.segments;
  about.id = request.id;
  if (const std::string* trace = request.header("traceparent")) about.headers.emplace_back("traceparent", *trace);
  const Answer logged = [this, about = std::move(about), began = std::chrono::steady_clock::now(),
                         answer = std::move(answer)](HttpReply reply) {
    const auto took = std::chrono::steady_clock::now() - began;
    metrics_->request(reply.route, reply.status, std::chrono::duration_cast<std::chrono::microseconds>(took));
    if (options_.log != nullptr && !reply.unlogged) write_log(about, reply, began);
    answer(std::move(reply));
  };
  try {
    if (stands_by_for(request)) return stand_by(request, forwarded, logged);
    route(std::move(request), logged);
  } catch (const std::exception&) {
    logged(reply_of(Problem{.code = "internal", .detail = "Something went wrong here."}, HttpRequest()));
  }
}

void Api::route(HttpRequest request, Answer answer) {
  static constexpr std::string_view methods[] = {"GET", "POST"};
  if (request.method == "OPTIONS" && request.header("origin") != nullptr) return preflight(request, answer);
  if (std::ranges::find(methods, request.method) == std::end(methods)) {
    HttpReply reply =
        reply_of(Problem{.code = "method_not_allowed", .detail = "There is no such method here."}, request);
    reply.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer(std::move(reply));
  }
  if (!request.segments.empty() && request.segments[0] == "v1") return in_tenant(std::move(request), std::move(answer));
  outside_tenants(std::move(request), std::move(answer));
}

void Api::outside_tenants(HttpRequest request, Answer answer) {
  const std::string first = request.segments.empty() ? "" : request.segments[0];
  const std::string second = request.segments.size() > 1 ? request.segments[1] : "";
  const bool get = request.method == "GET";
  if (first == "healthz" && get && second.empty()) return answer({.body = R"({"status":"ok"})"});
  if (first == "readyz" && get && second.empty()) return ready(request, answer);
  if (first == "host" && second == "clock" && request.segments.size() == 2)
    return get ? clock(request, answer) : move_clock(request, answer);
  if (first == "admin" && second == "run" && !get && request.local_user) return run_program(request, answer);
  if (first == "admin" && second == "console_sessions" && !get && request.local_user)
    return console_session(request, answer);
  if (first == "metrics" && get && second.empty() && request.on_metrics) return serve_metrics(*this, request, answer);
  if (first == "return" && request.segments.size() == 2) return serve_return(*this, request, answer);
  if (first == "sessions" && request.segments.size() == 1)
    return get ? own_sessions(request, answer) : exchange(request, answer);
  if (get) return serve_file(request, answer);
  answer(reply_of(Problem{.code = "not_found", .detail = "There is nothing at this address."}, request));
}

bool Api::is_ready() const { return !draining_ && is_ready_to_serve(); }

/// Nobody can take a virtual host's journal.
bool Api::is_ready_to_serve() const {
  const auto is_up = [](const TenantStanding& one) { return !one.stopped; };
  return virtual_ || (serves() && std::ranges::any_of(service_.tenants(), is_up));
}

void Api::later(std::function<void()> work) {
  asio::post(pool_, [work = std::move(work)] { work(); });
}

namespace {

/// Each tenant, and what stops it: for operators alone.
json::object standing_of(const std::vector<TenantStanding>& all) {
  json::object tenants;
  for (const TenantStanding& one : all) {
    const json::value why = one.stopped ? json::value(one.stopped->message) : json::value(nullptr);
    tenants[one.tenant.text()] = json::object{{"state", one.stopped ? "stopped" : "up"}, {"why", why}};
  }
  return tenants;
}

}  // namespace

/// A balancer goes by the status. What it is about is said where operators listen.
void Api::ready(const HttpRequest& request, const Answer& answer) {
  const bool owner = is_ready_to_serve();
  bool forwards = false;
  if (!owner && !forward_token_.empty()) {
    const std::lock_guard lock(owner_mutex_);
    forwards = !owner_url_.empty() && owner_url_ != settings()->hosts_url;
  }
  const char* state = draining_  ? "draining"
                      : owner    ? "ready"
                      : forwards ? "standby"
                      : serves() ? "no_tenant"
                                 : "no_owner";
  json::object said{{"state", state}};
  if (request.on_metrics) {
    const auto sends = papers_.sending();
    said["sending"] = !sends || *sends;
    said["tenants"] = standing_of(service_.tenants());
    // Of a file that says no tenant's name, too.
    json::array problems;
    for (const Error& error : host_.problems()) {
      const std::string line = as_text({error});
      problems.emplace_back(line.substr(0, line.find_last_not_of('\n') + 1));
    }
    said["problems"] = std::move(problems);
  }
  answer({.status = draining_ || (!owner && !forwards) ? 503 : 200, .body = json::serialize(said)});
}

std::optional<Caller> Api::caller_of(const HttpRequest& request, const TenantId& tenant, HttpReply& refused) const {
  if (request.local_user) {
    Caller caller;
    caller.tenant = tenant;
    caller.audience = Audience::staff;
    caller.local = true;
    caller.actor = {"staff", "os:" + *request.local_user};
    return caller;
  }
  const std::string* header = request.header("authorization");
  std::string_view key = header == nullptr ? std::string_view() : std::string_view(*header);
  if (lower(key.substr(0, 7)) == "bearer ") {
    key = trimmed(key.substr(7));
    return key.starts_with("fls_") ? caller_by_session(request, tenant, key, refused)
                                   : caller_by_key(request, tenant, key, refused);
  }
  if (header == nullptr)
    if (const auto token = session_cookie(request, tenant, secure()))
      return caller_by_session(request, tenant, *token, refused);
  refused = refuse_stranger(request, unauthorized(request, no_such_credential));
  return std::nullopt;
}

bool Api::counts_connections_of(const std::string& address) const {
  const bool here = address.starts_with("127.") || address == "::1";
  return !here && !is_trusted(address, settings()->trusted_proxies);
}

void Api::turned_away(const char* why) { metrics_->count("florin_http_refused_total", label("reason", why)); }

HttpReply Api::too_often(const HttpRequest& request, std::chrono::seconds wait, const char* bucket) const {
  metrics_->count("florin_rate_limited_total", label("bucket", bucket));
  HttpReply reply = reply_of(
      Problem{.code = "rate_limited",
              .detail = "There were too many wrong tries from this address. What names somebody is answered as ever."},
      request);
  for (auto& [name, value] : reply.headers)
    if (name == "Retry-After") value = std::to_string(std::max<std::int64_t>(1, wait.count()));
  reply.close = true;
  reply.unlogged = true;
  return reply;
}

HttpReply Api::refuse_stranger(const HttpRequest& request, HttpReply refused) const {
  const auto wait = strangers_.take(counted_address(request.address), std::chrono::steady_clock::now());
  return wait ? too_often(request, *wait, "address") : std::move(refused);
}

std::optional<Caller> Api::caller_by_key(const HttpRequest& request, const TenantId& tenant, std::string_view key,
                                         HttpReply& refused) const {
  Caller caller;
  caller.tenant = tenant;
  caller.audience = Audience::staff;
  const auto no = [&](std::string detail) {
    refused = refuse_stranger(request, unauthorized(request, std::move(detail)));
    return std::nullopt;
  };
  if (!looks_like_key(key)) return no(no_such_credential);
  if (is_test_key(key) != sandbox_)
    return no(sandbox_ ? "This host charges no money: it takes test keys, fl_test_…"
                       : "This host charges money: it takes live keys, fl_live_…");
  const auto found = keys_.find(key);
  if (!found || !found->key.works(host_.now())) return no(no_such_credential);
  if (found->tenant != tenant) {
    refused = reply_of(
        Problem{.code = "no_such_tenant", .detail = "There is no tenant '" + tenant.text() + "' for this key."},
        request);
    return std::nullopt;
  }
  caller.key = found->key.id;
  caller.scopes = {found->key.scopes.begin(), found->key.scopes.end()};
  caller.actor = {"service", caller.key};
  return caller;
}

/// Who it is in the books. False: it was answered.
bool Api::take_actor(Asked& asked, std::string_view scope) const {
  static constexpr std::string_view of_staff[] = {"staff", "support", "money", "operate", "admin", "personal_data"};
  const bool for_staff = std::ranges::find(of_staff, scope) != std::end(of_staff);
  const std::string* header = asked.request.header("florin-actor");
  if (asked.caller.session) {
    if (header == nullptr) return true;
    asked.fail("scope_missing", "A session says who asks: it takes no Florin-Actor.");
    return false;
  }
  if (header == nullptr) {
    if (for_staff && !asked.caller.local) asked.caller.actor.role = "staff";
    return true;
  }
  const auto actor = actor_of(*header);
  if (!actor || actor->role == "host" || actor->role == "processor") {
    asked.fail("bad_actor", "Florin-Actor is a role of the tenant's, or role:id, such as owner:ann.");
    return false;
  }
  if (!asked.caller.has("act_as") && !asked.caller.local) {
    asked.fail("scope_missing", "Florin-Actor needs a key with the scope act_as.");
    return false;
  }
  // Inside Florin staff may do everything: who speaks for them needs what they would need.
  if (actor->role == "staff" && !for_staff && !asked.caller.has("support")) {
    asked.fail("scope_missing", "Florin-Actor: staff needs a key with the scope support.");
    return false;
  }
  // Whoever acts for a person is not another key.
  if (actor->role == "service" && !actor->id.empty() && actor->id != asked.caller.key && !asked.caller.local) {
    asked.fail("bad_actor", "Florin-Actor: service is the key itself, " + asked.caller.key + ", and no other one.");
    return false;
  }
  asked.caller.actor = *actor;
  return true;
}

namespace {

/// False: it was answered.
bool query_fits(const Api::Route& route, const Asked& asked) {
  if (!route.parameters.empty() && route.parameters.front() == "*") return true;
  const auto& query = asked.request.query;
  for (const auto& [name, value] : query) {
    if (!is_utf8(name) || !is_utf8(value)) {
      asked.fail("bad_parameter", "A parameter is UTF-8, percent-encoded.");
      return false;
    }
    if (std::ranges::count(query, name, [](const auto& one) { return one.first; }) > 1) {
      asked.fail("bad_parameter", "The parameter '" + name.substr(0, 80) + "' is there twice.");
      return false;
    }
    if (std::ranges::find(route.parameters, name) != route.parameters.end()) continue;
    const std::string meant = nearest_word(name, route.parameters);
    asked.fail("unknown_parameter", "There is no parameter '" + name.substr(0, 80) + "' here" +
                                        (meant.empty() ? "." : ": did you mean '" + meant + "'?"));
    return false;
  }
  return true;
}

/// False: it was answered.
bool body_fits(const Api::Route& route, const Asked& asked) {
  if (route.body == Api::Body::any) return true;
  const HttpRequest& request = asked.request;
  const bool is_file = route.body == Api::Body::file;  // in whatever charset a bank writes
  const auto no = [&](const char* code, std::string detail) {
    asked.fail(code, std::move(detail));
    return false;
  };
  const std::string* coding = request.header("content-encoding");
  if (coding != nullptr && lower(*coding) != "identity")
    return no("unsupported_media_type", "A body comes as it is: no Content-Encoding is taken.");
  if (is_file) return true;
  const std::string* written = request.header("content-type");
  if (written != nullptr && !is_in_utf8(*written))
    return no("unsupported_media_type", "A body is UTF-8: no other charset is taken.");
  if (route.body == Api::Body::none) {
    const bool says_nothing = request.body.empty() || trimmed(request.body) == "{}" || request.method != "POST";
    return says_nothing || no("unknown_field", "This request takes no fields: leave the body out, or send {}.");
  }
  const std::string type = media_type(request);
  const bool lines = route.body == Api::Body::usage && type == "application/x-ndjson";
  return type == "application/json" || lines || no("unsupported_media_type", "The body must be application/json.");
}

/// What a list's answer has besides, and its form for spreadsheets where that is asked for.
Answer as_list(const HttpRequest& request, const Api::Route& route, Answer answer) {
  if (route.method != "GET") return answer;
  const std::string* accept = request.header("accept");
  const bool csv = accept != nullptr && lower(*accept).starts_with("text/csv");
  const bool pages = std::ranges::find(route.parameters, "after") != route.parameters.end();
  if (!csv && !pages) return answer;
  HttpRequest about;
  about.path = request.path;
  about.query = request.query;
  return [about = std::move(about), csv, pages, answer = std::move(answer)](HttpReply reply) {
    if (reply.status == 200 && reply.type == "application/json") {
      if (auto link = pages ? next_link(about, reply.body) : std::nullopt)
        reply.headers.emplace_back("Link", *std::move(link));
      if (auto text = csv ? csv_of(reply.body) : std::nullopt) {
        reply.type = "text/csv; charset=utf-8";
        reply.body = *std::move(text);
      }
    }
    answer(std::move(reply));
  };
}

}  // namespace

/// False: it was answered.
bool Api::fits(const Route& route, const Asked& asked) const {
  if (!query_fits(route, asked) || !body_fits(route, asked)) return false;
  // What is theirs they may read: a customer's session is bound to its account.
  const bool own = asked.caller.is_customer() && route.method == "GET" && route.scope == "personal_data";
  if (!route.scope.empty() && route.scope != "-" && !own && !asked.caller.has(route.scope)) {
    asked.fail("scope_missing", "This needs a key with the scope " + std::string(route.scope) + ".");
    return false;
  }
  return true;
}

void Api::in_tenant(HttpRequest request, Answer answer) {
  const Problem nothing{.code = "not_found", .detail = "There is nothing at this address."};
  const auto tenant = TenantId::parse(request.segments.size() > 1 ? request.segments[1] : "");
  if (!tenant || request.segments.size() < 3) return answer(reply_of(nothing, request));
  std::string allowed;
  const Route* route = nullptr;
  std::vector<std::string> words;
  for (const Route& one : routes()) {
    if (!is_of(one.pattern, request, words)) continue;
    if (one.method == request.method) {
      route = &one;
      break;
    }
    if (!one.pattern.ends_with("{command}")) allowed = one.method == "GET" ? "GET, HEAD" : "POST";
  }
  // A name that is a resource is no command.
  const bool as_command = route != nullptr && route->pattern.ends_with("{command}");
  if (as_command && scope_of(words.back()).empty()) route = nullptr;
  if (route == nullptr && allowed.empty() && request.method == "GET" && !words.empty() &&
      !scope_of(request.segments.back()).empty())
    allowed = "POST";
  if (route == nullptr && allowed.empty()) return answer(reply_of(nothing, request));
  if (route == nullptr) {
    HttpReply reply =
        reply_of(Problem{.code = "method_not_allowed", .detail = "This address takes " + allowed + "."}, request);
    reply.headers.emplace_back("Allow", allowed);
    return answer(std::move(reply));
  }
  Answer named = [pattern = route->pattern, answer = std::move(answer)](HttpReply reply) {
    reply.route = pattern;
    answer(std::move(reply));
  };
  named = as_list(request, *route, std::move(named));
  named = with_origin(request, std::move(named));
  auto asked = std::make_shared<Asked>(Asked{std::move(request), {}, std::move(words), {}, std::move(named)});
  if (route->scope == "-" || is_public(*route, asked->request, *tenant)) {
    asked->caller.tenant = *tenant;
    asked->caller.scopes = {std::string(route->scope)};
  } else {
    HttpReply refused;
    auto caller = caller_of(asked->request, *tenant, refused);
    if (!caller) return asked->answer(std::move(refused));
    asked->caller = *std::move(caller);
    if (!is_within_rate(asked, *route)) return;
    renew_cookie(*asked);
  }
  if (route->pattern.starts_with("accounts/{account}")) {
    auto account = AccountId::parse(asked->words.front());
    if (!account) return asked->answer(reply_of(nothing, asked->request));
    asked->account = *std::move(account);
    if (asked->caller.is_customer() && asked->caller.session->account != asked->account.text())
      return asked->answer(reply_of(nothing, asked->request));
  }
  if (asked->caller.is_customer()) return admit_customer(asked, *route);
  admit(asked, *route);
}

bool Api::is_within_rate(const AskedPtr& asked, const Route& route) const {
  const Caller& caller = asked->caller;
  if (caller.local || route.scope == "usage") return true;
  std::shared_ptr<Rates> rates;
  {
    const std::lock_guard lock(settings_mutex_);
    rates = rates_;
  }
  const bool by_key = !caller.session;
  const int rate = by_key ? rates->key_rate : rates->session_rate;
  if (rate == 0) return true;
  Allowance& allowance = by_key ? rates->keys : rates->sessions;
  const std::string of = by_key ? caller.key : caller.session->nonce + "/" + caller.session->account;
  const std::string who = caller.tenant.text() + "/" + of;
  const auto now = std::chrono::steady_clock::now();
  const auto wait = allowance.take(who, now);
  const Allowance::Left left = allowance.left(who, now);
  const std::string name = by_key ? "\"key\"" : "\"session\"";
  const std::vector<std::pair<std::string, std::string>> headers{
      {"RateLimit-Policy", name + ";q=" + std::to_string(allowance.most()) + (by_key ? ";w=2" : ";w=5")},
      {"RateLimit", name + ";r=" + std::to_string(left.count) + ";t=" + std::to_string(left.whole_in.count())}};
  if (wait) {
    metrics_->count("florin_rate_limited_total", label("bucket", by_key ? "key" : "session"));
    HttpReply reply = reply_of(Problem{.code = "rate_limited",
                                       .detail = "This " + std::string(by_key ? "key" : "session") + " may ask " +
                                                 std::to_string(rate) + " times a second. Send it again in a second."},
                               asked->request);
    reply.headers.insert(reply.headers.end(), headers.begin(), headers.end());
    reply.unlogged = true;
    asked->answer(std::move(reply));
    return false;
  }
  if (by_key)
    asked->answer = [headers, answer = std::move(asked->answer)](HttpReply reply) {
      reply.headers.insert(reply.headers.end(), headers.begin(), headers.end());
      answer(std::move(reply));
    };
  return true;
}

/// The price page of a tenant that shows it to everybody; a key that comes with it is looked at as ever.
bool Api::is_public(const Route& route, const HttpRequest& request, const TenantId& tenant) const {
  if (route.pattern != "offer" || request.header("authorization") != nullptr) return false;
  const auto held = settings();
  return std::ranges::find(held->public_offer, tenant.text()) != held->public_offer.end();
}

void Api::admit(const AskedPtr& asked, const Route& route) {
  if (!fits(route, *asked)) return;
  if (!route.scope.empty() && route.scope != "-" && !take_actor(*asked, route.scope)) return;
  if (asked->caller.is_customer() && !route.action.empty()) {
    const auto may = host_.may(asked->caller.tenant, asked->account, asked->caller.actor, route.action);
    if (!may) return asked->fail(may.error());
    if (may->refusal) return asked->answer(reply_of(*may->refusal, 0, asked->request));
  }
  route.run(*this, asked);
}

void Api::on_pool(const AskedPtr& asked, std::function<void()> work) {
  if (on_pool_.fetch_add(1) >= most_on_pool) {
    --on_pool_;
    return asked->fail("busy", "Too much is waiting. Send it again.");
  }
  asio::post(pool_, [this, asked, work = std::move(work)] {
    try {
      work();
    } catch (const std::exception&) {
      asked->fail("internal", "Something went wrong here.");
    }
    --on_pool_;
  });
}

std::string Api::now_text() const { return host_.now().text(); }

void Api::write_log(const HttpRequest& request, const HttpReply& reply, std::chrono::steady_clock::time_point began) {
  // What is asked for each message would fill the log; health checks say nothing.
  const bool often =
      !request.segments.empty() && (request.segments.back() == "usage" || request.segments.back() == "check" ||
                                    request.segments.front() == "healthz" || request.segments.front() == "readyz");
  if (often && reply.status < 500) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  json::object line{{"at", now_text()},
                    {"level", reply.status >= 500 ? "error" : "info"},
                    {"code", "http_request"},
                    {"method", request.method},
                    {"status", reply.status},
                    {"request", request.id},
                    {"ms", static_cast<double>(took.count()) / 1000.0}};
  if (!reply.cause.empty()) line["text"] = reply.cause;
  const auto& segments = request.segments;
  if (const std::string* trace = request.header("traceparent"); trace != nullptr) line["trace"] = trace->substr(3, 32);
  if (segments.size() > 1 && segments[0] == "v1") {
    line["tenant"] = segments[1];
    if (segments.size() > 3 && segments[2] == "accounts") line["account"] = segments[3];
    if (segments.size() > 4) line["command"] = segments[4];
    if (segments.size() == 3) line["command"] = segments[2];
  }
  const std::lock_guard lock(log_mutex_);
  *options_.log << json::serialize(line) << "\n";
  options_.log->flush();
}

}  // namespace florin::server
