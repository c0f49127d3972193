#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "florin/export.hpp"
#include "florin/money.hpp"

namespace florin {

/// An amount of prepaid credits, in the smallest part of its type: with 4 decimals, 3000 is 0.3000.
/// The type travels beside it: one type never pays for another.
/// Errors   + and - throw ArithmeticError on overflow
struct Credits {
  std::int64_t units = 0;

  bool is_zero() const { return units == 0; }
  Credits& operator+=(Credits other) {
    units = add(units, other.units);
    return *this;
  }
  Credits& operator-=(Credits other) {
    units = subtract(units, other.units);
    return *this;
  }
  friend Credits operator+(Credits a, Credits b) { return a += b; }
  friend Credits operator-(Credits a, Credits b) { return a -= b; }
  Credits times(std::int64_t n) const { return {multiply(units, n)}; }
  Credits times(Ratio ratio, Rounding rounding) const { return {ratio.of(units, rounding)}; }
  friend auto operator<=>(const Credits&, const Credits&) = default;
};

/// `0.3000` for 3000 units of a type with 4 decimals; `500` with none.
FLORIN_API std::string decimal_text(std::int64_t units, int decimals);

/// The price of one whole credit, finer than a minor unit: `0.0650 USD`.
struct UnitPrice {
  Ratio minor;  ///< minor units of `currency` for one whole credit
  Currency currency;

  /// As written: `0.0650 USD`. Errors: bad_money, unknown_currency.
  FLORIN_API static Result<UnitPrice> parse(std::string_view text);
  /// What `amount` costs, rounded once. Throws ArithmeticError.
  FLORIN_API Money times(Credits amount, int decimals, Rounding rounding) const;
  friend bool operator==(const UnitPrice&, const UnitPrice&) = default;
};

}  // namespace florin
