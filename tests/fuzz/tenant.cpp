#include <cstdint>

#include "config/tenant/tenant.hpp"
#include "input.hpp"

/// A tenant's YAML is refused with reasons, or compiled; what it comes to is written and compiled once more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  Errors errors;
  const config::Tenant tenant = config::read_effective(fuzz::text(data, size), "fuzz", errors);
  for (const Error& one : errors) fuzz::require(!one.code.empty() && !one.message.empty());
  if (!errors.empty()) return 0;
  Errors again;
  (void)config::read_effective(config::effective(tenant), "fuzz", again);
  fuzz::require(again.empty());
  return 0;
}
