#include <cstdint>

#include "tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  florin::fuzz::check(florin::config::parse_yaml(florin::fuzz::text(data, size), "fuzz"));
  return 0;
}
