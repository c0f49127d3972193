#include "florin/commands.hpp"

namespace florin {

namespace {

struct UnitOfTime {
  std::string_view word;
  std::int64_t seconds;
};
constexpr UnitOfTime units_of_time[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}};

/// `message` of `messages`, `class` of `classes`; `class` is no plural.
std::string one_of(std::string_view units) {
  if (units.ends_with("sses"))
    units.remove_suffix(2);
  else if (units.size() > 1 && units.ends_with('s') && !units.ends_with("ss"))
    units.remove_suffix(1);
  return std::string(units);
}

std::string many_of(const std::string& unit) { return unit + (unit.ends_with("ss") ? "es" : "s"); }

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  const Error bad{
      .code = "bad_quantity",
      .message = "'" + std::string(text.substr(0, 40)) + "' is no quantity such as 160 characters or 61 seconds"};
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return bad;
  const auto number = Decimal::parse(text.substr(0, space));
  if (!number || number->digits < 0) return bad;
  const std::string unit = one_of(text.substr(space + 1));
  if (!is_id(unit)) return bad;
  const auto micro = number->in_units(6);
  if (!micro) return bad;
  Quantity quantity{*micro, unit};
  for (const UnitOfTime& time : units_of_time) {
    if (unit != time.word) continue;
    quantity.unit = "second";
    if (__builtin_mul_overflow(*micro, time.seconds, &quantity.micro)) return bad;
  }
  return quantity;
}

std::string Quantity::text() const {
  std::string number = decimal_text(micro, 6);
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number + " " + (number == "1" ? unit : many_of(unit));
}

Result<CreditAmount> CreditAmount::parse(std::string_view text) {
  const Error bad{.code = "bad_credits",
                  .message = "'" + std::string(text.substr(0, 40)) + "' is no amount of credits such as 500 message"};
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return bad;
  const auto amount = Decimal::parse(text.substr(0, space));
  const auto type = CreditType::parse(text.substr(space + 1));
  if (!amount || !type) return bad;
  return CreditAmount{*amount, *type};
}

Result<TakesOff> TakesOff::parse(std::string_view text) {
  const Error bad{
      .code = "bad_takes_off",
      .message = "'" + std::string(text.substr(0, 40)) +
                 "' is nothing that a coupon takes off: write 25 percent (above 0, up to 100) or 10.00 USD"};
  constexpr std::string_view percent = " percent";
  if (text.ends_with(percent)) {
    const auto share = Decimal::parse(text.substr(0, text.size() - percent.size()));
    if (!share || share->digits <= 0 || share->places > 6 || share->digits > multiply(100, power_of_ten(share->places)))
      return bad;
    return TakesOff{*share, {}};
  }
  const auto amount = Money::parse(text);
  if (!amount || amount->minor() <= 0) return bad;
  return TakesOff{{}, *amount};
}

std::string TakesOff::text() const {
  return percent.digits == 0 ? amount.text() : decimal_text(percent.digits, percent.places) + " percent";
}

std::string CreditAmount::text() const { return decimal_text(amount.digits, amount.places) + " " + type.text(); }

}  // namespace florin
