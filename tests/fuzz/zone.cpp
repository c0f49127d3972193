#include <cstdint>

#include "config/posix_rule.hpp"
#include "input.hpp"

/// A rule is refused, or its changes are in order and shift the clocks by at most a week.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  const auto rule = config::PosixRule::parse(fuzz::text(data, size));
  if (!rule) return 0;
  const auto changes = rule->changes(2026, 2036);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    fuzz::require(changes[i].offset > -604'800 && changes[i].offset < 604'800);
    if (i > 0) fuzz::require(changes[i - 1].at <= changes[i].at);
  }
  return 0;
}
