/// Payments: recharges, cards that fail, the dunning schedule, money that goes back.
#include <gtest/gtest.h>

#include "domain/accounts/due.hpp"
#include "domain/payments/settle.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

constexpr PolicyWords words{.rolls_over = true};

World on(std::string_view plan_id, std::string_view cycle, std::string_view from) {
  World world(call_loop(), words);
  world.to(from).card("captured").does(Subscribe{plan(plan_id), std::string(cycle), {}, {}, {}, false, {}});
  return world;
}
Use sms(std::int64_t messages = 1) { return {meter("sms"), {messages * 160'000'000, "character"}, {}}; }
SetAutoRecharge recharge(std::string_view below, std::string_view by) {
  return {.active = true, .below = amount(below), .amount = amount(by)};
}

TEST(Recharge, StrictlyBelowTheThreshold) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(recharge("100 message", "200 message")).does(sms(400));
  EXPECT_EQ(world.orders(OrderKind::recharge), 0U);  // at 100: no
  world.does(sms());
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);  // at 99: yes
  EXPECT_EQ(world.last_order().total.text(), "10.00 USD");
  EXPECT_EQ(world.available(), 299);
}

TEST(Recharge, HeldCreditsAreNotAvailable) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(sms(370)).does(recharge("100 message", "100 message"));
  EXPECT_EQ(world.orders(OrderKind::recharge), 0U);
  world.does(PlaceHold{meter("sms"), {160'000'000LL * 40, "character"}, {}, {}});  // 130, 40 held
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);
}

TEST(Recharge, AgainWhenStillBelow) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(sms(460)).does(recharge("200 message", "100 message"));
  EXPECT_EQ(world.orders(OrderKind::recharge), 2U);
  EXPECT_EQ(world.available(), 240);
}

TEST(Recharge, OneAtATime) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.card("pending").does(recharge("100 message", "100 message"));
  for (int i = 0; i < 5; ++i) world.does(sms(90));
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);
  world.to("2026-03-11T09:00Z").said({.state = AttemptState::captured});  // its bank took a day
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);
  EXPECT_EQ(world.available(), 150);
}

TEST(Recharge, NoneWhileRenewalCreditsAreOnTheirWay) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(sms(400)).does(recharge("100 message", "100 message"));
  world.card("pending").to("2026-04-09T09:00Z").to("2026-04-10T09:00Z");
  world.does(sms(100));
  EXPECT_EQ(world.tries(sms(5)), "not_enough_credits");
  EXPECT_EQ(world.orders(OrderKind::recharge), 0U);
  world.said({.state = AttemptState::captured});
  EXPECT_EQ(world.available(), 500);
  EXPECT_EQ(world.orders(OrderKind::recharge), 0U);  // the renewal answered the refusal as well
}

TEST(Recharge, AtARefusal) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(sms(490)).does(recharge("5 message", "100 message"));
  EXPECT_EQ(world.tries(sms(20)), "not_enough_credits");
  EXPECT_EQ(world.orders(OrderKind::recharge), 1U);
  EXPECT_EQ(world.available(), 110);
}

TEST(Recharge, EachLocalDaySoMany) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(sms(500)).does(recharge("1000 message", "100 message"));
  EXPECT_EQ(world.orders(OrderKind::recharge), 3U);
  world.to("2026-03-10T23:59:59Z");
  EXPECT_EQ(world.orders(OrderKind::recharge), 3U);
  world.to("2026-03-11T00:00Z");
  EXPECT_EQ(world.orders(OrderKind::recharge), 6U);
}

TEST(Recharge, SuspendedAfterThreeFailuresUntilTheMethodChanges) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.card("declined").does(sms(490)).does(recharge("100 message", "100 message"));
  EXPECT_EQ(world.orders(OrderKind::recharge), 3U);
  EXPECT_TRUE(world.account.recharge.suspended);
  world.to("2026-03-15T09:00Z");
  EXPECT_EQ(world.orders(OrderKind::recharge), 3U);
  world.card("captured");
  EXPECT_FALSE(world.account.recharge.suspended);
  EXPECT_EQ(world.available(), 110);
}

