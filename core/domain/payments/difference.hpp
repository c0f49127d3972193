#pragma once

#include "domain/decision/draft.hpp"

/// Where a processor's books and ours differ. Source   docs/decisions/0028-reconciliation.md
namespace florin {

/// Once, however often it is found.
void record_discrepancy(Draft& draft, const RecordDiscrepancy& command);

/// A person looked into it, or later records of the processor agree with ours.
void close_discrepancy(Draft& draft, const CloseDiscrepancy& command);

}  // namespace florin
