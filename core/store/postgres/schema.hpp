#pragma once

#include <string>

#include "store/postgres/session.hpp"

namespace florin::store {

/// Brings the tables of `schema` to this program's version, by numbered steps in one transaction; two hosts may do it
/// at once. Errors: newer_version, store_failed.
Status migrate(Session& session, const std::string& schema);

/// The same, of a schema that is only looked at. Errors: not_a_journal, newer_version, older_version, store_failed.
Status check_version(Session& session, const std::string& schema);

}  // namespace florin::store
