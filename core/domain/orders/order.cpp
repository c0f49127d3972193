#include "domain/orders/order.hpp"

#include <algorithm>
#include <array>

namespace florin {

namespace {

std::array<const std::vector<BoughtCredits>*, 4> all_of(const Buys& buys) {
  return {&buys.plan_credits, &buys.addon_credits, &buys.month_credits, &buys.bought};
}

}  // namespace

std::vector<CreditType> Order::types() const {
  std::vector<CreditType> types;
  for (const auto* credits : all_of(buys))
    for (const BoughtCredits& one : *credits)
      if (std::ranges::find(types, one.type) == types.end()) types.push_back(one.type);
  return types;
}

Credits Order::brings(const CreditType& type) const {
  Credits sum;
  for (const auto* credits : all_of(buys))
    for (const BoughtCredits& one : *credits)
      if (one.type == type) sum += one.amount;
  return sum;
}

Money Order::price_of(const CreditType& type) const {
  Money sum(0, total.currency());
  if (net().is_zero()) return sum;
  const std::vector<CreditType> brought = types();
  for (const Line& line : lines) {
    std::vector<CreditType> paid_for;
    for (const CreditType& named : line.brings)
      if (std::ranges::find(brought, named) != brought.end()) paid_for.push_back(named);
    const auto at = std::ranges::find(paid_for, type);
    if (at == paid_for.end()) continue;
    // The parts add up to the line, to the last minor unit.
    const std::int64_t part = at - paid_for.begin(), parts = std::ssize(paid_for);
    sum +=
        line.amount.times({part + 1, parts}, Rounding::half_up) - line.amount.times({part, parts}, Rounding::half_up);
  }
  return sum;
}

}  // namespace florin
