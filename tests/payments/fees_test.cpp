/// What a processor kept of a payment: learned where it tells it, and held against its books.
#include <gtest/gtest.h>

#include <algorithm>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

const Attempt& paid(Paying& host) { return host.account().orders.at(0).attempts.at(0); }

json::object waits(Paying& host) { return host.waits(); }

Result<ReconcileReport> reconciled(Paying& host, Duration from = hours(0), Duration until = hours(72)) {
  return host.reconciled(flows_begin + from - hours(9), flows_begin + until);
}

class Fees : public testing::Test {
 protected:
  void goes(Paying& host, const StandIn& provider, const char* flow_name) {
    const Flow& flow = test::flow(flow_name);
    flow.set_up(host, provider);
    flow.goes(host, provider);
    host.to(host.now() + hours(1));
  }
};

TEST_F(Fees, OfStripeAreLearnedFromItsBooks) {
  const StandIn stripe("stripe");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  goes(host, stripe, "subscribe");
  EXPECT_FALSE(paid(host).fee) << "its answer to the charge says nothing of it";
  EXPECT_EQ(waits(host).at("fees").at(0).at("kept"), json::value(nullptr));
  const auto first = reconciled(host);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->discrepancies.empty()) << first->discrepancies.front();
  ASSERT_TRUE(paid(host).fee);
  EXPECT_EQ(paid(host).fee->amount.text(), "1.72 USD");  // 2.9 percent of 49.00 and 0.30
  EXPECT_EQ(waits(host).at("fees").at(0).at("kept").as_string(), "1.72 USD");
  EXPECT_EQ(host.account().orders.at(0).total.text(), "49.00 USD");
}

TEST_F(Fees, InAnotherCurrencyStandAsTheyAre) {
  const StandIn stripe("stripe");
  stripe.anew(flows_begin);
  stripe.act({{"act", "settles_in"}, {"currency", "eur"}, {"rate", 0.9}});
  Paying host(stripe, flows_begin);
  goes(host, stripe, "subscribe");
  const auto report = reconciled(host);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->discrepancies.empty()) << report->discrepancies.front();
  ASSERT_TRUE(paid(host).fee);
  EXPECT_EQ(paid(host).fee->amount.text(), "1.55 EUR");
  EXPECT_EQ(paid(host).amount.text(), "49.00 USD");
}

TEST_F(Fees, ThatChangedAreAnItemOfAPersonOnce) {
  const StandIn stripe("stripe");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  goes(host, stripe, "subscribe");
  ASSERT_TRUE(reconciled(host));
  stripe.act({{"act", "fee"}, {"id", paid(host).ref}, {"fee", 190}});
  for (int times = 0; times < 2; ++times) {
    const auto again = reconciled(host);
    ASSERT_EQ(again->discrepancies.size(), 1U);
    EXPECT_EQ(again->discrepancies[0], "other_fee/" + paid(host).key + ": ours 1.72 USD, theirs 1.90 USD");
  }
  EXPECT_EQ(waits(host).at("discrepancies").as_array().size(), 1U);
  EXPECT_EQ(paid(host).fee->amount.text(), "1.72 USD");
}

TEST_F(Fees, OfRazorpayComeWithThePaymentAndThePayoutLater) {
  const StandIn razorpay("razorpay");
  razorpay.anew(flows_begin);
  Paying host(razorpay, flows_begin);
  goes(host, razorpay, "upi in the app");
  ASSERT_TRUE(paid(host).fee);
  const Money total = paid(host).amount;
  // Two percent, and 18 percent tax on them: 0.0236 of it.
  EXPECT_EQ(paid(host).fee->amount.minor(), (total.minor() * 236 + 5000) / 10000);
  EXPECT_EQ(paid(host).fee->settlement, "");
  host.to(flows_begin + hours(48));
  const json::object payout = razorpay.act({{"act", "settle"}});
  const auto report = reconciled(host);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->discrepancies.empty()) << report->discrepancies.front();
  EXPECT_EQ(paid(host).fee->settlement, payout.at("id").as_string());
  EXPECT_EQ(waits(host).at("fees").at(0).at("settled").as_int64(), 1);
  EXPECT_TRUE(reconciled(host)->discrepancies.empty());
}

TEST_F(Fees, DatesAndCurrenciesThatDifferAreItems) {
  const StandIn stripe("stripe");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  goes(host, stripe, "subscribe");
  ASSERT_TRUE(reconciled(host));
  stripe.act({{"act", "intent"}, {"id", paid(host).ref}, {"created", (flows_begin + hours(26)).us / 1'000'000}});
  const auto moved = reconciled(host);
  ASSERT_EQ(moved->discrepancies.size(), 1U);
  EXPECT_TRUE(moved->discrepancies[0].starts_with("other_date/")) << moved->discrepancies[0];
  stripe.act({{"act", "intent"}, {"id", paid(host).ref}, {"created", flows_begin.us / 1'000'000}, {"currency", "eur"}});
  const auto other = reconciled(host);
  ASSERT_EQ(other->discrepancies.size(), 1U);
  EXPECT_EQ(other->discrepancies[0],
            "other_currency/" + paid(host).key + ": ours 49.00 USD captured, theirs 49.00 EUR captured");
  EXPECT_EQ(paid(host).amount.text(), "49.00 USD") << "nothing is booked by itself";
}

}  // namespace
}  // namespace florin::test
