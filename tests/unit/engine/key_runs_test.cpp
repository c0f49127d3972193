#include "engine/key_runs.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "store/memory/memory_store.hpp"

namespace florin::engine {
namespace {

const TenantId tenant = TenantId::trusted("callloop");
const Instant start = *Instant::parse("2026-03-10T09:30Z");

KeyWindow::Record key(store::Position n, Instant at) {
  return {.key = KeyWindow::digest_of(tenant, "key-" + std::to_string(n)),
          .use = {.content = static_cast<std::uint32_t>(n * 7), .position = n},
          .hour = KeyWindow::hour_of(at)};
}

/// What a store would have, by name, and a start over it.
class Saved {
 public:
  void save(KeyRuns& runs, store::Position position, Instant now) {
    std::vector<store::Checkpoint> objects;
    runs.cut(objects, position, now);
    bytes_written = 0;
    last = position;
    for (store::Checkpoint& object : objects) {
      bytes_written += object.bytes.size();
      kept[object.object] = std::move(object);
    }
    runs.saved(true);
  }
  Status start_over(KeyRuns& runs, KeyWindow& window) const {
    store::MemoryStore store;
    store::Row row{.shard = 0, .first = 1, .last = last, .epoch = 1};
    row.hash = store::seal(row);
    EXPECT_EQ(store.commit(row, 0), store::Committed::done);
    std::vector<store::Checkpoint> objects;
    for (const auto& [name, object] : kept) objects.push_back(object);
    EXPECT_TRUE(store.save(0, objects, last));
    return runs.take(store, 0, window);
  }
  std::map<std::string, store::Checkpoint> kept;
  store::Position last = 0;
  std::size_t bytes_written = 0;
};

TEST(KeyRuns, AStartKnowsWhatWasSaved) {
  Saved store;
  KeyRuns runs("usage", hours(24));
  for (store::Position n = 1; n <= 5'000; ++n) {
    runs.add(key(n, start));
    if (n % 7 == 0) store.save(runs, n, start);
  }
  store.save(runs, 5'000, start);
  KeyRuns again("usage", hours(24));
  KeyWindow window(hours(24));
  ASSERT_TRUE(store.start_over(again, window));
  for (store::Position n = 1; n <= 5'000; ++n) {
    const auto found = window.find(key(n, start).key, start);
    ASSERT_TRUE(found) << n;
    EXPECT_EQ(found->position, n);
    EXPECT_EQ(found->content, n * 7);
  }
  // A replay comes by the last ones once more, and the run goes on where it was.
  for (store::Position n = 4'990; n <= 5'010; ++n) again.add(key(n, start));
  store.save(again, 5'010, start);
  KeyRuns third("usage", hours(24));
  KeyWindow both(hours(24));
  ASSERT_TRUE(store.start_over(third, both));
  EXPECT_EQ(both.size(), 5'010U);
}

TEST(KeyRuns, OneKeyMoreIsAFewBytesMore) {
  Saved store;
  KeyRuns runs("usage", hours(24));
  for (store::Position n = 1; n <= 100'000; ++n) runs.add(key(n, start));
  store.save(runs, 100'000, start);
  for (store::Position n = 100'001; n <= 103'000; ++n) {
    runs.add(key(n, start));
    store.save(runs, n, start);
    EXPECT_LE(store.bytes_written, 1'024U * 24);  // not all that there ever were
  }
  for (const auto& [name, run] : store.kept) EXPECT_LE(run.bytes.size(), 65'536U * 24) << name;
}

TEST(KeyRuns, ForgottenKeysGiveTheirRoomBack) {
  Saved store;
  KeyRuns runs("usage", hours(24));
  store::Position n = 0;
  std::size_t after_two_days = 0;
  for (int hour = 0; hour < 24 * 10; ++hour) {
    const Instant now = start + hours(hour);
    for (int i = 0; i < 1'100; ++i) runs.add(key(++n, now));
    store.save(runs, n, now);
    if (hour == 48) after_two_days = store.kept.size();
  }
  EXPECT_LE(store.kept.size(), after_two_days + 2);
  KeyRuns again("usage", hours(24));
  KeyWindow window(hours(24));
  ASSERT_TRUE(store.start_over(again, window));
  const Instant last = start + hours(24 * 10 - 1);
  for (store::Position recent = n - 24 * 1'100; recent <= n; ++recent)
    ASSERT_TRUE(window.find(key(recent, last).key, last)) << "used " << n - recent << " keys ago";
}

TEST(KeyRuns, WhatWasNotSavedIsInTheNextCut) {
  Saved store;
  KeyRuns runs("money", hours(24 * 30));
  for (store::Position n = 1; n <= 3'000; ++n) runs.add(key(n, start));
  std::vector<store::Checkpoint> lost;
  runs.cut(lost, 3'000, start);
  runs.saved(false);
  for (store::Position n = 3'001; n <= 3'010; ++n) runs.add(key(n, start));
  store.save(runs, 3'010, start);
  KeyRuns again("money", hours(24 * 30));
  KeyWindow window(hours(24 * 30));
  ASSERT_TRUE(store.start_over(again, window));
  EXPECT_EQ(window.size(), 3'010U);
}

TEST(KeyRuns, ARunThatIsGoneIsNoShorterMemory) {
  Saved store;
  KeyRuns runs("usage", hours(24));
  for (store::Position n = 1; n <= 5'000; ++n) {
    runs.add(key(n, start));
    if (n % 500 == 0) store.save(runs, n, start);
  }
  store.kept.erase("keys/usage/1");
  KeyRuns again("usage", hours(24));
  KeyWindow window(hours(24));
  const Status taken = store.start_over(again, window);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "damaged_checkpoint");
  EXPECT_FALSE(KeyRuns::read("half of one"));
}

}  // namespace
}  // namespace florin::engine
