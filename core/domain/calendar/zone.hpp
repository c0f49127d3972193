#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "florin/time.hpp"

namespace florin {

/// A time zone as a table of values, so that the domain opens no file: what its clocks show, and when that changes.
struct Zone {
  struct Change {
    Instant at;               ///< from here on
    std::int32_t offset = 0;  ///< seconds east of UTC
  };
  std::string name;      ///< IANA name, as `America/Denver`
  std::string database;  ///< version of the tz database that the table was read from
  std::int32_t first_offset = 0;
  std::vector<Change> changes;  ///< in order, from 1970 to 2200

  /// Seconds east of UTC at `t`.
  std::int32_t offset_at(Instant t) const;
};

/// What a wall clock shows: a day and microseconds since its midnight.
struct Local {
  Date date;
  std::int64_t of_day_us = 0;
  friend auto operator<=>(const Local&, const Local&) = default;
};

}  // namespace florin
