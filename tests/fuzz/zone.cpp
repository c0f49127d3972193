#include <cstdint>

#include "config/posix_rule.hpp"
#include "input.hpp"

/// A rule is refused, or its changes are in order and no place is more than 26 hours from Greenwich.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  const auto rule = config::PosixRule::parse(fuzz::text(data, size));
  if (!rule) return 0;
  const auto changes = rule->changes(2026, 2036);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    fuzz::require(changes[i].offset > -93'600 && changes[i].offset < 93'600);
    if (i > 0) fuzz::require(changes[i - 1].at <= changes[i].at);
  }
  return 0;
}
