#include <poll.h>
#include <unistd.h>

#include <array>
#include <future>
#include <map>
#include <ostream>

#include "keys.hpp"
#include "queued_log.hpp"
#include "served.hpp"

/// What somebody sends who means no good: it gets an answer, and leaves nothing behind that others stumble over.
namespace florin {
namespace {

class Hostile : public Served {
 protected:
  Hostile() {
    staff_ = issue("callloop", *server::preset_scopes("staff"));
    EXPECT_EQ(command("accounts/zoe/open_account", "o", R"({"billing_country": "US"})").status, 200);
  }
  std::string code(const HttpAnswer& answer) {
    const auto said = answer.json();
    return said.is_object() && said.as_object().contains("code") ? std::string(said.at("code").as_string()) : "";
  }
  HttpAnswer get(const std::string& path) { return ask(staff_, "/v1/callloop/" + path); }
  std::string staff_;
};

// One id of bytes that are no text was an entry for good, and each reader of events stumbled over it from then on.
TEST_F(Hostile, BytesThatAreNoTextNeverReachTheJournal) {
  const std::uint64_t before = host_->position();
  for (const char* path : {"keys/%ff/revoke", "accounts/zoe/may/%ff", "accounts?q=%ff", "accounts?%ff=1",
                           "accounts/zoe/personal_data?reason=%ff", "accounts/zoe/documents/%c0%af",
                           "accounts/zoe/personal_data?reason=%ed%a0%80"}) {
    const bool post = std::string(path).starts_with("keys");
    const auto answer =
        post ? ask(staff_, std::string("/v1/callloop/") + path, "{}", {"Idempotency-Key: k"}) : get(path);
    EXPECT_EQ(answer.status, 400) << path << answer.body;
  }
  for (const char* actor : {"owner:\xff\xfe", "owner:a\tb", "owner:\x7f", "\xc3:x"}) {
    const auto answer = command("accounts/zoe/start_trial", "t", "{}", {std::string("Florin-Actor: ") + actor});
    EXPECT_EQ(answer.status, 400) << actor << answer.body;
  }
  EXPECT_EQ(host_->position(), before) << "nothing of it was written";
  EXPECT_EQ(command("accounts/zoe/set_billing", "b", R"({"billing_country": "US"})", {"Florin-Actor: owner:zo\xc3\xab"})
                .status,
            200);
  const auto events = get("events?types=*");
  EXPECT_EQ(events.status, 200) << events.body;
}

// A name of 500 characters is taken whatever they are, and one more is refused with the limit; bytes do not count.
TEST_F(Hostile, TextsHaveALengthThatIsSaid) {
  const auto name_of = [&](std::string_view character, int times, const std::string& key) {
    std::string name;
    for (int i = 0; i < times; ++i) name += character;
    return command("accounts/zoe/set_billing", "zoe:" + key, R"({"personal_data": {"company": ")" + name + R"("}})");
  };
  EXPECT_EQ(name_of("x", 500, "1").status, 200);
  EXPECT_EQ(name_of("\U0001F600", 500, "2").status, 200) << "2,000 bytes";
  const auto long_name = name_of("x", 4096, "3");
  EXPECT_EQ(long_name.status, 400) << long_name.body;
  EXPECT_EQ(long_name.json().at("code").as_string(), "text_too_long");
  EXPECT_EQ(long_name.json().at("detail").as_string(), "company has 4,096 characters: it may have 500 at most");
  EXPECT_EQ(long_name.json().at("errors").at(0).at("pointer").as_string(), "/personal_data/company");
  EXPECT_EQ(name_of("\xe0\xa4\x85", 501, "4").status, 400);
  std::string many;
  for (int i = 0; i < 65; ++i) many += (i == 0 ? "\"w" : ", \"w") + std::to_string(i) + "\": \"x\"";
  EXPECT_EQ(command("accounts/zoe/set_billing", "zoe:5", R"({"personal_data": {)" + many + "}}")
                .json()
                .at("code")
                .as_string(),
            "too_many_fields");
  const auto said = command("accounts/zoe/request_review", "zoe:6",
                            R"({"order": 1, "reason": "other", "said": ")" + std::string(2001, 'x') + R"("})");
  EXPECT_EQ(said.json().at("detail").as_string(), "said has 2,001 characters: it may have 2,000 at most");
  const auto imported = ask(staff_, "/v1/callloop/import?dry_run=true",
                            R"({"accounts": {"ann": {"billing_country": "US", "opened_at": "2025-07-15T18:00Z",
                                "personal_data": {"name": ")" +
                                std::string(501, 'x') + R"("}}}})");
  EXPECT_NE(imported.body.find("it may have 500 at most"), std::string::npos) << imported.body;
}

