#include "store/postgres/schema.hpp"

#include <fmt/format.h>

#include <array>

namespace florin::store {

namespace {

// A released step never changes: what comes later is a step of its own. `shard` leads every key, so that the tables
// spread over the servers of a distributed PostgreSQL; what belongs to no shard has shard 0. `owner` and `beat` are the
// lease: see Store::claim.
constexpr std::array steps = {
    R"(
      CREATE TABLE {0}.head (
        shard bigint PRIMARY KEY,
        last bigint NOT NULL CHECK (last >= 1),
        epoch bigint NOT NULL CHECK (epoch >= 0),
        hash bytea NOT NULL CHECK (length(hash) = 32),
        floor bigint NOT NULL DEFAULT 0 CHECK (floor BETWEEN 0 AND last),
        owner text NOT NULL,
        beat bigint NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50);
      CREATE TABLE {0}.journal (
        shard bigint NOT NULL,
        first bigint NOT NULL CHECK (first >= 1),
        last bigint NOT NULL CHECK (last >= first),
        epoch bigint NOT NULL CHECK (epoch >= 0),
        format bigint NOT NULL,
        previous bytea NOT NULL CHECK (length(previous) = 32),
        hash bytea NOT NULL CHECK (length(hash) = 32),
        entries bytea NOT NULL,
        PRIMARY KEY (shard, first)
      );
      ALTER TABLE {0}.journal ALTER COLUMN entries SET STORAGE EXTERNAL;
      CREATE TABLE {0}.checkpoint (
        shard bigint NOT NULL,
        object text COLLATE "C" NOT NULL,
        position bigint NOT NULL CHECK (position >= 1),
        sum bigint NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (shard, object)
      );
      CREATE TABLE {0}.texts (shard bigint NOT NULL, name text COLLATE "C" NOT NULL, text bytea NOT NULL,
        PRIMARY KEY (shard, name));
      CREATE TABLE {0}.keys (shard bigint NOT NULL, owner text COLLATE "C" NOT NULL, key bytea NOT NULL,
        PRIMARY KEY (shard, owner));
      CREATE TABLE {0}.marks (shard bigint NOT NULL, name text COLLATE "C" NOT NULL, value text NOT NULL,
        PRIMARY KEY (shard, name));
    )",
};

Error newer(const std::string& schema, std::uint64_t version) {
  return {.code = "newer_version",
          .message = fmt::format("schema {} has version {}, this program knows up to {}: use the newer program", schema,
                                 version, steps.size())};
}

Error failed(const Answer& answer, std::string_view doing) {
  return {.code = "store_failed", .message = fmt::format("{}: {}", doing, answer.message())};
}

Query version_query(const std::string& schema) {
  return {"version", fmt::format("SELECT coalesce(max(version), 0) FROM {}.migration", schema)};
}

}  // namespace

Status migrate(Session& session, const std::string& schema) {
  const Query version = version_query(schema);
  // What is there is left alone: CREATE needs rights that a host need not have.
  if (const Answer known = session.run(version, Values()); known.fine()) {
    if (known.number(0, 0) > steps.size()) return newer(schema, known.number(0, 0));
    if (known.number(0, 0) == steps.size()) return Done{};
  } else if (known.sqlstate() != "42P01" && known.sqlstate() != "3F000") {
    return failed(known, "reading the version of schema " + schema);
  }
  // Two that make the same table at once: one is told that it is there by an index of the server. Then it is there.
  Answer made(nullptr);
  for (int attempt = 0; attempt < 5; ++attempt) {
    made = session.script(fmt::format(
        "SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS {0}; CREATE TABLE IF NOT EXISTS {0}.migration "
        "(version bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()); RESET client_min_messages",
        schema));
    if (made.fine()) break;
  }
  if (!made.fine()) return failed(made, "making schema " + schema);

  const auto step = [&]() -> Status {
    if (const Answer begun = session.script(fmt::format("BEGIN; LOCK TABLE {}.migration IN EXCLUSIVE MODE", schema));
        !begun.fine())
      return failed(begun, "locking schema " + schema);
    const Answer known = session.run(version, Values());
    if (!known.fine()) return failed(known, "reading the version of schema " + schema);
    if (known.number(0, 0) > steps.size()) return newer(schema, known.number(0, 0));
    for (std::size_t next = known.number(0, 0); next < steps.size(); ++next) {
      const Answer taken = session.script(fmt::format(fmt::runtime(steps[next]), schema) +
                                          fmt::format("INSERT INTO {}.migration VALUES ({})", schema, next + 1));
      if (!taken.fine()) return failed(taken, fmt::format("bringing schema {} to version {}", schema, next + 1));
    }
    const Answer committed = session.script("COMMIT");
    return committed.fine() ? Status(Done{}) : failed(committed, "making the tables of schema " + schema);
  };
  Status stepped = step();
  if (!stepped) session.script("ROLLBACK");
  return stepped;
}

Status check_version(Session& session, const std::string& schema) {
  const Answer known = session.run(version_query(schema), Values());
  if (known.sqlstate() == "42P01" || known.sqlstate() == "3F000")
    return Error{.code = "not_a_journal", .message = "there is no journal in schema " + schema};
  if (!known.fine()) return failed(known, "reading the version of schema " + schema);
  if (known.number(0, 0) > steps.size()) return newer(schema, known.number(0, 0));
  if (known.number(0, 0) < steps.size())
    return Error{.code = "older_version",
                 .message = fmt::format("schema {} has version {}: a host that opens it brings it to {}", schema,
                                        known.number(0, 0), steps.size())};
  return Done{};
}

}  // namespace florin::store