TEST(Recharge, WithoutAMethodOrAPriceItRests) {
  World world = on("starter", "monthly", "2026-03-10T09:00Z");
  world.does(recharge("100 message", "100 message")).does(RemovePaymentMethod{"primary"}).does(sms(490));
  EXPECT_EQ(world.orders(OrderKind::recharge), 0U);
  EXPECT_TRUE(world.account.recharge.suspended);
  Catalog unsold = call_loop();
  unsold.credit_sales.reset();
  world.applies(unsold).card("captured");  // the driver throws when due work is refused or does not get on
  EXPECT_EQ(world.orders(OrderKind::recharge), 0U);
}

TEST(Purchase, KeepsThePriceOfTheOrder) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("pending").does(BuyCredits{amount("1000 message"), {}}).card("captured");
  world.does(ChangePlan{plan("pro"), "monthly"});
  world.said({.state = AttemptState::captured}, 2);
  EXPECT_EQ(world.account.orders[1].total.text(), "49.00 USD");
  EXPECT_EQ(world.credits("purchase"), 1000);
  world.does(BuyCredits{amount("1000 message"), {}});
  EXPECT_EQ(world.last_order().total.text(), "33.20 USD");
}

TEST(Purchase, LimitsAndSteps) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  EXPECT_EQ(world.tries(BuyCredits{amount("99 message"), {}}), "purchase_too_small");
  EXPECT_EQ(world.tries(BuyCredits{amount("100100 message"), {}}), "purchase_too_large");
  EXPECT_EQ(world.tries(BuyCredits{amount("150 message"), {}}), "not_a_step");
  EXPECT_EQ(world.tries(BuyCredits{amount("100.5 message"), {}}), "bad_amount");
  EXPECT_EQ(world.tries(BuyCredits{amount("100 phone"), {}}), "wrong_credit");
  EXPECT_EQ(world.tries(BuyCredits{amount("100 message"), "backup"}), "no_payment_method");
}

TEST(Attempts, BackupOnlyAfterAFinalRefusal) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("declined").card("captured", "backup").to("2026-04-10T09:00Z");
  ASSERT_EQ(world.last_order().attempts.size(), 2U);
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::declined);
  EXPECT_EQ(world.last_order().attempts[1].state, AttemptState::captured);
  EXPECT_NE(world.last_order().attempts[0].key, world.last_order().attempts[1].key);
  EXPECT_FALSE(world.account.past_due);
}

TEST(Attempts, NoSecondWhileTheFirstIsUnknownOrPending) {
  for (const char* token : {"lost", "pending", "asks"}) {
    World world = on("growth", "monthly", "2026-03-10T09:00Z");
    world.card(token).card("captured", "backup").to("2026-05-09T09:00Z");
    EXPECT_EQ(world.last_order().attempts.size(), 1U) << token;
    EXPECT_FALSE(world.account.past_due) << token;
  }
}

TEST(Attempts, APurchaseTriesTheChosenCardOnly) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("declined").card("captured", "backup").does(BuyCredits{amount("100 message"), {}});
  EXPECT_EQ(world.last_order().attempts.size(), 1U);
  EXPECT_EQ(world.last_order().state, OrderState::closed);
  world.does(BuyCredits{amount("100 message"), "backup"});
  EXPECT_EQ(world.credits("purchase"), 100);
}

TEST(Attempts, NeedsActionThenTheOrderCloses) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("asks").does(BuyCredits{amount("1000 message"), {}}).to("2026-03-10T09:59:59Z");
  EXPECT_EQ(world.last_order().state, OrderState::open);
  world.to("2026-03-10T10:00Z");
  EXPECT_EQ(world.last_order().state, OrderState::closed);
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::expired);
  // Paid after it closed: delivered at the order's price, its life from now.
  world.to("2026-03-12T09:00Z").said({.state = AttemptState::captured});
  EXPECT_EQ(world.credits("purchase"), 1000);
  EXPECT_EQ(world.account.grants.back().ends_at, at("2027-03-12T09:00Z"));
}

