/// Usage, holds, licences, add-ons and who may do what.
#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

World on(std::string_view plan_id, std::string_view from, Catalog catalog = call_loop(),
         PolicyWords words = {.rolls_over = true}, std::string cycle = "monthly", std::int32_t licences = 1) {
  World world(std::move(catalog), words);
  world.to(from).card("captured").does(SetApproval{"kyc", "approved"});
  world.does(Subscribe{plan(plan_id), cycle, licences, {}, {}, false, {}});
  return world;
}
World call_loop_on_growth() {
  World world(call_loop(), {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured");
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  return world;
}
World kaspr_with(std::int32_t licences, std::string_view from, std::string cycle = "annual") {
  World world(kaspr(), {.plan = 1, .addon = 2});
  world.to(from).card("captured").does(Subscribe{plan("starter"), std::move(cycle), licences, {}, {}, false, {}});
  return world;
}
Use sms(std::int64_t messages = 1) { return {meter("sms"), {messages * 160'000'000, "character"}, {}}; }
PlaceHold hold(std::int64_t messages) { return {meter("sms"), {messages * 160'000'000, "character"}, {}, {}}; }
CaptureHold settle(std::uint32_t id, std::int64_t messages) {
  return {{id}, {messages * 160'000'000, "character"}, {}};
}
const Grant& closed(const World& world, std::size_t i) { return world.account.closed_grants.at(i); }

std::int64_t taken(World& world, const AnyCommand& command) {
  const std::int64_t before = world.available();
  world.does(command);
  return before - world.available();
}

TEST(Usage, StartedBlocksCountWhole) {
  World world = call_loop_on_growth();
  EXPECT_EQ(taken(world, Use{meter("sms"), quantity("161 characters"), {}}), 2);
  EXPECT_EQ(taken(world, Use{meter("sms"), quantity("160 characters"), {}}), 1);
  EXPECT_EQ(taken(world, Use{meter("sms"), quantity("0 characters"), {}}), 1);  // an empty message is a block
  EXPECT_EQ(taken(world, Use{meter("voice"), quantity("60.001 seconds"), {}}), 2);
  EXPECT_EQ(taken(world, Use{meter("voice"), quantity("0 seconds"), {}}), 0);
  EXPECT_EQ(taken(world, Use{meter("ringless"), quantity("1 drop"), {{"outcome", "failed"}}}), 0);
  EXPECT_EQ(taken(world, Use{meter("ringless"), quantity("1 drop"), {{"outcome", "delivered"}}}), 2);
  EXPECT_EQ(world.tries(Use{meter("sms"), quantity("1 minute"), {}}), "wrong_unit");
  EXPECT_EQ(world.tries(Use{meter("fax"), quantity("1 page"), {}}), "unknown_meter");
}

TEST(Usage, PulsesOfMoney) {
  World world(exotel(), {.forfeits_at_cancel = false, .bought_last = {Span::Unit::months, 0}});
  world.to("2026-03-01T09:00Z").does(StartTrial{});
  EXPECT_EQ(taken(world, Use{meter("voice"), quantity("61 seconds"), {}}), 9000);  // 3 x 0.3000, not 2.03 x
}

TEST(Usage, NeverNegativeNeverTooLarge) {
  World world = call_loop_on_growth();
  EXPECT_EQ(world.tries(Use{meter("sms"), {-160'000'000, "character"}, {}}), "bad_quantity");
  Catalog dear = call_loop();
  std::vector<Meter> meters(dear.meters.begin(), dear.meters.end());
  meters[1].takes = {INT64_MAX / 2};  // sms
  dear.meters = Meters(std::move(meters));
  dear.on_new_version.meters = OnNewVersion::Meters::at_once;
  world.applies(dear);
  EXPECT_EQ(world.tries(sms(3)), "amount_out_of_range");
  EXPECT_EQ(world.available(), 1000);
}

TEST(Usage, SpendingOrder) {
  World world = call_loop_on_growth();
  world.does(sms(500)).to("2026-04-05T09:00Z").does(BuyCredits{amount("100 message"), {}});
  world.to("2026-04-10T09:00Z").does(BuyCredits{amount("100 message"), {}});
  world.does(sms(501));
  EXPECT_EQ(world.credits("rollover"), 0);
  EXPECT_EQ(world.credits("plan"), 999);
  world.does(sms(1000));
  ASSERT_EQ(world.account.grants.size(), 2U);
  EXPECT_EQ(world.account.grants[0].remaining.units, 99);  // the one that ends first
  EXPECT_EQ(world.account.grants[1].remaining.units, 100);
}

TEST(Usage, ABatchIsLinesEachWhole) {
  World world = call_loop_on_growth();
  world.does(sms(940));
  int sent = 0, refused = 0;
  for (int i = 0; i < 100; ++i) (world.tries(sms()) == "done" ? sent : refused)++;
  EXPECT_EQ(sent, 60);
  EXPECT_EQ(refused, 40);
  world.does(AdjustCredits{amount("5 message"), false, "sorry"});
  EXPECT_EQ(world.tries(sms(6)), "not_enough_credits");  // not five of six
  EXPECT_EQ(world.available(), 5);
}

TEST(Holds, OverACyclesEnd) {
  World world = call_loop_on_growth();
  world.does(sms(450)).to("2026-04-10T08:00Z").does(hold(50)).to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 500);
  const auto ends = world.account.grants.front().ends_at;
  world.to("2026-04-10T10:00Z").does(settle(1, 30));
  EXPECT_EQ(world.credits("rollover"), 520);
  EXPECT_EQ(world.account.grants.front().ends_at, ends);
  EXPECT_EQ(closed(world, 0).spent.units, 480);
  EXPECT_EQ(closed(world, 0).rolled.units, 520);
}

TEST(Holds, AllOfAGrantOverACyclesEnd) {
  World world = call_loop_on_growth();
  world.to("2026-04-10T08:00Z").does(hold(1000)).to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 0);
  world.does(ReleaseHold{{1}});
  EXPECT_EQ(world.credits("rollover"), 1000);  // not expired: nothing had rolled yet
}

