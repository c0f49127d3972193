#pragma once

#include "config/import_file.hpp"
#include "domain/catalog/catalog.hpp"

namespace florin {

/// The names in one account of an import that the tenant does not have: plans, cycles, add-ons, methods, types of
/// credits, approvals, roles, entitlements. Of an account that cannot be read or is refused, so that the first error
/// hides none of the others.
Errors unknown_names(const config::ImportedRecord& record, const Catalog& catalog);

}  // namespace florin
