#pragma once

#include "domain/journal/entry.hpp"

namespace florin {

/// Changes state by one fact that happened at `at`. It never refuses and looks at nothing but its arguments.
void apply(Account& account, TenantState& tenant, const Fact& fact, Instant at);

/// All facts of one entry, and what every entry changes: position, time, next due instant.
void apply(Account& account, TenantState& tenant, const Entry& entry, std::uint64_t position);

/// What of the entry's facts is the tenant's alone, where their account's part cannot be applied: documents keep their
/// numbers, money that was identified is not identified twice.
void apply_tenant_part(TenantState& tenant, const Entry& entry);

}  // namespace florin
