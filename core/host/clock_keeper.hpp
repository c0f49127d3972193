#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "florin/result.hpp"
#include "florin/time.hpp"

namespace florin {

class Assembly;
namespace store {
class Store;
}

/// Watches the wall clock of a host in real time. Every minute it writes down that the host ran, says when the wall
/// clock is not believed, and looks whether a person has accepted it. Source   docs/decisions/0071-clock.md
class ClockKeeper {
 public:
  explicit ClockKeeper(Assembly& assembly) : assembly_(assembly) {}
  ~ClockKeeper() { stop(); }
  ClockKeeper(const ClockKeeper&) = delete;
  ClockKeeper& operator=(const ClockKeeper&) = delete;

  /// Before anything falls due: a wall clock that is too far behind the last minute that was written down is not
  /// believed. Returns what to tell whoever opens the host.
  std::optional<Error> begin(Duration longest_stop);
  /// By a thread of its own.
  void start();
  void stop();

 private:
  void loop(const std::stop_token& stopped);
  void look();
  void tell_of_wal();
  bool accepted(Instant wall);

  Assembly& assembly_;
  bool told_ = false;
  bool wal_told_ = false;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

/// The name of the mark that says when a host ran last, and of the one that says which wall clock a person has
/// accepted.
inline constexpr const char* clock_mark = "clock";
inline constexpr const char* accepted_mark = "clock_accepted";
/// The file in the data folder that says the same while a host has the journal.
inline constexpr const char* accepted_file = "clock.accepted";

}  // namespace florin
