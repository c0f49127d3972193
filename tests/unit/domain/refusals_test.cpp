/// Refusals that no story comes to: what the host itself asks, and what the shipped tenants leave no room for.
#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

World on_growth(Catalog catalog = call_loop()) {
  World world(std::move(catalog), {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured");
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  return world;
}

std::string of_tenant(const World& world, const AnyCommand& command) {
  const auto decision = decide(Account(), world.tenant, {"staff", ""}, "key", command, {world.now, world.catalogs, {}});
  return decision.refusal ? decision.refusal->code : "done";
}

TEST(Refusals, OfWhatTheHostAsks) {
  World world = on_growth();
  EXPECT_EQ(world.tries(FallDue{}, "host"), "nothing_due");
  EXPECT_EQ(world.tries(ResumeCharges{}, "host"), "nothing_waits");
  EXPECT_EQ(world.tries(RefundReported{{7}, {}}, "host"), "no_such_refund");
  EXPECT_EQ(world.tries(PaymentReported{{1}, 9, {}}, "host"), "no_such_attempt");
  EXPECT_EQ(of_tenant(world, CloseDiscrepancy{"sandbox/1", "seen"}), "no_such_difference");
  Discrepancy difference;
  difference.name = "sandbox/1";
  world.tenant.discrepancies.push_back(difference);
  EXPECT_EQ(of_tenant(world, RecordDiscrepancy{difference}), "known_difference");
  EXPECT_EQ(of_tenant(world, CloseDiscrepancy{"sandbox/1", ""}), "reason_missing");
  EXPECT_EQ(of_tenant(world, CloseDiscrepancy{"sandbox/1", "seen"}), "done");
}

TEST(Refusals, OfAnAnswerThatMayBeForTwoPayments) {
  World world = on_growth();
  for (const std::uint32_t id : {1U, 2U}) {
    Saving waits{};
    waits.id = {id};
    waits.state = AttemptState::needs_action;
    world.account.savings.push_back(waits);
  }
  EXPECT_EQ(world.tries(CustomerReturned{std::nullopt, {{"code", "123456"}}}, "owner"), "order_missing");
}

TEST(Refusals, OfWhatATenantDoesNotOffer) {
  Catalog catalog = call_loop();
  catalog.back_dated.reset();
  World world = on_growth(catalog);
  Use late{meter("sms"), quantity("160 characters"), {}};
  late.used_at = at("2026-03-10T08:00Z");
  EXPECT_EQ(world.tries(late), "not_back_dated");
  EXPECT_EQ(world.tries(AddPaymentMethod{MethodId::trusted("card"), "primary", {}, "", "visa", "4242"}),
            "token_missing");

  Catalog seats = kaspr();
  seats.add_ons.front().prices.erase(
      std::ranges::remove(seats.add_ons.front().prices, "monthly", &AddOn::Price::cycle).begin(),
      seats.add_ons.front().prices.end());
  World kaspr_world(seats, {.plan = 1, .addon = 2});
  kaspr_world.to("2026-03-10T09:00Z").card("captured");
  kaspr_world.does(Subscribe{plan("starter"), "monthly", 1, {}, {}, false, {}});
  EXPECT_EQ(kaspr_world.tries(SetAddOn{seats.add_ons.front().id, 1}), "add_on_not_sold");
}

TEST(Refusals, OfMoneyWithoutAName) {
  Catalog catalog = exotel();
  catalog.bank_receipts.emplace();
  World world(catalog, {.forfeits_at_cancel = false, .bought_last = {Span::Unit::months, 0}});
  world.to("2026-03-01T09:00Z");
  RecordBankReceipt money_came;
  money_came.processor = catalog.processors.front().id;
  money_came.amount = money("100.00 INR");
  EXPECT_EQ(world.tries(money_came, "staff"), "bad_receipt");
}

}  // namespace
}  // namespace florin::test
