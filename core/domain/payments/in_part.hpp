#pragma once

#include "domain/payments/said.hpp"

namespace florin {

/// Whether a processor captured less than was asked, and says so. docs/decisions/0312-captured-in-part.md
inline bool is_part(const ProviderReport& said, Money asked) {
  return said.in_part && said.amount.currency() == asked.currency() && said.amount.minor() > 0 && said.amount < asked;
}

}  // namespace florin
