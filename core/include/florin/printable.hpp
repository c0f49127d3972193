#pragma once

#include <string>
#include <string_view>

#include "florin/export.hpp"

namespace florin {

/// `text` as one line for people. Whoever wrote it can neither begin a line of their own nor steer a terminal: control
/// characters, line ends, ESC, what turns the direction of writing, invisible marks and bytes that are not UTF-8 are
/// shown as `\n`, `\x1b` or `\u202e`. All else stays as it is.
///
/// Source   Unicode 15.1, general categories Cc, Cf (U+200B to U+2069, U+FEFF), Zl and Zp
FLORIN_API std::string printable(std::string_view text);

/// The same for what has several lines: line ends stay.
FLORIN_API std::string printable_lines(std::string_view text);

}  // namespace florin
