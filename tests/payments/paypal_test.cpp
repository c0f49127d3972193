/// PayPal: a page that its customer approves, an account that is kept, and webhooks that PayPal itself vouches for.
#include <gtest/gtest.h>

#include <algorithm>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

class PayPal : public testing::Test {
 protected:
  void opens() { EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "DE"}})"), ""); }
  /// The order waits for its customer, on PayPal's page.
  void orders() {
    opens();
    EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly", "pay_with": "paypal"}})"), "");
    ASSERT_EQ(attempt().state, AttemptState::needs_action);
  }
  void keeps_an_account() {
    opens();
    EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "paypal", "slot": "primary"}})"), "");
    wallet.act({{"act", "approve_all"}});
    EXPECT_EQ(host.ask("owner", R"({"customer_returned": {}})"), "");
  }
  void subscribes() {
    keeps_an_account();
    EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
    ASSERT_EQ(host.account().orders.at(0).state, OrderState::paid);
  }
  const Attempt& attempt() { return host.account().orders.at(0).attempts.at(0); }
  std::int64_t credits() {
    std::int64_t left = 0;
    for (const Grant& grant : host.account().grants) left += grant.remaining.units;
    return left;
  }

  StandIn wallet{"paypal"};
  Paying host = (wallet.anew(flows_begin), Paying(wallet, flows_begin));
};

TEST_F(PayPal, AnOrderIsApprovedOnItsPageAndCapturedWhenItsCustomerIsBack) {
  orders();
  const json::object action = json::parse(host.opened(attempt().action)).as_object();
  EXPECT_EQ(text(action, "kind"), "redirect");
  EXPECT_TRUE(text(action, "url").starts_with("https://www.paypal.com/")) << attempt().action;
  EXPECT_EQ(text(wallet.act({{"act", "last_context"}}), "return_url"), "https://billing.example/return/studio?order=1");
  wallet.act({{"act", "approve_all"}});
  EXPECT_EQ(host.ask("owner", R"({"customer_returned": {"order": 1}})"), "");
  host.to(host.now() + minutes(1));
  EXPECT_EQ(attempt().state, AttemptState::captured);
  EXPECT_EQ(attempt().ref, text(wallet.act({{"act", "last_capture"}}), "id"));
  EXPECT_EQ(attempt().fee->amount.text(), "2.20 EUR");
  EXPECT_EQ(credits(), 1000);
  EXPECT_EQ(host.discrepancies(), "");
}

/// The customer closes the browser: PayPal tells of it, and says itself that it does.
TEST_F(PayPal, AnOrderIsCapturedByItsWebhook) {
  orders();
  wallet.act({{"act", "approve_all"}});
  host.deliver();
  host.to(host.now() + minutes(1));
  EXPECT_EQ(attempt().state, AttemptState::captured);
  const std::vector<std::string> seen = wallet.seen();
  EXPECT_EQ(std::ranges::count(seen, std::string("POST /v1/notifications/verify-webhook-signature")), 1);
  EXPECT_EQ(std::ranges::count(seen, std::string("POST /v1/oauth2/token")), 1) << "one token for all of it";
}

TEST_F(PayPal, AWebhookThatPayPalDoesNotKnowDoesNothing) {
  orders();
  wallet.act({{"act", "approve_all"}});
  WebhookMessage forged = wallet.webhooks(host.now()).at(0);
  forged.body.replace(forged.body.find("APPROVED"), 8, "APPROVES");
  const auto taken = host.take(forged);
  EXPECT_EQ(taken.error().code, "bad_signature");
  WebhookMessage bare{.body = forged.body, .headers = {}, .received_at = host.now()};
  const std::size_t before = wallet.seen().size();
  EXPECT_EQ(host.take(bare).error().code, "bad_signature");
  EXPECT_EQ(wallet.seen().size(), before) << "nobody is asked about a message without a signature";
  EXPECT_EQ(attempt().state, AttemptState::needs_action);
}

TEST_F(PayPal, AnAccountIsKeptAndChargedWithoutItsCustomer) {
  subscribes();
  EXPECT_EQ(host.account().methods.at(0).masked, "PayPal");
  host.to(*Instant::parse("2026-04-10T09:01Z"));
  EXPECT_EQ(host.ours(), (StandIn::Sums{.captured = 9800, .refunded = 0, .captures = 2})) << "the renewal too";
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(PayPal, ATokenThatIsTakenNoMoreIsObtainedAgain) {
  keeps_an_account();
  wallet.act({{"act", "forget_tokens"}});
  EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
  EXPECT_EQ(host.account().orders.at(0).state, OrderState::paid);
  EXPECT_EQ(wallet.sums().captures, 1);
}

/// Wrong: charged a second time, because the list of transactions does not have the first one for three hours.
TEST_F(PayPal, AChargeWhoseAnswersGotLostIsFoundInTheList) {
  keeps_an_account();
  wallet.fault(static_cast<int>(wallet.seen().size()) + 1, "no_answer", 0, 4);
  EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
  EXPECT_EQ(attempt().state, AttemptState::unknown);
  host.to(host.now() + hours(12));
  EXPECT_EQ(attempt().state, AttemptState::captured);
  EXPECT_EQ(wallet.sums().captures, 1);
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(PayPal, ARefundIsMadeOnceAndTold) {
  subscribes();
  EXPECT_EQ(host.ask("owner", R"({"request_refund": {}})"), "");
  EXPECT_EQ(host.ask("staff", R"({"decide_refund": {"approve": true, "reason": "guarantee"}})"), "");
  EXPECT_EQ(host.account().refunds.at(0).state, AttemptState::captured);
  host.deliver();
  host.deliver();
  EXPECT_EQ(host.account().refunds.size(), 1U);
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(PayPal, ADisputeThatIsLostTakesBackWhatItPaid) {
  subscribes();
  const std::string capture = text(wallet.act({{"act", "last_capture"}}), "id");
  const json::object dispute = wallet.act({{"act", "dispute"}, {"id", capture}, {"amount", 4900}});
  host.deliver();
  EXPECT_EQ(host.account().disputes.at(0).state, DisputeState::needs_response);
  wallet.act({{"act", "dispute_ends"}, {"id", dispute.at("dispute_id")}, {"outcome", "RESOLVED_BUYER_FAVOUR"}});
  host.deliver();
  EXPECT_EQ(host.account().disputes.at(0).state, DisputeState::lost);
  EXPECT_EQ(credits(), 0);
}

TEST_F(PayPal, AnAccountThatItsOwnerTookAwayIsRemoved) {
  subscribes();
  wallet.act({{"act", "delete_account"}, {"id", host.account().methods.at(0).token}});
  host.deliver();
  EXPECT_EQ(host.account().slot("primary"), nullptr);
}

TEST_F(PayPal, TheBooksOfTheDayAgree) {
  subscribes();
  host.to(flows_begin + hours(24));
  const auto report = host.reconciled(flows_begin - hours(9), flows_begin + hours(15));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->same, 1U);
  EXPECT_TRUE(report->discrepancies.empty()) << report->discrepancies.front();
}

}  // namespace
}  // namespace florin::test
