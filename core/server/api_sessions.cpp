#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "api.hpp"
#include "cookies.hpp"
#include "florin/addresses.hpp"
#include "florin/bodies.hpp"
#include "parameters.hpp"

/// Sessions: a backend orders a link or a token, a page exchanges the link, and signs out.
namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

std::string text_of(Seconds seconds) { return Instant{seconds * 1'000'000}.text(); }

constexpr std::string_view over = "This session is over. Open a new link, or ask for one.";

}  // namespace

// ---- Who asks -----------------------------------------------------------------------------------------------------

bool Api::is_same_origin(const HttpRequest& request, bool must_say) const {
  if (const std::string* site = request.header("sec-fetch-site")) return *site == "same-origin";
  const std::string* origin = request.header("origin");
  if (origin == nullptr) return !must_say;
  if (!settings()->base_url.empty()) return *origin == settings()->base_url;
  const std::string* host = request.header("host");
  return host != nullptr && *origin == "http://" + *host;
}

bool Api::is_operators(const HttpRequest& request) const {
  const auto token = cookie(request, cookie_name_of("", secure()));
  const auto session = token ? sessions_.open(*token) : std::nullopt;
  return session && session->staff && session->works(sessions_.now()) && !sessions_.signed_out(*session) &&
         std::ranges::find(session->scopes, "operate") != session->scopes.end() && is_same_origin(request, true);
}

std::optional<Caller> Api::caller_by_session(const HttpRequest& request, const TenantId& tenant, std::string_view token,
                                             HttpReply& refused) const {
  const auto session = sessions_.open(token);
  const auto no = [&](std::string code, std::string_view detail) {
    refused = reply_of(Problem{.code = std::move(code), .detail = std::string(detail)}, request);
    return std::nullopt;
  };
  if (!session) {  // no session of ours was ever sealed so
    no("session_over", over);
    refused = refuse_stranger(request, std::move(refused));
    return std::nullopt;
  }
  if (!session->works(sessions_.now()) || sessions_.signed_out(*session)) return no("session_over", over);
  if (session->bearer != (request.header("authorization") != nullptr)) return no("session_over", over);
  if (session->invitation) return no("session_over", over);
  if (!session->is_of(tenant.text()))
    return no("no_such_tenant", "There is no tenant '" + tenant.text() + "' for this session.");
  if (!session->bearer && request.method != "GET" && !is_same_origin(request, true))
    return no("cross_site",
              "A request with a cookie comes from a page of this host: Sec-Fetch-Site or Origin says so.");
  Caller caller;
  caller.tenant = tenant;
  caller.session = session;
  caller.audience = session->staff ? Audience::staff : Audience::customer;
  if (session->staff) {
    caller.actor = {"staff", session->id};
    caller.scopes = {session->scopes.begin(), session->scopes.end()};
  } else {
    caller.actor = {session->role, session->id};
    caller.scopes = {"read", "write"};
  }
  return caller;
}

/// A token says who, never what: a member who was removed is nobody from then on.
void Api::admit_customer(const AskedPtr& asked, const Route& route) {
  asked->request.of_customer = true;
  if (asked->account.empty())
    if (auto own = AccountId::parse(asked->caller.session->account)) asked->account = *std::move(own);
  if (asked->caller.session->order != 0) return admit_payer(asked, route);
  on_pool(asked, [this, asked, &route] {
    const auto standing = service_.standing(asked->caller.tenant, asked->account, asked->caller.actor);
    // A disk that is full, or a journal that another host has, ends nobody's session.
    if (!standing && !standing.error().code.starts_with("no_such_")) return asked->fail(standing.error());
    if (!standing || (standing->role.empty() && !standing->invited))
      return asked->fail("session_over", std::string(over));
    const bool joins =
        route.pattern.starts_with("session") || (!asked->words.empty() && asked->words.back() == "accept_invitation");
    if (standing->role.empty() && !joins) return asked->fail("not_permitted", "Accept the invitation first.");
    if (!route.pattern.starts_with("accounts/{account}")) asked->account = {};
    asked->caller.actor.role = standing->role.empty() ? asked->caller.actor.role : standing->role;
    admit(asked, route);
  });
}

