#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "florin/export.hpp"
#include "florin/ratio.hpp"

namespace florin {

/// An ISO 4217 currency and how many decimals its minor unit has (USD 2, JPY 0, KWD 3).
/// Source   ISO 4217 list one; the exponents are Florin's own table, since libraries disagree with the standard.
class Currency {
 public:
  Currency() = default;  ///< none
  /// Errors: unknown_currency.
  FLORIN_API static Result<Currency> parse(std::string_view code);
  static Currency trusted(const std::array<char, 3>& code, std::uint8_t exponent) { return Currency(code, exponent); }

  std::string_view code() const { return {code_.data(), code_[0] == 0 ? 0U : 3U}; }
  int exponent() const { return exponent_; }
  explicit operator bool() const { return code_[0] != 0; }
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  Currency(const std::array<char, 3>& code, std::uint8_t exponent) : code_(code), exponent_(exponent) {}
  std::array<char, 3> code_ = {};
  std::uint8_t exponent_ = 0;
};

/// An exact amount: whole minor units of one currency. 1234 USD is $12.34, 1234 JPY is ¥1234.
///
/// Range    64 bits of minor units
/// Errors   + and - throw ArithmeticError on overflow and on two currencies
class Money {
 public:
  Money() = default;  ///< nothing, of no currency; may be added to any
  Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  /// As written: `49.00 USD`. Errors: bad_money, unknown_currency, too_fine.
  FLORIN_API static Result<Money> parse(std::string_view text);

  std::int64_t minor() const { return minor_; }
  Currency currency() const { return currency_; }
  bool is_zero() const { return minor_ == 0; }
  bool negative() const { return minor_ < 0; }
  /// `49.00 USD`; `0` when of no currency.
  FLORIN_API std::string text() const;

  /// This amount times an exact ratio, rounded once. Throws ArithmeticError.
  Money times(Ratio ratio, Rounding rounding) const { return {ratio.of(minor_, rounding), currency_}; }

  FLORIN_API Money& operator+=(Money other);
  FLORIN_API Money& operator-=(Money other);
  friend Money operator+(Money a, Money b) { return a += b; }
  friend Money operator-(Money a, Money b) { return a -= b; }
  Money operator-() const { return Money() - *this; }
  friend bool operator==(const Money&, const Money&) = default;
  /// Throws ArithmeticError on two currencies.
  FLORIN_API friend std::strong_ordering operator<=>(const Money& a, const Money& b);

 private:
  std::int64_t minor_ = 0;
  Currency currency_;
};

/// Splits `total` by `weights`; no minor unit is created or lost.
///
/// weights  none negative, at least one positive
/// Returns  shares in order, rounded toward zero; leftover units go to the earliest positive weights
/// Errors   bad_weights
FLORIN_API Result<std::vector<Money>> split(Money total, std::span<const std::int64_t> weights);

}  // namespace florin
