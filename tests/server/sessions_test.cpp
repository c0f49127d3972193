#include <filesystem>
#include <fstream>

#include "keys.hpp"
#include "served.hpp"
#include "sessions.hpp"

/// Customers and staff in a browser, and a front end that holds a token.
namespace florin {
namespace {

constexpr const char* card =
    R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})";

class Sessions : public Served {
 protected:
  Sessions() {
    options_.session_clock = [this] { return clock_; };
    options_.session_secrets = {"a secret of thirty-two bytes or so"};
    serve(options_);
    EXPECT_EQ(command("accounts/zoe/open_account", "zoe:open",
                      R"({"billing_country": "US", "personal_data": {"name": "Zoe"}})")
                  .status,
              200);
    EXPECT_EQ(command("accounts/zoe/add_payment_method", "zoe:card", card).status, 200);
    EXPECT_EQ(command("accounts/acme/open_account", "acme:open", R"({"billing_country": "US"})").status, 200);
  }
  std::string code(const std::string& body = "{}", const std::string& account = "zoe") {
    const auto made = ask(backend_, "/v1/callloop/accounts/" + account + "/portal_sessions", body);
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string url(made.json().at("url").as_string());
    EXPECT_NE(url.find("/portal/callloop#c="), std::string::npos) << url;
    return url.substr(url.find("#c=") + 3);
  }
  HttpAnswer exchange(const std::string& code, const std::string& nonce, const std::string& site = "same-origin") {
    return ask("", "/sessions", R"({"code": ")" + code + R"(", "nonce": ")" + nonce + "\"}",
               {"Sec-Fetch-Site: " + site});
  }
  static std::string cookie_in(const HttpAnswer& answer) {
    const std::string header = answer.header("Set-Cookie");
    return header.substr(0, header.find(';'));
  }
  std::string sign_in(const std::string& body = "{}", const std::string& account = "zoe") {
    const auto answer = exchange(code(body, account), "n1");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return cookie_in(answer);
  }
  HttpAnswer as(const std::string& cookie, const std::string& path, const std::string& body = {},
                std::vector<std::string> headers = {"Sec-Fetch-Site: same-origin"}) {
    headers.push_back("Cookie: other=1; " + cookie);
    if (!body.empty()) headers.push_back("Idempotency-Key: s" + std::to_string(++sent_));
    return ask("", path, body, headers);
  }

  server::ServerOptions options_{};
  server::Seconds clock_ = 1'800'000'000;
  int sent_ = 0;
};

// A token of staff who may see all tenants names none. Sent where a link is wanted, it took the host down.
TEST_F(Sessions, AStaffTokenIsNoLink) {
  const server::Sessions sealing(options_.session_secrets, options_.session_clock);
  server::Session staff{.staff = true, .id = "eve", .scopes = {"read"}};
  staff.issued = staff.seen = clock_;
  EXPECT_EQ(exchange(sealing.seal(staff), "n1").status, 401);
  EXPECT_EQ(as("florin_s=" + sealing.seal(staff), "/v1/callloop/accounts/zoe").status, 200) << "it is a session";
  EXPECT_EQ(ask("", "/healthz").status, 200);
}

TEST_F(Sessions, ALinkIsExchangedOnceByAPageOfOurs) {
  const std::string link = code(R"({"page": "billing", "return_url": "http://127.0.0.1:4242/done"})");
  EXPECT_EQ(exchange(link, "n1", "cross-site").status, 403);
  const auto first = exchange(link, "n1");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.json().at("account").as_string(), "zoe");
  EXPECT_EQ(first.json().at("role").as_string(), "owner");
  EXPECT_EQ(first.json().at("page").as_string(), "billing");
  EXPECT_NE(first.header("Set-Cookie").find("HttpOnly; SameSite=Lax"), std::string::npos) << first.head;
  EXPECT_EQ(exchange(link, "n1").status, 201) << "the answer was lost on the way, and is asked for again";
  EXPECT_EQ(exchange(link, "n2").status, 401) << "somebody else has seen the link";
  clock_ += 61;
  EXPECT_EQ(exchange(link, "n1").status, 401);
  const std::string late = code();
  clock_ += 15 * 60 + 1;
  EXPECT_EQ(exchange(late, "n1").status, 401);
}

