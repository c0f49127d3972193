#pragma once

#include <string>
#include <vector>

#include "config/tenant/tenant.hpp"

namespace florin::config {

/// One value that two versions of a tenant's file say differently.
struct Discrepancy {
  std::string path;           ///< plans.growth.cycles.monthly.price
  std::string before, after;  ///< as written; empty: not there
  Where at;                   ///< of the value after, or of the one that is gone
};

/// In the order of the file after; what is gone comes last. Lines that only moved are no difference.
std::vector<Discrepancy> discrepancies(const Node& before, const Node& after);

/// What a tenant that has books cannot change any more: its currency, its zone, and its types of credits with their
/// decimals. Errors: cannot_change, with the place in `after`.
Errors must_stay(const Tenant& before, const Tenant& after);

}  // namespace florin::config