TEST(Holds, OverAGrantsEnd) {
  World world(call_loop(), {.rolls_over = true, .bought_last = {Span::Unit::days, 10}, .plan = 4});
  world.to("2026-03-10T09:00Z").card("captured");
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}}).does(BuyCredits{amount("100 message"), {}});
  world.to("2026-03-20T08:00Z").does(hold(50)).to("2026-03-20T09:00Z");
  EXPECT_EQ(world.account.grants.front().expired.units, 50);
  EXPECT_EQ(world.account.grants.front().remaining.units, 50);
  world.does(settle(1, 30));
  EXPECT_EQ(closed(world, 0).expired.units, 70);
  EXPECT_EQ(closed(world, 0).spent.units, 30);
}

TEST(Holds, TimeOut) {
  World world = call_loop_on_growth();
  world.does(hold(50));
  EXPECT_EQ(world.available(), 950);
  world.to("2026-03-11T08:59Z");
  EXPECT_EQ(world.available(), 950);
  world.to("2026-03-11T09:00Z");
  EXPECT_EQ(world.available(), 1000);
  EXPECT_EQ(world.tries(settle(1, 1)), "no_such_hold");
  PlaceHold long_one = hold(1);
  long_one.lasts = Span{Span::Unit::days, 2};
  EXPECT_EQ(world.tries(long_one), "hold_too_long");
}

TEST(Holds, UsedMoreThanHeldIsOwed) {
  Catalog owes = call_loop();
  owes.holds->used_more_than_held = HoldRule::UsedMore::owe;
  World world(owes, {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured");
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}}).does(sms(988)).does(hold(10));
  world.does(settle(1, 14));
  EXPECT_EQ(world.available(), 0);
  EXPECT_EQ(world.account.owes(world.account.owed.front().type).units, 2);
  world.does(BuyCredits{amount("500 message"), {}});
  EXPECT_EQ(world.available(), 498);
  EXPECT_TRUE(world.account.owed.empty());
}

TEST(Holds, UsedMoreThanHeldIsAbsorbed) {
  World world = call_loop_on_growth();
  world.does(sms(988)).does(hold(10)).does(settle(1, 14)).does(BuyCredits{amount("500 message"), {}});
  EXPECT_EQ(world.available(), 500);
}

