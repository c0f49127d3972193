#include "host/seen.hpp"

#include "engine/rehearsal.hpp"
#include "host/assembly.hpp"
#include "host/inside.hpp"

namespace florin {

Result<Seen> see(Assembly& assembly, const TenantId& tenant, const AccountId& account) {
  Result<Seen> seen = no_such_tenant(tenant);
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    const Account* found = shard.account(tenant, account);
    if (!is_up(shard, tenant))
      seen = not_up(shard, tenant);
    else if (found == nullptr)
      seen = no_such_account(account);
    else
      seen = Seen{engine::whole(*found), shard.catalogs(tenant)->versions.back()};
  });
  return read ? std::move(seen) : Result<Seen>(read.error());
}

}  // namespace florin