TEST(Attempts, SecondCaptureOfOneOrderGoesBack) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("declined").card("captured", "backup").to("2026-04-10T09:00Z");
  EXPECT_EQ(world.said({.state = AttemptState::captured}, 2, 1), "done");
  EXPECT_EQ(world.credits("plan"), 1000);
  world.pays_refunds();
  EXPECT_EQ(world.refunded(), "49.00 USD");
  EXPECT_EQ(world.facts<CreditNoteIssued>(), 0U);  // it had no invoice
}

TEST(Attempts, WrongAmountIsAnAlarmAndNoSuccess) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("lost").does(BuyCredits{amount("1000 message"), {}});
  EXPECT_EQ(world.said({.state = AttemptState::captured, .amount = money("48.00 USD")}), "done");
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::unknown);
  EXPECT_EQ(world.credits("purchase"), 0);
  EXPECT_EQ(world.said({.state = AttemptState::captured, .amount = money("49.00 EUR")}), "done");
  EXPECT_EQ(world.credits("purchase"), 0);
}

TEST(Attempts, WrongAmountAfterARefusalIsAnAlarmToo) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("declined").does(BuyCredits{amount("1000 message"), {}});
  EXPECT_EQ(world.said({.state = AttemptState::captured, .amount = money("48.00 USD")}), "done");
  EXPECT_FALSE(std::get<AttemptMoved>(world.entries.back().facts.front()).alarm.empty());
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::declined);
}

TEST(Attempts, AbsenceIsProvedOnlyAfterTheProvidersDelay) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("lost").does(BuyCredits{amount("1000 message"), {}});
  world.to("2026-03-10T09:04Z").said({.absent = true});
  EXPECT_EQ(world.last_order().attempts.size(), 1U);
  EXPECT_EQ(world.last_order().attempts[0].ask_at, at("2026-03-10T09:05Z"));
  world.to("2026-03-10T09:05Z").said({.absent = true});
  EXPECT_EQ(world.last_order().attempts[0].state, AttemptState::not_sent);
  EXPECT_EQ(world.last_order().attempts.size(), 2U);  // safe to try again
}

TEST(Attempts, NothingIsAskedWithoutEnd) {
  // That nobody waits for it any more is said to the processor at once; what becomes of it is asked later.
  const auto next_question = [](const Account& account) {
    Instant first = never;
    for (const Order& order : account.orders)
      for (const Attempt& attempt : order.attempts)
        if (attempt.open()) first = std::min(first, attempt.ask_at);
    return first;
  };
  for (const char* token : {"pending", "asks", "lost"}) {
    World world = on("growth", "monthly", "2026-03-10T09:00Z");
    world.card(token).does(BuyCredits{amount("1000 message"), {}});
    world.to("2026-03-10T09:30Z");
    for (const AttemptState state : {AttemptState::pending, AttemptState::authorised, AttemptState::authorised,
                                     AttemptState::pending, AttemptState::not_sent}) {
      const bool newly_held = state == AttemptState::authorised && world.last_order().attempts.back().state != state;
      EXPECT_EQ(world.said({.state = state}), "done");
      if (newly_held)
        EXPECT_EQ(world.now, next_question(world.account)) << token;  // what is held is captured now
      else
        EXPECT_LT(world.now, next_question(world.account)) << token;  // each answer puts the next question off
      if (!world.last_order().in_flight()) break;
    }
    EXPECT_EQ(world.said({.absent = true}), "done");
    EXPECT_LT(world.now, next_question(world.account)) << token;
  }
}

TEST(Attempts, FinalIsFinal) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  EXPECT_EQ(world.said({.state = AttemptState::declined}), "stale_claim");
  EXPECT_EQ(world.said({.state = AttemptState::captured}), "stale_claim");
  world.card("declined").does(BuyCredits{amount("1000 message"), {}});
  EXPECT_EQ(world.said({.state = AttemptState::pending}), "stale_claim");
  EXPECT_FALSE(may_move(AttemptState::voided, AttemptState::captured));
}

