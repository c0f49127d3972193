#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace florin::engine {

/// A shared lock between one thread that changes and many that look: it waits for those that look already, never for
/// those that come later, however many they are. (A std::shared_mutex lets them all go first, and takes four times as
/// long when nobody is in the way.)
class LookLock {
 public:
  void lock() {
    state_.fetch_or(changing, std::memory_order_acquire);
    while (state_.load(std::memory_order_acquire) != changing) std::this_thread::yield();
  }
  void unlock() { state_.fetch_and(~changing, std::memory_order_release); }
  void lock_shared() {
    while ((state_.fetch_add(1, std::memory_order_acquire) & changing) != 0) {
      state_.fetch_sub(1, std::memory_order_relaxed);
      while ((state_.load(std::memory_order_relaxed) & changing) != 0) std::this_thread::yield();
    }
  }
  void unlock_shared() { state_.fetch_sub(1, std::memory_order_release); }

 private:
  static constexpr std::uint32_t changing = std::uint32_t{1} << 31;
  std::atomic<std::uint32_t> state_ = 0;  ///< how many look, and whether somebody changes
};

}  // namespace florin::engine
