// Errors of the disk, deaths of the process, power cuts: what was acknowledged is there, the rest is whole or absent.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "faulty_vfs.hpp"
#include "helpers.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin::store {
namespace {

using Operation = FaultyVfs::Operation;

/// A WAL that is moved every few rows, so that checkpoints are hit too.
SqliteOptions tiny(const std::string& vfs = "") {
  return {.wal_bytes = 48 << 10, .checkpoint_bytes = 24 << 10, .wait_ms = 2'000, .vfs = vfs};
}

class Faults : public testing::Test {
 protected:
  Faults() { store_ = std::move(*SqliteStore::open(folder_ / "journal.db", tiny(vfs_.name()))); }

  /// From now on `operation` on `file` gives `error`.
  void fail(Operation operation, const std::string& file, int error) {
    vfs_.before = [=](Operation asked, const std::string& on) {
      return asked == operation && on == file ? error : SQLITE_OK;
    };
  }
  void reopen() {
    store_.reset();
    vfs_.before = nullptr;
    store_ = std::move(*SqliteStore::open(folder_ / "journal.db", tiny(vfs_.name())));
  }

  Folder folder_;
  FaultyVfs vfs_;
  std::unique_ptr<Store> store_;
};

TEST_F(Faults, AFullDiskIsWaitedOutWithTheSameBytes) {
  Writer writer(*store_);
  writer.add("opening");
  const Row row = writer.form(std::string(20'000, 'x'));
  fail(Operation::write, "journal.db-wal", SQLITE_FULL);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(writer.commit(row), Committed::not_known);
    EXPECT_TRUE(store_->last_problem().starts_with("store_full")) << store_->last_problem();
    EXPECT_EQ(store_->set_mark("a", "b").error().code, "store_full");
    EXPECT_EQ(rows_of(*store_).size(), 1u);
  }
  vfs_.before = nullptr;
  EXPECT_EQ(writer.commit(row), Committed::done);
  EXPECT_EQ(writer.add("on"), Committed::done);
  reopen();
  EXPECT_EQ(rows_of(*store_).size(), 3u);
}

TEST_F(Faults, AFullDiskUnderTheFileLetsTheWalGrow) {
  Writer writer(*store_);
  fail(Operation::write, "journal.db", SQLITE_FULL);
  for (int i = 0; i < 30; ++i)
    ASSERT_EQ(writer.add(std::string(8'000, 'x')), Committed::done) << store_->last_problem();
  EXPECT_GT(std::filesystem::file_size(folder_ / "journal.db-wal"), 200'000u);
  vfs_.before = nullptr;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(writer.add(std::string(8'000, 'x')), Committed::done);
  reopen();
  EXPECT_EQ(rows_of(*store_).size(), 40u);
}

TEST_F(Faults, AWriteErrorIsTriedAgainWithTheSameBytes) {
  Writer writer(*store_);
  writer.add("opening");
  // The error meets each of the row's pages in turn.
  const Row row = writer.form(std::string(20'000, 'x'));
  for (int nth = 0; nth < 12; ++nth) {
    vfs_.before = [left = nth](Operation operation, const std::string&) mutable {
      return operation == Operation::write && left-- == 0 ? SQLITE_IOERR_WRITE : SQLITE_OK;
    };
    EXPECT_EQ(writer.commit(row), Committed::not_known) << nth;
    EXPECT_TRUE(store_->last_problem().starts_with("store_failed")) << store_->last_problem();
  }
  vfs_.before = nullptr;
  EXPECT_EQ(writer.commit(row), Committed::done);
  reopen();
  EXPECT_EQ(rows_of(*store_).size(), 2u);
  EXPECT_EQ(rows_of(*store_)[1], row);
}

TEST_F(Faults, AfterAFailedSyncNothingIsBelieved) {
  Writer writer(*store_);
  writer.add("opening");
  const Head durable = writer.head;
  const Row row = writer.form("two");
  fail(Operation::sync, "journal.db-wal", SQLITE_IOERR_FSYNC);
  EXPECT_EQ(writer.commit(row), Committed::failed);
  EXPECT_TRUE(store_->last_problem().starts_with("store_failed")) << store_->last_problem();

  int touched = 0;
  vfs_.before = [&](Operation, const std::string&) { return ++touched, SQLITE_OK; };
  EXPECT_EQ(writer.commit(row), Committed::failed);
  EXPECT_EQ(store_->set_mark("a", "b").error().code, "store_failed");
  EXPECT_EQ(touched, 0);

  // The next process finds it whole or absent, and the same writer's bytes fit both.
  reopen();
  const Head found = *store_->head(1);
  EXPECT_TRUE(found == durable || found == head_of(row));
  EXPECT_EQ(store_->commit(row, durable.epoch), Committed::done);
  EXPECT_EQ(rows_of(*store_).size(), 2u);
}

TEST_F(Faults, AFailedSyncOfACheckpointIsNoCommits) {
  Writer writer(*store_);
  fail(Operation::sync, "journal.db", SQLITE_IOERR_FSYNC);
  Committed outcome = Committed::done;
  int acknowledged = -1;
  while (outcome == Committed::done && acknowledged < 100) {
    ++acknowledged;
    outcome = writer.add(std::string(5'000, 'x'));
  }
  EXPECT_EQ(outcome, Committed::failed);
  reopen();
  EXPECT_EQ(rows_of(*store_).size(), static_cast<std::size_t>(acknowledged));
}

// Whichever read fails, of opening, of the rows or of what stands beside them: an error or the right bytes, never
// others.
TEST_F(Faults, AReadErrorIsAnErrorAndNeverOtherBytes) {
  Writer writer(*store_);
  for (int i = 0; i < 12; ++i) ASSERT_EQ(writer.add(std::string(5'000, static_cast<char>('a' + i))), Committed::done);
  ASSERT_TRUE(store_->set_mark("one", "two"));
  const std::vector<Row> rows = rows_of(*store_);
  const Head head = *store_->head(1);
  store_.reset();
  int failed = 0;
  bool met = true;
  for (int nth = 0; met; ++nth) {
    met = false;
    vfs_.before_read = [&met, left = nth](const std::string&) mutable {
      if (left-- != 0) return SQLITE_OK;
      met = true;
      return SQLITE_IOERR_READ;
    };
    const auto opened = SqliteStore::open(folder_ / "journal.db", tiny(vfs_.name()));
    bool all = static_cast<bool>(opened);
    if (opened) {
      const auto last = (*opened)->head(1);
      if (last) {
        EXPECT_EQ(*last, head) << nth;
      }
      const auto mark = (*opened)->mark("one");
      if (mark) {
        EXPECT_EQ(*mark, "two") << nth;
      }
      std::string wrong;
      const std::vector<Row> read = rows_of(**opened, 1, &wrong);
      EXPECT_LE(read.size(), rows.size()) << nth;
      for (std::size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read[i], rows[i]) << nth;
      EXPECT_TRUE(read.size() == rows.size() || !wrong.empty()) << nth << ": rows are missing and nothing says so";
      all = last && mark && read.size() == rows.size();
    }
    if (!all) ++failed;
  }
  EXPECT_GT(failed, 5);
  vfs_.before_read = nullptr;
  reopen();
  EXPECT_EQ(rows_of(*store_), rows);
}

TEST_F(Faults, AnOpeningThatCannotSyncIsRefused) {
  Writer writer(*store_);
  writer.add("opening");
  // As a process leaves it that died: the WAL is there and the lock is not.
  const std::string other = folder_ / "left.db";
  write_bytes(other, bytes_of(folder_ / "journal.db"));
  write_bytes(other + "-wal", bytes_of(folder_ / "journal.db-wal"));
  fail(Operation::sync, "left.db-wal", SQLITE_IOERR_FSYNC);
  const auto refused = SqliteStore::open(other, tiny(vfs_.name()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store_failed");
  vfs_.before = nullptr;
  const auto opened = SqliteStore::open(other, tiny(vfs_.name()));
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(rows_of(**opened).size(), 1u);
}

/// A child that runs `work` and is killed or ends; what it wrote to `tell` comes back once it is gone.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      work([&](Position position) {
        if (::write(ends[1], &position, sizeof position) != sizeof position) ::_exit(9);
      });
      ::_exit(0);
    }
    ::close(ends[1]);
    from_ = ends[0];
  }
  ~Child() {
    kill();
    ::close(from_);
  }

  /// The next position it told, none once it is gone.
  std::optional<Position> told() {
    Position position = 0;
    return ::read(from_, &position, sizeof position) == sizeof position ? std::optional(position) : std::nullopt;
  }
  void kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
  }
  /// How it ended, as waitpid says.
  int wait() {
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = 0;
    return status_;
  }

 private:
  pid_t pid_ = 0;
  int from_ = -1;
  int status_ = 0;
};

/// Opens the store, checks that all of `acknowledged` is there and readable, and commits; tells each position that
/// became durable. Ends with 3 when something is missing.
void write_rows(const std::filesystem::path& file, const SqliteOptions& options, Position acknowledged, int rows,
                const std::function<void(Position)>& tell) {
  const auto store = SqliteStore::open(file, options);
  if (!store) ::_exit(2);
  Writer writer(**store);
  if (writer.head.last < acknowledged) ::_exit(3);
  Position last = 0;
  const Status whole = (*store)->read(1, 1, [&](const Row& row) { return last = row.last, true; });
  if (!whole || last != writer.head.last) ::_exit(3);
  for (int i = 0; i < rows; ++i) {
    if (writer.add(std::string(static_cast<std::size_t>(i) * 997 % 9'000, 'x'), 3) != Committed::done) ::_exit(4);
    tell(writer.head.last);
  }
}

TEST(Crash, AnotherProcessIsRefusedUntilTheFirstIsKilled) {
  const Folder folder;
  Child holder([&](const auto& tell) {
    const auto store = SqliteStore::open(folder / "journal.db", tiny());
    tell(store ? 1 : 2);
    ::pause();
  });
  ASSERT_EQ(holder.told(), 1u);
  EXPECT_EQ(SqliteStore::open(folder / "journal.db", tiny()).error().code, "already_open");
  EXPECT_TRUE(SqliteStore::open_read_only(folder / "journal.db"));
  holder.kill();
  EXPECT_TRUE(SqliteStore::open(folder / "journal.db", tiny()));
}

/// How often, with all the other tests; FLORIN_KILLS for a long run by hand.
int times(int with_the_others) {
  const char* many = std::getenv("FLORIN_KILLS");
  return many == nullptr ? with_the_others : std::atoi(many);
}

TEST(Crash, KilledAnywhereLosesNothingAcknowledged) {
  const Folder folder;
  std::mt19937 random(7);
  Position acknowledged = 0;
  for (int round = 0; round < times(25); ++round) {
    Child child([&](const auto& tell) { write_rows(folder / "journal.db", tiny(), acknowledged, 10'000, tell); });
    for (auto left = 1 + random() % 40; left > 0; --left) {
      const auto position = child.told();
      ASSERT_TRUE(position) << "it ended with " << child.wait();
      acknowledged = *position;
    }
    child.kill();
    while (const auto position = child.told()) acknowledged = *position;
  }
  const auto store = SqliteStore::open(folder / "journal.db", tiny());
  ASSERT_TRUE(store);
  EXPECT_GE((*store)->head(1)->last, acknowledged);
  std::string wrong;
  rows_of(**store, 1, &wrong);
  EXPECT_EQ(wrong, "");
}

TEST(Crash, KilledAtEachOperationInTurn) {
  const Folder folder;
  Position acknowledged = 0;
  int ended = 0;
  // Each child begins with the recovery from the one before, and many die in it.
  for (int nth = 0; nth < times(120); ++nth) {
    Child child([&](const auto& tell) {
      FaultyVfs vfs;
      vfs.before = [left = nth % 120](Operation, const std::string&) mutable {
        if (left-- == 0) ::raise(SIGKILL);
        return SQLITE_OK;
      };
      write_rows(folder / "journal.db", tiny(vfs.name()), acknowledged, 12, tell);
    });
    while (const auto position = child.told()) acknowledged = *position;
    const int status = child.wait();
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0) << "at operation " << nth;
      ++ended;
    }
  }
  EXPECT_GT(acknowledged, 0u);
  EXPECT_LT(ended, times(120) - 20);
  const auto store = SqliteStore::open(folder / "journal.db", tiny());
  ASSERT_TRUE(store);
  EXPECT_GE((*store)->head(1)->last, acknowledged);
}

TEST(Crash, APowerCutLosesNothingAcknowledged) {
  std::mt19937 random(11);
  int cuts = 0;
  for (int round = 0; round < times(6); ++round) {
    const Folder folder;
    FaultyVfs vfs;
    const auto store = SqliteStore::open(folder / "journal.db", tiny(vfs.name()));
    ASSERT_TRUE(store);
    Writer writer(**store);
    std::vector<Row> formed;
    Position acknowledged = 0;
    const auto look = [&] {
      const Folder left;
      vfs.power_cut(left.path(), random);
      const auto found = SqliteStore::open(left / "journal.db", tiny());
      ASSERT_TRUE(found) << found.error().message;
      std::string wrong;
      const std::vector<Row> rows = rows_of(**found, 1, &wrong);
      ASSERT_EQ(wrong, "");
      ASSERT_GE((*found)->head(1)->last, acknowledged);
      ASSERT_LE(rows.size(), formed.size());
      for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], formed[i]);
      ++cuts;
    };
    vfs.before = [&](Operation, const std::string&) {
      if (random() % 8 == 0) look();
      return SQLITE_OK;
    };
    for (int i = 0; i < 20; ++i) {
      formed.push_back(writer.form(std::string(random() % 9'000, static_cast<char>('a' + i)), 1 + random() % 5));
      ASSERT_EQ(writer.commit(formed.back()), Committed::done);
      acknowledged = writer.head.last;
    }
    vfs.before = nullptr;
    look();
  }
  EXPECT_GT(cuts, times(6) * 10);
}

TEST(Crash, WhatAnOpeningShowsSurvivesAPowerCut) {
  const Folder folder;
  Child child([&](const auto& tell) {
    FaultyVfs vfs;
    const auto store = SqliteStore::open(folder / "journal.db", tiny(vfs.name()));
    Writer writer(**store);
    writer.add("opening");
    tell(writer.head.last);
    vfs.before = [](Operation operation, const std::string&) {
      return operation == Operation::sync ? ::raise(SIGKILL) : SQLITE_OK;
    };
    writer.add("written, not synced");
  });
  while (child.told()) continue;
  ASSERT_TRUE(WIFSIGNALED(child.wait()));

  FaultyVfs vfs;
  vfs.found_synced = false;
  const auto store = SqliteStore::open(folder / "journal.db", tiny(vfs.name()));
  ASSERT_TRUE(store);
  const Head seen = *(*store)->head(1);
  EXPECT_EQ(seen.last, 2u);
  std::mt19937 random(3);
  for (int i = 0; i < 10; ++i) {
    const Folder left;
    vfs.power_cut(left.path(), random);
    EXPECT_EQ(*(*SqliteStore::open(left / "journal.db", tiny()))->head(1), seen);
  }
}

}  // namespace
}  // namespace florin::store
