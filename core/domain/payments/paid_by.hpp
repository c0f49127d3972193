#pragma once

#include "domain/accounts/account.hpp"

namespace florin {

/// The attempt whose money is the order's: captured, and neither given back as money that nobody wanted nor kept for a
/// person. Where there is none, the first that was captured. Null: nothing was captured.
///
/// An order has more than one captured attempt when a second payment of it came late, or when a processor took only a
/// part: that money goes back to where it came from, by its own attempt.
const Attempt* paid_by(const Account& account, const Order& order);

}  // namespace florin
