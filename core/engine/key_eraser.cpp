#include "engine/key_eraser.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "engine/actions.hpp"

namespace florin::engine {

namespace {

/// A person waits for it; what was asked of a customer ends with many payments, and commits wait for each wipe.
std::chrono::seconds pause_before(const std::vector<store::DataKeyRange>& keys) {
  const bool actions = std::ranges::all_of(keys, [](const auto& range) { return is_action_key(range.from); });
  return actions ? std::chrono::minutes(1) : std::chrono::seconds(10);
}

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
  std::optional<std::chrono::steady_clock::time_point> wiped_at;
  for (;;) {
    wake_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    // Again after each call: one of a person does not wait for those of actions.
    while (!closing_ && wiped_at && std::chrono::steady_clock::now() < *wiped_at + pause_before(waiting_))
      wake_.wait_until(lock, *wiped_at + pause_before(waiting_));
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
    wiped_at = std::chrono::steady_clock::now();
  }
}

}  // namespace florin::engine
