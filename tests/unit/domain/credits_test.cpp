/// Whose credits, whose period; credits under hold at a boundary; properties that decide; credits without a plan.
#include <gtest/gtest.h>

#include "domain/accounts/apply.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

World on_growth(std::string_view from = "2026-03-10T09:00Z") {
  World world(call_loop(), {.rolls_over = true});
  world.to(from).card("captured").does(Subscribe{plan("growth"), "monthly"});
  return world;
}

CaptureHold captured(std::uint32_t hold, std::string_view how_much) { return {{hold}, quantity(how_much), {}}; }

// ---- Moved credits

TEST(MovedCredits, OutliveAnUpgradeADowngradeAndRenewals) {
  World world = on_growth();
  world.receives(amount("300 message"), GrantSource::plan, at("2027-01-01T00:00Z"));
  EXPECT_EQ(world.credits("plan"), 1300);
  world.to("2026-03-20T09:00Z").does(ChangePlan{plan("pro"), {}});
  EXPECT_EQ(world.credits("rollover"), 1000);
  EXPECT_EQ(world.credits("plan"), 7800);
  world.does(ChangePlan{plan("starter"), {}}).to("2026-04-20T09:00Z");
  EXPECT_EQ(world.credits("plan"), 800);
  world.to("2026-12-31T23:59Z");
  EXPECT_EQ(world.credits("plan"), 800);
  world.to("2027-01-01T00:00Z");
  EXPECT_EQ(world.credits("plan"), 500);
}

TEST(MovedCredits, AreNoMatterOfALongerCycle) {
  Catalog catalog = kaspr();
  catalog.cycle_change = {.when = ChangeRule::When::now_if_longer,
                          .cycle = ChangeRule::Cycle::keeps,
                          .pays = ChangeRule::Pays::prorated_difference,
                          .credits = ChangeRule::Gives::prorated_difference,
                          .at = {}};
  World world(catalog, {});
  world.to("2026-04-01T08:00Z").card("captured").does(Subscribe{catalog.plans.front().id, "monthly"});
  const Instant ends = world.account.subscription->to;
  world.receives({{50, 0}, catalog.credits.front().id}, GrantSource::plan, ends);
  world.does(ChangePlan{{}, "annual"});
  ASSERT_LT(ends, world.account.subscription->to);
  for (const Grant& grant : world.account.grants) {
    EXPECT_EQ(grant.ends_at, grant.received ? ends : world.account.subscription->to) << grant.id.value;
  }
}

TEST(MovedCredits, StandStillInAPauseFromTheirArrivalOn) {
  Catalog catalog = call_loop();
  catalog.pause = PauseRule{true, true, {Span::Unit::days, 90}, {}};
  World world(catalog, {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly"});
  world.to("2026-03-12T09:00Z").does(Pause{});
  world.to("2026-03-20T09:00Z").receives(amount("100 message"), GrantSource::purchase, at("2026-06-01T09:00Z"));
  world.to("2026-03-24T09:00Z").does(Resume{});
  const auto moved =
      std::ranges::find_if(world.account.grants, [](const Grant& grant) { return bool(grant.received); });
  EXPECT_EQ(moved->ends_at, at("2026-06-05T09:00Z"));
}

TEST(Credits, ThatEndOnTheDayOfARenewalByChanceAreNotThePeriods) {
  Catalog catalog = call_loop();
  catalog.cycle_change = {.when = ChangeRule::When::now_if_longer,
                          .cycle = ChangeRule::Cycle::keeps,
                          .pays = ChangeRule::Pays::prorated_difference,
                          .credits = ChangeRule::Gives::prorated_difference,
                          .at = {}};
  World world(catalog, {.rolls_over = true, .bought_last = {Span::Unit::months, 1}});
  world.to("2026-03-10T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly"});
  world.does(BuyCredits{amount("500 message"), {}});
  world.to("2026-03-11T09:00Z").does(ChangePlan{{}, "annual"});
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("purchase"), 0);
}

// ---- Held credits at a boundary

TEST(Holds, AllOfThePlanHeldOverARenewalRollsWhenReleased) {
  World world = on_growth();
  world.to("2026-04-10T08:00Z").does(PlaceHold{meter("sms"), quantity("160000 characters"), {}, {}});
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.available(), 1000);
  world.to("2026-04-10T10:00Z").does(captured(1, "16000 characters"));
  EXPECT_EQ(world.credits("rollover"), 900);
  world.to("2026-05-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 1000);
}