// ---- Cookies ------------------------------------------------------------------------------------------------------

std::string Api::cookie_name(const Session& session) const {
  return cookie_name_of(session.staff ? std::string_view() : std::string_view(session.tenants.front()), secure());
}

std::string Api::cookie_of(const Session& session) const {
  return cookie_name(session) + "=" + sessions_.seal(session) +
         "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(session.ends() - sessions_.now()) +
         (secure() ? "; Secure" : "");
}

void Api::renew_cookie(Asked& asked) const {
  const auto& session = asked.caller.session;
  if (!session || session->bearer || sessions_.now() - session->seen < 60) return;
  Session seen = *session;
  seen.seen = sessions_.now();
  asked.answer = [cookie = cookie_of(seen), answer = std::move(asked.answer)](HttpReply reply) {
    const auto own = std::ranges::find(reply.headers, "Set-Cookie", [](const auto& one) { return one.first; });
    if (own == reply.headers.end()) reply.headers.emplace_back("Set-Cookie", cookie);
    answer(std::move(reply));
  };
}

std::string Api::session_json(const Session& session, const Link* link) const {
  json::array tenants, scopes;
  for (const std::string& tenant : session.tenants) tenants.emplace_back(tenant);
  if (session.staff && session.tenants.empty())
    for (const TenantId& tenant : host_.tenants()) tenants.emplace_back(tenant.text());
  for (const std::string& scope : session.scopes) scopes.emplace_back(scope);
  json::object body{{"kind", session.staff ? "staff" : "customer"},
                    {"tenant", session.staff ? json::value(nullptr) : json::value(session.tenants.front())},
                    {"tenants", std::move(tenants)},
                    {"account", text_or_null(session.account)},
                    {"member", text_or_null(session.id)},
                    {"role", session.staff ? json::value("staff") : text_or_null(session.role)},
                    {"scopes", std::move(scopes)},
                    {"mode", sandbox_ ? "test" : "live"},
                    {"now", now_text()},
                    {"idle_until", text_of(session.idle_until())},
                    {"ends_at", text_of(session.ends())}};
  if (link != nullptr) {
    body["page"] = text_or_null(link->page);
    body["locale"] = text_or_null(link->locale);
    body["return_url"] = text_or_null(link->return_url);
  }
  return json::serialize(body);
}

// ---- Links and tokens ---------------------------------------------------------------------------------------------

/// An origin of the settings; in the sandbox, a program of this machine too.
bool Api::may_return_to(std::string_view url) const {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || url.size() > 2048) return false;
  if (url.find_first_of("\\\\\"<> \t\r\n@") != std::string_view::npos) return false;
  const std::string_view origin = url.substr(0, std::min(url.find_first_of("/?#", scheme + 3), url.size()));
  const auto held = settings();
  if (std::ranges::find(held->return_to, origin) != held->return_to.end()) return true;
  const std::string_view host = origin.substr(0, origin.rfind(':'));
  return sandbox_ && (host == "http://127.0.0.1" || host == "http://localhost");
}

