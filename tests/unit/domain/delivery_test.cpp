/// A payment that came, and whose credits could not be given. Source   docs/decisions/0059-paid-and-not-delivered.md
#include <gtest/gtest.h>

#include "domain/accounts/due.hpp"
#include "domain/ledger/postings.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

/// What stands against it while `broken`: of every moment at which something paid is given.
struct Broken {
  bool broken = true;
  Answer answer;
  std::optional<Answer> operator()(const Moment& moment) const {
    const bool gives = moment.kind == MomentKind::period_paid || moment.kind == MomentKind::purchased ||
                       moment.kind == MomentKind::recharged || moment.kind == MomentKind::change_paid;
    return broken && gives ? std::optional(answer) : std::nullopt;
  }
};

Answer refusal() { return PolicyAnswer{{}, "rules.never", "not today"}; }
Answer failure() { return PluginFailed{"half", "plugin_failed", "it threw"}; }
Answer too_many() {
  PolicyDecision issue;
  issue.type = CreditType::trusted("message");
  issue.amount = {INT64_MAX};
  return PolicyAnswer{{issue, issue}, {}, {}};
}

class Delivery : public testing::TestWithParam<std::pair<const char*, Answer>> {
 protected:
  Delivery() : world(call_loop(), {.rolls_over = true}) {
    broken->answer = GetParam().second;
    world.policy_says = [held = broken](const Moment& moment) { return (*held)(moment); };
    world.to("2026-03-05T12:00Z").card("captured");
  }
  std::shared_ptr<Broken> broken = std::make_shared<Broken>();
  World world;
};

TEST_P(Delivery, OfAPlanIsTriedUntilItIsThereAndNothingIsChargedAgain) {
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  EXPECT_EQ(world.charges(), 1U);
  ASSERT_EQ(world.account.orders.size(), 1U);
  EXPECT_EQ(world.last_order().state, OrderState::paid);
  EXPECT_FALSE(world.last_order().invoice.empty());
  ASSERT_TRUE(world.last_order().undelivered);
  EXPECT_FALSE(world.last_order().undelivered->plugin.empty());
  EXPECT_EQ(world.last_order().undelivered->code, GetParam().first);
  EXPECT_FALSE(world.account.subscription) << "half of it is not given";
  EXPECT_EQ(world.tries(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}}), "payment_under_way");
  world.to("2026-03-09T12:00Z");
  EXPECT_EQ(world.charges(), 1U);
  EXPECT_GT(world.facts<DeliveryFailed>(), 5U);
  EXPECT_LT(world.facts<DeliveryFailed>(), 40U) << "the tries are spaced";
  EXPECT_EQ(world.facts<AttemptStarted>(), 1U);
  broken->broken = false;
  world.to("2026-03-10T12:00Z");
  EXPECT_FALSE(world.last_order().undelivered);
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.charges(), 1U);
  EXPECT_EQ(world.charged(), "49.00 USD");
  EXPECT_TRUE(world.account.subscription);
}

TEST_P(Delivery, OfARechargeChargesNoOther) {
  broken->broken = false;
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  world.does(SetAutoRecharge{true, amount("100 message"), amount("500 message")});
  broken->broken = true;
  for (int i = 0; i < 3; ++i) world.does(Use{meter("sms"), quantity("48160 characters"), {}, {}});
  world.to("2026-03-20T12:00Z");
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);
  EXPECT_EQ(world.charges(), 2U);
  broken->broken = false;
  world.does(DeliverOrder{world.last_order().id});
  EXPECT_EQ(world.credits("recharge"), 500);
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);
}

TEST_P(Delivery, OfARenewalWaitsWithTheNextOne) {
  broken->broken = false;
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  broken->broken = true;
  world.to("2026-04-20T12:00Z");
  EXPECT_EQ(world.charges(), 2U);
  EXPECT_FALSE(world.account.past_due) << "it is paid";
  broken->broken = false;
  world.to("2026-04-21T12:00Z");
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.charges(), 2U);
}

