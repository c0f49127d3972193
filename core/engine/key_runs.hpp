#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_window.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// The keys of a window as they are saved beside the checkpoints, so that a start reads no old entry for their sake.
/// They lie in runs, in the order in which they were used: objects such as `keys/usage/12`. A run is written anew until
/// it is full, then never again; when all of its keys may be forgotten, the next run takes its name. So there are never
/// more runs than a window needs. docs/decisions/0200-a-start-from-the-floor.md
class KeyRuns {
 public:
  /// `name`: of the window, `usage` or `money`.
  KeyRuns(std::string_view name, Duration window) : prefix_("keys/" + std::string(name) + "/"), window_(window) {}

  /// Keys of one object. Errors: damaged_checkpoint.
  static Result<std::vector<KeyWindow::Record>> read(std::string_view bytes);

  /// Puts the keys that are saved back into `window`, and goes on behind them. One run is read while the one before it
  /// is put back, and no more are in memory. Errors: damaged_checkpoint; the store's.
  Status take(store::Store& store, std::uint32_t shard, KeyWindow& window);

  /// Runs that the store has once what was cut is saved.
  std::uint64_t count() const { return count_; }

  /// A key was used. What is saved already, as a replay finds it, is left out.
  void add(const KeyWindow::Record& record);
  /// What is not saved yet, as objects as of `position`, the last entry.
  void cut(std::vector<store::Checkpoint>& objects, store::Position position, Instant now);
  /// Whether the last cut was saved; if not, the next one has it.
  void saved(bool done);

 private:
  struct Run {
    std::optional<std::uint64_t> number{};  ///< none: it was in no cut yet
    std::string bytes{};
  };
  struct Full {  ///< in the store
    std::uint64_t number = 0;
    std::uint16_t newest = 0;  ///< the hour of its last key
  };
  struct Found {  ///< by a start
    std::string object;
    std::uint64_t number = 0;
    store::Position position = 0;  ///< of the cut that it was saved with last
    store::Position first = 0;     ///< of its first key; only where one cut saved several runs
  };
  /// All that are saved, in the order in which their keys were used.
  Result<std::vector<Found>> find(store::Store& store, std::uint32_t shard) const;
  Status take(const Found& run, bool last, std::string bytes, KeyWindow& window);
  std::uint64_t next_number(std::uint16_t hour);
  /// No key is added to the open run any more.
  void close_run();
  bool over(std::uint16_t hour, std::uint16_t now) const { return KeyWindow::over(hour, window_, now); }

  std::string prefix_;
  Duration window_;
  std::vector<Full> full_;
  std::uint64_t count_ = 0;     ///< of numbers that were ever given
  std::vector<Run> unsaved_{};  ///< full, and not known to be saved
  std::size_t cut_runs_ = 0;    ///< of these, in the cut that is being saved
  Run open_{};
  std::size_t cut_bytes_ = 0;     ///< of the open one, in that cut
  std::size_t saved_bytes_ = 0;   ///< of the open one, in the store
  store::Position added_to_ = 0;  ///< the last position whose key was added
};

}  // namespace florin::engine
