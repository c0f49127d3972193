#include <cstdint>

#include "fuzz.hpp"
#include "statements/written.hpp"

/// What is taken for an amount has the digits that stand there, in their order, and nothing but zeros more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  if (size == 0) return 0;
  const std::string_view text = fuzz::text(data + 1, size - 1);
  const statements::AmountStyle style{
      .decimal = (data[0] & 1U) != 0 ? ',' : '.', .credit_mark = "CR", .debit_mark = "DR"};
  const Currency currency = *Currency::parse((data[0] & 2U) != 0 ? "JPY" : (data[0] & 4U) != 0 ? "KWD" : "EUR");
  const auto money = statements::amount_in_cell(text, style, currency);
  if (money) fuzz::require(fuzz::digits(money->text()) == fuzz::digits(text));
  const auto decimal = statements::decimal_of_xml(text, currency);
  if (decimal) fuzz::require(!decimal->negative() && fuzz::digits(decimal->text()) == fuzz::digits(text));
  return 0;
}
