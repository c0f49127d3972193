#pragma once

#include "domain/decision/draft.hpp"

/// A payment that its customer's bank takes back, or may. Source   ALL-11; docs/decisions/0011-disputes.md
namespace florin {

/// What a processor, or staff for it, says of a dispute. Lost: the money is gone, and with it its part of the credits
/// that the payment bought: first of what remains, then of what was spent, which follows the tenant's word: owed,
/// absorbed, or the account is blocked. Several disputes of one payment are about no more than it. One that is won
/// after it was lost gives back exactly what it took.
void record_dispute(Draft& draft, const RecordDispute& command);

/// What a lost dispute could not take, because it was held, is taken now that its hold is closed: what of it is free at
/// once, what was spent by the tenant's word.
///
/// held   what the hold kept aside; spent: what of it, and besides it, was used
void take_what_was_held(Draft& draft, const std::vector<Take>& held, const std::vector<Take>& spent);

/// Staff lets a blocked account send again.
void unblock(Draft& draft, const Unblock& command);

}  // namespace florin