// An embedder's own program may say them as well.
TEST_F(Hostile, NorDoTheyByTheLibrary) {
  server_.reset();
  Request request{*TenantId::parse("callloop"),       *AccountId::parse("zoe"), {"owner", "\xff"}, "k1", std::nullopt,
                  SetBilling{.billing_country = "US"}};
  const auto actor = host_->submit(request);
  ASSERT_FALSE(actor);
  EXPECT_EQ(actor.error().code, "not_utf8");
  EXPECT_EQ(actor.error().at.path, "actor");
  request.actor.id = "ann";
  request.key = "k\xc3";
  EXPECT_EQ(host_->submit(request).error().code, "not_utf8");
  request.key = "k1";
  request.command = RequestReview{.order = {}, .reason = "\xf0\x9f\x98"};
  EXPECT_EQ(host_->submit(request).error().code, "not_utf8");
}

TEST_F(Hostile, WhatIsSaidTwiceIsSaidToBe) {
  EXPECT_EQ(get("accounts?limit=1&limit=200").status, 400);
  EXPECT_EQ(code(get("accounts/zoe/orders?after=1&after=1")), "bad_parameter");
  for (const char* header :
       {"Prefer: wait=1", "If-None-Match: \"a\"", "Florin-Asked-At: 2026-03-10T09:00Z", "Origin: http://a",
        "Sec-Fetch-Site: same-origin", "Florin-Session: staff", "Florin-Request-Id: a", "Content-Encoding: identity"})
    EXPECT_EQ(ask(staff_, "/v1/callloop/accounts/zoe", {}, {header, header}).status, 400) << header;
  EXPECT_EQ(ask(staff_, "/v1/callloop/accounts/zoe", {}, {"Accept: a/b", "Accept: c/d"}).status, 200);
}

TEST_F(Hostile, ABodyIsTextAsItIs) {
  const auto send = [&](const std::string& type, const std::vector<std::string>& more = {}) {
    const std::string body = R"({"billing_country": "US"})";
    std::string head =
        "POST /v1/callloop/accounts/zoe/set_billing HTTP/1.1\r\nHost: a\r\nIdempotency-Key: t\r\nContent-Type: " +
        type + "\r\nAuthorization: Bearer " + backend_ + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    for (const std::string& header : more) head += header + "\r\n";
    RawClient client(port());
    client.send(head + "\r\n" + body);
    return client.receive().status;
  };
  EXPECT_EQ(send("application/json; charset=iso-8859-1"), 415);
  EXPECT_EQ(send("application/json", {"Content-Encoding: gzip"}), 415);
  EXPECT_EQ(send("text/json"), 415);
  EXPECT_EQ(send("application/json; charset=UTF-8", {"Content-Encoding: identity"}), 200);
  const auto closed = ask(staff_, "/v1/callloop/months/2026-02/close", R"({"dry_run": true})");
  EXPECT_EQ(closed.status, 400) << "what was meant is not what would be done: " << closed.body;
  EXPECT_EQ(ask(staff_, "/v1/callloop/months/2026-02/close", "{}").status, 200);
}

