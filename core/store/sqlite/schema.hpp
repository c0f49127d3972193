#pragma once

#include "store/sqlite/connection.hpp"

namespace florin::store {

/// Of the tables, in user_version; application_id says that the file is Florin's.
inline constexpr std::int64_t schema_version = 1;

/// Whether the file is a journal that this program understands. True: it is; false: it is empty.
/// Errors: not_a_journal, newer_version, damaged_store, store_failed.
Result<bool> check_schema(Connection& connection, const std::filesystem::path& file);

/// Makes the tables, all or none.
Status make_schema(Connection& connection);

}  // namespace florin::store
