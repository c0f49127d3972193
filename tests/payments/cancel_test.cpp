/// What nobody waits for any more is cancelled at its processor; what is held for an order is captured.
#include <gtest/gtest.h>

#include <algorithm>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

std::string status_of_newest(const StandIn& stripe) {
  const json::object intents = stripe.api("GET", "/v1/payment_intents?limit=1", "");
  return std::string(intents.at("data").at(0).at("status").as_string());
}
std::size_t cancels(const StandIn& stripe) {
  return static_cast<std::size_t>(
      std::ranges::count_if(stripe.seen(), [](const std::string& seen) { return seen.ends_with("/cancel"); }));
}

class Cancel : public testing::Test {
 protected:
  void asks_its_customer(Paying& host) {
    const Flow& flow = test::flow("nobody acts, and it is cancelled");
    stripe.anew(flows_begin);
    flow.set_up(host, stripe);
    ASSERT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
    ASSERT_EQ(status_of_newest(stripe), "requires_action");
  }
  const Attempt& attempt(Paying& host) { return host.account().orders.at(0).attempts.at(0); }
  StandIn stripe{"stripe"};
};

TEST_F(Cancel, OfWhatItsCustomerLetPass) {
  Paying host(stripe, flows_begin);
  asks_its_customer(host);
  host.to(flows_begin + minutes(61));
  EXPECT_EQ(status_of_newest(stripe), "canceled");
  EXPECT_EQ(attempt(host).state, AttemptState::voided);
  EXPECT_EQ(cancels(stripe), 1U);
  host.deliver();
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(Cancel, IsAskedForUntilItsWordIsFinal) {
  Paying host(stripe, flows_begin);
  asks_its_customer(host);
  host.to(flows_begin + minutes(59));
  stripe.fault(static_cast<int>(stripe.seen().size()) + 1, "server_error_before", 0, 3);
  host.to(flows_begin + hours(4));
  EXPECT_EQ(status_of_newest(stripe), "canceled");
  EXPECT_GT(cancels(stripe), 1U);
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(Cancel, ThatComesTooLateFindsTheMoney) {
  Paying host(stripe, flows_begin);
  asks_its_customer(host);
  host.to(flows_begin + minutes(59));
  const json::object intents = stripe.api("GET", "/v1/payment_intents?limit=1", "");
  stripe.act({{"act", "authenticate"}, {"id", intents.at("data").at(0).at("id")}});
  host.to(flows_begin + hours(1));
  // No webhook came: the refusal to cancel is the first word of it, and the plan begins with the money.
  EXPECT_EQ(attempt(host).state, AttemptState::captured);
  EXPECT_EQ(host.account().standing, Standing::paid);
  EXPECT_EQ(host.discrepancies(), "");
}

TEST(Capture, OfWhatABankAuthorisedLate) {
  const StandIn razorpay("razorpay");
  razorpay.anew(flows_begin);
  Paying host(razorpay, flows_begin);
  const Flow& flow = test::flow("authorised late, then captured");
  flow.set_up(host, razorpay);
  flow.goes(host, razorpay);
  const std::vector<std::string> seen = razorpay.seen();
  EXPECT_TRUE(std::ranges::any_of(seen, [](const std::string& one) { return one.ends_with("/capture"); }));
  EXPECT_EQ(host.ours().captures, 1);
  EXPECT_EQ(host.account().standing, Standing::paid);
  EXPECT_EQ(host.discrepancies(), "");
}

}  // namespace
}  // namespace florin::test
