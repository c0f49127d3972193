#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "florin/money.hpp"
#include "florin/time.hpp"

namespace florin {

/// What one attempt on one route has come to. Source   docs/decisions/0005-payments.md
enum class AttemptState : std::uint8_t {
  started,       ///< durable, not yet known to have been sent
  unknown,       ///< it may have happened: no other attempt starts until this is resolved
  not_sent,      ///< certainly did not reach the provider
  pending,       ///< the provider or a bank is working on it
  needs_action,  ///< the customer must do something first
  authorised,
  captured,  ///< the money is ours
  declined,  ///< asked and refused, final
  expired,   ///< the customer's time ran out
  voided,
};

/// Why a payment was refused, in the words of the retry rules.
enum class DeclineKind : std::uint8_t {
  none,
  soft,  ///< no reason, or one we do not know
  technical,
  funds,
  authenticate,
  bad_data,
  hard,
  fraud,
  mandate_gone,
  customer_gave_up,
  misconfigured,
  throttled,
};

/// What a processor's plugin and the transport together say of an attempt, a refund or a look-up.
struct ProviderReport {
  AttemptState state = AttemptState::unknown;
  bool absent = false;   ///< a look-up: the provider knows none of our references
  bool in_part = false;  ///< captured, and for good less than was asked: `amount` is what came
  Money amount;          ///< what the provider says moved; compared with what was asked
  std::string ref;       ///< the provider's id
  std::string raw;       ///< the provider's own status word
  DeclineKind decline = DeclineKind::none;
  std::string decline_code;  ///< the provider's own
  std::string text;          ///< the provider's words, for staff
  std::string action;        ///< JSON: what the customer must do, when needs_action or pending
  Duration ask_after;        ///< 0: by the method's schedule
  /// Of a method that was saved: the processor's reference of it, its brand, and what may be shown of it.
  std::string token, brand, masked;
  /// Of a captured payment: what the processor kept of it, in whatever currency it settles; no currency: not known.
  Money fee;
  std::string settlement;  ///< the processor's id of the payout that it is in; empty: in none yet
  bool looked_up = false;  ///< a charge or refund was not sent a second time: the processor was asked about it instead
  Duration look_up_lag;    ///< how long something done may still look absent at this processor; 0: it does not say
};

/// The decline code of a cancel at a processor that knows none.
inline constexpr std::string_view cancel_not_offered = "cancel_not_offered";

/// The decline code, with a word such as `phone` behind it, of what was not sent because its processor must know more
/// of the customer.
inline constexpr std::string_view person_missing = "person_missing: ";

}  // namespace florin