TEST_F(Hostile, CursorsThatLeadNowhereAreSaidToBe) {
  for (const char* path :
       {"accounts?after=%27;--", "accounts/zoe/orders?after=x", "accounts/zoe/grants?after=-1",
        "accounts/zoe/documents?after=x", "accounts/zoe/refunds?after=x", "accounts/zoe/history?after=x",
        "events?after=x", "notifications?after=x", "events?after=999999999", "notifications?after=999999999"})
    EXPECT_EQ(get(path).status, 400) << path;
  const auto events = get("events?after=999999999");
  EXPECT_EQ(code(events), "bad_cursor") << "a receiver that is ahead of a restored journal would hear nothing for good";
  EXPECT_EQ(get("events?after=" + std::string(get("events").json().at("next").as_string())).status, 200);
  const auto late = get("accounts/zoe/history?at_least=4000000000");
  EXPECT_EQ(late.status, 503) << late.body;
  EXPECT_EQ(late.header("Retry-After"), "1");
}

// A backend that used up the key of somebody's look at a person would hide it.
TEST_F(Hostile, KeysOfTheServiceAreNobodyElses) {
  const std::string body = R"({"billing_country": "US"})";
  EXPECT_EQ(code(command("accounts/zoe/set_billing", "viewed:" + std::string(64, 'a'), body)), "bad_idempotency_key");
  EXPECT_EQ(code(command("accounts/zoe/set_billing", "session:" + std::string(64, 'a'), body)), "bad_idempotency_key");
  const auto line =
      ask(backend_, "/v1/callloop/usage",
          R"([{"account": "zoe", "key": "viewed:1", "use": {"meter": "sms", "quantity": "1 characters"}}])");
  EXPECT_EQ(line.status, 400) << line.body;
  EXPECT_EQ(line.json().at("errors").at(0).at("pointer").as_string(), "/0/key");
  for (const char* key : {"", "a b", "\"\""})
    EXPECT_EQ(
        code(ask(staff_, "/v1/callloop/keys", R"({"preset": "usage"})", {std::string("Idempotency-Key: ") + key})),
        "bad_idempotency_key")
        << key;
  const auto quoted = ask(staff_, "/v1/callloop/keys", R"({"preset": "usage"})", {"Idempotency-Key: \"q\""});
  EXPECT_EQ(quoted.status, 201);
  EXPECT_EQ(code(ask(staff_, "/v1/callloop/keys", R"({"preset": "usage"})", {"Idempotency-Key: q"})), "key_reused")
      << "the same key, as the draft writes it";
}

TEST_F(Hostile, AKeyThatEndedMovesNoClock) {
  const std::string gone = issue("callloop", {"read"});
  const auto all = get("keys").json();
  const std::string id(all.at("data").as_array().back().at("id").as_string());
  ASSERT_EQ(ask(staff_, "/v1/callloop/keys/" + id + "/revoke", "{}", {"Idempotency-Key: r"}).status, 200);
  const std::string move = R"({"to": "2026-03-10T10:00Z"})";
  EXPECT_EQ(ask(gone, "/host/clock", move).status, 401);
  EXPECT_EQ(ask("", "/host/clock", move, {"Authorization: Xasicx " + staff_}).status, 401);
  EXPECT_EQ(ask(staff_, "/host/clock", move).status, 200);
}

TEST_F(Hostile, EmptyLinesAreNoRequest) {
  RawClient one(port());
  one.send("\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(one.receive().status, 200) << "one is an old client's";
  RawClient many(port());
  many.send(std::string("\r\n\r\n\r\n\r\n"));
  EXPECT_EQ(many.receive().status, 400);
  EXPECT_TRUE(many.closed());
}

TEST_F(Hostile, ANegativeAmountIsNoAmount) {
  for (const char* amount : {"-100 message", "0 message", "100", "1e3 message", "99999999999999999999999 message",
                             "1.5 message", "100 apples", " 100 message"}) {
    const auto answer = command("accounts/zoe/buy_credits", std::string("n") + amount[0] + amount[1],
                                R"({"amount": ")" + std::string(amount) + "\"}");
    EXPECT_GE(answer.status, 400) << amount << answer.body;
    EXPECT_LT(answer.status, 500) << amount << answer.body;
  }
}

