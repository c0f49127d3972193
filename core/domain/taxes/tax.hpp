#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "florin/money.hpp"
#include "florin/time.hpp"

namespace florin {

/// One tax on an order, as its invoice shows it.
struct Tax {
  std::string name;  ///< with its rate, as `CGST 9%`
  Money base;        ///< of the lines that it is on
  Money amount;      ///< rounded once
  friend bool operator==(const Tax&, const Tax&) = default;
};

/// What a tax plugin is asked: what is sold, when and where to.
struct Sale {
  std::vector<Money> lines;  ///< of the order, without tax
  std::string kind;          ///< of order: subscription, purchase, …
  Date on;                   ///< in the tenant's zone
  std::string billing_country;
  std::string billing_state;
  friend bool operator==(const Sale&, const Sale&) = default;
};

/// A rate on one line. The host adds up the lines of one name and rounds once.
struct TaxRate {
  std::uint32_t line = 0;
  std::string name;
  Ratio rate;
};

/// A tax plugin's whole answer: rates, or a refusal of the sale.
struct TaxAnswer {
  std::vector<TaxRate> rates;
  std::string refused_rule;  ///< empty: not refused
  std::string refused_text;
};

/// What the rates come to on these lines: one tax for each name, in the order of their first line, half up.
/// Source   ALL-05; docs/decisions/0008-taxes.md
std::vector<Tax> taxes_on(const std::vector<Money>& lines, const std::vector<TaxRate>& rates);

/// The part of `taxes` that goes back with `net` of an order's `order_net`, when `before` of its net went back already:
/// the tax on all that is refunded so far, less what was refunded of it before. So the last refund leaves no remainder.
std::vector<Tax> taxes_refunded(const std::vector<Tax>& taxes, Money order_net, Money before, Money net);

Money sum_of(const std::vector<Tax>& taxes);

}  // namespace florin
