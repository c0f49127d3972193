/// What a commit costs, beside what a user would write instead: `store_bench [folder]`, on the disk that counts.
#include <fmt/format.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "store/sqlite/sqlite_store.hpp"

namespace {

using namespace florin::store;

void must(bool held, std::string_view what) {
  if (held) return;
  fmt::print(stderr, "failed: {}\n", what);
  std::exit(1);
}

/// Microseconds of each of `times` runs: median, 99th percentile.
template <class Work>
std::string timed(int times, Work work) {
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    took.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(took);
  return fmt::format("median {:8.0f} us  p99 {:8.0f} us", took[took.size() / 2], took[took.size() * 99 / 100]);
}

void row_a_commit(const std::filesystem::path& folder, int times, int entries, SqliteOptions options,
                  std::string_view name) {
  const auto file = folder / fmt::format("{}_{}.db", name, entries);
  auto store = SqliteStore::open(file, options);
  must(bool(store), "open");
  Row row{.shard = 1, .epoch = 1};
  Epoch epoch = 0;
  const auto line = timed(times, [&] {
    row.first = row.last + 1;
    row.last += static_cast<Position>(entries);
    row.previous = row.hash;
    row.entries.assign(static_cast<std::size_t>(entries) * 48, static_cast<char>(row.last));
    row.hash = seal(row);
    must((*store)->commit(row, epoch) == Committed::done, (*store)->last_problem());
    epoch = 1;
  });
  must((*store)->head(1)->last == row.last, "every entry is there");
  fmt::print("{:34} {:5} entries  {}\n", name, entries, line);
}

/// A table as a user would make it: a row an event, one transaction for all that waited.
void row_an_event(const std::filesystem::path& folder, int times, int entries) {
  sqlite3* db = nullptr;
  const auto file = folder / fmt::format("events_{}.db", entries);
  must(sqlite3_open(file.c_str(), &db) == SQLITE_OK, "open");
  const auto run = [&](const char* sql) { must(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE event (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, body BLOB NOT NULL) STRICT");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO event (account, body) VALUES (?, ?)", -1, &insert, nullptr);
  const std::string body(40, 'x');
  const auto line = timed(times, [&] {
    run("BEGIN IMMEDIATE");
    for (int i = 0; i < entries; ++i) {
      sqlite3_bind_int64(insert, 1, i * 7919 % 100'000);
      sqlite3_bind_blob(insert, 2, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
      must(sqlite3_step(insert) == SQLITE_DONE, "insert");
      sqlite3_reset(insert);
    }
    run("COMMIT");
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  fmt::print("{:34} {:5} entries  {}\n", "a row an event", entries, line);
}

}  // namespace

int main(int count, char** words) {
  const std::filesystem::path under = count > 1 ? words[1] : std::filesystem::temp_directory_path().string();
  std::string folder = (under / "store_bench_XXXXXX").string();
  must(::mkdtemp(folder.data()) != nullptr, "a folder to work in");
  for (const int entries : {1, 16, 1000, 10'000}) {
    const int times = entries == 10'000 ? 200 : 1000;
    row_a_commit(folder, times, entries, {}, "a row a commit");
    row_a_commit(folder, times, entries, {.wal_bytes = 0, .checkpoint_bytes = 64 << 20}, "the same, WAL growing");
    row_an_event(folder, times, entries);
  }
  std::filesystem::remove_all(folder);
}
