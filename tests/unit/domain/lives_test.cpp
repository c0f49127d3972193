/// A plan's life: trial, renewal, roll-over, change, cancellation.
#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

constexpr PolicyWords call_loop_words{.rolls_over = true};
constexpr PolicyWords salesmsg_words{.bought_last = {Span::Unit::months, 0}};

World on(std::string_view plan_id, std::string_view cycle, std::string_view from, Catalog catalog = call_loop(),
         PolicyWords words = call_loop_words) {
  World world(std::move(catalog), words);
  world.to(from).card("captured").does(Subscribe{plan(plan_id), std::string(cycle), {}, {}, {}, false, {}});
  return world;
}
Use sms(std::int64_t characters = 160) { return {meter("sms"), {characters * 1'000'000, "character"}, {}}; }
void uses(World& world, int times) {
  for (int i = 0; i < times; ++i) world.does(sms());
}

TEST(Trial, PlanPickedInsideCostsNothingUntilItEnds) {
  World world(call_loop(), call_loop_words);
  world.to("2026-03-01T09:00Z").card("captured").does(StartTrial{});
  world.to("2026-03-05T12:00Z").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  world.to("2026-03-15T08:59:59Z");
  EXPECT_EQ(world.charged(), "0");
  EXPECT_EQ(world.credits("trial"), 25);
  world.to("2026-03-15T09:00Z");
  EXPECT_EQ(world.charged(), "49.00 USD");
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.credits("trial") + world.credits("rollover"), 0);  // not 1,025: trial credits end with it
  EXPECT_EQ(world.account.subscription->anchor, at("2026-03-15T09:00Z"));
  EXPECT_EQ(world.account.subscription->to, at("2026-04-15T09:00Z"));
}

TEST(Trial, NonePickedEndsUncharged) {
  World world(call_loop(), call_loop_words);
  world.to("2026-03-01T09:00Z").card("captured").does(StartTrial{}).to("2026-03-20T09:00Z");
  EXPECT_EQ(world.charged(), "0");
  EXPECT_EQ(world.tries(sms()), "no_plan");
  EXPECT_EQ(world.tries(StartTrial{}), "trial_used");
}

TEST(Trial, FirstChargeAfterItFailsIsPastDue) {
  World world(call_loop(), call_loop_words);
  world.to("2026-03-01T09:00Z").card("declined").does(StartTrial{});
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}}).to("2026-03-15T09:00Z");
  EXPECT_TRUE(world.account.past_due);
  EXPECT_EQ(world.credits("plan"), 0);
}

TEST(Trial, PlanStartedNowTakesThePlaceOfThePickedOne) {
  World world(call_loop(), call_loop_words);
  world.to("2026-03-01T09:00Z").card("lost").does(StartTrial{});
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  world.to("2026-03-15T08:00Z").does(Subscribe{plan("pro"), "monthly", {}, {}, {}, true, {}});
  world.to("2026-03-15T10:00Z");
  EXPECT_EQ(world.account.orders.size(), 1U);  // not a second one for growth
  EXPECT_EQ(world.said({.state = AttemptState::captured}), "done");
  EXPECT_EQ(world.account.subscription->plan, plan("pro"));
  EXPECT_EQ(world.charged(), "249.00 USD");
}

TEST(RollOver, LastsThirtyDaysAndOnlyOnce) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.to("2026-03-20T09:00Z");
  uses(world, 500);
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 500);
  EXPECT_EQ(world.credits("plan"), 1000);
  world.to("2026-05-10T08:59:59Z");
  EXPECT_EQ(world.credits("rollover"), 500);
  world.to("2026-05-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 1000);  // not 1,500: the old one does not roll again
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.charged(), "147.00 USD");
}

TEST(RollOver, ComesWithTheCyclesEndPlanCreditsWithThePayment) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  uses(world, 500);
  world.card("declined").to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 500);
  EXPECT_EQ(world.credits("plan"), 0);
  world.to("2026-04-13T08:00Z").card("captured");
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.account.grants.back().ends_at, at("2026-05-10T09:00Z"));
}

