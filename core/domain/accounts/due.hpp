#pragma once

#include <cstdint>
#include <optional>

#include "domain/accounts/account.hpp"

namespace florin {

/// What falls due by itself. At one instant in this order: credits come to their end before orders are placed, and a
/// recharge is looked at last.
enum class DueKind : std::uint8_t {
  hold_times_out,
  pause_ends,
  trial_ends,
  month_ends,
  period_ends,
  grant_ends,
  keeping_ends,
  add_on_month_ends,
  past_due_step,
  payment_retry,
  order_closes,
  saving_closes,
  recharge,
  delivery,
};

struct Due {
  Instant at = never;
  DueKind kind = DueKind::hold_times_out;
  std::uint32_t which = 0;  ///< the hold, grant, order or saving
};

/// The first thing that falls due on an account, derived from what its facts promised. None when nothing will.
std::optional<Due> next_due(const Account& account);

/// Whether a recharge has to be placed now, or would be but for the day's limit.
/// Source   CL-08, EX-08; invariant 20
bool wants_recharge(const Account& account);

/// The earliest instant at which the provider has to be called or asked about something of this account.
Instant next_ask(const Account& account);

}  // namespace florin
