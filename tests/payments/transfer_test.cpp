/// A transfer into a bank account that the provider keeps for one order: it pays what came, as a line of a statement
/// does.
#include <gtest/gtest.h>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

class Transfer : public testing::Test {
 protected:
  void orders(Paying& host, const std::string& fault = "") {
    razorpay.anew(flows_begin);
    if (!fault.empty()) razorpay.fault(1, fault, 0, 3);
    EXPECT_EQ(
        host.ask(
            "service",
            R"({"open_account": {"billing_country": "IN", "billing_state": "MH", "personal_data": {"email": "ann@example.com", "phone": "+919000000001"}}})"),
        "");
    EXPECT_EQ(host.ask("staff", R"({"set_approval": {"approval": "kyc", "state": "approved"}})"), "");
    EXPECT_EQ(
        host.ask(
            "staff",
            R"({"set_custom_plan": {"plan": "enterprise", "cycles": [{"cycle": "annual", "price": "110000.00 INR"}],
                           "monthly_minimum": "0.00 INR", "first_credits": "10000.00 INR",
                           "meters": [{"meter": "voice", "takes": "0.3000 balance"}], "agreement": "0 months"}})"),
        "");
    EXPECT_EQ(host.ask("staff", R"({"subscribe": {"plan": "enterprise", "cycle": "annual",
                                    "first_credits": "10000 balance", "pay_with": "wire"}})"),
              "");
  }
  const Order& order(Paying& host) { return host.account().orders.at(0); }
  void sends(Paying& host, std::int64_t paise, const std::string& utr) {
    razorpay.act(
        {{"act", "transfer"}, {"virtual_account_id", order(host).attempts.at(0).ref}, {"amount", paise}, {"utr", utr}});
    host.deliver([](std::vector<WebhookMessage>& all) {
      const std::vector<WebhookMessage> once = all;
      all.insert(all.end(), once.begin(), once.end());
    });
  }
  StandIn razorpay{"razorpay"};
};

TEST_F(Transfer, IntoTheOrdersOwnAccountPaysIt) {
  Paying host(razorpay, flows_begin);
  orders(host);
  ASSERT_EQ(order(host).attempts.at(0).state, AttemptState::needs_action);
  const json::object fields = json::parse(host.opened(order(host).attempts[0].action)).at("fields").as_object();
  EXPECT_EQ(fields.at("account_number").as_string().size(), 16U);
  EXPECT_EQ(fields.at("ifsc").as_string(), "RATN0VAAPIS");
  sends(host, 14160000, "UTR1");
  EXPECT_EQ(order(host).state, OrderState::paid);
  ASSERT_EQ(host.account().receipts.size(), 1U) << "each once, though its webhook came twice";
  EXPECT_TRUE(host.account().receipts[0].said.starts_with("UTR1 Payer")) << host.account().receipts[0].said;
  EXPECT_EQ(host.account().receipts[0].dated, "2026-03-10");
}

TEST_F(Transfer, ThatNoWebhookToldOfIsFoundInTheDailyBooks) {
  Paying host(razorpay, flows_begin, std::nullopt, "daily");
  orders(host);
  razorpay.act({{"act", "transfer"},
                {"virtual_account_id", order(host).attempts.at(0).ref},
                {"amount", 14160000},
                {"utr", "UTR1"}});
  host.to(*Instant::parse("2026-03-11T02:50Z"));
  EXPECT_EQ(order(host).state, OrderState::open);
  host.to(*Instant::parse("2026-03-11T03:10Z"));
  EXPECT_EQ(order(host).state, OrderState::paid);
  ASSERT_EQ(host.account().receipts.size(), 1U);
  EXPECT_EQ(host.account().receipts[0].dated, "2026-03-10");
  // Its webhook, when it comes at last, and the books of the day after say nothing new.
  host.deliver();
  host.to(*Instant::parse("2026-03-13T04:00Z"));
  EXPECT_EQ(host.account().receipts.size(), 1U);
  EXPECT_EQ(host.account().money.minor(), 0);
}

/// Nobody has to send to an account that was never made: the tenant's own is named at once.
TEST_F(Transfer, WhereTheProcessorGivesNoAccountGoesIntoOurOwn) {
  Paying host(razorpay, flows_begin);
  orders(host, "throttled");
  ASSERT_EQ(order(host).attempts.size(), 2U);
  EXPECT_EQ(order(host).attempts[0].state, AttemptState::not_sent);
  EXPECT_EQ(order(host).attempts[1].processor.text(), "bank");
  EXPECT_EQ(order(host).attempts[1].state, AttemptState::needs_action);
  EXPECT_EQ(order(host).route, "wire: razorpay, then bank");
}

TEST_F(Transfer, InTwoPartsPaysWithTheSecond) {
  Paying host(razorpay, flows_begin);
  orders(host);
  sends(host, 10000000, "UTR1");
  EXPECT_EQ(order(host).state, OrderState::open);
  host.to(flows_begin + hours(24));
  sends(host, 4160000, "UTR2");
  EXPECT_EQ(order(host).state, OrderState::paid);
  EXPECT_EQ(host.account().receipts.size(), 2U);
}

}  // namespace
}  // namespace florin::test