TEST(RollOver, OfAnAnnualPlanIsOnceAYear) {
  World world = on("growth", "annual", "2026-03-01T09:00Z");
  for (int i = 0; i < 8; ++i) world.does(sms(160 * 1000));
  world.to("2027-02-28T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 0);
  world.to("2027-03-01T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 4000);
  EXPECT_EQ(world.account.grants.front().ends_at, at("2027-03-31T09:00Z"));
}

TEST(Upgrade, AtOnceRestartsTheCycleAndRolls) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  uses(world, 400);
  world.to("2026-03-20T09:00Z").does(ChangePlan{plan("pro"), "monthly"});
  EXPECT_EQ(world.charged(), "298.00 USD");
  EXPECT_EQ(world.credits("plan"), 7500);
  EXPECT_EQ(world.credits("rollover"), 600);
  EXPECT_EQ(world.account.grants.front().ends_at, at("2026-04-19T09:00Z"));  // not the new cycle's end
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.charges(), 2U);  // the old renewal day is no more
  world.to("2026-04-20T09:00Z");
  EXPECT_EQ(world.charges(), 3U);
}

TEST(Upgrade, PaysTheDifferenceByTheDay) {
  World world = on("starter", "monthly", "2026-03-22T09:00Z", salesmsg(), salesmsg_words);
  world.to("2026-04-06T15:00Z").does(ChangePlan{plan("growth"), "monthly"});
  EXPECT_EQ(world.last_order().total.text(), "12.39 USD");  // 24.00 x 16/31 = 12.387
  EXPECT_EQ(world.credits("plan"), 500 + 259);              // 500 x 16/31 = 258.06, part credits up
  EXPECT_EQ(world.account.subscription->to, at("2026-04-22T09:00Z"));
  world.to("2026-04-22T09:00Z");
  EXPECT_EQ(world.last_order().total.text(), "49.00 USD");
  EXPECT_EQ(world.credits("plan"), 1000);  // nothing rolls over
}

TEST(Upgrade, DeclinedLeavesThePendingChangeAndTheCancellation) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.does(ChangePlan{plan("lite"), "monthly"}).card("declined").does(ChangePlan{plan("pro"), "monthly"});
  ASSERT_TRUE(world.account.subscription->pending);
  EXPECT_EQ(world.account.subscription->pending->plan, plan("lite"));
  world.does(Cancel{}).does(ChangePlan{plan("pro"), "monthly"});
  EXPECT_TRUE(world.account.subscription->cancelled_at);  // else a renewal that nobody wants is charged
}

TEST(Upgrade, ReplacesADowngradeThatWaits) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.does(ChangePlan{plan("lite"), "monthly"}).to("2026-04-07T09:00Z").does(ChangePlan{plan("pro"), "monthly"});
  EXPECT_EQ(world.last_order().total.text(), "249.00 USD");
  EXPECT_EQ(world.credits("rollover"), 1000);
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.charges(), 2U);
  EXPECT_EQ(world.account.subscription->plan, plan("pro"));
}

TEST(Upgrade, CancelledWhileItsPaymentIsUnknownStaysCancelled) {
  World world = on("starter", "monthly", "2026-03-22T09:00Z", salesmsg(), salesmsg_words);
  world.card("lost").to("2026-04-06T15:00Z").does(ChangePlan{plan("growth"), "monthly"});
  world.to("2026-04-07T15:00Z").does(Cancel{});
  EXPECT_EQ(world.said({.state = AttemptState::captured}), "done");
  EXPECT_EQ(world.account.subscription->plan, plan("growth"));
  EXPECT_TRUE(world.account.subscription->cancelled_at);
}

TEST(Upgrade, PaidAfterItsPeriodIsGivenBack) {
  World world = on("starter", "monthly", "2026-03-22T09:00Z", salesmsg(), salesmsg_words);
  world.card("lost").to("2026-04-21T09:00Z").does(ChangePlan{plan("growth"), "monthly"});
  const std::uint32_t change = world.account.last_order;
  world.card("captured").to("2026-04-23T09:00Z");
  EXPECT_EQ(world.said({.state = AttemptState::captured}, change), "done");
  EXPECT_EQ(world.account.subscription->plan, plan("starter"));  // not growth for the price of a day
  world.pays_refunds();
  EXPECT_EQ(world.refunded(), "0.77 USD");  // 24.00 x 1/31
}

