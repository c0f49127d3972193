#pragma once

#include <functional>
#include <map>

#include "domain/catalog/catalog.hpp"
#include "florin/answers.hpp"
#include "readers/fold.hpp"
#include "store/store.hpp"

namespace florin::readers {

/// The notifications of a tenant that follow from its entries. The same journal gives the same ones; whoever keeps the
/// last position tells each once. What was folded is kept, so that going on reads only what is new; asking again for
/// what was told already begins anew. Do not use it after it has thrown.
class Notices {
 public:
  /// The catalog of a version, as it was when the entry was decided; null: not known.
  using CatalogOf = std::function<const Catalog*(std::uint32_t)>;

  explicit Notices(TenantId tenant) : tenant_(std::move(tenant)) {}

  /// Those of entries after `from`, in order, at most about `most`: those of one entry are never parted.
  /// Errors: the store's; damaged_row.
  Result<std::vector<Notification>> after(store::Store& store, const CatalogOf& catalog, store::Position from,
                                          std::size_t most);

 private:
  TenantId tenant_;
  Fold fold_;
  std::map<std::uint32_t, store::Position> folded_;  ///< by shard
  store::Position told_to_ = 0;  ///< of the last notification: after it there is none up to `folded_`
};

}  // namespace florin::readers
