// What only a store in a file can promise: who may open it, what is refused, backups, erasing.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>

#include "helpers.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/wal_watch.hpp"

namespace florin::store {
namespace {

namespace fs = std::filesystem;

const SqliteOptions small{.wal_bytes = 1 << 16, .checkpoint_bytes = 1 << 15, .wait_ms = 0};

std::unique_ptr<Store> opened(const fs::path& file) {
  auto store = SqliteStore::open(file, small);
  EXPECT_TRUE(store) << store.error().code << ": " << store.error().message;
  return store ? std::move(*store) : nullptr;
}

std::string why_not(const fs::path& file) {
  const auto store = SqliteStore::open(file, small);
  return store ? "" : store.error().code;
}

/// Another program's hand in the file.
void sql(const fs::path& file, const std::string& text) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  char* wrong = nullptr;
  EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, &wrong), SQLITE_OK) << wrong;
  sqlite3_close(db);
}

bool holds(const Folder& folder, std::string_view bytes) {
  return std::ranges::any_of(fs::directory_iterator(folder.path()), [&](const fs::directory_entry& file) {
    return bytes_of(file.path()).find(bytes) != std::string::npos;
  });
}

class SqliteStoreTest : public testing::Test {
 protected:
  Folder folder_;
  fs::path file_ = folder_ / "journal.db";
};

