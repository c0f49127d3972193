#pragma once

#include <string_view>

#include "florin/export.hpp"

namespace florin {

/// One line on standard error, as `florin: …`, for the operator of this process. It never waits: a line that a full
/// pipe does not take is left out, and the next one that is taken says how many were. Any thread may tell.
/// line  without `florin: ` and without a line end; behind 4,000 bytes it is cut
FLORIN_API void tell_operator(std::string_view line);

}  // namespace florin
