#pragma once

#include "domain/decision/draft.hpp"

/// When a refused payment is tried again by itself, and when not any more. Source   docs/decisions/0026-retries.md
namespace florin {

/// Whether the host may charge this method without its customer: not after a refusal that only the customer can mend,
/// and not more often than the tenant's cap on refusals.
bool may_try_by_itself(const Draft& draft, const SavedMethod& method);

/// After a refusal of an overdue order: when it is tried again apart from dunning, by why it was refused.
void plan_retry(Draft& draft, OrderId order);

/// The planned instant has come.
void retry(Draft& draft);

/// Counts an answer of a processor, or that there was none. One that failed too often in a row rests.
void count_answer(Draft& draft, const ProcessorId& processor, bool answered);

}  // namespace florin
