#include <cstdint>

#include "fuzz.hpp"
#include "statements/statement.hpp"

/// The first byte chooses how the columns are told, the rest is the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  if (size == 0) return 0;
  statements::Columns columns;
  columns.separator = (data[0] & 1U) != 0 ? ';' : ',';
  columns.decimal = (data[0] & 2U) != 0 ? ',' : '.';
  columns.quotes = (data[0] & 4U) == 0;
  columns.date_order = (data[0] & 8U) != 0 ? "dmy" : "ymd";
  columns.trailing_separator = (data[0] & 16U) != 0;
  columns.dated = "D";
  columns.amount = "A";
  columns.text = {"T"};
  if ((data[0] & 32U) != 0) columns.debit = "W";
  if ((data[0] & 64U) != 0) columns.credit_mark = "CR", columns.debit_mark = "DR";
  if ((data[0] & 128U) != 0) columns.id = "I", columns.balance = "B", columns.currency = "C";
  const auto read = statements::read_csv(fuzz::text(data + 1, size - 1), "fuzz", columns, *Currency::parse("EUR"));
  fuzz::check(read);
  return 0;
}