void Api::portal_session(const AskedPtr& asked) {
  Errors errors;
  const auto words =
      words_of_body(asked->request.body, {"member", "role", "page", "locale", "return_url", "kind"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const std::string kind = value_of(words, "kind");
  if (!kind.empty() && kind != "link" && kind != "token")
    return asked->fail("bad_kind", "kind is link, for a page of ours, or token, for a front end of your own.");
  const std::string return_url = value_of(words, "return_url");
  if (!return_url.empty() && !may_return_to(return_url))
    return asked->fail("bad_return_url", "return_url is not of an origin that serve.portal.return_to names.");
  if (asked->caller.local && !sandbox_)
    return asked->fail("not_shown_here", "This host charges money: a backend orders a customer's link with its key.");
  on_pool(asked, [this, asked, words, kind, return_url] {
    const auto roles = service_.roles(asked->caller.tenant);
    if (!roles) return asked->fail(roles.error());
    if (roles->empty())
      return asked->fail("no_such_tenant", "There is no tenant '" + asked->caller.tenant.text() + "'.");
    std::string role = value_of(words, "role");
    if (!role.empty() && std::ranges::find(*roles, role) == roles->end())
      return asked->fail("bad_role", "There is no role '" + role.substr(0, 64) + "'.");
    if (role.empty()) role = roles->front();
    const std::string member = value_of(words, "member");
    const auto standing = service_.standing(asked->caller.tenant, asked->account, {role, member});
    if (!standing) return asked->fail(standing.error());
    if (standing->role.empty() && !standing->invited)
      return asked->fail("no_such_member", "'" + member.substr(0, 64) + "' is no member of this account.");
    Session session{
        .tenants = {asked->caller.tenant.text()}, .account = asked->account.text(), .role = role, .id = member};
    session.issued = session.seen = sessions_.begins(session);
    session.position = host_.position();
    session.nonce = random_name(16);
    session.bearer = kind == "token";
    if (session.bearer)
      return asked->json(
          json::serialize(json::object{{"token", sessions_.seal(session)}, {"expires_at", text_of(session.ends())}}),
          201);
    const Seconds until = sessions_.now() + 15 * 60;
    const std::string code =
        sessions_.make_link({session, value_of(words, "page"), value_of(words, "locale"), return_url});
    asked->json(
        json::serialize(json::object{{"url", base_url() + "/portal/" + asked->caller.tenant.text() + "#c=" + code},
                                     {"expires_at", text_of(until)}}),
        201);
  });
}

void Api::console_session(const HttpRequest& request, const Answer& answer) {
  Errors errors;
  const auto words = words_of_body(request.body, {"as", "scopes", "tenants"}, errors);
  if (!errors.empty()) return answer(reply_of(errors, request));
  const std::string as = value_of(words, "as");
  if (as.empty() || as.size() > 64 || as.find_first_of(":\n\t ") != std::string::npos)
    return answer(
        reply_of(Problem{.code = "bad_actor", .detail = "as is a name of one of the staff, as ann."}, request));
  Session session{.staff = true,
                  .tenants = split(value_of(words, "tenants")),
                  .id = as,
                  .scopes = split(value_of(words, "scopes"))};
  if (session.scopes.empty()) session.scopes = *preset_scopes("staff");
  const auto known = *preset_scopes("staff");
  for (const std::string& scope : session.scopes)
    if (std::ranges::find(known, scope) == known.end())
      return answer(
          reply_of(Problem{.code = "unknown_scope", .detail = "There is no scope '" + scope + "'."}, request));
  const std::vector<TenantId> tenants = host_.tenants();
  for (const std::string& tenant : session.tenants)
    if (std::ranges::find(tenants, tenant, &TenantId::text) == tenants.end())
      return answer(
          reply_of(Problem{.code = "no_such_tenant", .detail = "There is no tenant '" + tenant + "'."}, request));
  session.position = host_.position();
  const std::string code = sessions_.make_link({session, {}, {}, {}});
  answer({.status = 201,
          .body = json::serialize(json::object{{"url", base_url() + "/console#c=" + code},
                                               {"expires_at", text_of(sessions_.now() + 15 * 60)}})});
}

/// By POST, since scanners of mail and previews of chats open every link.
void Api::exchange(const HttpRequest& request, const Answer& answer) {
  const auto no = [&](std::string code, std::string detail) {
    answer(reply_of(Problem{.code = std::move(code), .detail = std::move(detail)}, request));
  };
  const std::string* type = request.header("content-type");
  if (type == nullptr || !lower(*type).starts_with("application/json"))
    return no("unsupported_media_type", "The body must be application/json.");
  if (!is_same_origin(request, false)) return no("cross_site", "A link is exchanged by a page of this host.");
  Errors errors;
  const auto words = words_of_body(request.body, {"code", "nonce"}, errors);
  if (!errors.empty()) return answer(reply_of(errors, request));
  const std::string nonce = value_of(words, "nonce");
  if (nonce.empty() || nonce.size() > 128)
    return no("bad_nonce", "nonce is 1 to 128 characters that the page has drawn.");
  const std::string from = counted_address(request.address);
  if (const auto wait = links_.waits(from, std::chrono::steady_clock::now()))
    return answer(too_often(request, *wait, "link"));
  if (value_of(words, "code").starts_with("fls_")) return exchange_sent(request, value_of(words, "code"), answer);
  const auto link = sessions_.redeem(value_of(words, "code"), nonce);
  if (!link) (void)links_.take(from, std::chrono::steady_clock::now());
  if (!link) return no("session_over", "This link was used, or is older than 15 minutes. Ask for a new one.");
  asio::post(pool_, [this, answer, link = *link]() mutable {
    if (link.locale.empty()) link.locale = language_of(link.session);
    HttpReply reply{.status = 201, .body = session_json(link.session, &link)};
    reply.headers.emplace_back("Set-Cookie", cookie_of(link.session));
    answer(std::move(reply));
  });
}

/// What the account has said of its language; empty: nothing, or it is staff's.
std::string Api::language_of(const Session& session) const {
  const auto tenant = TenantId::parse(session.staff ? "" : session.tenants.front());
  const auto account = AccountId::parse(session.account);
  if (!tenant || !account) return {};
  const auto person = host_.personal_data(*tenant, *account);
  return person ? value_of(*person, "language") : std::string();
}

std::optional<Session> Api::named_by_proxy(const HttpRequest& request) const {
  const auto held = settings();
  const StaffProxy& proxy = held->staff_proxy;
  if (proxy.header.empty()) return std::nullopt;
  const auto only = [&](std::string_view name) {
    const auto same = [&](const auto& one) { return one.first == name; };
    return std::ranges::count_if(request.headers, same) == 1 ? request.header(name) : nullptr;
  };
  const std::string* who = only(proxy.header);
  const std::string* groups = only(proxy.groups);
  const std::string* shown = only("florin-proxy-secret");
  if (who == nullptr || groups == nullptr || shown == nullptr) return std::nullopt;
  // Compared by digests: how long it takes says nothing about the secret.
  const auto secret = service_.secret(proxy.secret);
  if (!secret || secret->empty() || digest_of(*shown) != digest_of(*secret)) return std::nullopt;
  const bool names = !who->empty() && who->size() <= 64 &&
                     std::ranges::all_of(*who, [](char c) { return c > ' ' && c < 127 && c != ':'; });
  if (!names) return std::nullopt;
  const std::vector<std::string> theirs = split(*groups);
  // The first group of the file that they are in: what several give together would be more than any of them says.
  for (const StaffGroup& group : proxy.of_groups) {
    if (std::ranges::find(theirs, group.name) == theirs.end()) continue;
    Session session{.staff = true, .tenants = group.tenants, .id = *who, .scopes = group.scopes};
    session.issued = session.seen = sessions_.begins(session);
    session.position = host_.position();
    session.nonce = random_name(16);
    return session;
  }
  return std::nullopt;
}

/// Every session that this browser has here. Whom the identity proxy names gets one.
void Api::own_sessions(const HttpRequest& request, const Answer& answer) {
  asio::post(pool_, [this, request, answer] {
    const std::string of_staff = cookie_name_of("", secure());
    std::vector<std::string> names{of_staff};
    for (const TenantId& tenant : host_.tenants()) names.push_back(cookie_name_of(tenant.text(), secure()));
    std::string all;
    HttpReply reply;
    auto named = named_by_proxy(request);
    for (const std::string& name : names) {
      const auto token = cookie(request, name);
      auto session = token ? sessions_.open(*token) : std::nullopt;
      if (session && (session->bearer || !session->works(sessions_.now()) || sessions_.signed_out(*session)))
        session.reset();
      const bool same = session && named && session->id == named->id && session->scopes == named->scopes &&
                        session->tenants == named->tenants;
      if (name == of_staff && named && !same) {
        session = std::move(named);
        reply.headers.emplace_back("Set-Cookie", cookie_of(*session));
      }
      if (session) all += (all.empty() ? "" : ",") + session_json(*session, nullptr);
    }
    reply.body = "{\"data\":[" + all + "]}";
    answer(std::move(reply));
  });
}

void Api::session(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto& session = asked->caller.session;
    if (session) {
      Session now = *session;
      now.role = asked->caller.actor.role;
      if (!now.bearer) now.seen = sessions_.now();
      return asked->json(session_json(now, nullptr));
    }
    json::array scopes;
    for (const std::string& scope : asked->caller.scopes) scopes.emplace_back(scope);
    asked->json(json::serialize(json::object{{"kind", asked->caller.local ? "local" : "key"},
                                             {"tenant", asked->caller.tenant.text()},
                                             {"key", text_or_null(asked->caller.key)},
                                             {"scopes", std::move(scopes)},
                                             {"mode", sandbox_ ? "test" : "live"},
                                             {"now", now_text()}}));
  });
}

