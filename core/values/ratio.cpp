#include "florin/ratio.hpp"

#include <string>

namespace florin {

namespace {

__extension__ using Wide = __int128;

std::int64_t narrow(Wide value) {
  if (value > INT64_MAX || value < INT64_MIN) throw ArithmeticError("amount out of range");
  return static_cast<std::int64_t>(value);
}

Wide rounded_quotient(Wide over, Wide under, Rounding rounding) {
  const Wide quotient = over / under;
  const Wide rest = over % under;
  if (rest == 0) return quotient;
  const Wide away = (over < 0) != (under < 0) ? -1 : 1;
  const Wide size = rest < 0 ? -rest : rest;
  const Wide whole = under < 0 ? -under : under;
  switch (rounding) {
    case Rounding::down: return quotient;
    case Rounding::up: return quotient + away;
    case Rounding::half_up: return size >= whole - size ? quotient + away : quotient;
  }
  return quotient;
}

}  // namespace

std::int64_t add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw ArithmeticError("amount out of range");
  return sum;
}

std::int64_t subtract(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) throw ArithmeticError("amount out of range");
  return difference;
}

std::int64_t multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) throw ArithmeticError("amount out of range");
  return product;
}

std::int64_t scale(std::int64_t value, std::int64_t over, std::int64_t under, Rounding rounding) {
  if (under == 0) throw ArithmeticError("division by zero");
  return narrow(rounded_quotient(static_cast<Wide>(value) * over, under, rounding));
}

std::int64_t power_of_ten(int places) {
  if (places < 0 || places > 18) throw ArithmeticError("amount out of range");
  std::int64_t power = 1;
  for (int i = 0; i < places; ++i) power *= 10;
  return power;
}

Result<Decimal> Decimal::parse(std::string_view text) {
  const auto bad = [&] {
    return Error{.code = "bad_number",
                 .message = "'" + std::string(text.substr(0, 40)) + "' is no number such as 12 or 0.0650"};
  };
  const bool negative = text.starts_with('-');
  const std::string_view body = text.substr(negative ? 1 : 0);
  const std::size_t point = body.find('.');
  const std::string_view whole = body.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : body.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return bad();
  if (whole.size() > 1 && whole.front() == '0') return bad();
  if (whole.size() + fraction.size() > 18) return bad();
  Decimal decimal{.digits = 0, .places = static_cast<int>(fraction.size())};
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (c < '0' || c > '9') return bad();
      decimal.digits = decimal.digits * 10 + (c - '0');
    }
  }
  if (negative) decimal.digits = -decimal.digits;
  return decimal;
}

Result<std::int64_t> Decimal::in_units(int wanted_places) const {
  if (wanted_places >= places) {
    std::int64_t units = 0;
    if (wanted_places - places > 18 || __builtin_mul_overflow(digits, power_of_ten(wanted_places - places), &units))
      return Error{.code = "amount_out_of_range", .message = "the amount is too large"};
    return units;
  }
  const std::int64_t lost = power_of_ten(places - wanted_places);
  if (digits % lost != 0)
    return Error{.code = "too_fine",
                 .message = "at most " + std::to_string(wanted_places) + " decimals are possible here"};
  return digits / lost;
}

}  // namespace florin
