#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "florin/id.hpp"
#include "florin/time.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// Idempotency keys in memory, in generations of an hour, each remembered for the window at least and two windows at
/// most.
///
/// A key is known by 76 bits of a digest of tenant and key, and its command by 32 bits of another. Keys lie in segments
/// that grow one by one, by an eighth, and forget what is too old before they do: no key waits for a large table to be
/// moved, and each takes at most 32 bytes. docs/decisions/0031-memory.md
class KeyTable {
 public:
  explicit KeyTable(Duration window) : window_(window), segments_(segment_count) {}

  Duration window() const { return window_; }

  struct Digest {
    std::uint64_t segment = 0;
    std::uint64_t mark = 0;

    friend auto operator<=>(const Digest&, const Digest&) = default;
  };
  static Digest digest_of(const TenantId& tenant, std::string_view key);

  /// Which command a key was used for, and where its answer lies.
  struct Use {
    std::uint32_t content = 0;  ///< digest of the command: another command under the same key is refused
    store::Position position = 0;
  };
  std::optional<Use> find(Digest key, Instant now) const;
  /// In place of what the key was used for before. `now` never runs back from one call to the next.
  void remember(Digest key, Use use, Instant now);
  /// Asks for the memory that find() will look at.
  void prefetch(Digest key) const;

  /// A key as it is saved.
  struct Record {
    Digest key;
    Use use;
    std::uint16_t hour = 0;  ///< when it was used, in hours since 1970, the last 16 bits
  };
  static std::uint16_t hour_of(Instant at);
  /// Whether a key need not be remembered any more that was used in `hour`.
  static bool over(std::uint16_t hour, Duration window, std::uint16_t now);
  /// As it was remembered then. Of one key the latest has to come last.
  void take_back(const Record& record);

  /// Calls `each(record)` for every key that is there, in no order.
  template <class Each>
  void each(const Each& each) const {
    for (std::uint64_t segment = 0; segment < segments_.size(); ++segment)
      for (const Slot& slot : segments_[segment].slots)
        if (!slot.free()) each(record_of(segment, slot));
  }

  std::size_t size() const { return size_; }    ///< those that were not dropped
  std::size_t bytes() const { return bytes_; }  ///< that all of them take

 private:
  struct Slot {
    std::array<std::uint32_t, 2> mark{};
    std::uint32_t content = 0;
    std::array<std::uint16_t, 3> position{};  ///< 0: free
    std::uint16_t hour = 0;                   ///< since 1970, its last 16 bits

    bool free() const { return position == std::array<std::uint16_t, 3>{}; }
  };
  static_assert(sizeof(Slot) == 20);
  struct Segment {
    std::vector<Slot> slots;
    std::size_t taken = 0;
  };
  static constexpr std::size_t segment_count = 4'096;

  static Record record_of(std::uint64_t segment, const Slot& slot);
  /// Its hour is so many windows over.
  bool over(const Slot& slot, std::int64_t windows, Instant now) const;
  static std::size_t first(const Segment& segment, std::uint64_t mark);
  static bool put(Segment& segment, const Slot& slot);
  void grow(Segment& segment, Instant now);

  Duration window_;
  std::vector<Segment> segments_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace florin::engine