TEST(Holds, AllOfThePlanHeldOverAnUpgradeDoesNotOutliveIt) {
  World world = on_growth();
  world.to("2026-03-20T08:00Z").does(PlaceHold{meter("sms"), quantity("160000 characters"), {}, {}});
  world.does(ChangePlan{plan("pro"), {}});
  EXPECT_EQ(world.credits("plan"), 7500);
  world.does(ReleaseHold{{1}});
  EXPECT_EQ(world.credits("plan"), 7500);
  EXPECT_EQ(world.credits("rollover"), 1000);
}

TEST(Holds, AreReleasedIntoTheRollOverOfTheirRest) {
  World world = on_growth();
  world.to("2026-03-20T08:00Z").does(PlaceHold{meter("sms"), quantity("80000 characters"), {}, {}});
  world.does(ChangePlan{plan("pro"), {}});
  EXPECT_EQ(world.credits("rollover"), 500);
  world.does(Cancel{});
  world.does(ReleaseHold{{1}});
  EXPECT_EQ(world.credits("rollover"), 1000);
}

TEST(Holds, ReleasedIntoARollOverThatWasForfeitedGoItsWay) {
  World world = on_growth("2026-03-10T09:00Z");
  world.to("2026-03-20T08:00Z").does(PlaceHold{meter("sms"), quantity("80000 characters"), {}, {}});
  world.does(ChangePlan{plan("pro"), {}});
  world.does(DeleteAccount{});
  world.does(ReleaseHold{{1}});
  std::int64_t forfeited = 0;
  for (const Grant& grant : world.account.closed_grants) forfeited += grant.forfeited.units;
  EXPECT_EQ(forfeited, 1000 + 7500);
  EXPECT_TRUE(world.account.grants.empty());
}

TEST(Holds, OfAWholeTrialEndWithIt) {
  World world(call_loop(), {.rolls_over = true});
  world.to("2026-03-01T09:00Z").does(StartTrial{});
  world.to("2026-03-15T08:00Z").does(PlaceHold{meter("sms"), quantity("4000 characters"), {}, {}});
  world.to("2026-03-15T09:00Z").does(ReleaseHold{{1}});
  EXPECT_EQ(world.credits("trial"), 0);
  EXPECT_TRUE(world.account.grants.empty());
}

// ---- Properties that decide

TEST(Properties, OneThatAPriceDependsOnIsNamed) {
  World world = on_growth();
  const auto drop = [&](std::vector<Word> properties) {
    return world.tries(Use{meter("ringless"), quantity("1 drop"), std::move(properties)});
  };
  EXPECT_EQ(drop({}), "property_missing");
  EXPECT_EQ(drop({{"outcom", "delivered"}}), "property_missing");
  EXPECT_NE(world.entries.back().refusal->text.find("Did you mean 'outcome'"), std::string::npos);
  EXPECT_EQ(world.available(), 1000);
  EXPECT_EQ(drop({{"outcome", "failed"}}), "done");
  EXPECT_EQ(world.available(), 1000);
  EXPECT_EQ(drop({{"outcome", "delivered"}}), "done");
  EXPECT_EQ(world.available(), 998);
}

