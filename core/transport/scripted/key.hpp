#pragma once

#include <cstddef>
#include <string_view>

namespace florin {

/// A key that the host gives a payment, a refund or a method: so many digits of base 36, as engine::provider_key makes
/// them.
inline constexpr std::size_t key_digits = 25;

/// Where the first one at or after `from` begins; npos: there is none.
inline std::size_t key_in(std::string_view text, std::size_t from) {
  std::size_t begin = from;
  const auto is_word = [&](std::size_t at) {
    const char c = text[at];
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  while (begin < text.size()) {
    std::size_t end = begin;
    bool small = true;
    for (; end < text.size() && is_word(end); ++end) small = small && !(text[end] >= 'A' && text[end] <= 'Z');
    if (small && end - begin == key_digits) return begin;
    begin = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace florin