void Api::end_session(const AskedPtr& asked) {
  if (!asked->caller.session) return asked->fail("not_found", "A key has no session: it is revoked.");
  on_pool(asked, [this, asked] {
    const Session& session = *asked->caller.session;
    sessions_.sign_out(session);
    if (const auto kept = service_.set_note("signed_out", sessions_.signed_out_text()); !kept)
      return asked->fail(kept.error());
    HttpReply reply{.body = "{}"};
    if (!session.bearer) {
      reply.headers.emplace_back("Set-Cookie", cookie_name(session) + "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" +
                                                   (secure() ? "; Secure" : ""));
      reply.headers.emplace_back("Clear-Site-Data", "\"storage\", \"cache\"");
    }
    asked->answer(std::move(reply));
  });
}

void Api::end_sessions(const AskedPtr& asked) {
  const bool of_account = !asked->account.empty();
  Errors errors;
  const auto words = words_of_body(asked->request.body, {of_account ? "member" : "staff"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const std::string id = value_of(words, of_account ? "member" : "staff");
  if (!of_account && id.empty()) return asked->fail("bad_actor", "staff says whose sessions end.");
  on_pool(asked, [this, asked, id, of_account] {
    if (of_account)
      if (const auto there = host_.version_of(asked->caller.tenant, asked->account); !there)
        return asked->fail(there.error());
    sessions_.end_all(asked->caller.tenant.text(), asked->account.text(), id);
    if (const auto kept = service_.set_note("signed_out", sessions_.signed_out_text()); !kept)
      return asked->fail(kept.error());
    asked->json("{}");
  });
}

// ---- Pages of somebody else's -------------------------------------------------------------------------------------

void Api::preflight(const HttpRequest& request, const Answer& answer) {
  const auto held = settings();
  const auto& origins = held->api_origins;
  const std::string& origin = *request.header("origin");
  if (std::ranges::find(origins, origin) == origins.end() || request.segments.empty() || request.segments[0] != "v1")
    return answer(reply_of(Problem{.code = "method_not_allowed", .detail = "There is no such method here."}, request));
  HttpReply reply{.status = 204, .type = {}};
  reply.headers = {{"Access-Control-Allow-Origin", origin},
                   {"Vary", "Origin"},
                   {"Access-Control-Allow-Methods", "GET, POST"},
                   {"Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, Prefer"},
                   {"Access-Control-Max-Age", "600"}};
  answer(std::move(reply));
}

Answer Api::with_origin(const HttpRequest& request, Answer answer) const {
  const std::string* origin = request.header("origin");
  const std::string* token = request.header("authorization");
  const auto held = settings();
  const auto& origins = held->api_origins;
  if (origin == nullptr || token == nullptr || !lower(*token).starts_with("bearer fls_")) return answer;
  if (std::ranges::find(origins, *origin) == origins.end()) return answer;
  return [origin = *origin, answer = std::move(answer)](HttpReply reply) {
    reply.headers.emplace_back("Access-Control-Allow-Origin", origin);
    reply.headers.emplace_back("Access-Control-Expose-Headers",
                               "ETag, Location, Florin-Again, Florin-Request-Id, Retry-After");
    reply.headers.emplace_back("Vary", "Origin");
    answer(std::move(reply));
  };
}

}  // namespace florin::server
