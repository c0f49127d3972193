#pragma once

#include <string_view>

#include "domain/decision/draft.hpp"

/// Usage: what it costs, which grants pay for it, and credits kept aside while something is sent. The path that runs
/// before every message; it copies no state.
namespace florin {

/// What one usage takes from a meter's credit type: started blocks count whole.
/// Source   CL-05, EX-07
/// A property that is not named counts, so that leaving it out never makes a usage free.
Credits price_of(const Meter& meter, const Quantity& quantity, const std::vector<Word>& properties);

/// `amount` from the grants that work at `now`, in spending order, each as far as it goes. Returns what was not there.
Credits take_in_order(const Account& account, const CreditType& type, Credits amount, Instant now,
                      std::vector<Take>& takes);

/// Usage that is told later is rated as of its time and taken from the credits that are there now: what ended stays
/// ended. Too old, or in the future, it is refused.
Decision use(const Account& account, const TenantState& tenant, const Actor& actor, const Use& command,
             const World& world);
Decision place_hold(const Account& account, const TenantState& tenant, const Actor& actor, const PlaceHold& command,
                    const World& world);

/// Each as of the ones before it; the first that is refused refuses all.
Decision use_together(const Account& account, const TenantState& tenant, const World& world, const Actor& actor,
                      const UseTogether& command);

/// A hold that is settled, released or timed out; what it leaves goes back to its grants, and on where those went.
void capture_hold(Draft& draft, const CaptureHold& command);
void release_hold(Draft& draft, HoldId hold, std::string_view because);

}  // namespace florin
