#include "florin/bodies.hpp"
#include "keys.hpp"
#include "scopes.hpp"
#include "served.hpp"

/// What a backend does in its first hour.
namespace florin {
namespace {

constexpr const char* good_card =
    R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})";
constexpr const char* poor_card =
    R"({"method": "card", "slot": "primary", "details": {"token": "declined_soft", "brand": "visa", "last4": "0002"}})";

class Selling : public Served {
 protected:
  void open_zoe() {
    const auto opened = command("accounts/zoe/open_account", "zoe:open",
                                R"({"billing_country": "US", "personal_data": {"name": "Zoe Ltd"}})");
    ASSERT_EQ(opened.status, 200) << opened.body;
    EXPECT_TRUE(opened.json().at("order").is_null());
    EXPECT_FALSE(opened.json().at("again").as_bool());
    EXPECT_EQ(command("accounts/zoe/add_payment_method", "zoe:card-1", good_card).status, 200);
  }
  HttpAnswer subscribe() {
    return command("accounts/zoe/subscribe", "zoe:sub-1",
                   R"({"plan": "growth", "cycle": "monthly", "agreed": "49.00 USD"})", {"Prefer: wait=20"});
  }
};

TEST_F(Selling, ThePlanIsQuotedPaidOnceAndUsed) {
  open_zoe();
  const auto quote =
      ask(backend_, "/v1/callloop/accounts/zoe/quote", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  ASSERT_EQ(quote.status, 200) << quote.body;
  EXPECT_EQ(quote.json().at("agreed").as_string(), "49.00 USD");
  const auto paid = subscribe();
  ASSERT_EQ(paid.status, 200) << paid.body;
  EXPECT_EQ(paid.json().at("order").at("now").at("state").as_string(), "paid");
  EXPECT_EQ(paid.json().at("order").at("total").as_string(), "49.00 USD");
  const auto again = subscribe();
  EXPECT_TRUE(again.json().at("again").as_bool()) << again.body;
  EXPECT_EQ(again.header("Florin-Again"), "true");
  EXPECT_EQ(again.json().at("position"), paid.json().at("position"));

  const auto used = ask(backend_, "/v1/callloop/usage",
                        R"([{"account": "zoe", "key": "msg-1", "use": {"meter": "sms", "quantity": "161 characters"}},
                            {"account": "nobody", "key": "msg-2", "use": {"meter": "sms", "quantity": "1 characters"}}])");
  ASSERT_EQ(used.status, 200) << used.body;
  const auto lines = used.json();
  EXPECT_EQ(lines.at(0).at("debited").as_string(), "2 message");
  EXPECT_TRUE(lines.at(0).at("hold").is_null());
  EXPECT_EQ(lines.at(1).at("problem").at("code").as_string(), "no_such_account");
  const auto check =
      ask(backend_, "/v1/callloop/accounts/zoe/check", R"({"meter": "sms", "quantity": "10 characters"})");
  EXPECT_EQ(check.body, R"({"allowed":true,"refusal":null,"price":"1 message","available":"998 message"})");

  const auto account = ask(backend_, "/v1/callloop/accounts/zoe");
  ASSERT_EQ(account.status, 200) << account.body;
  EXPECT_EQ(account.json().at("credits").at(0).at("available").as_string(), "998 message");
  EXPECT_TRUE(account.json().at("past_due_since").is_null());
  std::string position(account.json().at("etag").as_string());
  position.back() = '-';
  EXPECT_TRUE(account.header("ETag").starts_with(position)) << account.header("ETag");
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe", {}, {"If-None-Match: " + account.header("ETag")}).status, 304);
  const auto order = ask(backend_, "/v1/callloop/accounts/zoe/orders/1?wait=5");
  EXPECT_EQ(order.json().at("state").as_string(), "paid") << order.body;
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/orders/7").status, 404);
  const auto documents = ask(backend_, "/v1/callloop/accounts/zoe/documents");
  EXPECT_EQ(documents.json().at("data").as_array().size(), 1U) << documents.body;
}

