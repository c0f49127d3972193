#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace florin {

/// The languages that pages are read in. Documents and mails are written in some of them, and in the tenant's first one
/// otherwise. Source   docs/decisions/0290-languages-of-pages.md
inline constexpr std::array<std::string_view, 4> known_languages = {"en", "de", "hi", "ar"};

constexpr bool is_known_language(std::string_view tag) {
  return std::ranges::find(known_languages, tag) != known_languages.end();
}

}  // namespace florin
