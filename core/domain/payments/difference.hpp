#pragma once

#include "domain/decision/draft.hpp"

/// Where a processor's books and ours differ. Source   docs/decisions/0028-reconciliation.md
namespace florin {

/// Once, however often it is found.
void record_difference(Draft& draft, const RecordDifference& command);

/// A person looked into it.
void close_difference(Draft& draft, const CloseDifference& command);

}  // namespace florin
