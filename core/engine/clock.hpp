#pragma once

#include <atomic>
#include <optional>

#include "florin/time.hpp"

namespace florin::engine {

/// What time it is for a host. A wall clock that jumps forward is not believed: until a person accepts it, time goes on
/// from before the jump as the machine's own count says, so that nothing falls due that is not due. One that is set
/// back is followed: accounts keep their own time.
///
/// A jump is more than `longest_jump` between the wall clock and CLOCK_BOOTTIME, which nobody sets and which goes on
/// while the machine sleeps. From any thread. Source   docs/decisions/0071-clock.md
class Clock {
 public:
  static constexpr Duration longest_jump = minutes(5);

  /// Both readings, for tests; null: the machine's.
  using Reading = Instant (*)();
  explicit Clock(Reading wall = nullptr, Reading machine = nullptr);

  Instant now() const;
  /// What the wall clock says while it is not believed; none: it is.
  std::optional<Instant> not_believed() const;
  /// Time goes on from `last`, when a host was known to run, unless the wall clock is at most `longest_stop` later.
  void go_on_from(Instant last, Duration longest_stop);
  /// A person has looked: the wall clock is right.
  void accept();

 private:
  Reading wall_, machine_;
  mutable std::atomic<std::int64_t> apart_;  ///< wall clock less the machine's count, in µs, when last believed
};

/// CLOCK_BOOTTIME.
Instant machine_clock();

}  // namespace florin::engine
