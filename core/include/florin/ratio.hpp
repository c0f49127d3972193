#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "florin/export.hpp"
#include "florin/result.hpp"

namespace florin {

/// How an exact value becomes a whole number of units. Always named, never assumed.
enum class Rounding {
  half_up,  ///< to the nearest; a half goes away from zero: what invoices do
  down,     ///< toward zero
  up,       ///< away from zero
};

/// Arithmetic that would not be exact: overflow of 64 bits, mixed currencies, division by zero. A decision that meets
/// it is refused as `amount_out_of_range` and nothing happens; anywhere else it is a fault of the program.
class ArithmeticError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Checked 64-bit arithmetic. Throws ArithmeticError.
FLORIN_API std::int64_t add(std::int64_t a, std::int64_t b);
FLORIN_API std::int64_t subtract(std::int64_t a, std::int64_t b);
FLORIN_API std::int64_t multiply(std::int64_t a, std::int64_t b);

/// `value * over / under`, with a 128-bit product, rounded once. Throws ArithmeticError.
FLORIN_API std::int64_t scale(std::int64_t value, std::int64_t over, std::int64_t under, Rounding rounding);

/// An exact share or rate; `under` is positive.
struct Ratio {
  std::int64_t over = 0;
  std::int64_t under = 1;

  /// Whole value of `value * this`. Throws ArithmeticError.
  std::int64_t of(std::int64_t value, Rounding rounding) const { return scale(value, over, under, rounding); }
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

/// A decimal as written, exact: `0.0650` is 650 / 10^4. No exponent, no sign but '-', at most 18 digits.
struct Decimal {
  std::int64_t digits = 0;
  int places = 0;

  /// Errors: bad_number.
  FLORIN_API static Result<Decimal> parse(std::string_view text);
  /// The same value counted in 10^-places. Errors: too_fine when digits would be lost; amount_out_of_range.
  FLORIN_API Result<std::int64_t> in_units(int wanted_places) const;
};

/// 10^places, for 0 to 18. Throws ArithmeticError above.
FLORIN_API std::int64_t power_of_ten(int places);

}  // namespace florin
