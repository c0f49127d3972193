#include <gtest/gtest.h>

#include <chrono>
#include <florin/plugin.hpp>

#include "folder.hpp"
#include "plugins/processor.hpp"

/// The plugin alone: what it asks next, and what it makes of each answer.
namespace florin {
namespace {

const Instant start = *Instant::parse("2026-03-10T09:00Z");
const std::string key = "key00000000000000000000k1";

class Stripe : public testing::Test {
 protected:
  void answer(int status, const std::string& body) {
    replies.emplace_back(status, std::vector<std::pair<std::string, std::string>>{}, body, start);
  }
  ProcessorStep step(const Operation& operation) { return *plugin.step(operation, replies); }
  ProviderReport said(const Operation& operation, int status, const std::string& body) {
    replies.clear();
    answer(status, body);
    return *step(operation).done;
  }

  ProcessorPlugin plugin = *test::shipped().processor("stripe", {.tenant = "acme", .config_json = "{}"});
  std::vector<ProviderReply> replies;
};

Operation charge(const std::string& amount = "49.00 USD") {
  return {.kind = OperationKind::charge,
          .off_session = true,
          .decided_at = start,
          .key = key,
          .payment_key = key,
          .amount = *Money::parse(amount),
          .method = "card",
          .method_ref = "cus_1/pm_1",
          .started_at = start};
}
Operation asked(OperationKind kind, const std::string& ref = "pi_1") {
  Operation operation = charge();
  operation.kind = kind;
  operation.ref = ref;
  return operation;
}

std::string intent(const std::string& status, const std::string& more = "", const std::string& its_key = key) {
  return R"({"id": "pi_1", "object": "payment_intent", "amount": 4900, "amount_received": )" +
         std::string(status == "succeeded" ? "4900" : "0") + R"(, "currency": "usd", "status": ")" + status +
         R"(", "metadata": {"key": ")" + its_key + "\"}" + more + "}";
}
std::string decline(const std::string& code, const std::string& more = "") {
  return R"({"error": {"type": "card_error", "code": "card_declined", "decline_code": ")" + code +
         R"(", "message": "Your card was declined."  )" + more +
         R"(, "payment_intent": {"id": "pi_1", "status": "requires_payment_method"}}})";
}
std::string list(const std::string& items, bool more = false) {
  return R"({"object": "list", "has_more": )" + std::string(more ? "true" : "false") + R"(, "data": [)" + items + "]}";
}
std::string refund(const std::string& status, const std::string& its_key) {
  return R"({"id": "re_1", "object": "refund", "amount": 1000, "currency": "usd", "status": ")" + status +
         R"(", "metadata": {"key": ")" + its_key + "\"}}";
}

TEST_F(Stripe, AChargeIsOneIntentUnderOurKey) {
  const auto sent = *step(charge()).send;
  EXPECT_EQ(sent.path, "/v1/payment_intents");
  EXPECT_EQ(sent.effect, RequestEffect::repeatable);
  EXPECT_TRUE(sent.may_move_money);
  EXPECT_EQ(sent.body.text,
            "amount=4900&currency=usd&customer=cus_1&payment_method=pm_1&payment_method_types%5B0%5D=card&confirm=true"
            "&off_session=true&metadata%5Bkey%5D=" +
                key);
  std::string headers;
  for (const auto& [name, value] : sent.headers) headers += name + ": " + shown(value) + "\n";
  EXPECT_NE(headers.find("Idempotency-Key: " + key), std::string::npos) << headers;
  EXPECT_NE(headers.find("Authorization: Bearer {stripe.api_key}"), std::string::npos) << headers;
  EXPECT_NE(headers.find("Stripe-Version: "), std::string::npos) << headers;
}

TEST_F(Stripe, YenHaveNoDecimalsAndOtherUnitsAreRefused) {
  EXPECT_TRUE(step(charge("500 JPY")).send->body.text.starts_with("amount=500&currency=jpy"));
  EXPECT_EQ(step(charge("500 ISK")).done->state, AttemptState::not_sent);
}