TEST(Properties, ValuesAndAbsenceAreTheTenantsWord) {
  Catalog catalog = call_loop();
  catalog.properties = {
      {.name = "outcome", .of = {"delivered", "failed"}, .any_case = true, .left_out = "failed", .at = {}}};
  std::vector<Meter> meters(catalog.meters.begin(), catalog.meters.end());
  for (Meter& each : meters)
    if (each.only_if) {
      Condition condition = *each.only_if;
      condition.front().any_case = true;
      each.only_if = condition;
    }
  catalog.meters = Meters(meters);
  World world(catalog, {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly"});
  const auto drop = [&](std::vector<Word> properties) {
    return world.tries(Use{meter("ringless"), quantity("1 drop"), std::move(properties)});
  };
  EXPECT_EQ(drop({}), "done");
  EXPECT_EQ(world.available(), 1000);
  EXPECT_EQ(drop({{"outcome", "Delivered"}}), "done");
  EXPECT_EQ(world.available(), 998);
  EXPECT_EQ(drop({{"outcome", "deliverd"}}), "unknown_value");
  EXPECT_EQ(drop({{"Outcom", "delivered"}}), "property_missing");  // misspelt is not left out
  EXPECT_EQ(drop({{"route", "delivered"}}), "done");
  EXPECT_EQ(world.available(), 998);
}

TEST(Properties, AHoldKeepsCreditsForWhatIsNotKnownYet) {
  World world = on_growth();
  world.does(PlaceHold{meter("ringless"), quantity("10 drop"), {}, {}});
  EXPECT_EQ(world.available(), 980);
  EXPECT_EQ(world.tries(CaptureHold{{1}, quantity("10 drop"), {{"otcome", "failed"}}}), "property_missing");
  world.does(CaptureHold{{1}, quantity("10 drop"), {{"outcome", "failed"}}});
  EXPECT_EQ(world.available(), 1000);
}

TEST(Properties, AGateIsNotPassedByLeavingOneOut) {
  Catalog catalog = call_loop();
  catalog.gates = {{.actions = {"use"},
                    .applies_if = {{"direction", {"outbound"}, {}, true}},
                    .needs = {{"kyc", {"approved"}}},
                    .refuse = false,
                    .says = "Needs KYC.",
                    .at = {}}};
  catalog.approvals = {"kyc"};
  World world(catalog, {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly"});
  const auto send = [&](std::vector<Word> properties) {
    return world.tries(Use{meter("sms"), quantity("160 characters"), std::move(properties)});
  };
  EXPECT_EQ(send({}), "property_missing");
  EXPECT_EQ(send({{"direction", "outbound"}}), "gate_closed");
  EXPECT_EQ(send({{"direction", "inbound"}}), "done");
  world.does(SetApproval{"kyc", "approved"});
  EXPECT_EQ(send({}), "done");
}

// ---- Credits without a plan

Catalog wallet() {
  Catalog catalog = call_loop();
  catalog.plans.clear();
  catalog.credit_sales->needs_plan = false;
  catalog.credit_sales->price = *UnitPrice::parse("0.05 USD");
  return catalog;
}

Use one_text() { return {meter("sms"), quantity("160 characters"), {}}; }

TEST(Wallet, BuysUsesAndRechargesWithoutAPlan) {
  World world(wallet(), {});
  world.to("2026-03-10T09:00Z").card("captured");
  EXPECT_EQ(world.tries(one_text()), "not_enough_credits");
  world.does(BuyCredits{amount("100 message"), {}});
  EXPECT_EQ(world.tries(one_text()), "done");
  EXPECT_EQ(world.available(), 99);
  world.does(SetAutoRecharge{true, amount("100 message"), amount("500 message")});
  EXPECT_EQ(world.available(), 599);
  EXPECT_EQ(world.charged(), "30.00 USD");
}

TEST(Wallet, IsOfTheTenantsWordAlone) {
  World world(call_loop(), {});
  world.to("2026-03-10T09:00Z").card("captured");
  EXPECT_EQ(world.tries(BuyCredits{amount("100 message"), {}}), "no_plan");
  EXPECT_EQ(world.tries(one_text()), "no_plan");
}

TEST(Wallet, WhatIsBoughtInATrialWorksAfterIt) {
  Catalog catalog = call_loop();
  catalog.credit_sales->needs_plan = false;
  catalog.credit_sales->price = *UnitPrice::parse("0.05 USD");
  World world(catalog, {});
  world.to("2026-03-01T09:00Z").card("captured").does(StartTrial{}).does(BuyCredits{amount("100 message"), {}});
  world.to("2026-03-20T09:00Z");
  EXPECT_EQ(world.account.state_word(), "opened");
  EXPECT_EQ(world.tries(one_text()), "done");
  EXPECT_EQ(world.available(), 99);
}

TEST(Wallet, NothingIsRechargedAfterAPlanEndedBeforeItIsAgreedToAgain) {
  Catalog catalog = call_loop();
  catalog.credit_sales->needs_plan = false;
  catalog.credit_sales->price = *UnitPrice::parse("0.05 USD");
  World world(catalog, {.rolls_over = true, .forfeits_at_cancel = true});
  world.to("2026-03-10T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly"});
  world.does(SetAutoRecharge{true, amount("100 message"), amount("500 message")}).does(Cancel{});
  world.to("2026-05-10T09:00Z");
  EXPECT_EQ(world.account.state_word(), "ended");
  EXPECT_EQ(world.charges(), 1U);
  world.does(SetAutoRecharge{true, amount("100 message"), amount("500 message")});
  EXPECT_EQ(world.charges(), 2U);
  EXPECT_EQ(world.tries(one_text()), "done");
}

TEST(Purchases, AreRefusedWhereTheyCouldNotBeUsed) {
  World world = on_growth();
  apply(world.account, world.tenant, AccountBlocked{"because"}, world.now);
  EXPECT_EQ(world.tries(BuyCredits{amount("100 message"), {}}), "blocked");
}

}  // namespace
}  // namespace florin::test
