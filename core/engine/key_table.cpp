#include "engine/key_table.hpp"

#include <xxhash.h>

#include <cstring>
#include <utility>

namespace florin::engine {

namespace {

constexpr std::int64_t hour_us = hours(1).us;

std::array<std::uint32_t, 2> halves(std::uint64_t mark) {
  return {static_cast<std::uint32_t>(mark), static_cast<std::uint32_t>(mark >> 32)};
}
std::uint64_t whole(const std::array<std::uint32_t, 2>& mark) {
  return mark[0] | static_cast<std::uint64_t>(mark[1]) << 32;
}

std::array<std::uint16_t, 3> packed(store::Position position) {
  return {static_cast<std::uint16_t>(position), static_cast<std::uint16_t>(position >> 16),
          static_cast<std::uint16_t>(position >> 32)};
}
store::Position unpacked(const std::array<std::uint16_t, 3>& position) {
  return position[0] | static_cast<store::Position>(position[1]) << 16 |
         static_cast<store::Position>(position[2]) << 32;
}

}  // namespace

std::uint16_t KeyTable::hour_of(Instant at) { return static_cast<std::uint16_t>(at.us / hour_us); }

KeyTable::Digest KeyTable::digest_of(const TenantId& tenant, std::string_view key) {
  // Ids hold no '/', so that two pairs never make one text.
  constexpr std::size_t longest_id = 64, longest_key = 255;
  key = key.substr(0, longest_key);  // a longer one is refused before it counts
  std::array<char, longest_id + 1 + longest_key> text;
  std::memcpy(text.data(), tenant.text().data(), tenant.text().size());
  text[tenant.text().size()] = '/';
  std::memcpy(text.data() + tenant.text().size() + 1, key.data(), key.size());
  const XXH128_hash_t hash = XXH3_128bits(text.data(), tenant.text().size() + 1 + key.size());
  return {hash.low64 % segment_count, hash.high64};
}

bool KeyTable::over(std::uint16_t hour, Duration window, std::uint16_t now) {
  return static_cast<std::uint16_t>(now - hour) > (window.us + hour_us - 1) / hour_us;
}

bool KeyTable::over(const Slot& slot, std::int64_t windows, Instant now) const {
  return over(slot.hour, Duration{windows * window_.us}, hour_of(now));
}

std::size_t KeyTable::first(const Segment& segment, std::uint64_t mark) {
  return static_cast<std::size_t>((mark >> 32) * segment.slots.size() >> 32);
}

std::optional<KeyTable::Use> KeyTable::find(Digest key, Instant now) const {
  const Segment& segment = segments_[key.segment];
  if (segment.slots.empty()) return std::nullopt;
  const std::array<std::uint32_t, 2> mark = halves(key.mark);
  for (std::size_t at = first(segment, key.mark); !segment.slots[at].free();) {
    const Slot& slot = segment.slots[at];
    if (slot.mark == mark && !over(slot, 2, now)) return Use{slot.content, unpacked(slot.position)};
    if (++at == segment.slots.size()) at = 0;
  }
  return std::nullopt;
}

void KeyTable::prefetch(Digest key) const {
  const Segment& segment = segments_[key.segment];
  if (segment.slots.empty()) return;
  const Slot* slot = &segment.slots[first(segment, key.mark)];
  __builtin_prefetch(slot);
  __builtin_prefetch(slot + 4);
}

void KeyTable::remember(Digest key, Use use, Instant now) {
  Segment& segment = segments_[key.segment];
  // At most 17 of 20 are taken.
  if ((segment.taken + 1) * 20 > segment.slots.size() * 17) grow(segment, now);
  if (put(segment, {halves(key.mark), use.content, packed(use.position), hour_of(now)})) ++size_;
}

KeyTable::Record KeyTable::record_of(std::uint64_t segment, const Slot& slot) {
  return {.key = {.segment = segment, .mark = whole(slot.mark)},
          .use = {.content = slot.content, .position = unpacked(slot.position)},
          .hour = slot.hour};
}

void KeyTable::take_back(const Record& record) {
  // Nothing is too old for one that it is as old as.
  const Instant then{record.hour * hour_us};
  Segment& segment = segments_[record.key.segment % segment_count];
  if ((segment.taken + 1) * 20 > segment.slots.size() * 17) grow(segment, then);
  if (put(segment, {halves(record.key.mark), record.use.content, packed(record.use.position), record.hour})) ++size_;
}

/// Whether it is there in addition to what was.
bool KeyTable::put(Segment& segment, const Slot& slot) {
  std::size_t at = first(segment, whole(slot.mark));
  while (!segment.slots[at].free() && segment.slots[at].mark != slot.mark)
    if (++at == segment.slots.size()) at = 0;
  const bool added = segment.slots[at].free();
  segment.slots[at] = slot;
  if (added) ++segment.taken;
  return added;
}

void KeyTable::grow(Segment& segment, Instant now) {
  const auto stays = [&](const Slot& slot) { return !slot.free() && !over(slot, 1, now); };
  std::size_t staying = 0;
  for (const Slot& slot : segment.slots) staying += stays(slot) ? 1 : 0;
  const std::vector<Slot> before = std::exchange(segment.slots, std::vector<Slot>((staying * 9 / 8 + 4) * 20 / 17 + 1));
  size_ -= segment.taken - staying;
  bytes_ += (segment.slots.size() - before.size()) * sizeof(Slot);
  segment.taken = 0;
  for (const Slot& slot : before)
    if (stays(slot)) put(segment, slot);
}

}  // namespace florin::engine
