#include "domain/taxes/tax.hpp"

#include <algorithm>

namespace florin {

std::vector<Tax> taxes_on(const std::vector<Money>& lines, const std::vector<TaxRate>& rates) {
  struct Sum {
    std::string name;
    Ratio rate;
    Money base;
  };
  std::vector<Sum> sums;
  for (const TaxRate& rate : rates) {
    auto sum = std::ranges::find_if(sums, [&](const Sum& s) { return s.name == rate.name && s.rate == rate.rate; });
    if (sum == sums.end()) sum = sums.insert(sum, {rate.name, rate.rate, Money()});
    sum->base += lines.at(rate.line);
  }
  std::vector<Tax> taxes;
  for (const Sum& sum : sums) taxes.push_back({sum.name, sum.base, sum.base.times(sum.rate, Rounding::half_up)});
  std::erase_if(taxes, [](const Tax& tax) { return tax.amount.is_zero(); });
  return taxes;
}

std::vector<Tax> taxes_refunded(const std::vector<Tax>& taxes, Money order_net, Money before, Money net) {
  std::vector<Tax> back;
  for (const Tax& tax : taxes) {
    const auto on = [&](Money refunded) {
      return tax.amount.times({refunded.minor(), order_net.minor()}, Rounding::half_up);
    };
    back.push_back({tax.name, net, on(before + net) - on(before)});
  }
  return back;
}

Money sum_of(const std::vector<Tax>& taxes) {
  Money sum;
  for (const Tax& tax : taxes) sum += tax.amount;
  return sum;
}

}  // namespace florin
