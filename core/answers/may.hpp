#pragma once

#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/decision/world.hpp"
#include "florin/answers.hpp"

namespace florin {

/// What Host::may and Host::methods answer.
May may_of(const TenantState& tenant, const Account& account, const Catalogs& catalogs, const Actor& actor,
           std::string_view what);
std::vector<OfferedMethod> methods_of(const Account& account, const Catalog& catalog, const Actor& actor);

/// Whether a usage would be taken now, by the very decision that would take it.
Check check_usage(const TenantState& tenant, const Account& account, const Catalogs& catalogs, const Actor& actor,
                  const Use& usage, Instant now);

}  // namespace florin
