#pragma once

#include <memory>
#include <string>

#include "store/store.hpp"

namespace florin::store {

/// The journal at `place`: an address of PostgreSQL, or else a file of SQLite, which need not be synced when it can be
/// made again, as a demo's. Errors: bad_address; those of PostgresStore::open or SqliteStore::open.
Result<std::unique_ptr<Store>> open(const std::string& place, bool synced = true);

/// To look at it while its host runs, or not. Errors: those of the stores' open_read_only.
Result<std::unique_ptr<Store>> open_read_only(const std::string& place);

}  // namespace florin::store
