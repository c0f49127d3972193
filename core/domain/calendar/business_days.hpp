#pragma once

#include <cstdint>
#include <vector>

#include "florin/time.hpp"

namespace florin {

/// Which days count where a deadline is in business days.
struct BusinessDays {
  std::vector<std::uint8_t> weekdays;  ///< 0 Monday to 6 Sunday; none: every day
  std::vector<Date> closed;
};

}  // namespace florin
