#pragma once

#include <cstdint>

#include "domain/accounts/account.hpp"
#include "domain/decision/world.hpp"

/// How what runs comes to a new version of the tenant's file: each version says itself how those before move to it.
namespace florin {

/// The version that a subscription on version `own` is on from its next renewal: the newest one that takes running
/// subscriptions along at the renewal; those after it that keep prices leave it there.
std::uint32_t version_at_renewal(const Catalogs& catalogs, std::uint32_t own, std::uint32_t in_force);

/// The version whose meters count for an account while `in_force` is in force: in a period that began before, the
/// newest one that says `meters: at_once`, else the one that the period began with.
std::uint32_t version_of_meters(const Catalogs& catalogs, const Account& account, std::uint32_t in_force);

/// The version that was in force at `at`; the first one for an earlier instant.
std::uint32_t version_in_force(const TenantState& tenant, Instant at);

/// The version whose meters count for what an account uses at `at`, which is not after now.
const Catalog& meters_for(const Account& account, const TenantState& tenant, const Catalogs& catalogs, Instant at);

}  // namespace florin
