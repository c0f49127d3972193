#pragma once

#include <functional>

#include "domain/catalog/catalog.hpp"
#include "florin/host.hpp"
#include "store/store.hpp"

namespace florin::readers {

/// The notifications of a tenant that follow from its entries after `from`, in order, at most about `most`: those of
/// one entry are never parted. The same journal gives the same notifications; whoever keeps the last position tells
/// each once. catalog   of a version, as it was when the entry was decided; null: not known. Errors: the store's;
/// damaged_row.
Result<std::vector<Notification>> notices_of(store::Store& store, const TenantId& tenant,
                                             const std::function<const Catalog*(std::uint32_t)>& catalog,
                                             store::Position from, std::size_t most);

}  // namespace florin::readers
