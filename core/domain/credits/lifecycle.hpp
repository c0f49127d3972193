#pragma once

#include "domain/decision/draft.hpp"

/// What the credit policy is asked, and its answer as facts.
namespace florin {

struct Happening {
  MomentKind kind = MomentKind::trial_started;
  PeriodEnd reason = PeriodEnd::none;
  std::vector<BoughtCredits> includes;
  OrderId paid_by;
  Instant period_from;
  Instant period_to;  ///< 0 us: open
};

/// Asks the policy about `happening` and does what it says. Refuses when the policy refuses.
void follow_policy(Draft& draft, const Happening& happening);

/// Credits that were used before they were there are taken from what comes next.
void take_owed(Draft& draft, GrantId grant, const CreditType& type);

/// A grant's own end, as promised when it was issued.
void end_grant(Draft& draft, GrantId grant);

/// The end of a grant that passed while its credits were not there: a plan's roll over or go as the policy has it for a
/// renewal then, others expire.
void end_late(Draft& draft, GrantId grant);

/// Takes back credits of `grants` in order, at most `amount` in all, as refunded.
void adjust_credits(Draft& draft, const AdjustCredits& command);

/// Credits that came free in a grant that rolled over follow it into `next`, which is like `into`. Where only a part of
/// the grant rolled, they do so as far as that part is not full, and the rest is gone. False: nothing rolled.
bool roll_on(Draft& draft, GrantId id, GrantId next, const Grant& into);

}  // namespace florin
