#include "engine/clock.hpp"

#include <time.h>

#include <chrono>

namespace florin::engine {

namespace {

Instant wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

}  // namespace

Instant machine_clock() {
  timespec since{};
  ::clock_gettime(CLOCK_BOOTTIME, &since);
  return {since.tv_sec * 1'000'000 + since.tv_nsec / 1'000};
}

Clock::Clock(Reading wall, Reading machine)
    : wall_(wall == nullptr ? &wall_clock : wall),
      machine_(machine == nullptr ? &machine_clock : machine),
      apart_(wall_().us - machine_().us) {}

Instant Clock::now() const {
  const Instant wall = wall_();
  const std::int64_t apart = wall.us - machine_().us;
  const std::int64_t before = apart_.load(std::memory_order_relaxed);
  if (apart - before > longest_jump.us) return {wall.us - apart + before};
  if (apart != before) apart_.store(apart, std::memory_order_relaxed);
  return wall;
}

std::optional<Instant> Clock::not_believed() const {
  const Instant wall = wall_();
  if (wall.us - machine_().us - apart_.load(std::memory_order_relaxed) > longest_jump.us) return wall;
  return std::nullopt;
}

void Clock::go_on_from(Instant last, Duration longest_stop) {
  if (wall_() <= last + longest_stop) return;
  apart_.store(last.us - machine_().us, std::memory_order_relaxed);
}

void Clock::accept() { apart_.store(wall_().us - machine_().us, std::memory_order_relaxed); }

}  // namespace florin::engine