TEST_F(Sessions, ACustomerSeesAndDoesWhatIsTheirs) {
  const std::string cookie = sign_in();
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe").status, 200);
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/acme").status, 404);
  EXPECT_EQ(as(cookie, "/v1/exotel/accounts/zoe").status, 401) << "that tenant's cookie is another one";
  EXPECT_EQ(as(cookie, "/v1/callloop/cases").status, 403);
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe/personal_data").status, 200);
  EXPECT_EQ(as(cookie, "/v1/callloop/usage", "[]").status, 403);
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe/erase_personal_data", "{}").status, 403);
  EXPECT_EQ(
      as(cookie, "/v1/callloop/accounts/zoe/cancel", "{}", {"Sec-Fetch-Site: same-origin", "Florin-Actor: staff:eve"})
          .status,
      403);
  const auto unseen = as(cookie, "/v1/callloop/accounts/zoe/subscribe", R"({"plan": "growth", "cycle": "monthly"})");
  EXPECT_EQ(unseen.status, 400) << "what was not confirmed is not charged";
  EXPECT_EQ(unseen.json().at("errors").at(0).at("pointer").as_string(), "/agreed");
  const auto paid = as(cookie, "/v1/callloop/accounts/zoe/subscribe",
                       R"({"plan": "growth", "cycle": "monthly", "agreed": "49.00 USD"})",
                       {"Sec-Fetch-Site: same-origin", "Prefer: wait=20"});
  EXPECT_EQ(paid.status, 200) << paid.body;
  EXPECT_EQ(paid.json().at("order").at("now").at("state").as_string(), "paid");
  const auto refused = as(cookie, "/v1/callloop/accounts/zoe/subscribe",
                          R"({"plan": "growth", "cycle": "monthly", "agreed": "49.00 USD"})");
  EXPECT_GE(refused.status, 400);
  EXPECT_TRUE(refused.json().at("rule").is_null()) << "no file and line for a customer: " << refused.body;
  const auto who = as(cookie, "/v1/callloop/session");
  EXPECT_EQ(who.json().at("kind").as_string(), "customer") << who.body;
}

// oauth2-proxy and its like say who it is; a header counts only with the proxy's secret.
TEST_F(Sessions, StaffAreWhoTheIdentityProxyNames) {
  ::setenv("FLORIN_TEST_PROXY", "between the proxy and us", 1);
  options_.settings.staff_proxy = {
      .header = "x-forwarded-user",
      .groups = "x-forwarded-groups",
      .secret = "env:FLORIN_TEST_PROXY",
      .of_groups = {{"money", {"read", "staff", "money"}, {"callloop"}}, {"support", {"read", "staff"}, {}}}};
  serve(options_);
  const auto named = [&](const std::string& who, const std::string& groups, const std::string& secret,
                         const std::string& cookie = "a=b") {
    return ask("", "/sessions", {},
               {"X-Forwarded-User: " + who, "X-Forwarded-Groups: " + groups, "Florin-Proxy-Secret: " + secret,
                "Cookie: " + cookie});
  };
  const std::string secret = "between the proxy and us";
  const auto in = named("ann", "all,support", secret);
  ASSERT_EQ(in.json().at("data").as_array().size(), 1U) << in.body;
  const std::string cookie = cookie_in(in);
  EXPECT_EQ(as(cookie, "/v1/callloop/cases").status, 200);
  EXPECT_EQ(as(cookie, "/v1/exotel/cases").status, 200) << "all tenants";
  EXPECT_EQ(as(cookie, "/v1/callloop/keys").status, 403) << "no scope of that group";
  EXPECT_EQ(named("ann", "support", secret, cookie).header("Set-Cookie"), "") << "it goes on";
  const auto moved = named("ann", "support,money", secret, cookie);
  EXPECT_NE(moved.header("Set-Cookie"), "") << "in another group: the first of the file counts";
  EXPECT_EQ(as(cookie_in(moved), "/v1/exotel/cases").status, 404) << "of its tenants alone";
  EXPECT_NE(named("bob", "support", secret, cookie).header("Set-Cookie"), "") << "another person";

  const std::string none = R"({"data":[]})";
  EXPECT_EQ(named("ann", "support", "guessed").body, none);
  EXPECT_EQ(named("ann", "others", secret).body, none);
  EXPECT_EQ(named("a:b", "support", secret).body, none);
  EXPECT_EQ(ask("", "/sessions", {}, {"X-Forwarded-User: ann", "X-Forwarded-Groups: support"}).body, none);
  EXPECT_EQ(ask("", "/sessions", {},
                {"X-Forwarded-User: ann", "X-Forwarded-User: eve", "X-Forwarded-Groups: support",
                 "Florin-Proxy-Secret: " + secret})
                .body,
            none)
      << "who says it twice says nothing";
  EXPECT_EQ(ask("", "/v1/callloop/cases", {},
                {"X-Forwarded-User: ann", "X-Forwarded-Groups: support", "Florin-Proxy-Secret: " + secret})
                .status,
            401)
      << "a session is asked for first";
}

