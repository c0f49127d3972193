#include "domain/payments/difference.hpp"

#include <algorithm>

namespace florin {

namespace {

bool is_open(const Draft& draft, const std::string& name) {
  return std::ranges::find(draft.tenant.differences, name, &Difference::name) != draft.tenant.differences.end();
}

}  // namespace

void record_difference(Draft& draft, const RecordDifference& command) {
  if (is_open(draft, command.difference.name)) refuse("known_difference", "This difference is known.");
  Difference found = command.difference;
  found.found_at = draft.now;
  draft.add(DifferenceFound{std::move(found)});
}

void close_difference(Draft& draft, const CloseDifference& command) {
  if (!is_open(draft, command.difference)) refuse("no_such_difference", "There is no open difference of this name.");
  if (command.reason.empty()) refuse("reason_missing", "Closing a difference needs a reason.");
  draft.add(DifferenceClosed{command.difference, command.reason});
}

}  // namespace florin
