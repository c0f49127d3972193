#include <gtest/gtest.h>

#include "folder.hpp"
#include "plugins/processor.hpp"

/// The plugin alone: what it asks next, and what it makes of each answer.
namespace florin {
namespace {

const Instant start = *Instant::parse("2026-03-10T09:00Z");
const std::int64_t start_s = start.us / 1'000'000;

class Razorpay : public testing::Test {
 protected:
  void answer(int status, const std::string& body, Instant at = start) {
    replies.emplace_back(status, std::vector<std::pair<std::string, std::string>>{}, body, at);
  }
  ProcessorStep step(const Operation& operation) { return *plugin.step(operation, replies); }

  ProcessorPlugin plugin =
      *test::shipped().processor("razorpay", {.tenant = "exotel", .config_json = R"({"key_id": "rzp_test_1"})"});
  std::vector<ProviderReply> replies;
};

Operation charge(const std::string& method, const std::string& token = "") {
  return {.kind = OperationKind::charge,
          .off_session = !token.empty(),
          .decided_at = start,
          .key = "key00000000000000000000k1",
          .payment_key = "key00000000000000000000k1",
          .amount = *Money::parse("1180.00 INR"),
          .method = method,
          .method_ref = token,
          .started_at = start};
}
Operation asked(OperationKind kind, const std::string& ref) {
  Operation operation = charge("upi");
  operation.kind = kind;
  operation.ref = ref;
  return operation;
}

const std::string fresh_order = R"({"id": "order_1", "attempts": 0, "status": "created"})";
std::string payment(const std::string& status, const std::string& more = "") {
  return R"({"id": "pay_1", "amount": 118000, "currency": "INR", "status": ")" + status + R"(", "captured": )" +
         (status == "captured" || status == "refunded" ? "true" : "false") + R"(, "created_at": )" +
         std::to_string(start_s) + more + "}";
}
std::string list_of(const std::string& items) { return R"({"entity": "collection", "items": [)" + items + "]}"; }

// What it counts otherwise, or not so finely, would be another amount there, or be refused with each charge.
TEST_F(Razorpay, AmountsThatItCannotTakeAreNeverSent) {
  for (const char* amount : {"500 KRW", "25.005 KWD", "0.99 INR"}) {
    Operation operation = charge("card");
    operation.amount = *Money::parse(amount);
    const ProcessorStep refused = step(operation);
    ASSERT_TRUE(refused.done) << amount;
    EXPECT_EQ(refused.done->state, AttemptState::not_sent) << amount;
  }
  for (const char* amount : {"500 JPY", "25.010 KWD", "1.00 INR", "25.00 USD"}) {
    Operation operation = charge("card");
    operation.amount = *Money::parse(amount);
    EXPECT_TRUE(step(operation).send) << amount;
  }
}

TEST_F(Razorpay, AChargeIsAnOrderWithOurKeyAsItsReceiptThenAPaymentOnIt) {
  const auto order = step(charge("upi"));
  EXPECT_EQ(order.send->path, "/v1/orders");
  EXPECT_EQ(order.send->effect, RequestEffect::repeatable);
  EXPECT_FALSE(order.send->may_move_money);
  EXPECT_EQ(order.send->body.text,
            R"({"amount":118000,"currency":"INR","receipt":"key00000000000000000000k1","unique_receipt":true,)"
            R"("notes":{"key":"key00000000000000000000k1"},"payment":{"capture":"automatic","capture_options":)"
            R"({"automatic_expiry_period":12,"manual_expiry_period":12,"refund_speed":"normal"}}})");
  answer(200, fresh_order);
  const auto pay = step(charge("upi"));
  EXPECT_EQ(pay.send->path, "/v1/payments/create/json");
  EXPECT_EQ(pay.send->effect, RequestEffect::once);
  EXPECT_TRUE(pay.send->may_move_money);
  answer(200, R"({"razorpay_payment_id": "pay_1", "next": [{"action": "intent", "url": "upi://pay?am=1180.00"}]})");
  const auto said = *step(charge("upi")).done;
  EXPECT_EQ(said.state, AttemptState::needs_action);
  EXPECT_EQ(said.ref, "order_1");
  EXPECT_NE(said.action.find("upi://pay?am=1180.00"), std::string::npos);
}

TEST_F(Razorpay, AnOrderThatWasTriedBeforeIsOnlyLookedAt) {
  answer(200, R"({"id": "order_1", "attempts": 1, "status": "attempted"})");
  EXPECT_EQ(step(charge("upi")).send->path, "/v1/orders/order_1/payments?count=100");
  answer(200, list_of(payment("captured")));
  EXPECT_EQ(step(charge("upi")).done->state, AttemptState::captured);
}

TEST_F(Razorpay, ARepeatedReceiptIsFound) {
  answer(400, R"({"error": {"code": "BAD_REQUEST_ERROR", "description": "Order receipt should be unique"}})");
  EXPECT_EQ(step(charge("upi")).send->path, "/v1/orders?receipt=key00000000000000000000k1");
  answer(200, list_of(fresh_order));
  EXPECT_EQ(step(charge("upi")).send->path, "/v1/payments/create/json");
}

TEST_F(Razorpay, AMandateIsDebitedAndStaysPending) {
  answer(200, fresh_order);
  const auto pay = step(charge("upi", "cust_1/token_1"));
  EXPECT_EQ(pay.send->path, "/v1/payments/create/recurring");
  EXPECT_NE(pay.send->body.text.find(R"("customer_id":"cust_1","token":"token_1","recurring":true)"),
            std::string::npos);
  answer(200, R"({"razorpay_payment_id": "pay_1"})");
  EXPECT_EQ(step(charge("upi", "cust_1/token_1")).done->state, AttemptState::pending);
  replies.pop_back();
  const auto none = *step(charge("upi", "token_1")).done;
  EXPECT_EQ(none.state, AttemptState::declined);
  EXPECT_EQ(none.decline, DeclineKind::mandate_gone);
}

TEST_F(Razorpay, ACardIsEnteredInTheProvidersOwnForm) {
  answer(200, fresh_order);
  const auto said = *step(charge("card")).done;
  EXPECT_EQ(said.state, AttemptState::needs_action);
  for (const char* part : {"order_1", "rzp_test_1"})
    EXPECT_NE(said.action.find(part), std::string::npos) << said.action;
}

TEST_F(Razorpay, ASilentBanksRefusalIsFinalOnlyWhenTheOrderCapturesNoMore) {
  const std::string timed_out = list_of(payment("failed", R"(, "error_reason": "payment_timed_out")"));
  answer(200, timed_out, start + minutes(10));
  const auto early = *step(asked(OperationKind::status, "order_1")).done;
  EXPECT_EQ(early.state, AttemptState::pending);
  EXPECT_EQ(early.ask_after, minutes(5));
  replies.clear();
  answer(200, timed_out, start + minutes(15));
  const auto late = *step(asked(OperationKind::status, "order_1")).done;
  EXPECT_EQ(late.state, AttemptState::declined);
  EXPECT_EQ(late.decline, DeclineKind::technical);
}

TEST_F(Razorpay, TheCapturedPaymentOfAnOrderCounts) {
  answer(200, list_of(payment("failed", R"(, "error_reason": "incorrect_pin")") + "," + payment("captured")));
  const auto said = *step(asked(OperationKind::status, "order_1")).done;
  EXPECT_EQ(said.state, AttemptState::captured);
  EXPECT_EQ(said.ref, "pay_1");
  EXPECT_EQ(said.amount.text(), "1180.00 INR");
}

TEST_F(Razorpay, AnAuthorisationThatLapsedIsNoPayment) {
  answer(200, R"({"id": "pay_1", "amount": 118000, "currency": "INR", "status": "refunded", "captured": false})");
  EXPECT_EQ(step(asked(OperationKind::status, "pay_1")).done->state, AttemptState::expired);
}

TEST_F(Razorpay, StatusFindsAPaymentByOurKeyOrSaysThatItIsNotThere) {
  EXPECT_EQ(step(asked(OperationKind::status, "")).send->path, "/v1/orders?receipt=key00000000000000000000k1");
  answer(200, list_of(""));
  EXPECT_TRUE(step(asked(OperationKind::status, "")).done->absent);
}

TEST_F(Razorpay, RefusalsSayWhoseTheyAre) {
  const struct {
    int status;
    const char* reason;
    AttemptState state;
    DeclineKind decline;
  } cases[] = {{400, "insufficient_funds", AttemptState::declined, DeclineKind::funds},
               {400, "incorrect_pin", AttemptState::declined, DeclineKind::authenticate},
               {400, "a_word_we_do_not_know", AttemptState::declined, DeclineKind::soft},
               {400, "input_validation_failed", AttemptState::not_sent, DeclineKind::misconfigured},
               {400, "gateway_technical_error", AttemptState::unknown, DeclineKind::none},
               {429, "NA", AttemptState::not_sent, DeclineKind::throttled},
               {500, "NA", AttemptState::unknown, DeclineKind::none}};
  for (const auto& one : cases) {
    replies.clear();
    answer(200, fresh_order);
    answer(one.status,
           std::string(R"({"error": {"code": "X", "reason": ")") + one.reason + R"(", "description": "d"}})");
    const auto said = *step(charge("netbanking")).done;
    EXPECT_EQ(said.state, one.state) << one.status << " " << one.reason;
    EXPECT_EQ(said.decline, one.decline) << one.status << " " << one.reason;
  }
}

TEST_F(Razorpay, AnswersThatAreNoAnswerAreUnknown) {
  for (const char* garbage : {"", "{", "[]", "<html>", R"({"items": 7})", R"({"id": 7, "status": ["captured"]})"}) {
    replies.clear();
    answer(200, fresh_order);
    answer(200, garbage);
    EXPECT_EQ(step(charge("netbanking")).done->state, AttemptState::unknown) << garbage;
    replies.clear();
    answer(200, garbage);
    EXPECT_EQ(step(asked(OperationKind::status, "pay_1")).done->state, AttemptState::unknown) << garbage;
  }
}

TEST_F(Razorpay, ARefundLooksForItsPaymentAndCarriesItsKey) {
  Operation refund = asked(OperationKind::refund, "order_1");
  refund.key = "refund0000000000000000001";
  refund.amount = *Money::parse("472.00 INR");
  EXPECT_EQ(step(refund).send->path, "/v1/orders/order_1/payments?count=100");
  answer(200, list_of(payment("captured")));
  const auto send = step(refund);
  EXPECT_EQ(send.send->path, "/v1/payments/pay_1/refund");
  EXPECT_EQ(send.send->effect, RequestEffect::repeatable);
  answer(200, R"({"id": "rfnd_1", "amount": 47200, "currency": "INR", "status": "pending"})");
  EXPECT_EQ(step(refund).done->state, AttemptState::pending);
  replies.pop_back();
  answer(200, R"({"id": "rfnd_1", "amount": 47200, "currency": "INR", "status": "processed"})");
  EXPECT_EQ(step(refund).done->state, AttemptState::captured);
}

TEST_F(Razorpay, AWebhookIsBelievedByTheSignatureOfItsBytes) {
  // The provider's own known answer: secret `rzpsecret` over this very body.
  const std::string body = R"({"event":"payment.captured"})";
  WebhookMessage message{
      .body = body,
      .headers = {{"X-Razorpay-Signature", "ab48a2318354f06b3c162e8471cbc92ccce8e2f4300d2bd0c5e9e1e2cd631410"},
                  {"x-razorpay-event-id", "evt_1"}},
      .received_at = start};
  const Secrets secrets = [](std::string_view name) {
    return name == "razorpay.webhook" ? std::vector<std::string>{"rzpsecret"} : std::vector<std::string>();
  };
  const auto claims = plugin.webhook(message, secrets);
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_TRUE(claims->claims.empty());                // it is theirs, and speaks of nothing of ours
  message.body = R"({"event": "payment.captured"})";  // the same JSON, written again
  EXPECT_EQ(plugin.webhook(message, secrets).error().code, "bad_signature");
}

// A dispute is listed by when it was opened; the one that was lost today was opened weeks ago.
TEST_F(Razorpay, ADayOfItsBooksHasTheDisputesThatMayStillBeOpen) {
  Operation day{.kind = OperationKind::pull, .cursor = "disputes/0", .from = start, .until = start + hours(24)};
  const std::int64_t weeks_before = start_s - 120 * 86'400;
  EXPECT_EQ(step(day).send->path, "/v1/disputes?from=" + std::to_string(weeks_before) +
                                      "&to=" + std::to_string(start_s + 86'399) + "&count=100&skip=0");
  answer(200, list_of(R"({"id": "disp_1", "payment_id": "pay_1", "amount": 118000, "currency": "INR", "status": "lost",
                          "phase": "chargeback", "reason_code": "not_received", "created_at": 1})"));
  const auto read = step(day);
  ASSERT_EQ(read.page.size(), 1U);
  EXPECT_EQ(read.page[0].dispute, DisputeState::lost);
  EXPECT_EQ(read.page[0].payment_ref, "pay_1");
  EXPECT_EQ(read.page[0].said.ref, "disp_1");
  EXPECT_EQ(read.page[0].said.amount, *Money::parse("1180.00 INR"));
  EXPECT_EQ(read.cursor, "settled/0/0");
  replies.clear();
  answer(500, "busy");
  EXPECT_NE(step(day).no_page, "");
}

TEST_F(Razorpay, ItsConfigIsChecked) {
  const auto wrong =
      test::shipped().processor("razorpay", {.tenant = "exotel", .config_json = R"({"key_id": "sk_1"})"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error()[0].at.path, "/key_id");
}

}  // namespace
}  // namespace florin