// What a member may is in the tenant's table of roles: a copy of everything is for who may change what is known.
TEST_F(Sessions, AMemberTakesNoCopyOfEverything) {
  const std::string path = "/v1/callloop/accounts/zoe/";
  for (const auto& [role, status] : {std::pair{"owner", 200}, {"admin", 200}, {"member", 403}}) {
    const std::string cookie = sign_in(R"({"role": ")" + std::string(role) + "\"}");
    const auto copy = as(cookie, path + "export");
    EXPECT_EQ(copy.status, status) << role << copy.body;
    if (status == 403) {
      EXPECT_EQ(copy.json().at("code").as_string(), "not_permitted");
      EXPECT_TRUE(copy.json().at("rule").is_null()) << "no file and line for a customer";
    }
    EXPECT_EQ(as(cookie, path).status, 404) << "no such address";
    EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe").status, 200) << role;
  }
}

TEST_F(Sessions, AnotherSiteDoesNothingWithACookie) {
  const std::string cookie = sign_in();
  const auto with = [&](const std::string& header) {
    return as(cookie, "/v1/callloop/accounts/zoe/set_billing", R"({"billing_country": "US"})", {header}).status;
  };
  EXPECT_EQ(with("Sec-Fetch-Site: cross-site"), 403);
  EXPECT_EQ(with("Sec-Fetch-Site: same-site"), 403);
  EXPECT_EQ(with("Origin: https://evil.example"), 403);
  EXPECT_EQ(with("X-Nothing: 1"), 403) << "a browser says where a request comes from";
  EXPECT_EQ(with("Origin: http://test"), 200);
}

TEST_F(Sessions, KeysOfSessionsAreApartFromTheBackends) {
  const std::string cookie = sign_in();
  const auto set = [&](const std::string& key) {
    return ask("", "/v1/callloop/accounts/zoe/set_billing", R"({"billing_country": "US"})",
               {"Cookie: " + cookie, "Sec-Fetch-Site: same-origin", "Idempotency-Key: " + key});
  };
  EXPECT_EQ(set("zoe:open").status, 200) << "the backend's key of that name is no matter of theirs";
  EXPECT_TRUE(set("zoe:open").json().at("again").as_bool());
}

TEST_F(Sessions, WhoIsNoMemberAnyMoreIsOutAtOnce) {
  for (const char* member : {"ann", "ben"}) {
    const std::string id = member;
    ASSERT_EQ(
        command("accounts/zoe/subscribe", "zoe:s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
            .status,
        200);
    ASSERT_EQ(command("accounts/zoe/invite_member", "i" + id, R"({"member": ")" + id + R"(", "role": "owner"})").status,
              200);
    ASSERT_EQ(command("accounts/zoe/accept_invitation", "a" + id, R"({"member": ")" + id + "\"}").status, 200);
  }
  const std::string cookie = sign_in(R"({"member": "ben"})");
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe").status, 200);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"member": "eve"})").status, 404);
  ASSERT_EQ(command("accounts/zoe/change_role", "r1", R"({"member": "ben", "role": "member"})").status, 200);
  EXPECT_EQ(as(cookie, "/v1/callloop/session").json().at("role").as_string(), "member");
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe/cancel", "{}").status, 403);
  ASSERT_EQ(command("accounts/zoe/remove_member", "r2", R"({"member": "ben"})").status, 200);
  const auto out = as(cookie, "/v1/callloop/accounts/zoe");
  EXPECT_EQ(out.status, 401);
  EXPECT_EQ(out.json().at("code").as_string(), "session_over");
}

