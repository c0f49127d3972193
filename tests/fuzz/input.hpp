#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

/// What all targets of tools/fuzz share.
namespace florin::fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace florin::fuzz