TEST_F(SqliteStoreTest, KeepsEverythingOverAnOpening) {
  {
    const auto store = opened(file_);
    Writer writer(*store);
    writer.add("opening");
    writer.add("two", 5);
    ASSERT_TRUE(store->save(1, {{"a", 6, "state"}}, 6));
    ASSERT_TRUE(store->put_text("v1", "text"));
    ASSERT_EQ(writer.add_keys({{"jo", "key"}}), Committed::done);
    ASSERT_TRUE(store->set_mark("sending", "on"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "journal.db-wal"));  // journal.db alone is all of it
  const auto store = opened(file_);
  EXPECT_EQ(rows_of(*store).size(), 3u);
  EXPECT_EQ(store->load(1)->objects[0].bytes, "state");
  EXPECT_EQ(store->load(1)->floor, 6u);
  EXPECT_EQ(*store->text("v1"), "text");
  EXPECT_EQ(*store->key(1, "jo"), "key");
  EXPECT_EQ(*store->mark("sending"), "on");
  Writer next(*store);
  EXPECT_EQ(next.epoch, 2u);
  EXPECT_EQ(next.add("opening"), Committed::done);
}

TEST_F(SqliteStoreTest, OnlyItsOwnerMayReadTheFiles) {
  const auto store = opened(file_);
  for (const char* name : {"journal.db", "journal.db-wal", "journal.db.lock"})
    EXPECT_EQ(fs::status(folder_ / name).permissions(), fs::perms::owner_read | fs::perms::owner_write) << name;
}

TEST_F(SqliteStoreTest, TheWalHasItsSizeFromTheStart) {
  const auto store = opened(file_);
  const auto size = fs::file_size(folder_ / "journal.db-wal");
  EXPECT_GE(size, small.wal_bytes);
  Writer writer(*store);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(writer.add(std::string(5'000, 'x')), Committed::done);
  EXPECT_EQ(fs::file_size(folder_ / "journal.db-wal"), size);
  EXPECT_GT(fs::file_size(file_), 100'000u);
  EXPECT_EQ(rows_of(*store).size(), 50u);
}

TEST_F(SqliteStoreTest, OpenedTwiceIsRefused) {
  fs::create_symlink(file_, folder_ / "other_name.db");
  auto store = opened(file_);
  const auto second = SqliteStore::open(file_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "already_open");
  EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos);
  EXPECT_EQ(why_not(folder_ / "other_name.db"), "already_open");
  store.reset();
  EXPECT_EQ(why_not(file_), "");
}

TEST_F(SqliteStoreTest, WithoutTheLockTheHeadStillFences) {
  const auto first = opened(file_);
  fs::remove(folder_ / "journal.db.lock");
  const auto second = opened(file_);
  Writer one(*first);
  Writer other(*second);
  EXPECT_EQ(one.add("opening of one"), Committed::done);
  EXPECT_EQ(other.add("opening of other"), Committed::conflict);
  other = Writer(*second);
  EXPECT_EQ(other.add("opening of other"), Committed::done);
  EXPECT_EQ(one.add("one goes on"), Committed::conflict);
  EXPECT_EQ(rows_of(*first).size(), 2u);
}

TEST_F(SqliteStoreTest, AReaderLooksOnAndCannotWrite) {
  EXPECT_EQ(SqliteStore::open_read_only(file_).error().code, "no_such_file");
  const auto store = opened(file_);
  Writer writer(*store);
  writer.add("opening");
  const auto reader = SqliteStore::open_read_only(file_);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(rows_of(**reader).size(), 1u);
  writer.add("two");
  EXPECT_EQ(rows_of(**reader).size(), 2u);
  EXPECT_EQ((*reader)->commit(writer.form("three"), 1), Committed::failed);
  EXPECT_TRUE((*reader)->last_problem().starts_with("read_only"));
  EXPECT_EQ((*reader)->set_mark("sending", "on").error().code, "read_only");
  EXPECT_EQ((*reader)->erase_keys(1, {only("jo")}).error().code, "read_only");
  EXPECT_EQ((*reader)->save(1, {}, 1).error().code, "read_only");
  EXPECT_EQ(writer.add("three"), Committed::done);
}

TEST_F(SqliteStoreTest, AReaderNeedsNoHost) {
  {
    const auto store = opened(file_);
    Writer(*store).add("opening");
  }
  const auto reader = SqliteStore::open_read_only(file_);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(rows_of(**reader).size(), 1u);
  EXPECT_EQ(why_not(file_), "");
}

TEST_F(SqliteStoreTest, AnotherProgramsLockIsWaitedForAndNothingIsLost) {
  const auto store = opened(file_);
  Writer writer(*store);
  writer.add("opening");
  sqlite3* shell = nullptr;
  sqlite3_open(file_.c_str(), &shell);
  sqlite3_exec(shell, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  const Row row = writer.form("two");
  EXPECT_EQ(writer.commit(row), Committed::not_known);
  EXPECT_TRUE(store->last_problem().starts_with("store_busy")) << store->last_problem();
  sqlite3_close(shell);
  EXPECT_EQ(writer.commit(row), Committed::done);
}

TEST_F(SqliteStoreTest, RefusesWhatIsNoJournalOfItsVersion) {
  write_bytes(folder_ / "text", "a text, not a database: " + std::string(2'000, 'x'));
  EXPECT_EQ(why_not(folder_ / "text"), "not_a_journal");
  write_bytes(folder_ / "short", "short");
  EXPECT_EQ(why_not(folder_ / "short"), "not_a_journal");
  EXPECT_EQ(bytes_of(folder_ / "short"), "short");
  sql(folder_ / "other", "CREATE TABLE mine (x)");
  EXPECT_EQ(why_not(folder_ / "other"), "not_a_journal");

  opened(file_).reset();
  sql(file_, "PRAGMA user_version = 2");
  EXPECT_EQ(why_not(file_), "newer_version");
  EXPECT_EQ(SqliteStore::open_read_only(file_).error().code, "newer_version");
  EXPECT_EQ(backup_store(file_, folder_ / "copy").error().code, "newer_version");
  EXPECT_EQ(why_not(folder_ / "no such folder" / "journal.db"), "store_failed");
}

TEST_F(SqliteStoreTest, ATruncatedFileIsDamaged) {
  {
    const auto store = opened(file_);
    Writer writer(*store);
    for (int i = 0; i < 20; ++i) writer.add(std::string(10'000, 'x'));
  }
  fs::resize_file(file_, fs::file_size(file_) / 2 / 4096 * 4096);
  EXPECT_EQ(why_not(file_), "damaged_store");
  fs::resize_file(file_, 1'000);
  EXPECT_EQ(why_not(file_), "damaged_store");
}

TEST_F(SqliteStoreTest, NamesTheRowWhoseByteFlipped) {
  {
    const auto store = opened(file_);
    Writer writer(*store);
    writer.add("opening");
    writer.add("the second row", 10);
    writer.add(std::string(10'000, 'x') + "the third row", 10);
    writer.add("the fourth row");
  }
  const std::string whole = bytes_of(file_);
  const auto flip = [&](std::string_view where) {
    std::string bytes = whole;
    bytes[bytes.find(where) + 4] ^= 0x20;
    write_bytes(file_, bytes);
    std::string wrong;
    const auto store = opened(file_);
    EXPECT_TRUE(rows_of(*store, 1, &wrong).empty());
    return wrong;
  };
  EXPECT_TRUE(flip("the second row").starts_with("damaged_row: shard 1, positions 2 to 11"));
  EXPECT_TRUE(flip("the third row").starts_with("damaged_row: shard 1, positions 12 to 21"));
  write_bytes(file_, whole);
  EXPECT_EQ(rows_of(*opened(file_)).size(), 4u);
}

TEST_F(SqliteStoreTest, NamesWhatWasTakenOutOrPutIn) {
  {
    const auto store = opened(file_);
    Writer writer(*store);
    for (int i = 0; i < 5; ++i) writer.add("row", 10);
    ASSERT_TRUE(store->save(1, {{"account", 40, "state"}}, 40));
  }
  const std::string whole = bytes_of(file_);
  const auto after = [&](const std::string& change, Position from = 1) {
    write_bytes(file_, whole);
    sql(file_, change);
    std::string wrong;
    rows_of(*opened(file_), from, &wrong);
    return wrong;
  };
  EXPECT_TRUE(after("DELETE FROM journal WHERE first = 21").starts_with("damaged_row: shard 1, position 21"));
  EXPECT_TRUE(after("DELETE FROM journal WHERE first = 21", 25).starts_with("damaged_row: shard 1, position 25"));
  EXPECT_TRUE(after("DELETE FROM journal WHERE first = 21", 31).starts_with("damaged_row: shard 1, position 21"));
  EXPECT_TRUE(after("DELETE FROM journal WHERE first = 41").starts_with("damaged_row: shard 1, position 41"));
  EXPECT_TRUE(after("DELETE FROM journal WHERE first = 1").starts_with("damaged_row: shard 1, position 1"));
  EXPECT_TRUE(after("UPDATE journal SET epoch = 2 WHERE first = 31").starts_with("damaged_row: shard 1, positions 31"));
  EXPECT_TRUE(after("UPDATE head SET epoch = 2").starts_with("damaged_row: shard 1, positions 41"));
  write_bytes(file_, whole);
  sql(file_, "UPDATE checkpoint SET bytes = x'00'");
  EXPECT_EQ(opened(file_)->load(1).error().code, "damaged_checkpoint");
}

TEST_F(SqliteStoreTest, AnErasedKeyIsInNoFile) {
  const auto store = opened(file_);
  const auto key_of = [](int i) { return "the key of person " + std::to_string(1'000 + i); };
  Writer writer(*store);
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(writer.add_keys({{"person" + std::to_string(i * 37 % 100), key_of(i * 37 % 100)}}), Committed::done);
  EXPECT_TRUE(holds(folder_, key_of(5)));
  for (const int i : {5, 99, 50}) ASSERT_TRUE(store->erase_keys(1, {only("person" + std::to_string(i))}));
  for (const int i : {5, 99, 50}) EXPECT_FALSE(holds(folder_, key_of(i)));
  EXPECT_EQ(*store->key(1, "person6"), key_of(6));
  EXPECT_GE(fs::file_size(folder_ / "journal.db-wal"), small.wal_bytes);
}

TEST_F(SqliteStoreTest, ErasingSaysWhenAReaderIsInTheWay) {
  const auto store = opened(file_);
  Writer writer(*store);
  ASSERT_EQ(writer.add_keys({{"jo", "the key of jo"}}), Committed::done);
  sqlite3* shell = nullptr;
  sqlite3_open(file_.c_str(), &shell);
  sqlite3_exec(shell, "BEGIN; SELECT count(*) FROM keys", nullptr, nullptr, nullptr);
  EXPECT_EQ(store->erase_keys(1, {only("jo")}).error().code, "store_busy");
  EXPECT_EQ(store->key(1, "jo").error().code, "no_such_key");
  sqlite3_close(shell);
  EXPECT_TRUE(store->erase_keys(1, {only("jo")}));
  EXPECT_FALSE(holds(folder_, "the key of jo"));
}

TEST_F(SqliteStoreTest, ABackupOfARunningStoreIsRestored) {
  const auto store = opened(file_);
  Writer writer(*store);
  for (int i = 0; i < 30; ++i) writer.add(std::string(3'000, 'x'), 7);
  ASSERT_EQ(writer.add_keys({{"jo", "the key of jo"}, {"al", "the key of al"}}), Committed::done);
  ASSERT_TRUE(store->erase_keys(1, {only("al")}));
  ASSERT_TRUE(store->set_mark("sending", "on"));
  ASSERT_TRUE(store->save(1, {{"a", 100, "state"}}, 90));
  const Head then = writer.head;

  const auto backed = backup_store(file_, folder_ / "backup.db");
  ASSERT_TRUE(backed) << backed.error().message;
  EXPECT_EQ(writer.add("later"), Committed::done);
  EXPECT_EQ(backup_store(file_, folder_ / "backup.db").error().code, "file_exists");
  EXPECT_EQ(restore_store(folder_ / "backup.db", file_).error().code, "file_exists");
  EXPECT_EQ(bytes_of(folder_ / "backup.db").find("the key of al"), std::string::npos);
  EXPECT_EQ(*(*SqliteStore::open_read_only(folder_ / "backup.db"))->mark("sending"), "on");

  const auto restored = restore_store(folder_ / "backup.db", folder_ / "restored.db");
  ASSERT_TRUE(restored) << restored.error().message;
  const auto again = opened(folder_ / "restored.db");
  EXPECT_EQ(*again->mark("sending"), "held");
  EXPECT_EQ(*again->head(1), then);
  EXPECT_EQ(rows_of(*again).size(), 31u);
  EXPECT_EQ(*again->key(1, "jo"), "the key of jo");
  EXPECT_EQ(again->load(1)->objects[0].bytes, "state");
  EXPECT_EQ(Writer(*again).add("opening"), Committed::done);
  EXPECT_EQ(fs::status(folder_ / "restored.db").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SqliteStoreTest, ABadBackupIsNotRestoredNorMade) {
  {
    const auto store = opened(file_);
    Writer writer(*store);
    writer.add("opening");
    writer.add("the second row");
  }
  ASSERT_TRUE(backup_store(file_, folder_ / "backup.db"));
  for (const char* name : {"journal.db", "backup.db"}) {
    std::string bytes = bytes_of(folder_ / name);
    bytes[bytes.find("the second row")] = 'T';
    write_bytes(folder_ / name, bytes);
  }
  EXPECT_EQ(backup_store(file_, folder_ / "second.db").error().code, "damaged_row");
  EXPECT_EQ(restore_store(folder_ / "backup.db", folder_ / "restored.db").error().code, "damaged_row");
  EXPECT_EQ(restore_store(folder_ / "none.db", folder_ / "restored.db").error().code, "no_such_file");
  write_bytes(folder_ / "restored.db-wal", "of another database");
  EXPECT_EQ(restore_store(folder_ / "backup.db", folder_ / "restored.db").error().code, "file_exists");
  // Nothing half made is left behind.
  for (const auto& file : fs::directory_iterator(folder_.path())) {
    const std::string name = file.path().filename();
    EXPECT_TRUE(name.starts_with("journal.db") || name == "backup.db" || name == "restored.db-wal") << name;
  }
}

// A reader that never ends keeps the WAL from being moved; the operator is told which file, and why.
TEST_F(SqliteStoreTest, AWalThatGrowsIsSaid) {
  const auto store = opened(file_);
  Writer writer(*store);
  writer.add("opening");
  constexpr std::uint64_t longest = 10 << 20;
  EXPECT_EQ(wal_problem(file_, longest), "");
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM journal", nullptr, nullptr, nullptr), SQLITE_OK);
  for (int i = 0; i < 12; ++i) ASSERT_EQ(writer.add(std::string(1 << 20, 'x')), Committed::done);
  const std::string problem = wal_problem(file_, longest);
  EXPECT_NE(problem.find("journal.db-wal has "), std::string::npos) << problem;
  sqlite3_close(reader);
}

}  // namespace
}  // namespace florin::store