TEST(Upgrade, IsTriedAgainOnlyWhileItsCustomerMayPay) {
  const ProviderReport absent{.state = AttemptState::unknown, .absent = true};
  for (const bool in_time : {true, false}) {
    World world = on("starter", "monthly", "2026-03-22T09:00Z", salesmsg(), salesmsg_words);
    world.card("lost").to("2026-04-06T15:00Z").does(ChangePlan{plan("growth"), "monthly"});
    world.provider_answers = false;
    world.to(in_time ? "2026-04-06T15:59Z" : "2026-04-06T16:00Z");  // it is open for an hour
    EXPECT_EQ(world.said(absent), "done");
    EXPECT_EQ(world.last_order().attempts.front().state, AttemptState::not_sent);
    EXPECT_EQ(world.last_order().attempts.size(), in_time ? 2U : 1U);
    EXPECT_EQ(world.last_order().state, in_time ? OrderState::open : OrderState::closed);
    EXPECT_EQ(world.last_order().closed_because, in_time ? "" : "not_paid_in_time");
  }
}

TEST(Downgrade, ForfeitsWhatIsUnused) {
  World world = on("pro", "monthly", "2026-03-10T09:00Z");
  world.does(ChangePlan{plan("starter"), "monthly"});
  EXPECT_EQ(world.credits("plan"), 7500);
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("plan"), 500);
  EXPECT_EQ(world.credits("rollover"), 0);
  EXPECT_EQ(world.account.closed_grants.front().forfeited.units, 7500);  // 7,000 fewer, not 7,000 forfeited
}

TEST(Downgrade, ChoosingTheCurrentPlanRemovesIt) {
  World world = on("pro", "monthly", "2026-03-10T09:00Z");
  world.does(ChangePlan{plan("starter"), "monthly"}).does(ChangePlan{plan("pro"), "monthly"});
  EXPECT_FALSE(world.account.subscription->pending);
  EXPECT_EQ(world.tries(ChangePlan{plan("pro"), "monthly"}), "no_change");
}

TEST(Downgrade, KeepsThePriceThatWasAgreedTo) {
  World world = on("pro", "monthly", "2026-03-10T09:00Z");
  world.does(ChangePlan{plan("starter"), "monthly"});
  Catalog dearer = call_loop();
  dearer.plans.erase(dearer.plans.begin() + 2);  // starter is sold no more
  world.applies(dearer).to("2026-04-10T09:00Z");
  EXPECT_EQ(world.last_order().total.text(), "25.00 USD");
  world.to("2026-05-10T09:00Z");  // and its renewals go on
  EXPECT_EQ(world.last_order().total.text(), "25.00 USD");
}

