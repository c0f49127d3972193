#include "config/scalar.hpp"

namespace florin::config {

Error bad_integer(std::string_view text, std::int64_t least, std::uint64_t most) {
  return {.code = "bad_integer",
          .message = "'" + std::string(text.substr(0, 40)) + "' is no whole number from " + std::to_string(least) +
                     " to " + std::to_string(most)};
}

Result<bool> Scalar<bool>::parse(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  return Error{.code = "bad_bool", .message = "'" + std::string(text.substr(0, 40)) + "' is neither true nor false"};
}

std::string Scalar<UnitPrice>::text(const UnitPrice& value) {
  // `under` divides a power of ten; the fewest decimals that hold it are those of the amount, zeros aside.
  std::int64_t digits = value.minor.over;
  std::int64_t under = value.minor.under;
  int places = value.currency.exponent();
  for (; under % 10 == 0; under /= 10) ++places;
  for (; under % 2 == 0; under /= 2, ++places) digits = multiply(digits, 5);
  for (; under % 5 == 0; under /= 5, ++places) digits = multiply(digits, 2);
  return decimal_text(digits, places) + " " + std::string(value.currency.code());
}

Result<Credits> Scalar<Credits>::parse(std::string_view text) {
  const auto units = Scalar<std::int64_t>::parse(text);
  if (!units) return units.error();
  return Credits{*units};
}

Result<Duration> Scalar<Duration>::parse(std::string_view text) {
  const auto us = Scalar<std::int64_t>::parse(text);
  if (!us) return us.error();
  return Duration{*us};
}

}  // namespace florin::config
