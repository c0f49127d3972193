#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/tenant/tenant.hpp"
#include "domain/journal/entry.hpp"
#include "store/store.hpp"

namespace florin::readers {

/// Every tenant's catalog versions, as the journal names them and the store keeps their texts. Read when first asked
/// for; a text that is not there or that this program cannot read is no version.
class Versions {
 public:
  explicit Versions(store::Store& store) : store_(store) {}

  /// Takes note of versions that an entry brings into force.
  void note(const Entry& entry);

  const config::Tenant* version(const TenantId& tenant, std::uint32_t version);
  const config::Tenant* newest(const TenantId& tenant);
  /// As the newest version has them; 0 for a type that it does not know.
  int decimals(const TenantId& tenant, const CreditType& type);
  /// `0.3000 balance`
  std::string text(const TenantId& tenant, const CreditType& type, Credits amount);
  /// Where the operator's file says the rule of a grant, such as `grants.rollover`: `file:line`. Empty when not known.
  std::string place_of(const TenantId& tenant, std::uint32_t version, const std::string& rule);

 private:
  struct Kept {
    std::string name;
    bool read = false;
    std::optional<config::Tenant> tenant;
  };
  store::Store& store_;
  std::map<std::string, std::map<std::uint32_t, Kept>> tenants_;
  std::map<std::pair<std::string, std::string>, int> decimals_;
};

}  // namespace florin::readers
