#include "engine/key_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/key_window.hpp"

namespace florin::engine {
namespace {

const TenantId tenant = TenantId::trusted("callloop");
const Instant start = *Instant::parse("2026-03-10T09:30Z");

KeyTable::Digest key(std::size_t n) { return KeyTable::digest_of(tenant, "key-" + std::to_string(n)); }
KeyTable::Use use(std::size_t n) { return {.content = static_cast<std::uint32_t>(n * 7), .position = n}; }

class KeysInFiles : public testing::Test {
 protected:
  KeyFiles::Options options(std::size_t most_in_memory) const { return {folder, most_in_memory, {}, {}}; }
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
};

TEST_F(KeysInFiles, AFileHasItsKeysAndNoOther) {
  std::vector<StoredKey> keys;
  for (std::size_t n = 1; n <= 50'000; ++n)
    keys.push_back(StoredKey::of({.key = key(n), .use = use(n), .hour = KeyTable::hour_of(start)}));
  std::ranges::sort(keys, lies_before, &StoredKey::key);
  const auto file = KeyFile::write(folder, keys);
  ASSERT_TRUE(file) << file.error().message;
  for (std::size_t n = 1; n <= 50'000; ++n) {
    const auto found = (*file)->find(key(n));
    ASSERT_TRUE(found) << n;
    EXPECT_EQ(found->use.position, n);
    EXPECT_EQ(found->use.content, n * 7);
    EXPECT_EQ(found->hour, KeyTable::hour_of(start));
  }
  for (std::size_t n = 50'001; n <= 150'000; ++n) EXPECT_FALSE((*file)->find(key(n))) << n;
  EXPECT_LE((*file)->bytes(), 50'000 * 26U + 64);  // 24 and 1.6 a key
  // The same 64 bits of a mark in another segment are another key.
  KeyTable::Digest near = key(7);
  near.segment ^= 1;
  EXPECT_FALSE((*file)->find(near));
}

TEST_F(KeysInFiles, OfTwoTheNewerCountsAndWhatIsOverIsLeftOut) {
  const auto written = [&](std::size_t from, std::size_t to, Instant at, std::size_t more) {
    std::vector<StoredKey> keys;
    for (std::size_t n = from; n <= to; ++n)
      keys.push_back(StoredKey::of({.key = key(n), .use = use(n + more), .hour = KeyTable::hour_of(at)}));
    std::ranges::sort(keys, lies_before, &StoredKey::key);
    return *KeyFile::write(folder, keys);
  };
  const auto old = written(1, 100, start, 0), fresh = written(51, 200, start + hours(2), 1'000);
  const auto both = *KeyFile::merge(folder, *old, *fresh, hours(24), KeyTable::hour_of(start + hours(24)));
  EXPECT_EQ(both->size(), 200U);
  EXPECT_EQ(both->find(key(50))->use.position, 50U);
  EXPECT_EQ(both->find(key(51))->use.position, 1'051U);
  EXPECT_EQ(both->newest(), KeyTable::hour_of(start + hours(2)));
  const auto later = *KeyFile::merge(folder, *old, *fresh, hours(24), KeyTable::hour_of(start + hours(26)));
  EXPECT_EQ(later->size(), 150U);
  EXPECT_FALSE(later->find(key(50)));
  EXPECT_TRUE(later->find(key(51)));
}

TEST_F(KeysInFiles, MemoryHoldsTheSameHoweverManyKeysThereAre) {
  KeyFiles files(options(10'000), hours(24));
  KeyWindow keys(hours(24), &files);
  for (std::size_t n = 1; n <= 400'000; ++n) {
    keys.remember(key(n), use(n), start + Duration{static_cast<std::int64_t>(n) * 100'000});  // 11 hours
    if (n % 10'000 == 0) files.wait();
  }
  EXPECT_LT(keys.size(), 30'001U);  // the newest, one that is written, one that was
  EXPECT_GE(files.size(), 380'000U);
  EXPECT_LE(files.files(), 8U);  // each more than twice the next: 10,000 × 2^6 > 400,000
  const Instant now = start + hours(12);
  for (std::size_t n = 1; n <= 400'000; ++n) {
    const auto found = keys.find(key(n), now, files.find(key(n)));
    ASSERT_TRUE(found) << n;
    ASSERT_EQ(found->position, n);
  }
  EXPECT_FALSE(keys.find(key(400'001), now, files.find(key(400'001))));
}

/// It looked before the table was written, and is decided at each later point.
TEST_F(KeysInFiles, AKeyIsNeverBetweenMemoryAndAFile) {
  std::latch may_write(1);
  KeyFiles::Options held = options(100);
  held.before_write = [&] { may_write.wait(); };
  KeyFiles files(held, hours(24));
  KeyWindow keys(hours(24), &files);
  const LookedUp nobody, before = files.find_none();
  EXPECT_NE(before.version, 0U);
  std::size_t n = 0;
  const auto remember = [&](std::size_t count) {
    for (const std::size_t end = n + count; n < end; ++n) keys.remember(key(n + 1), use(n + 1), start);
  };
  const auto all_are_there = [&] {
    for (std::size_t one = 1; one <= n; ++one)
      for (const LookedUp& looked : {nobody, before, files.find(key(one))}) {
        const auto found = keys.find(key(one), start, looked);
        ASSERT_TRUE(found) << one << " of " << n;
        ASSERT_EQ(found->position, one);
      }
    EXPECT_FALSE(keys.find(key(n + 1), start, before));
  };
  remember(50);
  all_are_there();
  remember(500);  // the first tables are asked for, and cannot be written
  all_are_there();
  EXPECT_EQ(files.size(), 0U);
  EXPECT_EQ(keys.size(), 550U);  // memory keeps them meanwhile
  may_write.count_down();
  files.wait();
  all_are_there();
  for (int i = 0; i < 50; ++i) {
    remember(37);
    if (i % 3 == 0) files.wait();
    all_are_there();
  }
  EXPECT_LT(keys.size(), n);
}

TEST_F(KeysInFiles, WhoeverLooksWhileFilesAreWrittenAndMergedFindsWhatMemoryLacks) {
  KeyFiles files(options(500), hours(24));
  KeyWindow keys(hours(24), &files);
  std::mutex inbox_mutex;
  std::deque<std::pair<std::size_t, LookedUp>> inbox;
  std::atomic<std::size_t> remembered = 0;
  std::atomic<bool> done = false;
  std::thread caller([&] {
    for (std::size_t n = 0; !done; ++n) {
      if (remembered == 0) continue;
      const std::size_t one = n * 7'919 % remembered + 1;
      const LookedUp looked = files.find(key(one));
      const std::lock_guard lock(inbox_mutex);
      if (inbox.size() < 3'000) inbox.emplace_back(one, looked);
    }
  });
  std::size_t asked = 0, missed = 0;
  for (std::size_t n = 1; n <= 100'000; ++n) {
    keys.remember(key(n), use(n), start);
    remembered = n;
    if (n % 64 != 0) continue;
    std::deque<std::pair<std::size_t, LookedUp>> turn;
    {
      const std::lock_guard lock(inbox_mutex);
      const std::size_t some = std::min<std::size_t>(inbox.size(), 64);
      turn.assign(inbox.begin(), inbox.begin() + static_cast<std::ptrdiff_t>(some));
      inbox.erase(inbox.begin(), inbox.begin() + static_cast<std::ptrdiff_t>(some));
    }
    for (const auto& [one, looked] : turn) {
      ++asked;
      const auto found = keys.find(key(one), start, looked);
      if (!found || found->position != one) ++missed;
    }
  }
  done = true;
  caller.join();
  EXPECT_EQ(missed, 0U);
  EXPECT_GT(asked, 0U);
  EXPECT_GT(files.size(), 0U);
}

/// After another owner had the journal: what was decided and lost is no use of a key.
TEST_F(KeysInFiles, WhatWasFoundBeforeAnotherStartIsVoid) {
  KeyFiles files(options(100), hours(24));
  KeyWindow keys(hours(24), &files);
  for (std::size_t n = 1; n <= 300; ++n) keys.remember(key(n), use(n), start);
  files.wait();
  const LookedUp looked = files.find(key(1));
  EXPECT_EQ(looked.use.position, 1U);
  keys = KeyWindow(hours(24), &files);
  EXPECT_FALSE(keys.find(key(1), start, looked));
  EXPECT_EQ(files.size(), 0U);
}

TEST_F(KeysInFiles, AFolderThatCannotBeWrittenLeavesKeysInMemory) {
  std::vector<std::string> alarms;
  KeyFiles::Options nowhere = options(100);
  nowhere.folder = folder / "there is no such folder";
  nowhere.alarm = [&](const std::string& line) { alarms.push_back(line); };
  {
    KeyFiles files(nowhere, hours(24));
    KeyWindow keys(hours(24), &files);
    for (std::size_t n = 1; n <= 1'000; ++n) keys.remember(key(n), use(n), start);
    files.wait();
    for (std::size_t n = 1; n <= 1'000; ++n) EXPECT_TRUE(keys.find(key(n), start, files.find(key(n)))) << n;
    // A start neither waits for it nor forgets.
    for (std::size_t n = 1'001; n <= 2'000; ++n)
      keys.take_back({.key = key(n), .use = use(n), .hour = KeyTable::hour_of(start)});
    EXPECT_EQ(keys.size(), 2'000U);
  }
  ASSERT_FALSE(alarms.empty());
  EXPECT_NE(alarms[0].find("there is no such folder"), std::string::npos);
}

}  // namespace
}  // namespace florin::engine
