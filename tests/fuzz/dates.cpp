#include <cstdint>

#include "fuzz.hpp"
#include "statements/written.hpp"

/// What is taken for a date is one of the calendar, and reads the same when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  for (const char* order : {"ymd", "dmy", "mdy"}) {
    const auto date = statements::date_in_cell(fuzz::text(data, size), order);
    if (date) fuzz::require(statements::date_in_cell(date->text(), order) == date);
  }
  return 0;
}
