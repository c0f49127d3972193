// Two writers of one shard, in every order: each commit takes its effect, loses its answer, or never arrives, and is
// made again. Whatever happens, one history is left, and everything that was acknowledged is in it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>

#include "helpers.hpp"
#include "store/memory/memory_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin::store {
namespace {

/// What one turn of one writer is.
enum class Turn : std::uint8_t {
  commits,        ///< and hears what came of it
  loses_answer,   ///< it took effect or not; nobody heard
  never_arrives,  ///< sent, and lost on the way
};
constexpr std::array turns = {Turn::commits, Turn::loses_answer, Turn::never_arrives};

struct Side {
  std::optional<Writer> writer;
  std::optional<Row> row;  // formed, and not known to be in

  /// Returns the row that was acknowledged, if one was.
  std::optional<Row> take(Store& store, std::uint32_t shard, Turn turn, const std::string& name) {
    if (!writer) writer.emplace(store, shard);  // takes the shard over: its first row raises the epoch
    if (!row) row = writer->form(name, 1, shard);
    if (turn == Turn::never_arrives) return std::nullopt;
    const Committed outcome = store.commit(*row, writer->head.epoch);
    if (turn == Turn::loses_answer) return std::nullopt;
    if (outcome == Committed::conflict) {  // drops what it knows, and is a newcomer
      writer.reset();
      row.reset();
      return std::nullopt;
    }
    EXPECT_EQ(outcome, Committed::done) << store.last_problem();
    writer->head = head_of(*row);
    return std::exchange(row, std::nullopt);
  }
};

/// Every sequence of `length` turns of two writers.
void try_all(Store& store, int length) {
  constexpr int choices = 2 * turns.size();
  int sequences = 1;
  for (int i = 0; i < length; ++i) sequences *= choices;
  for (int sequence = 0; sequence < sequences; ++sequence) {
    const auto shard = static_cast<std::uint32_t>(sequence + 1);
    std::array<Side, 2> sides;
    std::vector<Row> acknowledged;
    int rest = sequence;
    for (int step = 0; step < length; ++step, rest /= choices) {
      Side& side = sides[static_cast<std::size_t>(rest % 2)];
      const Turn turn = turns[static_cast<std::size_t>(rest % choices / 2)];
      if (auto row = side.take(store, shard, turn, fmt::format("{}.{}", rest % 2, step)))
        acknowledged.push_back(std::move(*row));
    }
    std::string wrong;
    const std::vector<Row> rows = rows_of(store, 1, &wrong, shard);
    ASSERT_EQ(wrong, "") << "sequence " << sequence;
    std::size_t from = 0;
    for (const Row& row : acknowledged) {
      while (from < rows.size() && rows[from] != row) ++from;
      ASSERT_LT(from, rows.size()) << row.entries << " was acknowledged and is not there: sequence " << sequence;
      ++from;
    }
    // No row is there twice: a row that was sent again under another name would be a double.
    for (std::size_t i = 1; i < rows.size(); ++i) ASSERT_NE(rows[i].entries, rows[i - 1].entries);
  }
}

TEST(Fence, EveryOrderOfTwoWritersInMemory) {
  MemoryStore store;
  try_all(store, 6);
}

TEST(Fence, EveryOrderOfTwoWritersInSqlite) {
  const Folder folder;
  const auto store = *SqliteStore::open(folder / "journal.db", {.wal_bytes = 1 << 16});
  try_all(*store, 4);
}

TEST(Fence, EveryOrderOfTwoWritersInPostgres) {
  const auto store = open_postgres(new_address());
  try_all(*store, 4);
}

}  // namespace
}  // namespace florin::store
