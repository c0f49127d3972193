#include <cstdint>

#include "fuzz.hpp"
#include "statements/statement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  florin::fuzz::check(florin::statements::read_camt(florin::fuzz::text(data, size), "fuzz"));
  return 0;
}
