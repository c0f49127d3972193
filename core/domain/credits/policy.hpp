#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/credits/grant.hpp"

namespace florin {

/// What happens in an account's life that a credit policy has a say in. Debits are not among them.
enum class MomentKind : std::uint8_t {
  trial_started,  ///< `includes` is what the trial gives
  trial_ended,    ///< the trial is over, whatever follows
  period_paid,    ///< a period's payment succeeded; `includes` is what the plan gives for it
  period_ended,   ///< a cycle is over; `reason` says how
  purchased,      ///< bought credits were paid; `includes`
  recharged,      ///< an auto-recharge was paid; `includes`
  addon_paid,     ///< add-on credits for this period were paid; `includes`
  change_paid,    ///< a change inside a period was paid; `includes` is the difference
  corrected,      ///< staff gives credits; `includes`
};

/// How a cycle ended.
enum class PeriodEnd : std::uint8_t { none, renewal, upgrade, downgrade, cycle_change, cancel };

struct Allowance {
  CreditType type;
  Credits amount;
  friend bool operator==(const Allowance&, const Allowance&) = default;
};

/// One moment as a policy is asked about it. A policy has no calendar and no rounding of its own.
struct Moment {
  MomentKind kind = MomentKind::trial_started;
  PeriodEnd reason = PeriodEnd::none;
  Instant at;
  std::string plan;
  std::string cycle;
  Instant period_from;
  Instant period_to;  ///< of the trial when the moment is the trial's; 0 us: open
  Date today;         ///< in the tenant's zone
  std::vector<Allowance> includes;
  /// Those not ended, in spending order; also those of which all is held, which go where the policy says once they are
  /// released; and, when a period ends, those that a lost dispute took, with what it took as what remains. What came
  /// from another account has its own end and is not among them.
  std::vector<Grant> grants;
  friend bool operator==(const Moment&, const Moment&) = default;
};

/// When a grant that a policy issues ends.
struct GrantEnd {
  enum class Kind : std::uint8_t { never, with_period, after, at };
  Kind kind = Kind::never;
  Span after;  ///< from the moment, added by the calendar in the tenant's zone
  Instant at;
};

/// What a policy says is to happen.
struct PolicyDecision {
  enum class Kind : std::uint8_t {
    issue,     ///< `amount` of `type` with source, priority and end
    roll,      ///< what is available in `grant` becomes a new grant with source, priority and end; with an `amount`, so
               ///< much of what remains does, and the rest is gone
    expire,    ///< what is available in `grant` is gone
    forfeit,   ///< the same, taken away
    move_end,  ///< of `grant`, to `end`
  };
  Kind kind = Kind::issue;
  GrantId grant;
  CreditType type;
  Credits amount;
  GrantSource source = GrantSource::plan;
  std::int32_t priority = 0;
  GrantEnd end;
  std::string rule;  ///< the word in the policy's own YAML that says so, as `grants.rollover`
};

/// A policy's whole answer: decisions, or a refusal of what was asked.
struct PolicyAnswer {
  std::vector<PolicyDecision> decisions;
  std::string refused_rule;  ///< empty: not refused
  std::string refused_text;
};

}  // namespace florin