TEST(Methods, BrandSlotAndPaymentsUnderWay) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  const MethodId card = world.account.methods.front().method;
  EXPECT_EQ(world.tries(AddPaymentMethod{card, "primary", {}, "t", "rupay", ""}), "brand_not_accepted");
  EXPECT_EQ(world.tries(AddPaymentMethod{card, "third", {}, "t", "visa", ""}), "unknown_slot");
  world.card("lost").does(BuyCredits{amount("100 message"), {}});
  EXPECT_EQ(world.tries(RemovePaymentMethod{"primary"}), "payment_under_way");
}

TEST(PastDue, EveryStepOfDunning) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.does(BuyCredits{amount("100 message"), {}}).card("declined").to("2026-04-10T09:00Z");
  ASSERT_TRUE(world.account.past_due);
  EXPECT_EQ(world.last_order().attempts.size(), 1U);  // `after: 0 days` is the attempt that has just failed
  EXPECT_EQ(world.tries(sms()), "done");
  world.to("2026-04-13T08:59Z");
  EXPECT_EQ(world.last_order().attempts.size(), 1U);
  world.to("2026-04-13T09:00Z");
  EXPECT_EQ(world.last_order().attempts.size(), 2U);
  EXPECT_EQ(world.tries(sms()), "done");
  world.to("2026-04-17T09:00Z");
  EXPECT_EQ(world.last_order().attempts.size(), 3U);
  EXPECT_EQ(world.tries(sms()), "past_due");
  world.to("2026-04-24T09:00Z");
  EXPECT_EQ(world.account.standing, Standing::ended);
  EXPECT_EQ(world.last_order().attempts.size(), 3U);
  EXPECT_EQ(world.last_order().state, OrderState::closed);
  EXPECT_EQ(world.available(), 0);
  world.to("2026-12-01T09:00Z");
  EXPECT_EQ(world.charges(), 2U);
}

TEST(PastDue, AWorkingMethodIsTriedAtOnce) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("declined").to("2026-04-18T09:00Z").card("captured", "backup");
  EXPECT_FALSE(world.account.past_due);
  EXPECT_EQ(world.credits("plan"), 1000);
  EXPECT_EQ(world.tries(sms()), "done");
}

TEST(PastDue, WaitsWhileATryIsUnknown) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  world.card("declined").to("2026-04-12T09:00Z").card("lost").to("2026-05-05T09:00Z");
  EXPECT_TRUE(world.account.subscription);  // day 14 is long over
  const std::size_t entries = world.entries.size();
  world.to("2026-05-09T09:00Z");
  EXPECT_EQ(world.entries.size(), entries);
  world.said({.state = AttemptState::captured});
  EXPECT_FALSE(world.account.past_due);
  EXPECT_EQ(world.credits("plan"), 1000);
}

TEST(PastDue, ASecondRenewalIsNotForgotten) {
  World world = on("growth", "monthly", "2026-03-10T09:00Z");
  Catalog patient = call_loop();
  patient.past_due.pop_back();
  world.applies(patient).card("declined").to("2026-05-11T09:00Z").card("captured");
  EXPECT_FALSE(world.account.past_due);
  EXPECT_EQ(world.charged(), "147.00 USD");
  EXPECT_EQ(world.credits("plan"), 1000);  // of this period; the first one's is over
}

TEST(Guarantee, WindowIsOpenAtItsEnd) {
  World world = on("growth", "monthly", "2026-02-01T10:00Z");
  world.to("2026-03-03T09:59:59Z");
  World late = world;
  EXPECT_EQ(world.tries(RequestRefund{}), "done");
  late.to("2026-03-03T10:00:00Z");
  EXPECT_EQ(late.tries(RequestRefund{}), "guarantee_over");
  EXPECT_NE(late.entries.back().refusal->text.find("2026-03-03"), std::string::npos);
}

TEST(Guarantee, ThroughARollOver) {
  World world = on("growth", "monthly", "2026-02-01T10:00Z");
  world.does(sms(400)).to("2026-03-01T10:00Z").does(sms(100)).does(RequestRefund{});
  EXPECT_EQ(world.quoted(), "73.50 USD");  // 49.00 x 500/1,000 + 49.00
  world.does(DecideRefund{true, "asked in time"}).pays_refunds();
  EXPECT_EQ(world.refunded(), "73.50 USD");
  EXPECT_EQ(world.account.standing, Standing::ended);
  EXPECT_EQ(world.facts<CreditNoteIssued>(), 2U);
  EXPECT_EQ(world.tries(sms()), "no_plan");
  EXPECT_FALSE(world.account.frozen);
  EXPECT_EQ(world.tries(RequestRefund{}), "guarantee_used");
}

