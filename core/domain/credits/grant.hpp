#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "florin/apart.hpp"
#include "florin/credits.hpp"
#include "florin/id.hpp"
#include "florin/money.hpp"
#include "florin/time.hpp"

namespace florin {

/// Where a lot of credits came from.
enum class GrantSource : std::uint8_t { plan, rollover, purchase, recharge, addon, trial, transfer, correction };

/// Whether a grant has come to its end, and how. Credits that are held then stay in it until their hold is closed, and
/// go the same way.
enum class GrantOver : std::uint8_t { working, rolled, expired, forfeited, refunded };

/// What decides when a grant ends. Source   KA-08; docs/decisions/0062-whose-period.md
enum class GrantLife : std::uint8_t {
  unsaid,       ///< an older journal does not record it
  with_period,  ///< the period that it was given for; it moves when that period does
  own,          ///< its policy gave it an end of its own, or none
  brought,      ///< it came with its end, from another account or another system: no period here decides about it
};

/// A grant that came by a transfer.
struct Received {
  AccountId from_account;
  GrantId from;
  Money cost;  ///< what was paid for it there
  Instant at{};
  friend bool operator==(const Received&, const Received&) = default;
};

/// A lot of credits: issued once; from then on credits only leave it.
///
/// granted = spent + expired + rolled + forfeited + refunded + transferred + corrected + remaining, each ≥ 0, always.
/// It works in [issued_at, ends_at).
/// Source   CL-09, CL-11, SM-05; docs/decisions/0003-grants.md
struct Grant {
  // First what a debit looks at: it lies in one or two cache lines.
  GrantId id;
  GrantOver over = GrantOver::working;
  GrantSource source = GrantSource::plan;
  GrantLife life = GrantLife::unsaid;
  Instant issued_at;
  std::optional<Instant> ends_at;  ///< none: lasts until used
  Credits remaining;               ///< held credits included
  Credits held;
  Credits spent;
  CreditType type;
  std::int32_t priority = 0;  ///< lower is spent first

  OrderId paid_by;      ///< the order whose payment bought it; through a roll-over, the first one's
  GrantId rolled_from;  ///< the grant whose rest it is
  std::string rule;     ///< the word of the policy that issued it, as `grants.rollover`
  Credits granted;
  Credits expired;
  Credits rolled;
  Credits forfeited;
  Credits refunded;
  Credits transferred;
  Credits corrected;
  Seldom<Received> received;  ///< none: it was issued here
  Seldom<Money> paid{};       ///< for an imported one: what was paid for it elsewhere
  /// A part of it rolled over: how much of what comes free later rolls, too. None: it rolled as a whole, or not at all.
  Seldom<Credits> rolls_more{};

  /// What may be spent at `now`.
  Credits available(Instant now) const {
    const bool works = over == GrantOver::working && issued_at <= now && (!ends_at || now < *ends_at);
    return works ? remaining - held : Credits();
  }
  /// Whether it came with its own end, so that no period of this account decides about it.
  bool brought() const { return life == GrantLife::brought || bool(received); }
  /// Since when it has been in this account.
  Instant here_since() const { return received ? std::max(issued_at, received->at) : issued_at; }
  bool balanced() const;
  friend bool operator==(const Grant&, const Grant&) = default;
};

/// The order in which grants are spent: priority, then end (never is last), issue time, id.
/// Total, so that the same history always spends the same grants.
bool spent_before(const Grant& a, const Grant& b);

}  // namespace florin
