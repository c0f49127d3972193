#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

/// What every store decides alike: whether a row may follow, and whether one that was read is whole.
namespace florin::store {

/// Where the journal ends once `row` is its last.
Head head_after(const Row& row);

/// Whether `row` could be anybody's: it holds a position, and what it counts fits a signed 64-bit column.
bool well_formed(const Row& row);

/// Why `row` does not continue `head`, as last_problem() says it; empty when it does.
std::string why_conflict(const Head& head, const Row& row, Epoch previous_epoch);

/// Whether `row` is what was sealed and follows `before`; with `end` in reach, whether it ends there. Errors:
/// damaged_row.
Status check_link(const Row& row, const Head& before, const Head& end);

/// Of `position`, which should be there. Errors: damaged_row.
Error missing_row(std::uint32_t shard, Position position);

/// Whether every position is durable: one of the journal that ends at `head`. Errors: not_durable.
Status check_durable(const Head& head, const std::vector<Checkpoint>& objects, Position floor);

/// Of a checkpoint's name, position and bytes: what is kept beside them, to know whether they are those that were
/// saved.
std::uint64_t sum_of(const Checkpoint& object);

/// Behind every name of an object: the last character that there is.
inline constexpr std::string_view last_object = "\xf4\x8f\xbf\xbf";
/// Behind all names that begin with `beginning`, which ends with a stroke.
std::string behind_all(std::string_view beginning);
/// Names from `from` up to but without `until`.
struct NameRange {
  std::string from, until;
};
/// The ranges of names that begin with none of `excluded`, which is sorted. A store that searches these ranges by key
/// does not read the excluded objects.
std::vector<NameRange> ranges_between(std::span<const std::string_view> excluded);

Error text_differs(std::string_view name);
Error no_such_text(std::string_view name);
Error no_such_key(std::string_view owner);

}  // namespace florin::store
