#include "store/open.hpp"

#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin::store {

Result<std::unique_ptr<Store>> open(const std::string& place, bool synced) {
  if (!is_address(place)) {
    // A WAL is given its size for the sake of syncs: without these it may grow, and is opened the sooner.
    SqliteOptions options;
    options.synced = synced;
    if (!synced) options.wal_bytes = 0;
    return SqliteStore::open(place, options);
  }
  const auto address = read_address(place);
  if (!address) return address.error();
  return PostgresStore::open(*address);
}

Result<std::unique_ptr<Store>> open_read_only(const std::string& place) {
  if (!is_address(place)) return SqliteStore::open_read_only(place);
  const auto address = read_address(place);
  if (!address) return address.error();
  return PostgresStore::open_read_only(*address);
}

}  // namespace florin::store
