#pragma once

#include <string>
#include <vector>

#include "answers/quote.hpp"
#include "domain/accounts/account.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/decision/world.hpp"
#include "florin/answers.hpp"

namespace florin {

/// An account as its holder and the staff may see it, as JSON; amounts as text with their unit. Nothing in it is not in
/// the books, but what is to come: `next`, where it was asked for.
std::string account_as_json(const TenantId& tenant, const Account& account, const Catalog& catalog, Instant now,
                            const std::optional<NextPeriod>& next = std::nullopt,
                            const std::optional<SetAside>& aside = std::nullopt);

/// What Host::may and Host::methods answer.
May may_of(const TenantState& tenant, const Account& account, const Catalogs& catalogs, const Actor& actor,
           std::string_view what);
std::vector<OfferedMethod> methods_of(const Account& account, const Catalog& catalog, const Actor& actor);

/// Whether a usage would be taken now, by the very decision that would take it.
Check check_usage(const TenantState& tenant, const Account& account, const Catalogs& catalogs, const Actor& actor,
                  const Use& usage, Instant now);

}  // namespace florin