TEST_P(Delivery, IsGivenUpForTheMoneyWhenStaffSaysSo) {
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  EXPECT_EQ(world.tries(DeliverOrder{world.last_order().id}, "owner"), "not_permitted");
  world.does(DecideLateMoney{world.last_order().id, false, "the plugin is not mended"});
  EXPECT_FALSE(world.last_order().undelivered);
  world.pays_refunds();
  EXPECT_EQ(world.refunded(), "49.00 USD");
  broken->broken = false;
  world.to("2026-05-20T12:00Z");
  EXPECT_EQ(world.available(), 0) << "what was given back is not delivered as well";
  EXPECT_EQ(world.charges(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Of, Delivery,
                         testing::Values(std::pair("refused_by_policy", refusal()),
                                         std::pair("plugin_failed", failure()),
                                         std::pair("amount_out_of_range", too_many())),
                         [](const auto& of) { return std::string(of.param.first); });

/// The processor says how long what was done may look absent: half an hour. Wrong: absence believed after five minutes,
/// and the same money asked for under another key.
TEST(LookUpLag, AsDeclaredIsWaitedFor) {
  World world(call_loop(), {.rolls_over = true});
  world.provider_answers = false;
  world.to("2026-03-05T12:00Z").card("captured").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  ProviderReport lost;
  lost.look_up_lag = minutes(30);
  world.does(PaymentReported{world.last_order().id, 1, lost, true});
  ProviderReport absent = lost;
  absent.absent = true;
  world.to("2026-03-05T12:20Z");
  world.does(PaymentReported{world.last_order().id, 1, absent});
  EXPECT_EQ(world.last_order().attempts.size(), 1U);
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::unknown);
  EXPECT_EQ(world.last_order().attempts[0].ask_at, at("2026-03-05T12:30Z"));
  EXPECT_EQ(
      world.tries(ResolvePayment{world.last_order().id, 1, PaymentOutcome::never_happened, {}, "looked"}, "staff"),
      "too_early");
  world.to("2026-03-05T12:30Z");
  world.does(PaymentReported{world.last_order().id, 1, absent});
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::not_sent);
  EXPECT_EQ(world.last_order().attempts.size(), 2U);
}

/// The provider is away over the first of the month and answers nobody for three days; then it says that it had
/// charged. Wrong: a second charge of the renewal under another key, an order for each day, or a period from when it
/// was back.
TEST(Outage, OfThreeDaysOverARenewalIsOneChargeOfTheMonth) {
  World world(call_loop(), {.rolls_over = true});
  world.to("2026-02-01T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  world.provider_answers = false;
  for (const char* day : {"2026-03-01T09:00Z", "2026-03-02T09:00Z", "2026-03-03T09:00Z", "2026-03-04T09:00Z"}) {
    world.to(day);
    EXPECT_EQ(world.said({.state = AttemptState::unknown}), "done") << day;
    EXPECT_EQ(world.last_order().attempts.size(), 1U) << day;
  }
  world.provider_answers = true;
  EXPECT_EQ(world.said({.state = AttemptState::captured, .amount = money("49.00 USD")}), "done");
  world.to("2026-03-20T09:00Z");
  EXPECT_EQ(world.account.orders.size(), 2U);
  EXPECT_EQ(world.charged(), "98.00 USD") << "February's 49.00 and March's";
  EXPECT_EQ(world.account.subscription->from, at("2026-03-01T09:00Z"));
  EXPECT_EQ(world.account.subscription->to, at("2026-04-01T09:00Z"));
}

/// A customer's tries are many and not without end. Wrong: a forty-first charge of one order.
TEST(Attempts, OfOneOrderHaveABudget) {
  World world(exotel(), {});
  Order unpaid;
  unpaid.id = {1};
  unpaid.kind = OrderKind::minimum;
  unpaid.total = unpaid.account_money = Money(0, world.catalogs.at(1).currency);
  unpaid.attempts.resize(40);
  for (Attempt& attempt : unpaid.attempts) attempt.state = AttemptState::declined;
  world.to("2026-03-05T12:00Z");
  world.card("captured");
  world.account.orders.push_back(unpaid);
  EXPECT_EQ(world.tries(PayOrder{{1}, {}}, "staff"), "tried_too_often");
}

}  // namespace
}  // namespace florin::test
