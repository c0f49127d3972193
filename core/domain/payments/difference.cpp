#include "domain/payments/difference.hpp"

#include <algorithm>

namespace florin {

namespace {

bool is_open(const Draft& draft, const std::string& name) {
  return std::ranges::find(draft.tenant.discrepancies, name, &Discrepancy::name) != draft.tenant.discrepancies.end();
}

}  // namespace

void record_discrepancy(Draft& draft, const RecordDiscrepancy& command) {
  if (is_open(draft, command.difference.name)) refuse("known_difference", "This difference is known.");
  Discrepancy found = command.difference;
  found.found_at = draft.now;
  draft.add(DiscrepancyFound{std::move(found)});
}

void close_discrepancy(Draft& draft, const CloseDiscrepancy& command) {
  if (!is_open(draft, command.difference)) refuse("no_such_difference", "There is no open discrepancy of this name.");
  if (command.reason.empty()) refuse("reason_missing", "Closing a difference needs a reason.");
  draft.add(DiscrepancyClosed{command.difference, command.reason});
}

}  // namespace florin
