#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/assembly.hpp"

namespace florin::scenario {

/// Every entry of the journal in order, each row checked against its hash and the one before. Errors: damaged_row.
Status each_entry(Assembly& assembly, store::Position from,
                  const std::function<void(store::Position, const Entry&)>& each);

struct Audit {
  std::vector<std::string> broken;  ///< what does not hold, a sentence each
  std::size_t entries = 0, accounts = 0, grants = 0, documents = 0, captures = 0, refunds = 0;
};

/// What holds of any books, whatever happened: every grant balances, the state is the fold of the journal, documents
/// are numbered without gaps, and the sandbox provider's own book has exactly the money that ours has, for no order
/// twice unless it is on its way back. An attempt whose outcome is not known yet may have moved money or not.
Audit audit(Assembly& assembly);

/// What the provider's own book says it took from an account, and gave back.
struct Moved {
  Money charged, refunded;
  std::int32_t charges = 0;
};
Moved moved(Assembly& assembly, const TenantId& tenant, const Account& account, Currency currency);

}  // namespace florin::scenario
