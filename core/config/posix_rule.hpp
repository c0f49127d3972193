#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/calendar/zone.hpp"

namespace florin::config {

/// The rule for the years to come that ends a zone's file: `MST7MDT,M3.2.0,M11.1.0`. Without daylight time it is only
/// an offset: `IST-5:30`. Source   RFC 8536, section 3.3.1; POSIX TZ
class PosixRule {
 public:
  /// Nothing when `text` is no rule of the form that tz databases use (Mm.w.d).
  static std::optional<PosixRule> parse(std::string_view text);

  /// The changes of the local years `from` up to `to`, in order.
  std::vector<Zone::Change> changes(std::int32_t from, std::int32_t to) const;

 private:
  /// The `week`-th `weekday` of `month`, 5 being the last, `seconds` after its midnight by the clock that ends there.
  struct Day {
    int month = 0;
    int week = 0;
    int weekday = 0;  // 0: Sunday
    std::int64_t seconds = 0;
  };
  static bool take_day(std::string_view& text, Day& day);
  static Instant instant(const Day& day, std::int32_t year, std::int32_t offset);

  std::int32_t standard_ = 0;  // seconds east of UTC
  struct Daylight {
    std::int32_t offset = 0;
    Day begins, ends;
  };
  std::optional<Daylight> daylight_;
};

}  // namespace florin::config
