#include "store/chain.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace florin::store {

Head head_after(const Row& row) { return {.last = row.last, .epoch = row.epoch, .hash = row.hash}; }

bool well_formed(const Row& row) {
  return row.first >= 1 && row.first <= row.last && row.last <= INT64_MAX && row.epoch <= INT64_MAX;
}

std::string why_conflict(const Head& head, const Row& row, Epoch previous_epoch) {
  if (head.last != row.first - 1)
    return fmt::format("head_moved: shard {} ends at {}, the row begins at {}", row.shard, head.last, row.first);
  if (head.epoch != previous_epoch)
    return fmt::format("epoch_moved: shard {} is in epoch {}, the writer in {}", row.shard, head.epoch, previous_epoch);
  if (row.epoch != previous_epoch && row.epoch != previous_epoch + 1)
    return fmt::format("epoch_moved: shard {} goes from epoch {} to {}", row.shard, previous_epoch, row.epoch);
  if (head.hash != row.previous)
    return fmt::format("other_history: shard {} ends at {} in another row than the writer's", row.shard, head.last);
  return {};
}

Status check_link(const Row& row, const Head& before, const Head& end) {
  const auto damaged = [&](std::string_view what) {
    return Error{.code = "damaged_row",
                 .message = fmt::format("shard {}, positions {} to {}: {}", row.shard, row.first, row.last, what)};
  };
  if (row.first != before.last + 1) return missing_row(row.shard, before.last + 1);
  if (!well_formed(row) || seal(row) != row.hash) return damaged("the bytes are not those that were sealed");
  if (row.previous != before.hash) return damaged("it does not follow the row before it");
  if (row.last >= end.last && head_after(row) != end) return damaged("the journal's head is not at its end");
  return Done{};
}

Error missing_row(std::uint32_t shard, Position position) {
  return {.code = "damaged_row",
          .message = fmt::format("shard {}, position {}: its row is not there", shard, position)};
}

Status check_durable(const Head& head, const std::vector<Checkpoint>& objects, Position floor) {
  const auto past = std::ranges::find_if(
      objects, [&](const Checkpoint& object) { return object.position < 1 || object.position > head.last; });
  if (past != objects.end())
    return Error{
        .code = "not_durable",
        .message = fmt::format("{} is as of {}, the journal ends at {}", past->object, past->position, head.last)};
  if (floor > head.last)
    return Error{.code = "not_durable", .message = fmt::format("floor {}, the journal ends at {}", floor, head.last)};
  return Done{};
}

std::uint64_t sum_of(const Checkpoint& object) {
  const std::uint64_t name = XXH3_64bits(object.object.data(), object.object.size());
  return XXH3_64bits_withSeed(object.bytes.data(), object.bytes.size(), name ^ object.position);
}

std::string behind_all(std::string_view beginning) {
  std::string behind(beginning);
  ++behind.back();
  return behind;
}

std::vector<NameRange> ranges_between(std::span<const std::string_view> left_out) {
  std::vector<NameRange> ranges;
  std::string from;
  for (const std::string_view beginning : left_out)
    ranges.push_back({std::exchange(from, behind_all(beginning)), std::string(beginning)});
  ranges.push_back({from, std::string(last_object)});
  return ranges;
}

Error text_differs(std::string_view name) {
  return {.code = "text_differs", .message = fmt::format("another text is kept under '{}'", name)};
}

Error no_such_text(std::string_view name) {
  return {.code = "no_such_text", .message = fmt::format("no text is kept under '{}'", name)};
}

Error no_such_key(std::string_view owner) {
  return {.code = "no_such_key",
          .message = fmt::format("'{}' has no key: there never was one or it was erased", owner)};
}

}  // namespace florin::store
