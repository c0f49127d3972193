#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace florin {

/// From the hash of a name to the number of what bears it. A look-up reads one or two cache lines, which can be asked
/// for beforehand; what bears a name is touched only when its hash is the same.
class NameIndex {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  [[gnu::always_inline]] void prefetch(std::uint32_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask()]);
  }
  /// `bears(number)`: whether that one has the name.
  template <class Bears>
  std::uint32_t find(std::uint32_t hash, const Bears& bears) const {
    if (slots_.empty()) return none;
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.number == none || (slot.hash == hash && bears(slot.number))) return slot.number;
    }
  }
  /// What find() will look at first, so that it can be asked for; nothing that bears a name is touched.
  std::uint32_t likely(std::uint32_t hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }
  /// A name that is not in it yet.
  void add(std::uint32_t hash, std::uint32_t number) {
    if (slots_.size() * 3 <= (size_ + 1) * 4) grow();
    put({hash, number});
    ++size_;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = none;
  };
  std::size_t mask() const { return slots_.size() - 1; }
  void put(Slot slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].number != none) at = (at + 1) & mask();
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 64 : slots_.size() * 2));
    for (const Slot& slot : before)
      if (slot.number != none) put(slot);
  }

  std::vector<Slot> slots_;  ///< a power of two of them, at most three quarters taken
  std::size_t size_ = 0;
};

}  // namespace florin
