/// What an account costs does not grow with its past: docs/decisions/0080-history.md. tools/instructions shows how much
/// each part costs.
#include <gtest/gtest.h>

#include "../../bench/long_life.hpp"

namespace florin::engine::history_test {
namespace {

TEST(History, IsNoPartOfACheckpoint) {
  const auto bytes_of_one_change = [](std::uint32_t closed_orders) {
    bench::LongLife life(closed_orders);
    life.commit();
    life.save(life.cut());
    life.command();
    life.commit();
    std::size_t bytes = 0;
    for (const auto& object : life.cut().objects) bytes += object.bytes.size();
    return static_cast<double>(bytes);
  };
  EXPECT_LT(bytes_of_one_change(10'000), 1.3 * bytes_of_one_change(10));
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