TEST_F(Hostile, AFrontEndReadsThatItsTokenIsOver) {
  serve({.settings = {.api_origins = {"https://app.example"}}});
  const std::string token = "fls_" + std::string(60, 'a');
  const auto over = ask(token, "/v1/callloop/accounts/zoe", {}, {"Origin: https://app.example"});
  EXPECT_EQ(over.status, 401);
  EXPECT_EQ(over.header("Access-Control-Allow-Origin"), "https://app.example") << "a browser hides all else";
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe", {}, {"Origin: https://evil.example"})
                .header("Access-Control-Allow-Origin"),
            "");
}

TEST_F(Hostile, AnOfferIsPublicWhereItIsSaidToBe) {
  EXPECT_EQ(ask("", "/v1/callloop/offer").status, 401);
  serve({.settings = {.public_offer = {"callloop"}}});
  const auto shown = ask("", "/v1/callloop/offer", {}, {"Origin: https://anybody.example"});
  EXPECT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(shown.header("Cache-Control"), "public, max-age=300");
  EXPECT_FALSE(shown.json().at("plans").as_array().empty());
  EXPECT_EQ(shown.body.find(".yaml"), std::string::npos) << "no rule of the operator's";
  EXPECT_EQ(ask("", "/v1/kaspr/offer").status, 401) << "another tenant's is not";
  EXPECT_EQ(ask("", "/v1/callloop/accounts").status, 401);
  const auto keyed = ask(backend_, "/v1/callloop/offer");
  EXPECT_EQ(keyed.header("Cache-Control"), "no-store");
  EXPECT_EQ(ask(server::make_key(true), "/v1/callloop/offer").status, 401) << "a key that comes with it must work";
}

// What a person reads in the message, a program finds in `hint`.
TEST_F(Hostile, AMistypedFieldHasAHint) {
  const auto answer = command("accounts/zoe/buy_credits", "b", R"({"amout": "500 message", "who": "me"})");
  EXPECT_EQ(answer.status, 400) << answer.body;
  std::map<std::string, boost::json::value> hints;
  const auto said = answer.json();
  for (const auto& error : said.at("errors").as_array())
    hints[std::string(error.at("pointer").as_string())] = error.at("hint");
  EXPECT_EQ(hints["/amout"], boost::json::value("amount")) << answer.body;
  EXPECT_TRUE(hints.contains("/who") && hints["/who"].is_null()) << answer.body;
}

// A pipe that nobody reads is full after 64 KiB. Whoever writes to it goes on.
TEST(BlockedLog, HoldsUpNobody) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  std::string read;
  {
    server::QueuedLog queued(ends[1], 256U << 10U);
    std::ostream log(&queued);
    auto all = std::async(std::launch::async, [&] {
      for (int i = 0; i < 100'000; ++i) log << R"({"line":)" << i << "}" << "\n";
    });
    ASSERT_EQ(all.wait_for(std::chrono::seconds(10)), std::future_status::ready) << "it waits for the sink";
    const auto more = [&] {
      char piece[65'536];
      const ssize_t size = ::read(ends[0], piece, sizeof piece);
      read.append(piece, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    };
    while (read.find("log_lines_dropped") == std::string::npos) more();
    log << "last\n";
    while (!read.ends_with("last\n")) more();
  }
  EXPECT_TRUE(read.starts_with("{\"line\":0}\n{\"line\":1}\n"));
  ::close(ends[0]);
  {
    server::QueuedLog closed(ends[1], 256U << 10U);
    std::ostream log(&closed);
    log << "nobody reads it\n";
  }
  ::close(ends[1]);
}

}  // namespace
}  // namespace florin
