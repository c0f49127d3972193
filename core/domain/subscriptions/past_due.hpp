#pragma once

#include "domain/decision/draft.hpp"

/// The ladder from the first failed payment of a renewal. Source   ALL-07
namespace florin {

/// Every candidate has refused: the account is past due, and the ladder's first rung counts as done.
void fall_past_due(Draft& draft, OrderId order);
/// Past due since then, on the rung that it has come to by now. Refuses who has come to its end.
void stand_on_ladder(Draft& draft, OrderId order, Instant since);
/// The ladder of an account that was past due in a pause begins now, from its first rung.
void restart_past_due(Draft& draft);
/// What was overdue is paid. A renewal that failed meanwhile and waited behind it is tried at once.
void leave_past_due(Draft& draft);
/// The next rung: what is tried, what still works, or the end.
void step_past_due(Draft& draft);

}  // namespace florin
