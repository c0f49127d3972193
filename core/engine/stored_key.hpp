#pragma once

#include <bit>
#include <cstdint>

#include "engine/key_table.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// A key as it lies on disk, least byte first.
struct StoredKey {
  std::uint64_t mark = 0;
  std::uint64_t position_and_segment = 0;  ///< 48 bits and 16
  std::uint32_t content = 0;
  std::uint16_t hour = 0;
  std::uint16_t unused = 0;

  static StoredKey of(const KeyTable::Record& record) {
    return {.mark = record.key.mark,
            .position_and_segment = record.use.position | record.key.segment << position_bits,
            .content = record.use.content,
            .hour = record.hour};
  }
  KeyTable::Digest key() const { return {.segment = position_and_segment >> position_bits, .mark = mark}; }
  KeyTable::Use use() const { return {.content = content, .position = position_and_segment & most_position}; }
  KeyTable::Record record() const { return {.key = key(), .use = use(), .hour = hour}; }

  static constexpr int position_bits = 48;
  static constexpr store::Position most_position = (store::Position{1} << position_bits) - 1;
};
static_assert(sizeof(StoredKey) == 24 && std::endian::native == std::endian::little);

/// The order in which they lie in a sorted file: by mark, which is even over its 64 bits.
inline bool lies_before(const KeyTable::Digest& a, const KeyTable::Digest& b) {
  return a.mark != b.mark ? a.mark < b.mark : a.segment < b.segment;
}

}  // namespace florin::engine
