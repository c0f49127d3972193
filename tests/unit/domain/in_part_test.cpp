#include <gtest/gtest.h>

#include "domain/payments/paid_by.hpp"
#include "world.hpp"

// What is captured in part, and what rolls over in part.
namespace florin::test {
namespace {

ProviderReport captured(std::string_view amount, bool in_part = true) {
  ProviderReport said;
  said.state = AttemptState::captured;
  said.in_part = in_part;
  said.amount = money(amount);
  said.ref = "ref_part";
  return said;
}

World waiting(bool backup) {
  World world(call_loop(), {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("pending");
  if (backup) world.card("captured", "backup");
  return std::move(world.does(Subscribe{plan("growth"), "monthly"}));
}

TEST(CapturedInPart, GoesBackAndTheBackupPaysTheWhole) {
  World world = waiting(true);
  ASSERT_EQ(world.said(captured("12.00 USD")), "done");
  world.to("2026-03-10T09:01Z").pays_refunds();
  const Order& order = world.last_order();
  ASSERT_EQ(order.attempts.size(), 2U);
  EXPECT_EQ(order.attempts[0].amount.text(), "12.00 USD");
  EXPECT_EQ(order.attempts[0].decline, DeclineKind::funds);
  EXPECT_TRUE(order.attempts[0].alarm.empty());
  EXPECT_EQ(order.attempts[1].amount.text(), "49.00 USD");
  EXPECT_EQ(order.state, OrderState::paid);
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.charged(), "61.00 USD");
  EXPECT_EQ(world.refunded(), "12.00 USD");
  EXPECT_EQ(world.facts<InvoiceIssued>(), 1U);
  EXPECT_EQ(world.facts<CreditNoteIssued>(), 0U);
  ASSERT_NE(paid_by(world.account, order), nullptr);
  EXPECT_EQ(paid_by(world.account, order)->number, 2U) << "a refund of the order is asked of the backup";
  EXPECT_EQ(world.said(captured("12.00 USD"), 1, 1), "stale_claim");
}

TEST(CapturedInPart, WithoutAnotherMethodTheOrderEnds) {
  World world = waiting(false);
  ASSERT_EQ(world.said(captured("12.00 USD")), "done");
  world.pays_refunds();
  EXPECT_EQ(world.last_order().state, OrderState::closed);
  EXPECT_EQ(world.credits("plan"), 0) << "nothing is given for a part";
  EXPECT_EQ(world.refunded(), "12.00 USD");
  EXPECT_EQ(world.facts<InvoiceIssued>(), 0U);
}

TEST(CapturedInPart, IsBetweenNothingAndWhatWasAsked) {
  for (const char* wrong : {"49.01 USD", "12.00 EUR"}) {
    World world = waiting(false);
    ASSERT_EQ(world.said(captured(wrong)), "done");
    EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::unknown) << wrong;
    EXPECT_TRUE(world.last_order().attempts[0].alarm.starts_with("wrong_amount")) << wrong;
  }
  World not_said = waiting(false);
  ASSERT_EQ(not_said.said(captured("12.00 USD", false)), "done");
  EXPECT_EQ(not_said.last_order().attempts[0].state, AttemptState::unknown) << "another amount is no part by itself";
  World whole = waiting(false);
  ASSERT_EQ(whole.said(captured("49.00 USD")), "done");
  EXPECT_EQ(whole.last_order().state, OrderState::paid);
  EXPECT_TRUE(whole.account.refunds.empty());
}

/// At a renewal so many of a hundred of what remains in a plan's grant roll over.
World rolling(std::int64_t percent) {
  World world(call_loop(), {.rolls_over = true});
  world.policy_says = [percent](const Moment& moment) -> std::optional<Answer> {
    if (moment.kind != MomentKind::period_ended) return std::nullopt;
    PolicyAnswer answer;
    for (const Grant& grant : moment.grants)
      if (grant.source == GrantSource::plan) {
        PolicyDecision roll;
        roll.kind = PolicyDecision::Kind::roll;
        roll.grant = grant.id;
        roll.amount = {grant.remaining.units * percent / 100};
        roll.source = GrantSource::rollover;
        roll.priority = 1;
        roll.end = {.kind = GrantEnd::Kind::after, .after = {Span::Unit::months, 2}, .at = {}};
        roll.rule = "half";
        answer.decisions.push_back(std::move(roll));
      }
    return answer;
  };
  world.to("2026-03-10T09:00Z").card("captured");
  return std::move(world.does(Subscribe{plan("growth"), "monthly"}));
}

TEST(RollsInPart, TheRestIsGone) {
  World world = rolling(50);
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 500);
  EXPECT_EQ(world.credits("plan"), 1000);
}

/// 1000 remain, 900 of them held: 500 are to roll. 100 are free and roll at once, 400 follow when the hold is released.
TEST(RollsInPart, WhatIsHeldFollowsAsFarAsThePartGoes) {
  World world = rolling(50);
  world.to("2026-04-10T08:00Z").does(PlaceHold{meter("sms"), quantity("144000 characters"), {}, {}});
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 100);
  world.does(ReleaseHold{{1}});
  EXPECT_EQ(world.credits("rollover"), 500);
  EXPECT_EQ(world.available(), 1500);
}

/// 1000 remain, 300 held: the 500 are free and roll at once, so that nothing of what is released follows.
TEST(RollsInPart, WhatIsHeldBeyondThePartIsGone) {
  World world = rolling(50);
  world.to("2026-04-10T08:00Z").does(PlaceHold{meter("sms"), quantity("48000 characters"), {}, {}});
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("rollover"), 500);
  world.does(ReleaseHold{{1}});
  EXPECT_EQ(world.credits("rollover"), 500);
  EXPECT_EQ(world.available(), 1500);
}

/// What a lost dispute took before the renewal and gives back after it goes the way of the others.
TEST(RollsInPart, AWonDisputeGivesBackThePart) {
  World world = rolling(50);
  world.to("2026-03-25T09:00Z").does(RecordDispute{{1}, "dp_1", DisputeState::lost, money("49.00 USD"), {}});
  EXPECT_EQ(world.available(), 0);
  world.to("2026-04-10T09:00Z");
  EXPECT_EQ(world.credits("plan"), 1000);
  world.to("2026-04-15T09:00Z").does(RecordDispute{{1}, "dp_1", DisputeState::won, money("49.00 USD"), {}});
  EXPECT_EQ(world.credits("rollover"), 500);
  EXPECT_EQ(world.credits("plan"), 1000);
}

}  // namespace
}  // namespace florin::test