TEST_F(Sessions, EndByRestByTimeAndBySigningOut) {
  std::string cookie = sign_in();
  clock_ += 29 * 60;
  const auto used = as(cookie, "/v1/callloop/session");
  ASSERT_EQ(used.status, 200);
  cookie = cookie_in(used);
  ASSERT_FALSE(cookie.empty()) << "what is used goes on";
  clock_ += 29 * 60;
  EXPECT_EQ(as(cookie, "/v1/callloop/session").status, 200);
  clock_ += 2 * 60;
  EXPECT_EQ(as(cookie, "/v1/callloop/session").status, 401) << "half an hour without a request";
  std::string going = sign_in();
  for (int i = 0; i < 24; ++i) {
    clock_ += 29 * 60;
    const std::string next = cookie_in(as(going, "/v1/callloop/session"));
    if (!next.empty()) going = next;
  }
  clock_ += 25 * 60;
  EXPECT_EQ(as(going, "/v1/callloop/session").status, 401) << "twelve hours in all";
  const std::string last = sign_in();
  const auto signed_out = as(last, "/v1/callloop/session/end", "{}");
  EXPECT_EQ(signed_out.status, 200) << signed_out.body;
  EXPECT_NE(signed_out.header("Clear-Site-Data").find("storage"), std::string::npos);
  EXPECT_EQ(as(last, "/v1/callloop/session").status, 401);
  serve(options_);
  EXPECT_EQ(as(last, "/v1/callloop/session").status, 401) << "also after a restart";
}

TEST_F(Sessions, EndForAnAccountOrForOneOfItsPeople) {
  const std::string zoe = sign_in(), acme = sign_in("{}", "acme"), link = code();
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/end_sessions", R"({"member": "ann"})").status, 200);
  EXPECT_EQ(as(zoe, "/v1/callloop/session").status, 200) << "she is another one";
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/end_sessions", "{}").status, 200);
  EXPECT_EQ(as(zoe, "/v1/callloop/session").status, 401);
  EXPECT_EQ(exchange(link, "n1").status, 401) << "a link that was given out before is one of them";
  EXPECT_EQ(as(acme, "/v1/callloop/session").status, 200);
  serve(options_);
  EXPECT_EQ(as(zoe, "/v1/callloop/session").status, 401) << "also after a restart";
  clock_ += 1;
  EXPECT_EQ(as(sign_in(), "/v1/callloop/session").status, 200) << "who signs in anew is in";
}

TEST_F(Sessions, ATokenIsForAHeaderAndNotForLong) {
  const auto made = ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string token(made.json().at("token").as_string());
  EXPECT_TRUE(token.starts_with("fls_"));
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe").status, 200);
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/acme").status, 404);
  EXPECT_EQ(as("florin_c_callloop=" + token, "/v1/callloop/accounts/zoe").status, 401) << "a token is no cookie";
  std::string changed = token;
  changed[40] = changed[40] == 'a' ? 'b' : 'a';
  EXPECT_EQ(ask(changed, "/v1/callloop/accounts/zoe").status, 401);
  clock_ += 15 * 60;
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe").status, 401);
  const std::string plain = issue("callloop", {"read", "write"});
  EXPECT_EQ(ask(plain, "/v1/callloop/accounts/zoe/portal_sessions", "{}").status, 403);
}

TEST_F(Sessions, AFrontEndOfTheirOwnIsAllowedByName) {
  options_.settings.api_origins = {"https://app.example"};
  serve(options_);
  const std::string token(ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})")
                              .json()
                              .at("token")
                              .as_string());
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe", {}, {"Origin: https://app.example"})
                .header("Access-Control-Allow-Origin"),
            "https://app.example");
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe", {}, {"Origin: https://evil.example"})
                .header("Access-Control-Allow-Origin"),
            "");
  RawClient asks(port());
  asks.send("OPTIONS /v1/callloop/accounts/zoe HTTP/1.1\r\nHost: test\r\nOrigin: https://app.example\r\n\r\n");
  EXPECT_EQ(asks.receive().status, 204);
  RawClient other(port());
  other.send("OPTIONS /v1/callloop/accounts/zoe HTTP/1.1\r\nHost: test\r\nOrigin: https://evil.example\r\n\r\n");
  EXPECT_EQ(other.receive().status, 405);
}

TEST_F(Sessions, LeadBackToKnownPlacesOnly) {
  const auto status = [&](const std::string& url) {
    return ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"return_url": ")" + url + "\"}").status;
  };
  EXPECT_EQ(status("https://evil.example/"), 400);
  EXPECT_EQ(status("http://127.0.0.1:4242/"), 201) << "a program of this machine, in the sandbox";
  EXPECT_EQ(status("http://127.0.0.1:1@evil.example/"), 400);
  EXPECT_EQ(status("javascript:alert(1)"), 400);
  options_.settings.return_to = {"https://app.example"};
  serve(options_);
  EXPECT_EQ(status("https://app.example/billing"), 201);
  EXPECT_EQ(status("https://app.example.evil.example/"), 400);
}