TEST(Holds, OwedByType) {
  World world = kaspr_with(1, "2026-01-01T09:00Z", "monthly");
  world.does(PlaceHold{meter("phone"), quantity("100 numbers"), {}, {}});
  world.does(PlaceHold{meter("email"), quantity("5 contacts"), {}, {}});
  world.does(CaptureHold{{1}, quantity("102 numbers"), {}}).does(CaptureHold{{2}, quantity("6 contacts"), {}});
  world.to("2026-02-01T09:00Z");
  EXPECT_EQ(world.credits("plan", "phone"), 98);
  EXPECT_EQ(world.credits("plan", "email"), 4);
}

TEST(Holds, AWordThatIsNotKnownYetIsKeptAside) {
  World world = call_loop_on_growth();
  world.does(PlaceHold{meter("ringless"), quantity("1 drop"), {}, {}});
  EXPECT_EQ(world.available(), 998);
  World failed = world;
  world.does(CaptureHold{{1}, quantity("1 drop"), {{"outcome", "delivered"}}});
  EXPECT_EQ(world.available(), 998);
  failed.does(CaptureHold{{1}, quantity("1 drop"), {{"outcome", "failed"}}});
  EXPECT_EQ(failed.available(), 1000);
}

TEST(Licences, OneLineForAllRoundedOnce) {
  World world = kaspr_with(3, "2026-01-01T09:00Z");
  world.to("2026-09-23T15:00Z").does(SetLicences{5});                    // 100 of 365 days
  EXPECT_EQ(world.last_order().total.text(), "328.77 EUR");              // not 2 x 164.38 = 328.76
  EXPECT_EQ(world.last_order().buys.plan_credits[0].amount.units, 658);  // 2,400 x 100/365 = 657.5, up
  EXPECT_EQ(world.account.subscription->to, at("2027-01-01T09:00Z"));
}

TEST(Licences, UpAndDownAgain) {
  World world = kaspr_with(5, "2026-01-01T09:00Z");
  world.to("2026-09-23T15:00Z").does(SetLicences{8});
  const std::string paid = world.charged();
  world.does(SetLicences{5});
  EXPECT_EQ(world.charged(), paid);
  EXPECT_EQ(world.account.subscription->licences, 8);
  world.to("2027-01-01T09:00Z");
  EXPECT_EQ(world.account.subscription->licences, 5);
  EXPECT_EQ(world.last_order().total.text(), "3000.00 EUR");
}

TEST(Licences, KeepThePriceOfTheirSubscription) {
  World world = kaspr_with(1, "2026-01-01T09:00Z", "monthly");
  Catalog dearer = kaspr();
  dearer.plans.front().cycles.front().price = money("90.00 EUR");
  world.applies(dearer).to("2026-01-16T09:00Z").does(SetLicences{2}).to("2026-02-01T09:00Z");
  EXPECT_EQ(world.last_order().total.text(), "120.00 EUR");  // not 2 x 90.00
  world.does(SetLicences{1}).to("2026-03-01T09:00Z");
  EXPECT_EQ(world.last_order().total.text(), "60.00 EUR");
}

TEST(Licences, PaidAfterTheEndAreGivenBack) {
  World world = kaspr_with(1, "2026-01-01T09:00Z", "monthly");
  world.card("lost").to("2026-01-20T09:00Z").does(SetLicences{3}).does(Cancel{}).to("2026-02-02T09:00Z");
  EXPECT_EQ(world.said({.state = AttemptState::captured}), "done");
  EXPECT_FALSE(world.account.subscription);  // not a new one for the price of a difference
  world.pays_refunds();
  EXPECT_EQ(world.refunded(), "46.45 EUR");  // 120.00 x 12/31
}

TEST(AddOns, WholePriceInsideThePeriodAndRenew) {
  World world = kaspr_with(1, "2026-01-01T09:00Z", "monthly");
  const AddOnId more = kaspr().add_ons.front().id;
  world.to("2026-01-22T09:00Z").does(SetAddOn{more, 1});
  EXPECT_EQ(world.last_order().total.text(), "30.00 EUR");
  EXPECT_EQ(world.credits("addon", "phone"), 100);
  world.to("2026-02-01T09:00Z");
  EXPECT_EQ(world.last_order().total.text(), "90.00 EUR");
  EXPECT_EQ(world.credits("addon", "phone"), 100);  // not 200
  world.does(SetAddOn{more, 0}).to("2026-03-01T09:00Z");
  EXPECT_EQ(world.last_order().total.text(), "60.00 EUR");
  EXPECT_EQ(world.credits("addon", "phone"), 0);
}

