/// Which days a price without credits is for, and what of them is unused. Source
/// docs/decisions/0323-days-of-an-order.md
#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

/// Plans that bring no credits, of which staff gives back what is unused.
Catalog by_days() {
  Catalog catalog = salesmsg();
  for (Plan& plan : catalog.plans)
    for (CycleRule& cycle : plan.cycles) cycle.gives.clear();
  catalog.cycle_change = catalog.upgrade;
  catalog.cycle_change.when = ChangeRule::When::now_if_longer;
  catalog.pause = PauseRule{.longest = {Span::Unit::days, 90}, .at = {}};
  catalog.staff_may_refund = true;
  return catalog;
}

/// On growth, monthly, from 2 April on: 30 days.
struct UnusedDays : testing::Test {
  UnusedDays() : world(by_days(), {}) {
    world.to("2026-04-02T12:00Z").card("captured");
    world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  }
  std::string of_order(std::uint32_t order) {
    EXPECT_EQ(world.tries(RefundOrder{OrderId{order}, GivesBack::unused_share, "given up"}, "staff"), "done");
    return world.pays_refunds().refunded();
  }
  void changes(const char* to, const char* cycle) {
    ChangePlan change;
    if (*to != 0) change.plan = plan(to);
    if (*cycle != 0) change.cycle = cycle;
    EXPECT_EQ(world.tries(change, "staff"), "done");
  }
  World world;
};

TEST_F(UnusedDays, OfAnUpgradeBeginWithIt) {
  world.to("2026-04-17T12:00Z");
  changes("pro", "");
  ASSERT_EQ(world.charged(), "149.00 USD");  // 49.00, and half of 249.00 - 49.00
  EXPECT_EQ(of_order(2), "100.00 USD");      // wrong: 50.00, half of it gone for days before
}

TEST_F(UnusedDays, AreMovedByAPause) {
  world.to("2026-04-12T12:00Z").does(Pause{});
  world.to("2026-04-22T12:00Z").does(Resume{});
  world.to("2026-04-27T12:00Z");
  EXPECT_EQ(of_order(1), "24.50 USD");  // 15 of 30; wrong: 8.17, 5 of 30
}

TEST_F(UnusedDays, StandStillInAPause) {
  world.to("2026-04-12T12:00Z").does(Pause{});
  world.to("2026-04-20T12:00Z");
  EXPECT_EQ(of_order(1), "32.67 USD");  // 20 of 30; wrong: 19.60, 12 of 30
}

TEST_F(UnusedDays, OfAnUpgradeAreMovedByAPauseToo) {
  world.to("2026-04-17T12:00Z");
  changes("pro", "");
  world.to("2026-04-20T12:00Z").does(Pause{});
  world.to("2026-04-30T12:00Z").does(Resume{});
  world.to("2026-05-05T12:00Z");
  EXPECT_EQ(of_order(2), "46.67 USD");  // 7 of 15; wrong: nothing, since the period had ended on 2 May
}

TEST_F(UnusedDays, OfALongerCycleAreItsOwn) {
  world.to("2026-04-17T12:00Z");
  changes("", "annual");
  ASSERT_EQ(world.charged(), "494.36 USD");  // 49.00, and 490.00 x 350/365 - 49.00 x 15/30
  world.to("2026-07-26T12:00Z");
  EXPECT_EQ(of_order(2), "318.11 USD");  // 250 of 350; wrong: nothing, since the month was over
}

}  // namespace
}  // namespace florin::test