TEST_F(Sessions, PagesComeWithTheirPolicies) {
  const std::filesystem::path folder = testing::TempDir() + "florin-pages";
  std::filesystem::create_directories(folder / "assets");
  std::ofstream(folder / "portal.html") << "<!doctype html><title>Portal</title>";
  std::ofstream(folder / "widget.html") << "<!doctype html><title>Widget</title>";
  std::ofstream(folder / "assets" / "portal-1a2b.js") << "'use strict';";
  std::ofstream(folder / "secret.txt") << "no";
  options_.settings.pages = folder.string();
  options_.settings.embed = {"https://app.example"};
  serve(options_);
  const auto portal = ask("", "/portal/callloop/zoe/billing");
  EXPECT_EQ(portal.status, 200);
  EXPECT_NE(portal.header("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(portal.header("Content-Security-Policy").find("script-src 'self';"), std::string::npos);
  EXPECT_EQ(portal.header("Cache-Control"), "no-store");
  EXPECT_NE(ask("", "/widget/callloop").header("Content-Security-Policy").find("frame-ancestors https://app.example"),
            std::string::npos);
  const auto script = ask("", "/assets/portal-1a2b.js");
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(script.header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(ask("", "/console").status, 404) << "this folder has none";
  EXPECT_EQ(ask("", "/assets/..%2fsecret.txt").status, 404);
  EXPECT_EQ(ask("", "/assets/%2e%2e").status, 404);
  EXPECT_EQ(ask("", "/provider/somebody").status, 404);
  std::filesystem::remove_all(folder);
}

// Whoever tests stolen cards tries hundreds of them.
TEST_F(Sessions, ACustomerTriesFewCardsAnHour) {
  const std::string cookie = sign_in();
  const std::string add = "/v1/callloop/accounts/zoe/add_payment_method";
  const auto adds = [&](const std::string& key) {
    return ask("", add, card, {"Sec-Fetch-Site: same-origin", "Cookie: " + cookie, "Idempotency-Key: " + key});
  };
  EXPECT_EQ(as(cookie, add, R"({"method": "cheque", "slot": "primary"})").status / 100, 4)
      << "refused: no card was tried";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(adds("a" + std::to_string(i)).status, 200) << i;
  const auto sixth = adds("a5");
  EXPECT_EQ(sixth.status, 429) << sixth.body;
  EXPECT_EQ(sixth.json().at("code").as_string(), "rate_limited");
  EXPECT_EQ(sixth.header("Retry-After"), "3601");
  EXPECT_EQ(adds("a4").status, 200) << "sent again: its answer";
  EXPECT_EQ(adds("a4").header("Florin-Again"), "true");
  EXPECT_EQ(command("accounts/zoe/add_payment_method", "zoe:card-6", card).status, 200) << "a backend may";
  const std::string buy = "/v1/callloop/accounts/zoe/buy_credits";
  ASSERT_EQ(command("accounts/zoe/subscribe", "zoe:s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
                .status,
            200);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(as(cookie, buy, R"({"amount": "500 message", "agreed": "24.50 USD"})").status / 100, 2) << i;
  EXPECT_EQ(as(cookie, buy, R"({"amount": "500 message", "agreed": "24.50 USD"})").status, 429);
  EXPECT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-03-10T10:00:01Z"})").status, 200);
  EXPECT_EQ(adds("a5").status, 200) << "an hour later";
}

TEST_F(Sessions, ALinkThatPaysOpensOneOrderAndNothingElse) {
  ASSERT_EQ(command("accounts/zoe/subscribe", "zoe:s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
                .status,
            200);
  ASSERT_EQ(command("accounts/zoe/buy_credits", "zoe:b", R"({"amount": "100 message"})", {"Prefer: wait=20"}).status,
            200);
  const std::string orders = "/v1/callloop/accounts/zoe/orders/";
  const auto made = ask(backend_, orders + "1/pay_link", "{}");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(ask(backend_, orders + "9/pay_link", "{}").status, 404);
  const std::string url(made.json().at("url").as_string());
  const std::string token = url.substr(url.find("/pay/") + 5);
  EXPECT_EQ(exchange(token, "n").json().at("kind").as_string(), "payer");
  EXPECT_EQ(exchange(token, "n").header("Set-Cookie"), "") << "it signs nobody in";
  const auto seen = ask(token, orders + "1/checkout");
  ASSERT_EQ(seen.status, 200) << seen.body;
  EXPECT_FALSE(seen.json().at("order").as_object().contains("lines")) << "of a paid order only that it was";
  for (const char* path :
       {"zoe", "zoe/orders", "zoe/orders/1", "zoe/orders/2/checkout", "zoe/documents", "zoe/catalog",
        "zoe/documents/CL-000001/json", "zoe/personal_data", "zoe/members", "acme/orders/1/checkout"})
    EXPECT_EQ(ask(token, std::string("/v1/callloop/accounts/") + path).status, 404) << path;
  const auto pays = [&](const std::string& body) {
    return ask(token, "/v1/callloop/accounts/zoe/pay_order", body, {"Idempotency-Key: p" + std::to_string(++sent_)});
  };
  EXPECT_EQ(pays(R"({"order": 2, "pay_with": "card", "agreed": "4.90 USD"})").status, 404);
  EXPECT_EQ(pays(R"({"order": 1, "pay_with": "primary", "agreed": "49.00 USD"})").status, 422)
      << "the account's own card is not for whoever has a link";
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe/cancel", "{}", {"Idempotency-Key: c"}).status, 404);
  clock_ += 13 * 24 * 3600;
  EXPECT_EQ(ask(token, orders + "1/checkout").status, 200);
  clock_ += 2 * 24 * 3600;
  EXPECT_EQ(ask(token, orders + "1/checkout").status, 401) << "fourteen days";
}

TEST_F(Sessions, AnInvitationIsReadByItsReaderAloneUntilItIsAccepted) {
  ASSERT_EQ(command("accounts/zoe/subscribe", "zoe:s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
                .status,
            200);
  const std::string ann = "/v1/callloop/accounts/zoe/members/ann/invitation";
  EXPECT_EQ(ask(backend_, ann, "{}").status, 404) << "nobody is invited yet";
  ASSERT_EQ(command("accounts/zoe/invite_member", "i1", R"({"member": "ann", "role": "member"})").status, 200);
  EXPECT_EQ(ask(backend_, ann, R"({"email": "ann"})").status, 400);
  const auto made = ask(backend_, ann, "{}");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string url(made.json().at("url").as_string());
  const std::string token = url.substr(url.find("#i=") + 3);
  EXPECT_EQ(ask(token, "/v1/callloop/session").status, 401) << "it asks nothing itself";
  const auto opened = exchange(token, "n1");
  ASSERT_EQ(opened.status, 201) << opened.body;
  const std::string cookie = cookie_in(opened);
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe").status, 403) << "accepted first";
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe/accept_invitation", R"({"member": "ann"})").status, 200);
  EXPECT_EQ(as(cookie, "/v1/callloop/accounts/zoe").status, 200);
  EXPECT_EQ(exchange(token, "n2").status, 401) << "the link was used";
}

// An open portal is no sender of spam: what a backend asks for is its own.
TEST_F(Sessions, TwentyInvitationsOfAnAccountAreMailedADay) {
  ASSERT_EQ(command("accounts/zoe/subscribe", "zoe:s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
                .status,
            200);
  ASSERT_EQ(command("accounts/zoe/invite_member", "i1", R"({"member": "ann", "role": "member"})").status, 200);
  const std::string ann = "/v1/callloop/accounts/zoe/members/ann/invitation";
  const std::string cookie = sign_in();
  for (int sent = 0; sent < 20; ++sent)
    ASSERT_EQ(as(cookie, ann, R"({"email": "ann@example.com"})").status, 201) << sent;
  const auto more = as(cookie, ann, R"({"email": "ann@example.com"})");
  EXPECT_EQ(more.status, 429) << more.body;
  EXPECT_EQ(more.header("Retry-After"), "86401");
  EXPECT_EQ(as(cookie, ann, "{}").status, 201) << "the link is there all the same";
  EXPECT_EQ(ask(backend_, ann, R"({"email": "ann@example.com"})").status, 201);
  ASSERT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-03-11T10:00:00Z"})").status, 200);
  EXPECT_EQ(as(cookie, ann, R"({"email": "ann@example.com"})").status, 201);
}

TEST_F(Sessions, NoCustomerMovesTheClock) {
  const std::string to = R"({"to": "2026-03-10T11:00:00Z"})";
  EXPECT_EQ(as(sign_in(), "/host/clock", to).status, 401);
  EXPECT_EQ(ask("", "/host/clock", to).status, 401);
}

}  // namespace
}  // namespace florin
