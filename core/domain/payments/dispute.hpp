#pragma once

#include "domain/decision/draft.hpp"

/// A payment that its customer's bank takes back, or may. Source   ALL-11; docs/decisions/0011-disputes.md
namespace florin {

/// What a processor, or staff for it, says of a dispute. Lost: the money is gone; what remains of the credits that it
/// bought goes too, and what was spent of them follows the tenant's word: owed, absorbed, or the account is blocked.
void record_dispute(Draft& draft, const RecordDispute& command);

/// Staff lets a blocked account send again.
void unblock(Draft& draft, const Unblock& command);

}  // namespace florin
