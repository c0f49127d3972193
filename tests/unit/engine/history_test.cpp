/// What an account costs does not grow with its past: docs/decisions/0080-history.md. tests/bench/history_bench.cpp
/// shows how much each part costs.
#include <gtest/gtest.h>

#include <algorithm>

#include "../../bench/long_life.hpp"

namespace florin::engine::history_test {
namespace {

TEST(History, CostsNothing) {
  bench::LongLife young(10), old(10'000);
  const bench::Costs few = bench::costs_of(young), many = bench::costs_of(old);
  EXPECT_EQ(young.refused() + old.refused(), 0U);
  // A walk over 10,000 orders, or a copy of them, is some hundred times as much: this is no measurement.
  const auto flat = [](double before, double now) { return now < 4 * before; };
  EXPECT_TRUE(flat(few.command, many.command)) << few.command << " and " << many.command << " ns";
  EXPECT_TRUE(flat(few.purchase, many.purchase)) << few.purchase << " and " << many.purchase << " ns";
  EXPECT_TRUE(flat(few.debit, many.debit)) << few.debit << " and " << many.debit << " ns";
  EXPECT_TRUE(flat(few.check, many.check)) << few.check << " and " << many.check << " ns";
  EXPECT_TRUE(flat(few.checkpoint, many.checkpoint)) << few.checkpoint << " and " << many.checkpoint << " ns";
  EXPECT_LT(static_cast<double>(many.bytes), 1.3 * static_cast<double>(few.bytes));
}

TEST(History, IsThereAfterARestart) {
  bench::LongLife life(1'000);
  life.commit();
  life.save(life.cut());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5; ++i) life.purchase();
    life.commit();
    const auto cut = life.cut();
    EXPECT_LT(cut.objects.size(), 10U) << "the account, its tenant, and the pages that are new";
    life.save(cut);
    for (int i = 0; i < 3; ++i) life.purchase();  // what no checkpoint has
    life.commit();
    const std::string before = journal::write(life.state());
    life.restart();
    EXPECT_EQ(journal::write(life.state()), before);
    EXPECT_EQ(life.state().orders.size(), 1'001U + 8U * (round + 1U));
  }
  EXPECT_EQ(life.refused(), 0U);
}

TEST(History, OfACutThatWasNotSavedIsInTheNextOne) {
  bench::LongLife life(100);
  life.commit();
  EXPECT_GT(life.cut().objects.size(), 30U);
  life.not_saved();
  const auto again = life.cut();
  EXPECT_GT(again.objects.size(), 30U);
  life.save(again);
  const std::string before = journal::write(life.state());
  life.restart();
  EXPECT_EQ(journal::write(life.state()), before);
}

}  // namespace
}  // namespace florin::engine::history_test