// Accepted is not paid: the command has succeeded, its order was not paid.
TEST_F(Selling, ADeclineIsAStateAndNoError) {
  open_zoe();
  ASSERT_EQ(subscribe().status, 200);
  ASSERT_EQ(command("accounts/zoe/add_payment_method", "zoe:card-2", poor_card).status, 200);
  const auto bought =
      command("accounts/zoe/buy_credits", "zoe:buy-1", R"({"amount": "500 message"})", {"Prefer: wait=20"});
  ASSERT_EQ(bought.status, 200) << bought.body;
  const auto now = bought.json().at("order").at("now");
  EXPECT_EQ(now.at("state").as_string(), "declined");
  EXPECT_FALSE(now.at("decline").at("sentence").as_string().empty());
  EXPECT_EQ(bought.json().at("order").at("total").as_string(), "24.50 USD");
}

// The quotation of an overdue order said that it costs nothing; whoever confirmed that was refused.
TEST_F(Selling, AnOverdueOrderIsQuotedForWhatItCosts) {
  open_zoe();
  ASSERT_EQ(subscribe().status, 200);
  ASSERT_EQ(command("accounts/zoe/add_payment_method", "zoe:card-2", poor_card).status, 200);
  ASSERT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-04-11T10:00:00Z"})").status, 200);
  const auto account = ask(backend_, "/v1/callloop/accounts/zoe").json();
  const auto& dunning = account.at("dunning");
  EXPECT_FALSE(dunning.at("usage_stopped").as_bool());
  EXPECT_EQ(dunning.at("next_step_at").as_string(), "2026-04-13T09:00Z");
  EXPECT_EQ(dunning.at("usage_stops_at").as_string(), "2026-04-17T09:00Z");
  EXPECT_EQ(dunning.at("plan_ends_at").as_string(), "2026-04-24T09:00Z");
  const auto quote =
      ask(backend_, "/v1/callloop/accounts/zoe/quote", R"({"pay_order": {"order": 2, "pay_with": "card/"}})");
  ASSERT_EQ(quote.status, 200) << quote.body;
  EXPECT_EQ(quote.json().at("agreed").as_string(), "49.00 USD") << "not 0.00";
  EXPECT_EQ(quote.json().at("today").at("lines").as_array().size(), 1U);
  EXPECT_EQ(quote.json().at("credits").at(0).at("amount").as_string(), "1000 message");
  const auto paid = command("accounts/zoe/pay_order", "zoe:pay",
                            R"({"order": 2, "pay_with": "card/", "agreed": "49.00 USD"})", {"Prefer: wait=20"});
  ASSERT_EQ(paid.status, 200) << paid.body;
  EXPECT_EQ(paid.json().at("order").at("now").at("state").as_string(), "paid");
  EXPECT_TRUE(ask(backend_, "/v1/callloop/accounts/zoe").json().at("dunning").is_null());
  const auto settled = ask(backend_, "/v1/callloop/accounts/zoe/quote", R"({"pay_order": {"order": 2}})");
  EXPECT_FALSE(settled.json().at("refused").is_null()) << settled.body;
  EXPECT_EQ(settled.json().at("agreed").as_string(), "0.00 USD");
}

TEST_F(Selling, AnotherPriceThanAgreedChargesNothing) {
  open_zoe();
  ASSERT_EQ(subscribe().status, 200);
  const auto changed = command("accounts/zoe/change_plan", "zoe:up-1", R"({"plan": "pro", "agreed": "1.00 USD"})");
  EXPECT_EQ(changed.status, 409) << changed.body;
  EXPECT_EQ(changed.json().at("code").as_string(), "price_changed");
  EXPECT_EQ(changed.json().at("values").at("agreed").as_string(), "1.00 USD");
  EXPECT_EQ(changed.json().at("values").at("now").as_string(), "249.00 USD");
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/orders").json().at("data").as_array().size(), 1U);
}

TEST_F(Selling, AKeyBelongsToTheTenantAndToOneRequest) {
  open_zoe();
  ASSERT_EQ(command("accounts/acme/open_account", "acme:open", R"({"billing_country": "US"})").status, 200);
  const auto reused = command("accounts/acme/start_trial", "zoe:open", "{}");
  EXPECT_EQ(reused.status, 422) << reused.body;
  EXPECT_EQ(reused.json().at("code").as_string(), "key_reused");
  const auto missing = ask(backend_, "/v1/callloop/accounts/zoe/cancel", "{}");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(missing.json().at("code").as_string(), "idempotency_key_missing");
  EXPECT_EQ(command("accounts/zoe/cancel", "has blank", "{}").json().at("code").as_string(), "bad_idempotency_key");
  // What the draft of the header writes in quotes is the same key.
  const auto quoted = command("accounts/zoe/open_account", "\"zoe:open\"",
                              R"({"billing_country": "US", "personal_data": {"name": "Zoe Ltd"}})");
  EXPECT_TRUE(quoted.json().at("again").as_bool()) << quoted.body;
  EXPECT_EQ(command("accounts/zoe/cancel", std::string(255, 'k'), "{}").json().at("code").as_string(), "no_plan");
}

