#include "engine/key_window.hpp"

#include <gtest/gtest.h>

#include <string>

namespace florin::engine {
namespace {

const TenantId tenant = TenantId::trusted("callloop");
const Instant start = *Instant::parse("2026-03-10T09:30Z");

KeyWindow::Digest key(std::size_t n) { return KeyWindow::digest_of(tenant, "key-" + std::to_string(n)); }

TEST(KeyWindow, FindsWhatItRemembersAndNothingElse) {
  KeyWindow keys(hours(24));
  for (std::uint32_t n = 0; n < 20'000; ++n)
    keys.remember(key(n), {.content = n * 7, .position = (std::uint64_t{1} << 40) + n}, start);
  for (std::uint32_t n = 0; n < 20'000; ++n) {
    const auto found = keys.find(key(n), start);
    ASSERT_TRUE(found) << n;
    EXPECT_EQ(found->content, n * 7);
    EXPECT_EQ(found->position, (std::uint64_t{1} << 40) + n);
  }
  for (std::size_t n = 20'000; n < 40'000; ++n) EXPECT_FALSE(keys.find(key(n), start)) << n;
  EXPECT_EQ(keys.size(), 20'000U);
}

TEST(KeyWindow, TenantsShareNoKey) {
  KeyWindow keys(hours(24));
  keys.remember(KeyWindow::digest_of(tenant, "k"), {.content = 1, .position = 1}, start);
  EXPECT_FALSE(keys.find(KeyWindow::digest_of(TenantId::trusted("kaspr"), "k"), start));
}

TEST(KeyWindow, RemembersForItsWindowAndAtMostTwo) {
  KeyWindow keys(hours(24));
  keys.remember(key(1), {.content = 1, .position = 1}, start);
  EXPECT_TRUE(keys.find(key(1), start + hours(24)));
  EXPECT_FALSE(keys.find(key(1), start + hours(50)));
  // The same key again is another command by then.
  keys.remember(key(1), {.content = 2, .position = 2}, start + hours(50));
  ASSERT_TRUE(keys.find(key(1), start + hours(50)));
  EXPECT_EQ(keys.find(key(1), start + hours(50))->position, 2U);
  EXPECT_EQ(keys.size(), 1U);
}

TEST(KeyWindow, ForgetsOldGenerationsBeforeItGrows) {
  KeyWindow keys(hours(1));
  constexpr std::size_t an_hour = 50'000;
  std::size_t most = 0;
  for (std::size_t hour = 0; hour < 12; ++hour) {
    for (std::size_t n = 0; n < an_hour; ++n)
      keys.remember(key(hour * an_hour + n), {.content = 1, .position = 1},
                    start + hours(static_cast<std::int64_t>(hour)));
    if (hour == 5) most = keys.bytes();
  }
  EXPECT_LE(keys.size(), 4 * an_hour);
  EXPECT_LE(keys.bytes(), most + most / 4);
  EXPECT_TRUE(keys.find(key(12 * an_hour - 1), start + hours(11)));
}

TEST(KeyWindow, AKeyTakesAtMost32Bytes) {
  KeyWindow keys(hours(24));
  for (std::size_t n = 0; n < 600'000; ++n) {
    keys.remember(key(n), {.content = 1, .position = 1}, start);
    if (n >= 300'000 && n % 20'000 == 0) {
      EXPECT_LE(keys.bytes(), keys.size() * 32) << n;
    }
  }
}

}  // namespace
}  // namespace florin::engine
