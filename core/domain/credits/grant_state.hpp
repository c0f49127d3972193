#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>

#include "domain/credits/grant.hpp"

namespace florin {

/// A grant's state as people read it, in JSON and SQL: how it ended, or whether anything of it is left.
enum class GrantState : std::uint8_t { working, used_up, rolled, expired, forfeited, refunded };
BOOST_DESCRIBE_ENUM(GrantState, working, used_up, rolled, expired, forfeited, refunded)

/// `used_up`: no credits remain, held ones included, and nothing else ended it.
inline GrantState state_of(const Grant& grant) {
  switch (grant.over) {
    case GrantOver::working: return grant.remaining.is_zero() ? GrantState::used_up : GrantState::working;
    case GrantOver::rolled: return GrantState::rolled;
    case GrantOver::expired: return GrantState::expired;
    case GrantOver::forfeited: return GrantState::forfeited;
    case GrantOver::refunded: return GrantState::refunded;
  }
  return GrantState::working;
}

}  // namespace florin