TEST_F(Selling, EveryErrorOfABodyIsSaidWithItsPointer) {
  open_zoe();
  const auto wrong = command("accounts/zoe/buy_credits", "zoe:buy-2", R"({"amout": "500 message", "agreed": 5})");
  EXPECT_EQ(wrong.status, 400);
  const auto errors = wrong.json().at("errors").as_array();
  ASSERT_GE(errors.size(), 3U) << wrong.body;
  std::string codes;
  for (const auto& error : errors)
    codes += std::string(error.at("pointer").as_string()) + " " + std::string(error.at("code").as_string()) + "\n";
  EXPECT_NE(codes.find("/amout unknown_field"), std::string::npos) << codes;
  EXPECT_NE(codes.find("missing_field"), std::string::npos) << codes;
  EXPECT_EQ(command("accounts/zoe/cancel", "k1", R"({"a": 1, "a": 2})").json().at("code").as_string(), "duplicate_key");
  const auto line = ask(backend_, "/v1/callloop/usage",
                        R"([{"account": "zoe", "key": "m", "use": {"meter": "sms", "quantity": "161 characters"}},
                            {"account": "zoe", "key": "n", "use": {"meter": "sms", "quantity": "many"}}])");
  EXPECT_EQ(line.status, 400);
  EXPECT_EQ(line.json().at("errors").at(0).at("pointer").as_string(), "/1/use/quantity") << line.body;
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe?limt=3").json().at("code").as_string(), "unknown_parameter");
}

// What is asked of nobody is no entry, and uses no key up.
TEST_F(Selling, AnAccountThatIsNotThereIsNotWrittenDown) {
  const std::uint64_t before = host_->position();
  const auto cancelled = command("accounts/typo/cancel", "typo:1", "{}");
  EXPECT_EQ(cancelled.status, 404);
  EXPECT_EQ(cancelled.json().at("code").as_string(), "no_such_account");
  EXPECT_EQ(host_->position(), before);
}

TEST_F(Selling, WhoHasSeenAnOlderAccountDecidesNothing) {
  open_zoe();
  const std::string seen = ask(backend_, "/v1/callloop/accounts/zoe").header("ETag");
  ASSERT_EQ(subscribe().status, 200);
  const auto late = command("accounts/zoe/cancel", "zoe:c", "{}", {"If-Match: " + seen});
  EXPECT_EQ(late.status, 412) << late.body;
  EXPECT_EQ(late.json().at("code").as_string(), "moved_on");
  const std::string now = ask(backend_, "/v1/callloop/accounts/zoe").header("ETag");
  EXPECT_EQ(command("accounts/zoe/cancel", "zoe:c", "{}", {"If-Match: " + now}).status, 200);
}

TEST_F(Selling, TheClockMovesWithATestKey) {
  open_zoe();
  ASSERT_EQ(subscribe().status, 200);
  EXPECT_EQ(ask(backend_, "/host/clock").json().at("now").as_string(), "2026-03-10T09:00Z");
  const auto moved = ask(backend_, "/host/clock", R"({"to": "2026-04-11T00:00:00Z"})");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_GT(moved.json().at("entries").as_int64(), 0);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/orders").json().at("data").as_array().size(), 2U);
  EXPECT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-03-11T00:00:00Z"})").status, 409);
  EXPECT_EQ(ask("", "/host/clock", R"({"to": "2026-05-11T00:00:00Z"})").status, 401);
}

// Every command that there is has an address, and says what is wrong with an empty one.
TEST_F(Selling, EveryCommandHasARoute) {
  open_zoe();
  const std::string staff = issue("callloop", *server::preset_scopes("staff"));
  const auto names = command_names();
  EXPECT_GT(names.size(), 58U);
  for (const std::string& name : names) {
    const auto answer =
        ask(staff, std::string("/v1/callloop/") + (server::is_of_tenant(name) ? "" : "accounts/zoe/") + name,
            R"({"no_such_field": 1})", {"Idempotency-Key: walk:" + name});
    EXPECT_EQ(answer.status, 400) << name << ": " << answer.body;
  }
}

}  // namespace
}  // namespace florin
