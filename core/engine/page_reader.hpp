#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/shard.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// Reads pages of accounts' pasts on a thread of its own: the thread that decides reads no store.
class PageReader {
 public:
  using Pages = Result<std::vector<store::Checkpoint>>;
  using Tell = std::function<void(std::uint64_t ticket, Pages pages)>;
  PageReader(store::Store& store, std::uint32_t shard, Tell tell);
  ~PageReader();
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;

  void read(std::uint64_t ticket, std::vector<ObjectNames> names);
  /// What was asked for is read still.
  void close();

 private:
  void run();
  Pages pages_of(const std::vector<ObjectNames>& names);

  store::Store& store_;
  const std::uint32_t shard_;
  Tell tell_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  std::deque<std::pair<std::uint64_t, std::vector<ObjectNames>>> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace florin::engine
