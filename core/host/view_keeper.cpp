#include "host/view_keeper.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "host/assembly.hpp"

namespace florin {

namespace {

using namespace std::chrono_literals;

constexpr auto rest = 500ms;
constexpr auto rest_after_a_problem = 10s;
/// Entries in one transaction: a reader of the tables waits for no more than it, nor does a close.
constexpr std::uint64_t step = 20'000;
/// Of this thread alone, on Linux.
constexpr int niceness = 10;

}  // namespace

void ViewKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stopped) { loop(stopped); });
}

void ViewKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
}

ViewKeeper::State ViewKeeper::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void ViewKeeper::note(State state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

void ViewKeeper::loop(const std::stop_token& stopped) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
  while (!stopped.stop_requested()) {
    const State before = state();
    auto pause = std::chrono::milliseconds(0);
    if (before.position < assembly_.engine().durable_position()) {
      if (const Status refreshed = assembly_.refresh_views(step); !refreshed) {
        note({before.position, refreshed.error().message});
        pause = rest_after_a_problem;
      }
    } else {
      pause = rest;
    }
    std::unique_lock lock(mutex_);
    if (pause > 0ms) wake_.wait_for(lock, stopped, pause, [] { return false; });
  }
}

}  // namespace florin
