#pragma once

#include "domain/decision/draft.hpp"

/// Dunning from the first failed payment of a renewal. Source   ALL-07
namespace florin {

/// Every candidate has refused: the account is past due, and the first dunning step counts as done.
void fall_past_due(Draft& draft, OrderId order);
/// Past due since then, on the dunning step that it has come to by now. Refuses who has come to its end.
void resume_dunning(Draft& draft, OrderId order, Instant since);
/// Dunning of an account that was past due in a pause begins now, from its first step.
void restart_past_due(Draft& draft);
/// Behind an unpaid renewal the later ones wait: with it paid the next of them is tried at once, until none is left.
void after_a_renewal_paid(Draft& draft, OrderId paid);
/// The next dunning step: what is tried, what still works, or the end.
void step_past_due(Draft& draft);

}  // namespace florin
