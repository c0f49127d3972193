#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "store/store.hpp"

namespace florin::engine {

/// Erases keys of what is sealed on a thread of its own, many at once: their bytes are wiped from every file of the
/// store, which may take tens of milliseconds, and commits wait meanwhile. So it happens at most every ten seconds for
/// persons, and every minute for what was asked of customers.
/// What the store cannot do now is tried again; what a close leaves undone the next start finds in the journal.
class KeyEraser {
 public:
  KeyEraser(store::Store& store, std::uint32_t shard);
  ~KeyEraser();
  KeyEraser(const KeyEraser&) = delete;
  KeyEraser& operator=(const KeyEraser&) = delete;

  /// Returns its number: erasures are counted from 1, and done in order.
  std::uint64_t erase(std::vector<store::DataKeyRange> keys);
  /// The number of the last that is done, with all before it. From any thread.
  std::uint64_t done() const { return done_; }
  /// Once more what is left, at once.
  void close();

 private:
  void run();

  store::Store& store_;
  const std::uint32_t shard_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  std::vector<store::DataKeyRange> waiting_;
  std::uint64_t asked_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace florin::engine
