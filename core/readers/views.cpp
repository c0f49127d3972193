#include "readers/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "engine/row.hpp"
#include "readers/progress.hpp"
#include "readers/view_tables.hpp"

namespace florin::readers {

namespace {

constexpr std::int64_t application_id = 0x464c5657;  // "FLVW"
constexpr int wait_ms = 5000;                        // for another program that refreshes the same file

/// One refresh: the connection, and the transaction that is rolled back unless it is done.
class Refreshing {
 public:
  Refreshing(store::Store& journal, store::Connection connection, std::filesystem::path file, std::uint64_t most)
      : journal_(journal), connection_(std::move(connection)), file_(std::move(file)), most_(most) {}
  ~Refreshing() {
    if (begun_) connection_.run("ROLLBACK");
  }

  Result<Refreshed> run() {
    if (const Status begun = begin(); !begun) return begun.error();
    auto same = read_progress();
    if (!same) return same.error();
    if (!*same) {
      if (const Status made = make_tables(); !made) return made.error();
      refreshed_.rebuilt = true;
    }
    if (const Status added = add_new(); !added) return added.error();
    if (const int rc = connection_.run("COMMIT"); rc != SQLITE_OK) return connection_.error(rc, "refreshing the views");
    begun_ = false;
    return refreshed_;
  }

 private:
  Error not_readable(int rc) const {
    Error error = connection_.error(rc, "opening " + file_.string());
    if (error.code == "not_a_journal" || error.code == "damaged_store")
      error = {.code = "not_views",
               .message = file_.string() + " cannot be read as views: delete it, and it is made anew"};
    return error;
  }

  Status begin() {
    sqlite3_busy_timeout(connection_.get(), wait_ms);
    // It can be made again, so nothing of it waits for the disk, and no debit for its being written: what a machine
    // that went down left of it is not trusted, see read_progress(). Its pages stay in 64 MiB of memory.
    int rc = connection_.run("PRAGMA journal_mode=WAL; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-65536");
    if (rc == SQLITE_OK) rc = connection_.run(boot_.empty() ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=OFF");
    if (rc == SQLITE_OK) rc = connection_.run("BEGIN IMMEDIATE");
    if (rc != SQLITE_OK) return not_readable(rc);
    begun_ = true;
    const auto id = connection_.number("PRAGMA application_id");
    if (!id) return not_readable(sqlite3_extended_errcode(connection_.get()));
    const auto objects = connection_.number("SELECT count(*) FROM sqlite_schema");
    if (!objects) return not_readable(sqlite3_extended_errcode(connection_.get()));
    if (*id != application_id && *objects != 0)
      return Error{.code = "not_views", .message = file_.string() + " is a database of another program"};
    return Done{};
  }

  /// False: the tables have to be made anew.
  Result<bool> read_progress() {
    auto all = progress_of(connection_, journal_);
    if (!all) return all.error();
    if (!*all) return false;
    progress_ = std::move(**all);
    return true;
  }

  Status make_tables() {
    std::string sql;
    {
      const auto statement = connection_.prepare(
          "SELECT 'DROP ' || type || ' \"' || name || '\";' FROM sqlite_schema WHERE type IN ('table', 'view')");
      if (!statement) return connection_.error(sqlite3_extended_errcode(connection_.get()), "reading the tables");
      store::Run query(statement);
      while (query.step() == SQLITE_ROW) sql += query.bytes(0);
    }
    // What a machine that went down left may be damaged, and then no table of it can be taken out.
    if ((connection_.run(sql.c_str()) & 0xff) == SQLITE_CORRUPT) {
      if (const Status emptied = empty_file(); !emptied) return emptied;
    }
    sql = view_tables;
    sql += fmt::format("PRAGMA application_id={}; PRAGMA user_version={};", application_id, views_version);
    if (const int rc = connection_.run(sql.c_str()); rc != SQLITE_OK)
      return connection_.error(rc, "making the tables of the views");
    progress_.clear();
    const auto written = connection_.prepare("INSERT INTO written VALUES (?)");
    if (!written) return connection_.error(sqlite3_extended_errcode(connection_.get()), "written");
    if (const int rc = store::Run(written, std::string_view(boot_)).finish(); rc != SQLITE_OK)
      return connection_.error(rc, "written");
    return Done{};
  }

  /// As if it had just been made; then the transaction goes on.
  Status empty_file() {
    connection_.run("ROLLBACK");
    begun_ = false;
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_RESET_DATABASE, 1, nullptr);
    int rc = connection_.run("VACUUM");
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_RESET_DATABASE, 0, nullptr);
    if (rc == SQLITE_OK) rc = connection_.run("BEGIN IMMEDIATE");
    if (rc != SQLITE_OK) return not_readable(rc);
    begun_ = true;
    return Done{};
  }