TEST(Access, RolesGatesAndApprovals) {
  World world = call_loop_on_growth();
  EXPECT_EQ(world.tries(ChangePlan{plan("pro"), "monthly"}, "member"), "not_permitted");
  EXPECT_EQ(world.entries.back().refusal->rule, "tenant.yaml:80");
  EXPECT_EQ(world.tries(BuyCredits{amount("100 message"), {}}, "nobody"), "not_permitted");
  EXPECT_EQ(world.tries(AdjustCredits{amount("5 message"), false, "gift"}, "owner"), "not_permitted");
  EXPECT_EQ(world.tries(BuyCredits{amount("100 message"), {}}, "admin"), "done");
}

TEST(Access, KycBeforeAnUpgradeFromTheTrial) {
  World world(exotel(), {.forfeits_at_cancel = false, .bought_last = {Span::Unit::months, 0}});
  world.to("2026-03-01T09:00Z").card("captured").does(StartTrial{});
  const Subscribe upgrade{plan("starter"), "monthly", {}, {}, {}, false, {}};
  EXPECT_EQ(world.tries(upgrade), "gate_closed");
  EXPECT_EQ(world.charges(), 0U);
  world.does(SetApproval{"kyc", "submitted"});
  EXPECT_EQ(world.tries(upgrade), "gate_closed");
  world.does(SetApproval{"kyc", "approved"});
  EXPECT_EQ(world.tries(upgrade), "done");
  EXPECT_EQ(world.credits("trial"), 0);
  EXPECT_EQ(world.tries(SetApproval{"kyc", "approved"}, "owner"), "not_permitted");
  EXPECT_EQ(world.tries(SetApproval{"tax", "approved"}, "staff"), "unknown_approval");
}

TEST(Access, AGateKnowsTheMeterAndTakesNoWordForAnApproval) {
  World world = on("starter", "2026-03-01T09:00Z", exotel(), {.bought_last = {Span::Unit::months, 0}});
  world.does(BuyCredits{amount("500 balance"), {}});
  const std::vector<Word> to_india{{"destination_country", "IN"}};
  EXPECT_EQ(world.tries(Use{meter("sms"), quantity("1 message"), to_india}), "gate_closed");
  EXPECT_EQ(world.tries(Use{meter("sms"), quantity("1 message"), {{"destination_country", "IN"}, {"dlt", "approved"}}}),
            "gate_closed");
  EXPECT_EQ(world.tries(Use{meter("sms"), quantity("1 message"), {{"destination_country", "FR"}}}), "done");
  EXPECT_EQ(world.tries(Use{meter("voice"), quantity("1 minute"), to_india}), "done");
  world.does(SetApproval{"dlt", "approved"});
  EXPECT_EQ(world.tries(Use{meter("sms"), quantity("1 message"), to_india}), "done");
}

TEST(Staff, CorrectsCreditsAndForgetsPersons) {
  World world = call_loop_on_growth();
  world.does(AdjustCredits{amount("50 message"), false, "outage"});
  EXPECT_EQ(world.credits("correction"), 50);
  EXPECT_EQ(world.tries(AdjustCredits{amount("50 message"), false, ""}, "staff"), "reason_missing");
  EXPECT_EQ(world.tries(AdjustCredits{amount("2000 message"), true, "fraud"}, "staff"), "not_enough_credits");
  world.does(AdjustCredits{amount("1010 message"), true, "fraud"});
  EXPECT_EQ(world.available(), 40);
  EXPECT_EQ(closed(world, 0).corrected.units, 1000);
  world.does(ErasePersonalData{});
  EXPECT_EQ(world.tries(ErasePersonalData{}, "staff"), "nobody_to_erase");
}

TEST(Time, DoesNotRunBack) {
  World world = call_loop_on_growth();
  const std::vector<Answer> none;
  const auto decision = decide(world.account, world.tenant, {"owner", ""}, "k", sms(),
                               {at("2026-03-10T08:59Z"), world.catalogs, none, nullptr});
  ASSERT_TRUE(decision.refusal);
  EXPECT_EQ(decision.refusal->code, "time_ran_back");
}

}  // namespace
}  // namespace florin::test
