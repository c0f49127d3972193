#pragma once

#include <memory>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "florin/result.hpp"

namespace florin {

class Assembly;

/// An account as it is now, copied, so that what is made of it holds up nobody.
struct Seen {
  Account account;
  std::shared_ptr<const Catalog> catalog;  ///< in force
};

/// Errors: no_such_tenant, why it is stopped, no_such_account.
Result<Seen> see(Assembly& assembly, const TenantId& tenant, const AccountId& account);

}  // namespace florin
