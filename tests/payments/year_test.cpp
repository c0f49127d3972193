/// A year of an account through the real transport, and the provider's books read against ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "paying.hpp"

namespace florin::test {
namespace {

TEST(AYear, OfChargesThroughStripe) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("subscribe");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  flow.set_up(host, stripe);
  flow.goes(host, stripe);
  host.to(*Instant::parse("2027-03-10T08:00Z"));
  // Growth for twelve months, each paid on the tenth: 12 × 49.00.
  EXPECT_EQ(host.ours(), (StandIn::Sums{.captured = 12 * 4900, .refunded = 0, .captures = 12}));
  EXPECT_EQ(host.discrepancies(), "");
}

TEST(AYear, OfDebitsByMandateThroughRazorpay) {
  const StandIn razorpay("razorpay");
  const Flow& flow = test::flow("upi in the app");
  razorpay.anew(flows_begin);
  Paying host(razorpay, flows_begin);
  flow.set_up(host, razorpay);
  flow.goes(host, razorpay);
  host.to(*Instant::parse("2027-03-10T08:00Z"));
  const auto paid = [&](OrderKind kind) {
    return std::ranges::count_if(host.account().orders, [&](const Order& order) {
      return order.kind == kind && order.state == OrderState::paid && !order.total.is_zero();
    });
  };
  // Twelve periods, and each month's minimum that credits did not reach.
  EXPECT_EQ(paid(OrderKind::subscription), 12);
  EXPECT_EQ(host.ours().captures, 12 + paid(OrderKind::minimum));
  EXPECT_EQ(host.discrepancies(), "");
}

/// On the machine's own clock: the stand-in answers nobody until all have asked, so that one at a time would stand
/// still.
TEST(Effects, OfManyAccountsAreUnderWayTogether) {
  constexpr int accounts = 12;
  const StandIn stripe("stripe");
  const scenario::TemporaryFolder folder;
  auto opened =
      Assembly::open({.file = host_file(stripe, folder.path()), .data = {}, .postgres = {}, .virtual_from = {}});
  ASSERT_TRUE(opened) << opened.error().message;
  Assembly& host = **opened;
  stripe.anew(host.engine().now());
  stripe.together(accounts);
  const auto ask = [&](const std::string& account, const char* role, const std::string& key, Command command) {
    auto job = host.job_of({tenant_of(stripe), AccountId::trusted(account), {role, ""}, key, {}, std::move(command)});
    ASSERT_TRUE(job) << job.error().message;
    const auto done = host.engine().submit_and_wait(std::move(*job));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_FALSE(done->entry->refusal) << done->entry->refusal->text;
  };
  for (int i = 0; i < accounts; ++i) {
    const std::string account = "a" + std::to_string(i);
    ask(account, "service", account + " opens", OpenAccount{"US", {}, {}});
    ask(account, "owner", account + " card",
        AddPaymentMethod{MethodId::trusted("card"),
                         "primary",
                         {{"token", "pm_card_visa"}, {"brand", "visa"}, {"last4", "4242"}},
                         {},
                         {},
                         {}});
    ask(account, "owner", account + " subscribes", Subscribe{.plan = PlanId::trusted("growth"), .cycle = "monthly"});
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int paid = 0;
  while (paid < accounts && std::chrono::steady_clock::now() < deadline) {
    paid = 0;
    (void)!host.engine().read([&](const engine::Shard& shard) {
      for (const AccountId& id : shard.accounts(tenant_of(stripe)))
        paid += shard.account(tenant_of(stripe), id)->standing == Standing::paid ? 1 : 0;
    });
  }
  EXPECT_EQ(paid, accounts);
  EXPECT_EQ(stripe.sums().captures, accounts);
}

TEST(Reconciliation, FindsBothWaysWhatWasMissed) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("purchase");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  flow.set_up(host, stripe);
  // The answer is lost and no look-up has come yet: their books know.
  stripe.fault(static_cast<int>(stripe.seen().size()) + 1, "no_answer", 0, 2);
  flow.goes(host, stripe);
  const auto day = [&] { return host.reconciled(flows_begin - hours(1), flows_begin + hours(24)); };
  const auto first = day();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->theirs, 2U);
  EXPECT_EQ(first->same, 1U);
  EXPECT_EQ(first->learned, 1U);
  EXPECT_TRUE(first->discrepancies.empty());
  EXPECT_EQ(host.discrepancies(), "");
  const auto second = day();
  EXPECT_EQ(second->same, 2U);