TEST_F(Stripe, EachStatusOfAnIntentHasItsMeaning) {
  const ProviderReport paid = said(charge(), 200, intent("succeeded"));
  EXPECT_EQ(paid.state, AttemptState::captured);
  EXPECT_EQ(paid.amount.text(), "49.00 USD");
  EXPECT_EQ(paid.ref, "pi_1");
  EXPECT_EQ(said(charge(), 200, intent("processing")).state, AttemptState::pending);
  EXPECT_EQ(said(charge(), 200, intent("requires_capture")).state, AttemptState::authorised);
  EXPECT_EQ(said(charge(), 200, intent("canceled")).state, AttemptState::voided);
  EXPECT_EQ(said(charge(), 200, intent("requires_confirmation")).state, AttemptState::unknown);
  EXPECT_EQ(said(charge(), 200, intent("a_status_of_next_year")).state, AttemptState::unknown);
  EXPECT_EQ(said(charge(), 200, intent("requires_payment_method")).state, AttemptState::unknown);
  EXPECT_EQ(said(charge(), 200, "not json").state, AttemptState::unknown);
  const ProviderReport action = said(
      charge(), 200,
      intent("requires_action", R"(, "next_action": {"redirect_to_url": {"url": "https://hooks.stripe.com/3ds"}})"));
  EXPECT_EQ(action.state, AttemptState::needs_action);
  EXPECT_NE(action.action.find("https://hooks.stripe.com/3ds"), std::string::npos) << action.action;
}

TEST_F(Stripe, DeclinesHaveAClass) {
  const auto kind = [&](const std::string& code, const std::string& more = "") {
    const ProviderReport declined = said(charge(), 402, decline(code, more));
    EXPECT_EQ(declined.state, AttemptState::declined) << code;
    EXPECT_EQ(declined.ref, "pi_1");
    EXPECT_EQ(declined.decline_code, code);
    return declined.decline;
  };
  EXPECT_EQ(kind("insufficient_funds"), DeclineKind::funds);
  EXPECT_EQ(kind("lost_card"), DeclineKind::hard);
  EXPECT_EQ(kind("fraudulent"), DeclineKind::fraud);
  EXPECT_EQ(kind("expired_card"), DeclineKind::bad_data);
  EXPECT_EQ(kind("processing_error"), DeclineKind::technical);
  EXPECT_EQ(kind("authentication_required"), DeclineKind::authenticate);
  EXPECT_EQ(kind("do_not_honor"), DeclineKind::soft);
  EXPECT_EQ(kind("a_code_of_next_year"), DeclineKind::soft);
  EXPECT_EQ(kind("do_not_honor", R"(, "advice_code": "do_not_try_again")"), DeclineKind::hard);
}

TEST_F(Stripe, OnlyWhatWasCertainlyNotDoneIsNotSent) {
  const std::string error = R"({"error": {"type": "invalid_request_error", "code": "parameter_unknown"}})";
  for (const int status : {400, 401, 403, 404, 429})
    EXPECT_EQ(said(charge(), status, error).state, AttemptState::not_sent) << status;
  for (const int status : {302, 409, 500, 502, 503, 504})
    EXPECT_EQ(said(charge(), status, error).state, AttemptState::unknown) << status;
  EXPECT_EQ(said(charge(), 400, R"({"error": {"type": "idempotency_error"}})").state, AttemptState::unknown);
}

TEST_F(Stripe, ALostAnswerIsFoundByOurKeyPageAfterPage) {
  const Operation status = asked(OperationKind::status, "");
  const std::string first =
      "/v1/payment_intents?limit=100&customer=cus_1&created%5Bgte%5D=" + std::to_string(start.us / 1'000'000 - 300) +
      "&expand%5B0%5D=data.latest_charge.balance_transaction";
  EXPECT_EQ(step(status).send->path, first);
  answer(200, list(intent("succeeded", "", "another"), true));
  EXPECT_EQ(step(status).send->path, first + "&starting_after=pi_1");
  answer(200, list(intent("succeeded")));
  EXPECT_EQ(step(status).done->state, AttemptState::captured);
  replies.pop_back();
  answer(200, list(""));
  EXPECT_TRUE(step(status).done->absent);
  EXPECT_FALSE(said(status, 500, "").absent);
  EXPECT_EQ(step(asked(OperationKind::status)).done->state, AttemptState::unknown);
}

TEST_F(Stripe, ARefundIsLookedForBeforeItIsMade) {
  Operation back = asked(OperationKind::refund);
  back.key = "r1";
  back.amount = *Money::parse("10.00 USD");
  EXPECT_EQ(step(back).send->path, "/v1/refunds?limit=100&payment_intent=pi_1");
  answer(200, list(refund("succeeded", "another")));
  EXPECT_EQ(step(back).send->body.text, "payment_intent=pi_1&amount=1000&metadata%5Bkey%5D=r1");
  answer(200, refund("pending", "r1"));
  EXPECT_EQ(step(back).done->state, AttemptState::pending);
  EXPECT_EQ(said(back, 200, list(refund("succeeded", "r1"))).state, AttemptState::captured);
  EXPECT_EQ(said(back, 200, list(refund("failed", "r1"))).state, AttemptState::declined);
}

TEST_F(Stripe, AWebhookIsBelievedByTheSignatureOfItsBytes) {
  // Known answer: reference signer of the provider's own client.
  WebhookMessage message{
      .body = R"({"id":"evt_1","object":"event"})",
      .headers = {{"Stripe-Signature",
                   "t=1700000000,v1=4c15fb2a43f93ef61eaa3e0893866d57cad9cad4223242cfb96f362480cb4021"}},
      .received_at = Instant{1'700'000'100'000'000}};
  std::vector<std::string> active = {"whsec_test"};
  const Secrets secrets = [&](std::string_view) { return active; };
  const auto code = [&](const WebhookMessage& with) {
    const auto claims = plugin.webhook(with, secrets);
    return claims ? "" : claims.error().code;
  };
  EXPECT_EQ(code(message), "");
  active = {"whsec_next", "whsec_test"};
  EXPECT_EQ(code(message), "") << "while the secret is being changed, both are good";
  active = {"whsec_next"};
  EXPECT_EQ(code(message), "bad_signature");
  active = {};
  EXPECT_EQ(code(message), "secret_missing");
  active = {"whsec_test"};
  WebhookMessage stale = message, early = message, rewritten = message, cut = message, bare = message;
  stale.received_at = Instant{1'700'000'301'000'000};
  EXPECT_EQ(code(stale), "bad_signature");
  early.received_at = Instant{1'699'999'699'000'000};
  EXPECT_EQ(code(early), "bad_signature");
  rewritten.body = R"({"id": "evt_1", "object": "event"})";
  EXPECT_EQ(code(rewritten), "bad_signature");
  cut.body.pop_back();
  EXPECT_EQ(code(cut), "bad_signature");
  bare.headers.clear();
  EXPECT_EQ(code(bare), "bad_signature");
}

/// What nobody has signed costs nothing: the bytes and the header are looked at, and that is all.
TEST_F(Stripe, AWebhookIsReadOnlyOnceItIsAuthentic) {
  const Secrets secrets = [](std::string_view) { return std::vector<std::string>{"whsec_1"}; };
  const auto taken = [&](const std::string& body, const std::string& signature) {
    return plugin.webhook({.body = body, .headers = {{"Stripe-Signature", signature}}, .received_at = start}, secrets);
  };
  std::string values = "1";
  for (int i = 0; i < 3'000; ++i) values += ",1";
  const std::string long_name = "{\"" + std::string(60'000, 'k') + "\":[" + values + "]}";
  EXPECT_EQ(taken(long_name, "t=1,v1=00").error().code, "bad_signature");

  std::string many = "t=" + std::to_string(start.us / 1'000'000);
  for (int i = 0; i < 1'000; ++i) many += ",v1=00";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(taken(std::string(1 << 20, 'x'), many).error().code, "bad_signature");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  EXPECT_EQ(taken("{}", std::string(100'000, 'x')).error().code, "webhook_too_long");

  // A time that no instant can be: it is none, and nothing overflows.
  for (const char* time : {"9223372036854775807", "-9223372036854775808", "1700000000700000000"})
    EXPECT_EQ(taken("{}", std::string("t=") + time + ",v1=00").error().code, "bad_signature") << time;
  EXPECT_EQ(plugin::seconds(1'700'000'000'700'000'000), 0);
  EXPECT_EQ(plugin::days(INT64_MIN), 0);
  EXPECT_EQ(plugin::seconds(-5), -5'000'000);
  EXPECT_EQ(plugin::read_iso_time("2026-03-10T09:00:00+xx:yy"), 0);
  EXPECT_EQ(plugin::read_iso_time("2026-03-10T09:00:00+01:00"), plugin::read_iso_time("2026-03-10T08:00:00Z"));
  florin_money many_decimals = plugin::money(1, "USD", 2);
  many_decimals.exponent = 200;
  EXPECT_FALSE(plugin::decimal(many_decimals));
}

}  // namespace
}  // namespace florin
