#pragma once

#include <memory>

#include "store/postgres/address.hpp"
#include "store/store.hpp"

namespace florin::store {

/// The store in a schema of a PostgreSQL database, which several hosts may share: each shard has one owner at a time.
///
/// A commit is one statement, so that no transaction of ours is ever open while this process sleeps: it moves the head
/// if and only if that is where the row begins, and appends the row. An answer that is lost, or that comes with a
/// warning (a standby that did not confirm), is `not_known`. docs/decisions/0020-postgresql.md
class PostgresStore {
 public:
  /// Connects, and brings the tables to this program's version.
  /// Errors: cannot_connect, newer_version, store_failed.
  static Result<std::unique_ptr<Store>> open(const Address& address);

  /// To look at a journal while its host runs, or not: whatever would write answers read_only, and commit answers
  /// failed. Errors: as open, not_a_journal, older_version.
  static Result<std::unique_ptr<Store>> open_read_only(const Address& address);
};

}  // namespace florin::store
