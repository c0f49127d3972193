#include "domain/payments/paid_by.hpp"

#include <algorithm>

namespace florin {

const Attempt* paid_by(const Account& account, const Order& order) {
  const Attempt* first = nullptr;
  for (const Attempt& attempt : order.attempts) {
    if (attempt.state != AttemptState::captured) continue;
    if (first == nullptr) first = &attempt;
    const bool goes_back = std::ranges::any_of(account.refunds, [&](const Refund& refund) {
      return refund.order == order.id && refund.attempt == attempt.number;
    });
    if (!attempt.kept && !goes_back) return &attempt;
  }
  return first;
}

}  // namespace florin
