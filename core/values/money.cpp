#include "florin/money.hpp"

#include <algorithm>
#include <numeric>

#include "florin/credits.hpp"

namespace florin {

namespace {

struct Known {
  std::string_view codes;
  std::uint8_t exponent;
};
// ISO 4217 list one (2024), by exponent. What is not here has no minor unit and is no money (XAU, XTS).
constexpr Known known_currencies[] = {
    {"BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ", 0},
    {"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
     "CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
     "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
     "MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
     "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG ",
     2},
    {"BHD IQD JOD KWD LYD OMR TND ", 3},
    {"CLF UYW ", 4},
};

struct Amount {
  Decimal number;
  Currency currency;
};

Result<Amount> parse_amount(std::string_view text, std::string_view example) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos)
    return Error{.code = "bad_money",
                 .message = "'" + std::string(text.substr(0, 40)) + "' is no amount such as " + std::string(example)};
  const auto currency = Currency::parse(text.substr(space + 1));
  if (!currency) return currency.error();
  const auto number = Decimal::parse(text.substr(0, space));
  if (!number)
    return Error{.code = "bad_money",
                 .message = "'" + std::string(text.substr(0, 40)) + "' is no amount such as " + std::string(example)};
  return Amount{*number, *currency};
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  if (code.size() == 3 && code.find(' ') == std::string_view::npos) {
    const std::string word = std::string(code) + " ";
    for (const Known& known : known_currencies)
      if (known.codes.find(word) != std::string_view::npos)
        return Currency({code[0], code[1], code[2]}, known.exponent);
  }
  return Error{.code = "unknown_currency",
               .message = "'" + std::string(code.substr(0, 20)) + "' is no ISO 4217 currency such as USD"};
}

Result<Money> Money::parse(std::string_view text) {
  const auto amount = parse_amount(text, "49.00 USD");
  if (!amount) return amount.error();
  const auto minor = amount->number.in_units(amount->currency.exponent());
  if (!minor) return minor.error();
  return Money(*minor, amount->currency);
}

std::string Money::text() const {
  if (!currency_) return std::to_string(minor_);
  return decimal_text(minor_, currency_.exponent()) + " " + std::string(currency_.code());
}

namespace {
Currency common(Currency a, Currency b) {
  if (!a) return b;
  if (!b || a == b) return a;
  throw ArithmeticError("two currencies in one sum");
}
}  // namespace

Money& Money::operator+=(Money other) {
  currency_ = common(currency_, other.currency_);
  minor_ = add(minor_, other.minor_);
  return *this;
}

Money& Money::operator-=(Money other) {
  currency_ = common(currency_, other.currency_);
  minor_ = subtract(minor_, other.minor_);
  return *this;
}

std::strong_ordering operator<=>(const Money& a, const Money& b) {
  common(a.currency_, b.currency_);
  return a.minor_ <=> b.minor_;
}

Result<std::vector<Money>> split(Money total, std::span<const std::int64_t> weights) {
  const Error bad{.code = "bad_weights", .message = "weights must not be negative, and one must be positive"};
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) {
    if (weight < 0 || __builtin_add_overflow(sum, weight, &sum)) return bad;
  }
  if (sum == 0) return bad;
  std::vector<Money> shares;
  Money left = total;
  for (const std::int64_t weight : weights) {
    shares.push_back(total.times({weight, sum}, Rounding::down));
    left -= shares.back();
  }
  const std::int64_t unit = left.negative() ? -1 : 1;
  for (std::size_t i = 0; !left.is_zero(); i = (i + 1) % shares.size()) {
    if (weights[i] == 0) continue;
    shares[i] += Money(unit, total.currency());
    left -= Money(unit, total.currency());
  }
  return shares;
}

std::string decimal_text(std::int64_t units, int decimals) {
  const bool negative = units < 0;
  std::string digits = std::to_string(units).substr(negative ? 1 : 0);
  if (decimals > 0) {
    const auto places = static_cast<std::size_t>(decimals);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return negative ? "-" + digits : digits;
}

Result<UnitPrice> UnitPrice::parse(std::string_view text) {
  const auto amount = parse_amount(text, "0.0650 USD");
  if (!amount) return amount.error();
  const int finer = amount->number.places - amount->currency.exponent();
  if (finer <= 0) {
    const auto minor = amount->number.in_units(amount->currency.exponent());
    if (!minor) return minor.error();
    return UnitPrice{{*minor, 1}, amount->currency};
  }
  const std::int64_t under = power_of_ten(finer);
  const std::int64_t common_part = std::max<std::int64_t>(1, std::gcd(amount->number.digits, under));
  return UnitPrice{{amount->number.digits / common_part, under / common_part}, amount->currency};
}

Money UnitPrice::times(Credits amount, int decimals, Rounding rounding) const {
  return {scale(amount.units, minor.over, multiply(minor.under, power_of_ten(decimals)), rounding), currency};
}

}  // namespace florin
