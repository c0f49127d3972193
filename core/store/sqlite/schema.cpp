#include "store/sqlite/schema.hpp"

#include <fmt/format.h>

namespace florin::store {

namespace {

constexpr std::int64_t application_id = 0x464c524e;  // "FLRN"

// `journal` keeps its rowid: blobs then lie in their own tree and the key's tree stays small. The sum of a checkpoint
// guards against decay, not against people, who would go for the journal.
constexpr const char* tables = R"(
  CREATE TABLE head (
    shard INTEGER PRIMARY KEY,
    last INTEGER NOT NULL CHECK (last >= 1),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    floor INTEGER NOT NULL DEFAULT 0 CHECK (floor BETWEEN 0 AND last)
  ) STRICT;
  CREATE TABLE journal (
    shard INTEGER NOT NULL REFERENCES head(shard),
    first INTEGER NOT NULL CHECK (first >= 1),
    last INTEGER NOT NULL CHECK (last >= first),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    format INTEGER NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    entries BLOB NOT NULL,
    PRIMARY KEY (shard, first)
  ) STRICT;
  CREATE TABLE checkpoint (
    shard INTEGER NOT NULL REFERENCES head(shard),
    object TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 1),
    sum INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (shard, object)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE texts (name TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (owner TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
)";

}  // namespace

Result<bool> check_schema(Connection& connection, const std::filesystem::path& file) {
  const auto unreadable = [&](const Error& error) {
    if (error.code == "not_a_journal")
      return Error{.code = error.code, .message = file.string() + " is no database: this is not a journal"};
    return named(error, file);
  };
  const auto id = connection.number("PRAGMA application_id");
  if (!id) return unreadable(id.error());
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return unreadable(version.error());
  const auto objects = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!objects) return unreadable(objects.error());

  if (*id == 0 && *version == 0 && *objects == 0) return false;
  if (*id != application_id)
    return Error{.code = "not_a_journal",
                 .message = fmt::format("{} is a database of another program (application id {})", file.string(), *id)};
  if (*version > schema_version)
    return Error{.code = "newer_version",
                 .message = fmt::format("{} has version {}, this program knows up to {}: use the newer program",
                                        file.string(), *version, schema_version)};
  if (*version < 1)
    return Error{.code = "damaged_store", .message = fmt::format("{} has version {}", file.string(), *version)};
  return true;
}

Status make_schema(Connection& connection) {
  const std::string sql = fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT",
                                      tables, application_id, schema_version);
  if (const int rc = connection.run(sql.c_str()); rc != SQLITE_OK) {
    const Error error = connection.error(rc, "making the tables");
    connection.run("ROLLBACK");
    return error;
  }
  return Done{};
}

}  // namespace florin::store
