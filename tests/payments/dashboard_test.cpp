/// What somebody does at the provider's own pages, and not through the host: it is found by webhook and by the books.
#include <gtest/gtest.h>

#include <algorithm>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

json::array discrepancies_of(Paying& host) { return host.waits().at("discrepancies").as_array(); }

Result<ReconcileReport> reconciled(Paying& host) {
  return host.reconciled(flows_begin - hours(9), flows_begin + hours(72));
}

class Dashboard : public testing::TestWithParam<bool> {
 protected:
  void subscribes(const char* name) {
    const Flow& flow = test::flow(name);
    flow.set_up(host, provider);
    flow.goes(host, provider);
    host.to(host.now() + hours(1));
  }
  /// By webhook, or by the daily books alone.
  void hears() {
    if (GetParam()) return host.deliver();
    const auto report = reconciled(host);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->discrepancies.empty()) << report->discrepancies.front();
  }
  std::string intent() {
    return std::string(provider.api("GET", "/v1/payment_intents", "").at("data").at(0).at("id").as_string());
  }
  void refunds(const std::string& amount) {
    provider.api("POST", "/v1/refunds", "payment_intent=" + intent() + "&amount=" + amount);
  }
  StandIn provider{"stripe"};
  Paying host = (provider.anew(flows_begin), Paying(provider, flows_begin));
};

/// Wrong: `taken`, and nothing in any list; or the credits of all of it for half of the money.
TEST_P(Dashboard, ARefundIsOneOfItsOrderWithItsPartOfTheCredits) {
  subscribes("subscribe");
  refunds("2450");
  hears();
  hears();
  ASSERT_EQ(host.account().refunds.size(), 1U);
  const Refund& refund = host.account().refunds[0];
  EXPECT_EQ(refund.state, AttemptState::captured);
  EXPECT_EQ(refund.amount.text(), "24.50 USD");
  EXPECT_TRUE(refund.made_elsewhere);
  EXPECT_FALSE(refund.credit_note.empty());
  ASSERT_EQ(host.account().grants.size(), 1U);
  EXPECT_EQ(host.account().grants[0].remaining.units, 500);
  EXPECT_TRUE(discrepancies_of(host).empty());
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_P(Dashboard, ARefundThatFailsLaterIsBookedBack) {
  subscribes("subscribe");
  const std::string token = host.account().slot("primary")->token;
  provider.act({{"act", "card"}, {"id", token.substr(token.find('/') + 1)}, {"refund", "fails_later"}});
  refunds("4900");
  host.deliver();
  ASSERT_EQ(host.account().refunds.at(0).state, AttemptState::captured);
  host.to(host.now() + hours(25));
  host.deliver();
  EXPECT_EQ(host.account().refunds.at(0).state, AttemptState::declined);
  EXPECT_TRUE(host.account().refunds.at(0).alarm.starts_with("taken_back"));
}

/// Wrong: half of the credits for the one that failed, and the other half for the one made in its place.
TEST_P(Dashboard, ARefundThatIsMadeAgainTakesNoCreditsASecondTime) {
  subscribes("subscribe");
  const std::string token = host.account().slot("primary")->token;
  const std::string card = token.substr(token.find('/') + 1);
  provider.act({{"act", "card"}, {"id", card}, {"refund", "fails_later"}});
  refunds("2450");
  host.deliver();
  EXPECT_EQ(host.account().grants.at(0).remaining.units, 500);
  host.to(host.now() + hours(25));
  host.deliver();
  ASSERT_EQ(host.account().refunds.at(0).state, AttemptState::declined);
  provider.act({{"act", "card"}, {"id", card}, {"refund", "at_once"}});
  refunds("2450");
  host.deliver();
  ASSERT_EQ(host.account().refunds.size(), 2U);
  EXPECT_EQ(host.account().refunds[1].state, AttemptState::captured);
  EXPECT_EQ(host.account().grants.at(0).remaining.units, 500);
}

TEST_P(Dashboard, ADisputeIsFound) {
  subscribes("subscribe");
  provider.act({{"act", "dispute"}, {"id", intent()}, {"amount", 2450}});
  hears();
  hears();
  ASSERT_EQ(host.account().disputes.size(), 1U);
  EXPECT_EQ(host.account().disputes[0].amount.text(), "24.50 USD");
  EXPECT_EQ(host.account().disputes[0].state, DisputeState::needs_response);
}

INSTANTIATE_TEST_SUITE_P(By, Dashboard, testing::Bool(), [](const auto& of) { return of.param ? "Webhook" : "Books"; });

TEST(RazorpaysDashboard, ARefundIsOneOfItsOrderAndItsCreditsAreForStaff) {
  const StandIn razorpay("razorpay");
  const Flow& flow = test::flow("upi in the app");
  razorpay.anew(flows_begin);
  Paying host(razorpay, flows_begin);
  flow.set_up(host, razorpay);
  flow.goes(host, razorpay);
  host.deliver();
  host.to(host.now() + hours(1));
  const auto& orders = host.account().orders;
  const auto paid = std::ranges::find(orders, OrderState::paid, &Order::state);
  ASSERT_NE(paid, orders.end());
  const auto attempt = std::ranges::find(paid->attempts, AttemptState::captured, &Attempt::state);
  ASSERT_TRUE(attempt->ref.starts_with("pay_")) << attempt->ref;
  const json::object refund = razorpay.api("POST", "/v1/payments/" + attempt->ref + "/refund", R"({"amount": 10000})");
  razorpay.act({{"act", "refund_ends"}, {"id", refund.at("id")}, {"status", "processed"}});
  host.deliver();
  host.deliver();
  ASSERT_EQ(host.account().refunds.size(), 1U);
  EXPECT_EQ(host.account().refunds[0].amount.text(), "100.00 INR");
  EXPECT_EQ(host.account().refunds[0].state, AttemptState::captured);
  const json::array items = discrepancies_of(host);
  ASSERT_EQ(items.size(), 1U) << "its credits are to be decided";
  EXPECT_EQ(items[0].at("what").as_string(), "refund_made_elsewhere");
}

}  // namespace
}  // namespace florin::test
