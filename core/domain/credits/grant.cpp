#include "domain/credits/grant.hpp"

#include <tuple>

namespace florin {

bool Grant::balanced() const {
  const Credits left[] = {spent, expired, rolled, forfeited, refunded, transferred, corrected, remaining};
  Credits sum;
  for (const Credits part : left) {
    if (part.units < 0) return false;
    sum += part;
  }
  return sum == granted && held.units >= 0 && held <= remaining;
}

bool spent_before(const Grant& a, const Grant& b) {
  const auto rank = [](const Grant& grant) {
    return std::tuple(grant.priority, grant.ends_at.value_or(never), grant.issued_at, grant.id);
  };
  return rank(a) < rank(b);
}

}  // namespace florin