TEST(Guarantee, AfterAnUpgrade) {
  World world = on("starter", "monthly", "2026-02-01T10:00Z");
  world.does(sms(200)).to("2026-02-10T10:00Z").does(ChangePlan{plan("pro"), "monthly"}).does(sms(500));
  EXPECT_EQ(world.quoted(), "242.36 USD");  // 0 of 25.00, 249.00 x 7,300/7,500
}

TEST(Guarantee, AnnualByCreditsNotByTime) {
  World world = on("growth", "annual", "2026-02-01T10:00Z");
  world.does(sms(1000)).to("2026-02-28T10:00Z");
  EXPECT_EQ(world.quoted(), "449.17 USD");  // 490.00 x 11,000/12,000
}

TEST(Guarantee, WithAHoldOpen) {
  World world = on("growth", "monthly", "2026-02-01T10:00Z");
  world.does(PlaceHold{meter("sms"), {160'000'000LL * 40, "character"}, {}, {}}).does(RequestRefund{});
  EXPECT_EQ(world.tries(sms()), "frozen");
  EXPECT_EQ(world.tries(DecideRefund{true, ""}, "staff"), "holds_open");
  world.does(CaptureHold{{1}, {160'000'000LL * 25, "character"}, {}});
  world.does(DecideRefund{true, ""}).pays_refunds();
  EXPECT_EQ(world.refunded(), "47.78 USD");  // 49.00 x 975/1,000 = 47.775
}

TEST(Guarantee, DeclinedGivesAllBack) {
  World world = on("growth", "monthly", "2026-02-05T10:00Z");
  world.does(sms(400)).to("2026-03-04T10:00Z").does(RequestRefund{});
  EXPECT_EQ(world.tries(BuyCredits{amount("100 message"), {}}), "frozen");
  EXPECT_EQ(world.tries(DecideRefund{true, ""}, "owner"), "not_permitted");
  world.to("2026-03-06T10:00Z");  // the renewal of the 5th waits, and so does the end of the 600
  EXPECT_EQ(world.charges(), 1U);
  EXPECT_EQ(world.quoted(), "29.40 USD");
  world.does(DecideRefund{false, "used"});
  EXPECT_EQ(world.credits("rollover"), 600);
  EXPECT_EQ(world.charges(), 2U);
  EXPECT_EQ(world.account.subscription->from, at("2026-03-05T10:00Z"));
}

TEST(Guarantee, ChargesNothingWhileFrozen) {
  World world = on("growth", "monthly", "2026-02-05T10:00Z");
  world.card("pending").to("2026-03-05T10:00Z").does(RequestRefund{});
  world.said({.state = AttemptState::declined});
  ASSERT_TRUE(world.account.past_due);
  world.card("captured");
  EXPECT_EQ(world.charges(), 1U);
  world.to("2026-03-25T10:00Z");
  EXPECT_TRUE(world.account.subscription);
}

TEST(Guarantee, RefundIsAskedAgainUntilItIsPaid) {
  World world = on("growth", "monthly", "2026-02-05T10:00Z");
  world.does(RequestRefund{}).does(DecideRefund{true, ""});
  const Refund& refund = world.account.refunds.front();
  EXPECT_EQ(refund.ask_at, world.now);
  const std::string key = refund.key;
  world.does(RefundReported{refund.id, {.state = AttemptState::declined}});
  EXPECT_LT(world.now, world.account.refunds.front().ask_at);
  EXPECT_TRUE(world.account.frozen);
  world.pays_refunds();
  EXPECT_EQ(world.account.refunds.front().key, key);
  EXPECT_EQ(world.refunded(), "49.00 USD");
}

}  // namespace
}  // namespace florin::test
