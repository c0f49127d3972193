#pragma once

#include "domain/decision/draft.hpp"

/// Payments that nobody waits for any more are cancelled at their processor, so that they bring no late money.
/// Source   docs/decisions/0035-cancel-at-the-processor.md
namespace florin {

/// Plans it for what of an order's attempts may still bring money. `but`: the attempt that did; 0: none did.
void cancel_at_processor(Draft& draft, OrderId order, std::uint32_t but = 0);

/// What the processor made of it. It is asked again until its word is final; money that came meanwhile counts.
void cancel_reported(Draft& draft, const CancelReported& command);

}  // namespace florin