  /// Which catalog versions came before what is new.
  Status note_versions(Versions& versions) {
    const auto statement = connection_.prepare("SELECT tenant, version, name FROM catalogs");
    if (!statement) return connection_.error(sqlite3_extended_errcode(connection_.get()), "reading catalogs");
    store::Run query(statement);
    while (query.step() == SQLITE_ROW) {
      Entry applied;
      applied.tenant = TenantId::trusted(std::string(query.bytes(0)));
      applied.facts.emplace_back(
          CatalogApplied{static_cast<std::uint32_t>(query.number(1)), std::string(query.bytes(2))});
      versions.note(applied);
    }
    return Done{};
  }

  Status add_new() {
    const auto shards = journal_.shards();
    if (!shards) return shards.error();
    Versions versions(journal_);
    if (const Status noted = note_versions(versions); !noted) return noted;
    ViewWriter writer(connection_, versions);
    for (const std::uint32_t shard : *shards) {
      Progress& at = progress_[shard];
      Status outcome = Done{};
      const Status read = journal_.read(shard, at.position + 1, [&](const store::Row& row) {
        outcome = add_row(writer, row);
        at.position = row.last;
        at.hash.assign(reinterpret_cast<const char*>(row.hash.data()), row.hash.size());
        at.at = last_at_.text();
        return outcome && refreshed_.entries < most_;
      });
      if (!read) return read;
      if (!outcome) return outcome;
      refreshed_.position = std::max(refreshed_.position, at.position);
      const auto statement = connection_.prepare("INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)");
      if (!statement) return connection_.error(sqlite3_extended_errcode(connection_.get()), "progress");
      const int rc = store::Run(statement, std::int64_t{shard}, static_cast<std::int64_t>(at.position),
                                store::Blob{at.hash}, std::string_view(at.at))
                         .finish();
      if (rc != SQLITE_OK) return connection_.error(rc, "progress");
    }
    return writer.finish();
  }

  Status add_row(ViewWriter& writer, const store::Row& row) {
    const auto entries = engine::entries_of(row);
    if (!entries) return entries.error();
    store::Position position = row.first;
    for (const Entry& entry : *entries) {
      try {
        if (const Status added = writer.add(entry, row.shard, position); !added) return added;
      } catch (const std::exception& failed) {
        return Error{.code = "damaged_row",
                     .message = fmt::format("shard {}, position {}: {}; `florin verify` says more", row.shard, position,
                                            failed.what())};
      }
      last_at_ = entry.at;
      ++position;
      ++refreshed_.entries;
    }
    return Done{};
  }

  store::Store& journal_;
  store::Connection connection_;
  std::filesystem::path file_;
  std::uint64_t most_;
  bool begun_ = false;
  const std::string boot_ = this_boot();
  std::map<std::uint32_t, Progress> progress_;
  Instant last_at_;
  Refreshed refreshed_;
};

}  // namespace

Result<Refreshed> refresh_views(store::Store& journal, const std::filesystem::path& file, std::uint64_t most) {
  // It holds what customers wrote: as the journal, it and what SQLite makes beside it are its owner's alone.
  if (const Status ours = store::make_private(file); !ours) return ours.error();
  auto connection = store::Connection::open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "");
  if (!connection) return connection.error();
  return Refreshing(journal, std::move(*connection), file, most).run();
}

}  // namespace florin::readers
