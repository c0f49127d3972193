// What every store promises, asked of each.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "helpers.hpp"
#include "store/memory/memory_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin::store {
namespace {

struct Kind {
  std::string name;
  std::unique_ptr<Store> (*make)(const Folder& folder);

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

class Contract : public testing::TestWithParam<Kind> {
 protected:
  Folder folder_;
  std::unique_ptr<Store> store_ = GetParam().make(folder_);
};

TEST_P(Contract, AnEmptyStoreHasNothing) {
  EXPECT_EQ(*store_->head(1), Head{});
  EXPECT_TRUE(store_->shards()->empty());
  EXPECT_TRUE(rows_of(*store_).empty());
  EXPECT_TRUE(store_->load(1)->objects.empty());
  EXPECT_EQ(store_->load(1)->floor, 0u);
  EXPECT_EQ(*store_->mark("sending"), "");
}

TEST_P(Contract, RowsComeBackAsTheyWereFormed) {
  Writer writer(*store_);
  const Row opening = writer.form("opening");
  const std::string bytes("a\0b\xff", 4);
  ASSERT_EQ(writer.commit(opening), Committed::done) << store_->last_problem();
  ASSERT_EQ(writer.add(bytes, 1000), Committed::done);
  ASSERT_EQ(writer.add(""), Committed::done);
  ASSERT_EQ(writer.add(std::string(100'000, 'x'), 3), Committed::done);

  const std::vector<Row> rows = rows_of(*store_);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0], opening);
  EXPECT_EQ(rows[1].entries, bytes);
  EXPECT_EQ(rows[1].last, 1001u);
  EXPECT_EQ(rows[2].entries, "");
  EXPECT_EQ(rows[3].entries.size(), 100'000u);
  EXPECT_EQ(*store_->head(1), head_of(rows[3]));
  EXPECT_EQ(store_->last_problem(), "");
}

TEST_P(Contract, ReadsFromInsideARowAndStopsWhenTold) {
  Writer writer(*store_);
  writer.add("1", 10);
  writer.add("11", 10);
  writer.add("21", 10);
  EXPECT_EQ(rows_of(*store_, 0).size(), 3u);
  EXPECT_EQ(rows_of(*store_, 10).size(), 3u);
  EXPECT_EQ(rows_of(*store_, 11).size(), 2u);
  EXPECT_EQ(rows_of(*store_, 15)[0].first, 11u);
  EXPECT_EQ(rows_of(*store_, 30).size(), 1u);
  EXPECT_TRUE(rows_of(*store_, 31).empty());

  int seen = 0;
  EXPECT_TRUE(store_->read(1, 1, [&](const Row&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST_P(Contract, AReaderMayUseTheStoreMeanwhile) {
  Writer writer(*store_);
  writer.add("one");
  writer.add("two");
  int seen = 0;
  EXPECT_TRUE(store_->read(1, 1, [&](const Row&) {
    ++seen;
    return writer.add("more") == Committed::done;
  }));
  EXPECT_EQ(seen, 2);  // up to the head as it was
  EXPECT_EQ(rows_of(*store_).size(), 4u);
}

TEST_P(Contract, ShardsDoNotMeet) {
  Writer one(*store_, 1);
  Writer seven(*store_, 7);
  EXPECT_EQ(one.add("one", 1, 1), Committed::done);
  EXPECT_EQ(seven.add("seven", 5, 7), Committed::done);
  EXPECT_EQ(one.add("one again", 1, 1), Committed::done);
  EXPECT_EQ(*store_->shards(), (std::vector<std::uint32_t>{1, 7}));
  EXPECT_EQ(store_->head(7)->last, 5u);
  EXPECT_EQ(rows_of(*store_, 1, nullptr, 1).size(), 2u);
}

TEST_P(Contract, EachShardMayHaveItsThread) {
  std::vector<std::jthread> threads;
  for (std::uint32_t shard = 1; shard <= 4; ++shard)
    threads.emplace_back([this, shard] {
      Writer writer(*store_, shard);
      for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(writer.add("row", 2, shard), Committed::done);
        EXPECT_TRUE(store_->save(shard, {{"account", writer.head.last, "state"}}, writer.head.last));
        EXPECT_EQ(rows_of(*store_, 1, nullptr, shard).size(), static_cast<std::size_t>(i + 1));
      }
    });
  threads.clear();
  for (std::uint32_t shard = 1; shard <= 4; ++shard) EXPECT_EQ(store_->load(shard)->floor, 20u);
}

TEST_P(Contract, AWriterBehindLevelOrAheadIsRefused) {
  Writer writer(*store_);
  writer.add("opening");
  const Writer behind = writer;
  writer.add("1");
  const Writer level = writer;
  writer.add("2");
  const auto refused = [&](const Row& row, Epoch previous_epoch, const std::string& because) {
    EXPECT_EQ(store_->commit(row, previous_epoch), Committed::conflict);
    EXPECT_TRUE(store_->last_problem().starts_with(because)) << store_->last_problem();
  };
  refused(behind.form("behind"), 1, "head_moved");
  refused(level.form("level"), 1, "head_moved");
  Writer ahead = writer;
  ahead.head.last += 1;
  refused(ahead.form("ahead"), 1, "head_moved");
  refused(row_after({}, 1, "from nothing"), 0, "head_moved");
  Writer elsewhere = writer;
  elsewhere.head.hash[0] ^= 1;
  refused(elsewhere.form("another history"), 1, "other_history");

  EXPECT_EQ(*store_->head(1), writer.head);
  EXPECT_EQ(rows_of(*store_).size(), 3u);
  EXPECT_EQ(writer.add("3"), Committed::done);
}

TEST_P(Contract, AnOlderEpochIsRefused) {
  Writer old(*store_);
  old.add("opening");
  Writer owner(*store_);
  EXPECT_EQ(owner.epoch, 2u);
  EXPECT_EQ(owner.add("opening again"), Committed::done);
  EXPECT_EQ(store_->head(1)->epoch, 2u);

  // It learned where the journal ends, and is still not its owner.
  const Row row = row_after(owner.head, 1, "too late");
  EXPECT_EQ(store_->commit(row, 1), Committed::conflict);
  EXPECT_TRUE(store_->last_problem().starts_with("epoch_moved")) << store_->last_problem();
  EXPECT_EQ(store_->commit(row, 2), Committed::conflict);
  EXPECT_EQ(store_->commit(row_after(owner.head, 4, "two at once"), 2), Committed::conflict);
  EXPECT_EQ(owner.add("on"), Committed::done);
}

TEST_P(Contract, TwoWritersInAnyOrderLeaveOneHistory) {
  struct Side {
    std::optional<Writer> writer;
    std::optional<Row> row;  // formed, and not known to be in
  };
  for (std::uint32_t shard = 1; shard <= 20; ++shard) {
    std::mt19937 random(shard);
    std::array<Side, 2> sides;
    std::vector<Row> acknowledged;
    for (int step = 0; step < 60; ++step) {
      Side& side = sides[random() % 2];
      if (!side.writer) side = {.writer = Writer(*store_, shard), .row = std::nullopt};
      if (!side.row) side.row = side.writer->form(fmt::format("row of step {}", step), 1 + random() % 3, shard);
      if (random() % 4 == 0) continue;  // it pauses, with the row in its hands
      const Committed outcome = store_->commit(*side.row, side.writer->head.epoch);
      if (random() % 3 == 0) continue;  // the answer is lost: the same bytes again
      if (outcome == Committed::conflict) {
        side = {};
        continue;
      }
      ASSERT_EQ(outcome, Committed::done);
      side.writer->head = head_of(*side.row);
      acknowledged.push_back(*std::exchange(side.row, std::nullopt));
    }
    std::string wrong;
    const std::vector<Row> rows = rows_of(*store_, 1, &wrong, shard);
    EXPECT_EQ(wrong, "");
    EXPECT_GT(acknowledged.size(), 5u);
    auto from = rows.begin();
    for (const Row& row : acknowledged) {
      from = std::find(from, rows.end(), row);
      ASSERT_NE(from, rows.end()) << row.entries << " of shard " << shard;
      ++from;
    }
  }
}

TEST_P(Contract, ARowWithoutPositionsStopsTheProgram) {
  Row row = row_after({}, 1, "");
  row.last = 0;
  EXPECT_EQ(store_->commit(row, 0), Committed::failed);
  row = row_after({}, 1, "");
  row.last = UINT64_MAX;
  EXPECT_EQ(store_->commit(row, 0), Committed::failed);
  EXPECT_TRUE(store_->last_problem().starts_with("malformed_row"));
}

TEST_P(Contract, TheSameBytesAgainAreOurs) {
  Writer writer(*store_);
  const Row opening = writer.form("opening");
  EXPECT_EQ(store_->commit(opening, 0), Committed::done);
  EXPECT_EQ(store_->commit(opening, 0), Committed::done);
  const Row other = writer.form("other bytes");
  EXPECT_EQ(store_->commit(other, 0), Committed::conflict);
  EXPECT_EQ(rows_of(*store_).size(), 1u);
}

TEST_P(Contract, CheckpointsOverwriteOnlyWhatIsOlder) {
  Writer writer(*store_);
  writer.add("ten", 10);
  ASSERT_TRUE(store_->save(1, {{"b", 4, "b4"}, {"a", 5, "a5"}}, 3));
  ASSERT_TRUE(store_->save(1, {{"a", 4, "a4"}, {"b", 6, std::string(20'000, 'b')}, {"c", 10, ""}}, 2));
  auto loaded = store_->load(1);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->objects.size(), 3u);
  EXPECT_EQ(loaded->objects[0].object, "a");
  EXPECT_EQ(loaded->objects[0].position, 5u);
  EXPECT_EQ(loaded->objects[0].bytes, "a5");
  EXPECT_EQ(loaded->objects[1].bytes.size(), 20'000u);
  EXPECT_EQ(loaded->objects[2].bytes, "");
  EXPECT_EQ(loaded->floor, 3u);
  ASSERT_TRUE(store_->save(1, {}, 10));
  EXPECT_EQ(store_->load(1)->floor, 10u);
  EXPECT_TRUE(store_->load(2)->objects.empty());
}

TEST_P(Contract, ObjectsAreFoundByTheBeginningOfTheirNames) {
  Writer writer(*store_);
  writer.add("ten", 10);
  ASSERT_TRUE(store_->save(1,
                           {{"account/a", 1, "a"},
                            {"past/a/orders/1", 2, "1"},
                            {"past/a/orders/10", 3, "10"},
                            {"past/a0", 3, "not a's"},
                            {"ref/0", 4, "r"}},
                           3));
  const auto names = [](const std::vector<Checkpoint>& objects) {
    std::vector<std::string> all;
    for (const Checkpoint& object : objects) all.push_back(object.object);
    return all;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(*store_->objects(1, "past/a/", "past/a0")), Names({"past/a/orders/1", "past/a/orders/10"}));
  EXPECT_EQ(names(*store_->objects(1, "past/a/orders/1", "past/a/orders/1\x01")), Names({"past/a/orders/1"}));
  EXPECT_EQ(store_->objects(1, "past/a/orders/10", "past/a/orders/10\x01")->front().position, 3u);
  EXPECT_TRUE(store_->objects(2, "past/", "past0")->empty());
  const auto loaded = store_->load(1, std::array<std::string_view, 1>{"past/"});
  EXPECT_EQ(names(loaded->objects), Names({"account/a", "ref/0"}));
  EXPECT_EQ(names(store_->load(1, std::array<std::string_view, 2>{"account/", "past/"})->objects), Names({"ref/0"}));
  const auto saved = store_->saved(1, "past/", "past0");
  ASSERT_EQ(saved->size(), 3U);
  EXPECT_EQ((*saved)[1].object, "past/a/orders/10");
  EXPECT_EQ((*saved)[1].position, 3U);
  EXPECT_TRUE(store_->saved(2, "past/", "past0")->empty());
  EXPECT_EQ(loaded->floor, 3u);
  EXPECT_EQ(store_->load(1)->objects.size(), 5u);
}

TEST_P(Contract, CheckpointsOfWhatIsNotDurableAreRefusedWhole) {
  Writer writer(*store_);
  writer.add("ten", 10);
  EXPECT_EQ(store_->save(1, {{"a", 10, "a"}, {"b", 11, "b"}}, 0).error().code, "not_durable");
  EXPECT_EQ(store_->save(1, {{"a", 0, "a"}}, 0).error().code, "not_durable");
  EXPECT_EQ(store_->save(1, {}, 11).error().code, "not_durable");
  EXPECT_EQ(store_->save(2, {{"a", 1, "a"}}, 0).error().code, "not_durable");
  EXPECT_TRUE(store_->load(1)->objects.empty());
}

TEST_P(Contract, TextsAreKeptOnce) {
  EXPECT_EQ(store_->text("v1").error().code, "no_such_text");
  EXPECT_TRUE(store_->put_text("v1", "plans: {}"));
  EXPECT_TRUE(store_->put_text("v1", "plans: {}"));
  EXPECT_EQ(store_->put_text("v1", "plans: []").error().code, "text_differs");
  EXPECT_TRUE(store_->put_text("empty", ""));
  EXPECT_EQ(*store_->text("v1"), "plans: {}");
  EXPECT_EQ(*store_->text("empty"), "");
}

TEST_P(Contract, KeysComeWithTheirRowAndAreErasedByName) {
  Writer writer(*store_);
  writer.add("opening");
  EXPECT_EQ(store_->key(1, "t/jo/2").error().code, "no_such_key");
  Row row = writer.form("sealed");
  row.keys = {{"t/jo/2", std::string("sec\0ret", 7)}, {"t/jo/3", "two"}, {"t/joe/2", "other"}};
  ASSERT_EQ(writer.commit(row), Committed::done);
  EXPECT_EQ(store_->commit(row, row.epoch), Committed::done) << "the same row again";
  EXPECT_EQ(*store_->key(1, "t/jo/2"), std::string("sec\0ret", 7));
  EXPECT_EQ(rows_of(*store_).back().keys.size(), 0u);
  EXPECT_EQ(*store_->key_names(1, {"t/jo/0", "t/joe/2"}), (std::vector<std::string>{"t/jo/2", "t/jo/3"}));
  EXPECT_TRUE(store_->key_names(1, {"t/ann/0", "t/ann/9"})->empty());
  EXPECT_TRUE(store_->erase_keys(1, {{"t/jo/0", "t/jo/3"}, {"t/ann/0", "t/ann/9"}}));
  EXPECT_TRUE(store_->erase_keys(1, {{"t/jo/0", "t/jo/3"}}));
  EXPECT_EQ(store_->key(1, "t/jo/2").error().code, "no_such_key");
  EXPECT_EQ(*store_->key(1, "t/jo/3"), "two") << "the end of a range is not in it";
  EXPECT_EQ(*store_->key(1, "t/joe/2"), "other");
  // As one key alone is named, behind ranges of others.
  EXPECT_TRUE(store_->erase_keys(1, {{"t/ann/0", "t/ann/9"}, {"t/joe/2", "t/joe/2\x01"}}));
  EXPECT_EQ(store_->key(1, "t/joe/2").error().code, "no_such_key");
}

TEST_P(Contract, ARowThatDoesNotGoInLeavesNoKey) {
  Writer writer(*store_);
  writer.add("opening");
  Row row = writer.form("sealed");
  row.keys = {{"t/jo/2", "secret"}};
  EXPECT_EQ(writer.add("another"), Committed::done);
  EXPECT_EQ(store_->commit(row, row.epoch), Committed::conflict);
  EXPECT_EQ(store_->key(1, "t/jo/2").error().code, "no_such_key");
}

TEST_P(Contract, MarksAreTheLastOnesSet) {
  EXPECT_TRUE(store_->set_mark("sending", "held"));
  EXPECT_TRUE(store_->set_mark("sending", "on"));
  EXPECT_EQ(*store_->mark("sending"), "on");
  EXPECT_EQ(*store_->mark("other"), "");
}

INSTANTIATE_TEST_SUITE_P(
    Stores, Contract,
    testing::Values(
        Kind{"memory", [](const Folder&) -> std::unique_ptr<Store> { return std::make_unique<MemoryStore>(); }},
        Kind{"sqlite",
             [](const Folder& folder) { return *SqliteStore::open(folder / "journal.db", {.wal_bytes = 1 << 16}); }},
        Kind{"postgres", [](const Folder&) { return open_postgres(new_address()); }}),
    [](const auto& kind) { return kind.param.name; });

TEST(Seal, CoversEveryField) {
  const Row row = row_after({.last = 4, .epoch = 2, .hash = {1}}, 2, "entries", 3);
  const auto differs = [&](auto change) {
    Row other = row;
    change(other);
    return seal(other) != row.hash;
  };
  EXPECT_EQ(seal(row), row.hash);
  EXPECT_TRUE(differs([](Row& r) { r.shard ^= 1u << 31; }));
  EXPECT_TRUE(differs([](Row& r) { r.first ^= 1ull << 63; }));
  EXPECT_TRUE(differs([](Row& r) { ++r.last; }));
  EXPECT_TRUE(differs([](Row& r) { ++r.epoch; }));
  EXPECT_TRUE(differs([](Row& r) { ++r.format; }));
  EXPECT_TRUE(differs([](Row& r) { r.previous[31] ^= 1; }));
  EXPECT_TRUE(differs([](Row& r) { r.entries.push_back('\0'); }));
  EXPECT_TRUE(differs([](Row& r) { std::swap(r.first, r.last); }));
  EXPECT_FALSE(differs([](Row& r) { r.hash = {}; }));
}

TEST(Seal, IsTheSameForever) {
  const Hash golden =
      seal({.shard = 1, .first = 2, .last = 3, .epoch = 4, .format = 5, .previous = {6}, .entries = "seven"});
  std::string text;
  for (const auto byte : golden) text += fmt::format("{:02x}", byte);
  EXPECT_EQ(text, "a32a0e83749ff998e6f99a0c5006bf0c0f0edb78eddf719db6f9d984c4d42c5f");
}

TEST(MemoryStore, AnswersAsATestTellsIt) {
  MemoryStore store;
  Writer writer(store);
  const Row opening = writer.form("opening");
  const auto once = [&](bool when, Committed said) {
    store.inject([=, told = false](const Row&, bool before) mutable -> std::optional<Committed> {
      if (told || before != when) return std::nullopt;
      told = true;
      return said;
    });
  };
  once(true, Committed::not_known);
  EXPECT_EQ(store.commit(opening, 0), Committed::not_known);
  EXPECT_EQ(*store.head(1), Head{});
  EXPECT_TRUE(store.last_problem().starts_with("injected"));
  once(false, Committed::not_known);
  EXPECT_EQ(store.commit(opening, 0), Committed::not_known);
  EXPECT_EQ(*store.head(1), head_of(opening));
  EXPECT_EQ(writer.commit(opening), Committed::done);
  EXPECT_EQ(rows_of(store).size(), 1u);
  EXPECT_EQ(store.last_problem(), "");

  once(true, Committed::conflict);
  EXPECT_EQ(writer.add("two"), Committed::conflict);
  once(true, Committed::failed);
  EXPECT_EQ(writer.add("two"), Committed::failed);
  store.inject(nullptr);
  EXPECT_EQ(writer.add("two"), Committed::done);
}

}  // namespace
}  // namespace florin::store
