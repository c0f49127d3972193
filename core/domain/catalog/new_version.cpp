#include "domain/catalog/new_version.hpp"

#include <algorithm>

namespace florin {

std::uint32_t version_at_renewal(const Catalogs& catalogs, std::uint32_t own, std::uint32_t in_force) {
  for (std::uint32_t version = in_force; version > own; --version)
    if (catalogs.at(version).on_new_version.running_subscriptions == OnNewVersion::Running::at_next_renewal)
      return version;
  return own;
}

std::uint32_t version_of_meters(const Catalogs& catalogs, const Account& account, std::uint32_t in_force) {
  if (!account.subscription) return in_force;
  const std::uint32_t began_with = std::clamp(account.subscription->period_catalog, 1U, in_force);
  for (std::uint32_t version = in_force; version > began_with; --version)
    if (catalogs.at(version).on_new_version.meters == OnNewVersion::Meters::at_once) return version;
  return began_with;
}

std::uint32_t version_in_force(const TenantState& tenant, Instant at) {
  std::uint32_t version = tenant.catalog;
  while (version > 1 && at < tenant.catalog_since[version - 1]) --version;
  return version;
}

const Catalog& meters_for(const Account& account, const TenantState& tenant, const Catalogs& catalogs, Instant at) {
  return catalogs.at(version_of_meters(catalogs, account, version_in_force(tenant, at)));
}

}  // namespace florin
