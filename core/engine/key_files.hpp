#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/key_file.hpp"
#include "engine/key_table.hpp"
#include "florin/time.hpp"

namespace florin::engine {

/// What a caller's thread found of a key in the files of a window, for the thread that decides.
struct LookedUp {
  std::uint64_t version = 0;  ///< of the set of files; 0: nobody has looked
  KeyTable::Use use{};        ///< position 0: none of them has it
  std::uint16_t hour = 0;     ///< of the use
};

/// The keys of a window that memory does not hold, in sorted files. A thread of its own writes them, and merges them so
/// that there are few. Each change of the set gives it a higher version; a later set holds every key of an earlier one
/// that is not over.
class KeyFiles {
 public:
  struct Options {
    std::filesystem::path folder;
    std::size_t most_in_memory = std::size_t{1} << 20;  ///< keys of a table, before it is written
    /// Tests: called by the thread that writes, before it does.
    std::function<void()> before_write{};
    /// What the operator must hear of: a folder in which nothing can be written.
    std::function<void(const std::string&)> alarm{};
  };
  KeyFiles(Options options, Duration window) : options_(std::move(options)), window_(window) {}
  ~KeyFiles();
  KeyFiles(const KeyFiles&) = delete;
  KeyFiles& operator=(const KeyFiles&) = delete;

  /// A table that does not change any more.
  struct Full {
    explicit Full(KeyTable all) : table(std::move(all)) {}
    const KeyTable table;
    std::atomic<std::uint64_t> in_version = 0;  ///< the first with its keys; 0: they are in no file
  };

  // ---- From any thread
  LookedUp find(KeyTable::Digest key) const;
  /// What find() would say of any key, while there is no file; else 0 is its version.
  LookedUp find_none() const {
    const std::uint64_t state = state_;
    return {.version = (state & 1) != 0 ? state >> 1 : 0};
  }

  // ---- From the thread that decides
  std::size_t most_in_memory() const { return options_.most_in_memory; }
  /// Writes the keys of `table`, as soon as it can be done. `left`: one that is no longer needed in memory. The
  /// writing thread frees it: 30 MB in thousands of pieces would hold up the caller.
  void write(std::shared_ptr<Full> table, std::uint16_t now, std::shared_ptr<Full> left = {});
  /// Until everything is written, or something could not be.
  void wait();
  /// Leaves nothing of what was written; what was asked for is not. Returns the version of the empty set.
  std::uint64_t clear();

  std::size_t size() const;   ///< keys in files
  std::size_t bytes() const;  ///< of all files
  std::size_t files() const;

 private:
  using Set = std::vector<std::shared_ptr<const KeyFile>>;  ///< the oldest first
  std::shared_ptr<const Set> set() const;
  std::uint64_t version() const { return state_ >> 1; }
  void run();
  bool write_one(std::unique_lock<std::mutex>& lock);
  void merge_some(std::unique_lock<std::mutex>& lock, std::uint16_t now);
  void publish(Set set);
  std::vector<StoredKey> sorted_keys_of(const KeyTable& table) const;

  const Options options_;
  const Duration window_;
  std::atomic<std::uint64_t> state_ = 1 << 1 | 1;  ///< twice the version, and 1 when the set is empty
  mutable std::mutex mutex_;                       ///< of what follows
  std::condition_variable wake_, idle_;
  std::shared_ptr<const Set> set_ = std::make_shared<const Set>();
  struct Waiting {
    std::shared_ptr<Full> table;
    std::uint16_t hour = 0;
    std::shared_ptr<Full> left;
  };
  std::deque<Waiting> waiting_;
  std::uint64_t cleared_ = 0;  ///< times: what was begun before is void
  bool working_ = false, failing_ = false, closing_ = false;
  std::thread thread_;
};

}  // namespace florin::engine