TEST(CycleChange, RollsAtTheRenewal) {
  World world = on("growth", "annual", "2026-03-01T09:00Z");
  for (int i = 0; i < 111; ++i) world.does(sms(160 * 100));
  world.does(ChangePlan{plan("growth"), "monthly"}).to("2027-03-01T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 900);
  EXPECT_EQ(world.credits("plan"), 1000);
  world.to("2027-04-01T09:00Z");
  EXPECT_EQ(world.charges(), 3U);
}

TEST(Renewal, The22ndOfEveryMonth) {
  World world = on("starter", "monthly", "2026-01-22T09:00Z", salesmsg(), salesmsg_words);
  for (int month = 2; month <= 12; ++month) {
    const std::string day = "2026-" + std::string(month < 10 ? "0" : "") + std::to_string(month) + "-22T09:00Z";
    world.to(day);
    EXPECT_EQ(world.account.subscription->from, at(day));
    EXPECT_EQ(world.credits("plan"), 500);
  }
}

TEST(Renewal, The31stReturnsAfterFebruary) {
  World common = on("starter", "monthly", "2026-01-31T09:00Z", salesmsg(), salesmsg_words);
  const char* days[] = {"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"};
  for (const char* day : days) {
    common.to(std::string(day) + "T09:00Z");
    EXPECT_EQ(common.account.subscription->from, at(std::string(day) + "T09:00Z"));
  }
  World leap = on("starter", "monthly", "2028-01-31T09:00Z", salesmsg(), salesmsg_words);
  leap.to("2028-03-31T09:00Z");  // in one jump: the 28th of March is the tempting wrong one
  EXPECT_EQ(leap.charges(), 3U);
  EXPECT_EQ(leap.account.subscription->from, at("2028-03-31T09:00Z"));
  EXPECT_EQ(leap.account.orders[1].period_from, at("2028-02-29T09:00Z"));
}

TEST(Renewal, OfNothingIsPaidWithoutAPayment) {
  World world = on("pay_as_you_go", "monthly", "2026-03-10T09:00Z");
  world.to("2026-06-10T09:00Z");
  EXPECT_EQ(world.charges(), 0U);
  EXPECT_EQ(world.orders(OrderKind::subscription), 4U);
  EXPECT_EQ(world.facts<InvoiceIssued>(), 0U);
  EXPECT_FALSE(world.account.first_paid_at);
}

TEST(Cancel, ForfeitsBoughtCreditsTooAtTheEnd) {
  World world = on("growth", "monthly", "2026-03-01T09:00Z");
  world.does(BuyCredits{amount("1000 message"), {}}).to("2026-03-20T09:00Z").does(Cancel{});
  EXPECT_EQ(world.available(), 2000);  // active to the end
  world.to("2026-04-01T09:00Z");
  EXPECT_EQ(world.available(), 0);
  EXPECT_EQ(world.charges(), 2U);
  EXPECT_EQ(world.account.standing, Standing::ended);
  EXPECT_EQ(world.tries(sms()), "no_plan");
  world.to("2026-04-02T09:00Z").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  EXPECT_EQ(world.credits("plan"), 1000);
}

TEST(Cancel, UndoneBeforeTheEndCostsNothingAndRolls) {
  World world = on("growth", "monthly", "2026-03-01T09:00Z");
  uses(world, 200);
  world.does(Cancel{}).to("2026-03-20T09:00Z").does(UndoCancel{});
  EXPECT_EQ(world.charges(), 1U);
  world.to("2026-04-01T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 800);
  EXPECT_EQ(world.tries(UndoCancel{}), "not_cancelled");
}

TEST(Cancel, WhilePastDueClosesTheUnpaidRenewal) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  Catalog slow = call_loop();
  slow.past_due = {slow.past_due.front()};  // a dunning schedule without an end
  world.applies(slow).card("declined").to("2026-04-10T09:00Z").does(Cancel{}).to("2026-05-10T09:00Z");
  EXPECT_EQ(world.last_order().state, OrderState::closed);
  EXPECT_EQ(world.said({.state = AttemptState::captured}), "done");
  world.pays_refunds();
  EXPECT_EQ(world.refunded(), "49.00 USD");  // not kept for a period that nobody had
}

TEST(Cancel, LeavesExotelLimitedWithItsCreditsKept) {
  World world(exotel(), {.forfeits_at_cancel = false, .bought_last = {Span::Unit::months, 0}});
  world.to("2026-03-01T09:00Z").card("captured").does(StartTrial{}).does(SetApproval{"kyc", "approved"});
  world.does(Subscribe{plan("starter"), "monthly", {}, {}, {}, false, {}}).does(BuyCredits{amount("500 balance"), {}});
  world.does(Cancel{}).to("2026-04-01T09:00Z");
  EXPECT_EQ(world.account.state_word(), "limited");
  EXPECT_EQ(world.credits("purchase"), 5'000'000);
  EXPECT_EQ(world.tries(Use{meter("sms"), quantity("1 message"), {{"direction", "outbound"}}}, "service"),
            "gate_closed");
}

}  // namespace
}  // namespace florin::test
