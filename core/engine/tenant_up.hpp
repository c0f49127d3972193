#pragma once

#include "engine/shard.hpp"

/// Whether a tenant can be answered for, and what is answered when it cannot.
namespace florin {

inline Error no_such_tenant(const TenantId& tenant) {
  return {.code = "no_such_tenant", .message = "there is no tenant '" + tenant.text() + "'"};
}
/// Whether it has a catalog by which anything can be said of its accounts.
inline bool is_up(const TenantState* state, const Catalogs* catalogs, const Error* stopped) {
  return state != nullptr && catalogs != nullptr && !catalogs->versions.empty() && stopped == nullptr;
}
inline bool is_up(const engine::Shard& shard, const TenantId& tenant) {
  return is_up(shard.tenant(tenant), shard.catalogs(tenant), shard.stopped(tenant));
}
/// Of one that is not up.
inline Error not_up(const engine::Shard& shard, const TenantId& tenant) {
  const Error* why = shard.stopped(tenant);
  return why == nullptr ? no_such_tenant(tenant) : *why;
}

}  // namespace florin
