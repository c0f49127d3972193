#include "engine/key_eraser.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace florin::engine {

namespace {

constexpr auto at_most_every = std::chrono::seconds(10);

}  // namespace

KeyEraser::KeyEraser(store::Store& store, std::uint32_t shard)
    : store_(store), shard_(shard), thread_([this] { run(); }) {}

KeyEraser::~KeyEraser() { close(); }

std::uint64_t KeyEraser::erase(std::vector<store::DataKeyRange> keys) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(keys, std::back_inserter(waiting_));
  wake_.notify_all();
  return ++asked_;
}

void KeyEraser::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void KeyEraser::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const bool last = closing_;
    std::vector<store::DataKeyRange> keys = std::exchange(waiting_, {});
    const std::uint64_t asked = asked_;
    lock.unlock();
    const bool erased{store_.erase_keys(shard_, keys)};
    lock.lock();
    if (erased)
      done_ = asked;
    else
      std::ranges::move(keys, std::back_inserter(waiting_));
    if (last && !erased) return;
    wake_.wait_for(lock, at_most_every, [&] { return closing_; });
  }
}

}  // namespace florin::engine
