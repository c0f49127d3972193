#pragma once

#include <atomic>
#include <shared_mutex>
#include <thread>

namespace florin::engine {

/// A shared lock between one thread that changes and many that look: it waits for those that look already, never for
/// those that come later, however many they are. (A std::shared_mutex lets them all go first.)
class LookLock {
 public:
  void lock() {
    wanted_.store(true, std::memory_order_relaxed);
    mutex_.lock();
    wanted_.store(false, std::memory_order_relaxed);
  }
  void unlock() { mutex_.unlock(); }
  void lock_shared() {
    while (wanted_.load(std::memory_order_relaxed)) std::this_thread::yield();
    mutex_.lock_shared();
  }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
  std::atomic<bool> wanted_ = false;
};

}  // namespace florin::engine
