#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace florin {

/// A character of UTF-8: its code, and how many bytes it takes. No bytes: there is none here.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

/// Source   RFC 3629, section 4
inline Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0u;
  };
  const std::uint32_t first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >> 5 == 0x6 ? 2 : first >> 4 == 0xe ? 3 : first >> 3 == 0x1e ? 4 : 0;
  if (bytes == 0) return {};
  std::uint32_t code = first & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(at + i) & 0x3f);
  }
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = 0xd800 <= code && code <= 0xdfff;
  if (code < least[bytes] || code > 0x10ffff || surrogate) return {};
  return {code, bytes};
}

/// Whether all of it is UTF-8. Eight bytes at a time, since most text is ASCII and every usage is looked at.
inline bool is_utf8(std::string_view text) {
  constexpr std::uint64_t high = 0x8080808080808080;
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, std::min<std::size_t>(8, text.size() - at));
    if ((eight & high) == 0) {
      at += 8;
      continue;
    }
    const Character character = character_at(text, at);
    if (character.bytes == 0) return false;
    at += character.bytes;
  }
  return true;
}

}  // namespace florin
