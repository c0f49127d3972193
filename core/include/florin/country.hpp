#pragma once

#include <string>
#include <string_view>

#include "florin/export.hpp"

namespace florin {

/// Whether it is a country by ISO 3166-1: two capital letters. `XK` is one too: banks and processors write it for
/// Kosovo.
FLORIN_API bool is_country(std::string_view code);

/// Why it is none, as a sentence without its end: `'UK' is no country of ISO 3166 (did you mean 'GB'?)`.
FLORIN_API std::string no_country(std::string_view written);

}  // namespace florin
