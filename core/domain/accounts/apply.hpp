#pragma once

#include "domain/journal/entry.hpp"

namespace florin {

/// Changes state by one fact that happened at `at`. It never refuses and looks at nothing but its arguments.
void apply(Account& account, TenantState& tenant, const Fact& fact, Instant at);

/// All facts of one entry, and what every entry changes: position, time, next due instant.
void apply(Account& account, TenantState& tenant, const Entry& entry, std::uint64_t position);

}  // namespace florin
