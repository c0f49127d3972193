#pragma once

#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "store/store.hpp"

namespace florin::readers {

/// What a tenant's credits came to in each month of its zone, from its first entry on, each type in a line of its own.
///
/// An entry counts in the month of its instant; what came after a month was closed counts in the next one.
/// A grant is worth what was paid for it without tax: its share of its order by credits, what an import says, or for
/// credits that are money their face. Value leaves it with its credits, in proportion, rounded down over all that left
/// so far; the last credit takes the rest: so what came in is used, gone, returned or still there, to the cent.
/// Docs   docs/decisions on months. Errors: the store's; damaged_row.
Result<std::vector<ClosedMonth>> months_of(store::Store& store, const TenantId& tenant, const Catalog& catalog,
                                           const std::vector<ClosedMonth>& closed, Instant now);

}  // namespace florin::readers
