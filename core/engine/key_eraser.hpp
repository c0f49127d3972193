#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "store/store.hpp"

namespace florin::engine {

/// Erases the keys of personal data on a thread of its own, many at once: their bytes are wiped from every file of the
/// store, which may take tens of milliseconds, and commits wait meanwhile. So it happens at most every ten seconds.
/// What the store cannot do now is tried again; what a close leaves undone the next start finds in the journal.
class KeyEraser {
 public:
  KeyEraser(store::Store& store, std::uint32_t shard);
  ~KeyEraser();
  KeyEraser(const KeyEraser&) = delete;
  KeyEraser& operator=(const KeyEraser&) = delete;

  void erase(store::DataKeyRange keys);
  /// Once more what is left, at once.
  void close();

 private:
  void run();

  store::Store& store_;
  const std::uint32_t shard_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  std::vector<store::DataKeyRange> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace florin::engine