  // A payment under a key like ours that we never made, and one of ours that is not there.
  stripe.api(
      "POST", "/v1/payment_intents",
      "amount=700&currency=usd&payment_method=pm_card_visa&confirm=true&metadata[key]=0123456789012345678901234");
  const auto third = day();
  ASSERT_EQ(third->discrepancies.size(), 1U);
  EXPECT_TRUE(third->discrepancies[0].starts_with("only_theirs/0123456789012345678901234"));
  EXPECT_EQ(day()->discrepancies.size(), 1U) << "found again, and it is the same item";
  stripe.anew(host.now());
  const auto fourth = day();
  EXPECT_EQ(fourth->ours_alone, 2U);
  const boost::json::object waits = host.waits();
  EXPECT_EQ(waits.at("discrepancies").as_array().size(), 3U);
}

TEST(Reconciliation, IsDoneByTheHostItselfEveryDay) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("subscribe");
  stripe.anew(flows_begin);
  const scenario::TemporaryFolder data;
  const auto waits = [](Paying& host) { return host.waits(); };
  {
    Paying host(stripe, flows_begin, data.path(), "daily");
    flow.set_up(host, stripe);
    flow.goes(host, stripe);
    stripe.api(
        "POST", "/v1/payment_intents",
        "amount=700&currency=usd&payment_method=pm_card_visa&confirm=true&metadata[key]=0123456789012345678901234");
    host.to(*Instant::parse("2026-03-11T02:59Z"));
    EXPECT_EQ(waits(host).at("discrepancies").as_array().size(), 0U);
    // Nobody answers at three: it is tried again an hour later.
    stripe.fault(static_cast<int>(stripe.seen().size()) + 1, "no_answer", 0, 12);
    host.to(*Instant::parse("2026-03-11T03:01Z"));
    EXPECT_FALSE(waits(host).at("books").at(0).at("problem").as_string().empty());
    stripe.fault(0, "");
    host.to(*Instant::parse("2026-03-11T04:01Z"));
    const boost::json::object found = waits(host);
    ASSERT_EQ(found.at("discrepancies").as_array().size(), 1U);
    EXPECT_EQ(found.at("discrepancies").at(0).at("what").as_string(), "only_theirs");
    EXPECT_EQ(found.at("books").at(0).at("reconciled_until").as_string(), "2026-03-11T00:00Z");
  }
  // A host that was away catches up, once for all the days.
  const std::size_t asked = stripe.seen().size();
  stripe.clock_to(*Instant::parse("2026-03-20T08:00Z"));
  Paying host(stripe, *Instant::parse("2026-03-20T08:00Z"), data.path(), "daily");
  host.to(*Instant::parse("2026-03-20T08:05Z"));
  EXPECT_EQ(waits(host).at("books").at(0).at("reconciled_until").as_string(), "2026-03-20T00:00Z");
  EXPECT_EQ(stripe.seen().size(), asked + 3) << "its payments, refunds and disputes, a page each";
}

TEST(Reconciliation, FindsARefundThatIsNotThere) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("refund");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  flow.set_up(host, stripe);
  flow.goes(host, stripe);
  host.to(host.now() + hours(1));
  ASSERT_EQ(host.account().refunds.at(0).state, AttemptState::captured);
  stripe.anew(host.now());
  const auto day = host.reconciled(flows_begin - hours(1), flows_begin + hours(24));
  ASSERT_TRUE(day) << day.error().message;
  EXPECT_EQ(day->ours_alone, 2U);  // the payment, and what went back of it
  EXPECT_TRUE(std::ranges::any_of(day->discrepancies, [&](const std::string& difference) {
    return difference.starts_with("only_ours/" + host.account().refunds.at(0).key);
  }));
}

}  // namespace
}  // namespace florin::test
