#pragma once

#include "domain/decision/draft.hpp"

/// Counts that are taken by name and given back: numbers, inboxes. Source   EX-03, EX-01, SM-01
namespace florin {

/// Refused over the limit, without a place that an add-on paid for, and where a gate of its action is closed.
void occupy_item(Draft& draft, const Actor& actor, const OccupyItem& command);
void release_item(Draft& draft, const ReleaseItem& command);
/// Staff fills in what the price page leaves to each account.
void set_entitlement(Draft& draft, const SetEntitlement& command);

/// Of a count that says `suspend_newest` the oldest work, up to the limit; the others wait for it to rise. Called after
/// every decision: whatever changed the plan, the limit is kept from that instant on.
void keep_limits(Draft& draft);

/// Refuses what was decided when a plan that it leads to, now or at the renewal, does not hold what is in use: more
/// members than licences, more of a count that says `refuse_change`, an add-on that the plan does not take. By name.
void must_hold_what_is_used(const Draft& draft, const Actor& actor);

}  // namespace florin
