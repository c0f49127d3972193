#include "readers/versions.hpp"

#include <algorithm>

namespace florin::readers {

void Versions::note(const Entry& entry) {
  for (const Fact& fact : entry.facts) {
    const auto* applied = std::get_if<CatalogApplied>(&fact);
    if (applied == nullptr) continue;
    tenants_[entry.tenant.text()][applied->version].name = applied->text;
    decimals_.clear();
  }
}

const config::Tenant* Versions::version(const TenantId& tenant, std::uint32_t version) {
  const auto versions = tenants_.find(tenant.text());
  if (versions == tenants_.end()) return nullptr;
  const auto found = versions->second.find(version);
  if (found == versions->second.end()) return nullptr;
  Kept& kept = found->second;
  if (!std::exchange(kept.read, true)) {
    const auto text = store_.text(kept.name);
    Errors errors;
    if (text) {
      config::Tenant read = config::read_effective(*text, kept.name, errors);
      if (errors.empty()) kept.tenant = std::move(read);
    }
  }
  return kept.tenant ? &*kept.tenant : nullptr;
}

const config::Tenant* Versions::newest(const TenantId& tenant) {
  const auto versions = tenants_.find(tenant.text());
  if (versions == tenants_.end() || versions->second.empty()) return nullptr;
  return version(tenant, versions->second.rbegin()->first);
}

int Versions::decimals(const TenantId& tenant, const CreditType& type) {
  const auto [found, asked] = decimals_.try_emplace({tenant.text(), type.text()}, 0);
  if (!asked) return found->second;
  const config::Tenant* last = newest(tenant);
  const CreditTypeRule* rule = last == nullptr ? nullptr : last->catalog.credit_type(type);
  return found->second = rule == nullptr ? 0 : rule->decimals;
}

std::string Versions::text(const TenantId& tenant, const CreditType& type, Credits amount) {
  return decimal_text(amount.units, decimals(tenant, type)) + " " + type.text();
}

std::string Versions::place_of(const TenantId& tenant, std::uint32_t number, const std::string& rule) {
  const config::Tenant* kept = version(tenant, number);
  if (kept == nullptr || rule.empty()) return {};
  std::string pointer = "/" + rule;
  std::ranges::replace(pointer, '.', '/');
  // What the host itself does, such as `changes.pause`, is said in a block of that name; all else is the policy's.
  constexpr std::string_view changes = "/changes";
  const bool own = pointer.starts_with(changes);
  const Where at = own ? config::locate(*kept, "changes", pointer.substr(changes.size()))
                       : config::locate(*kept, "credit_policy", pointer);
  return at.file.empty() ? std::string() : at.file + ":" + std::to_string(at.line);
}

}  // namespace florin::readers
