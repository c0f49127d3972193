#include "store/sqlite/sqlite_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "store/chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/owner.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/wal.hpp"

namespace florin::store {

namespace {

// SQLite's integers are signed; whatever is written here fits, see well_formed().
std::int64_t column(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Blob blob(const Hash& hash) { return {{reinterpret_cast<const char*>(hash.data()), hash.size()}}; }

/// Zeros when the column is no hash, which then matches nothing.
Hash hash_of(std::string_view bytes) {
  Hash hash{};
  if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

class Journal final : public Store {
 public:
  Journal(std::optional<Owner> owner, Connection connection, const SqliteOptions& options)
      : owner_(std::move(owner)),
        connection_(std::move(connection)),
        wait_ms_(options.wait_ms),
        synced_(options.synced),
        wal_(connection_.get(), options.wal_bytes, options.checkpoint_bytes) {}

  /// Prepares the statements, and for a writer settles what it found. Once, before anything else.
  Status start();

  Result<std::vector<std::uint32_t>> shards() override;
  Result<Head> head(std::uint32_t shard) override;
  Committed commit(const Row& row, Epoch previous_epoch) override;
  std::string last_problem() const override;
  Status read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) override;
  Status save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) override;
  using Store::load;
  Result<Loaded> load(std::uint32_t shard, std::span<const std::string_view> without) override;
  Result<std::vector<Checkpoint>> objects(std::uint32_t shard, std::string_view from, std::string_view until) override;
  Result<std::vector<Saved>> saved(std::uint32_t shard, std::string_view from, std::string_view until) override;
  Status put_text(std::string_view name, std::string_view text) override;
  Result<std::string> text(std::string_view name) override;
  Result<std::string> key(std::uint32_t shard, std::string_view name) override;
  Result<std::vector<std::string>> key_names(std::uint32_t shard, const DataKeyRange& range) override;
  Status erase_keys(std::uint32_t shard, const std::vector<DataKeyRange>& ranges) override;
  Status set_mark(std::string_view name, std::string_view value) override;
  Result<std::string> mark(std::string_view name) override;

 private:
  struct Statements {
    Statement begin, commit, rollback;
    Statement shards, head, past_head, move_head, append, row_at, row_after, row_before;
    Statement save, move_floor, floor, objects, saved;
    Statement put_text, text, put_key, key, key_names, erase_keys, set_mark, mark;
  };

  Status prepare();
  /// One transaction: `body` answers SQLITE_OK or an error, and all of it is durable or none is there.
  template <class Body>
  Status write(std::string_view doing, Body body);
  /// What `rc`, the connection's last, has become: the transaction is over if it went wrong.
  Status outcome(int rc, std::string_view doing);
  int find_head(std::uint32_t shard, Head& head);
  int append(const Row& row);
  /// Errors: damaged_row when rows lie past the head.
  Status ends_at_head(std::uint32_t shard);
  /// The row that `statement` finds, or none. Errors: damaged_row at `wanted` when the file can't give it.
  Result<std::optional<Row>> find_row(const Statement& statement, std::uint32_t shard, Position at, Position wanted);
  Status add_objects(std::uint32_t shard, std::string from, std::string_view until, std::vector<Checkpoint>& objects);
  /// What stands under `name`, or none.
  Result<std::optional<std::string>> find(const Statement& statement, std::string_view name);
  /// Writes `bytes` under `name` unless something stands there; then that is the answer.
  Result<std::string> put_once(const Statement& put, const Statement& get, std::string_view name,
                               std::string_view bytes);

  std::optional<Owner> owner_;  // let go after the connection; none: read only
  Connection connection_;
  int wait_ms_;
  bool synced_;
  Wal wal_;
  Statements statements_;

  mutable std::mutex mutex_;
  std::string problem_;
  std::optional<Error> final_;  // since when nothing is written
};

Status Journal::start() {
  sqlite3_busy_timeout(connection_.get(), wait_ms_);
  const bool writes = owner_.has_value();
  if (writes) {
    const Statement mode = connection_.prepare("PRAGMA journal_mode=WAL");
    if (Run query(mode); query.step() != SQLITE_ROW || query.bytes(0) != "wal")
      return connection_.error(sqlite3_extended_errcode(connection_.get()), "journal_mode=WAL");
  }
  // An erased key is overwritten in the file; a truncated WAL would have to grow again.
  int rc = connection_.run(writes ? "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                                    "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
                                    "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=-1"
                                  : "PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF");
  if (rc != SQLITE_OK) return connection_.error(rc, "settings");
  if (const Status prepared = prepare(); !prepared) return prepared;
  if (!writes) {
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return Done{};
  }
  rc = wal_.settle();
  if (rc == SQLITE_OK && !synced_) rc = connection_.run("PRAGMA synchronous=OFF");
  return outcome(rc, "settling the WAL");
}

Status Journal::prepare() {
  const auto make = [&](Statement& statement, std::string_view sql) {
    statement = connection_.prepare(sql);
    return statement != nullptr;
  };
  Statements& s = statements_;
  const bool made =
      make(s.begin, "BEGIN IMMEDIATE") && make(s.commit, "COMMIT") && make(s.rollback, "ROLLBACK") &&
      make(s.shards, "SELECT shard FROM head UNION SELECT shard FROM journal ORDER BY shard") &&
      make(s.past_head,
           "SELECT min(first) FROM journal WHERE shard = ?1 AND "
           "first > (SELECT ifnull(max(last), 0) FROM head WHERE shard = ?1)") &&
      make(s.head, "SELECT last, epoch, hash FROM head WHERE shard = ?") &&
      make(s.move_head,
           "INSERT INTO head (shard, last, epoch, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
           "SET last = excluded.last, epoch = excluded.epoch, hash = excluded.hash") &&
      make(s.append,
           "INSERT INTO journal (shard, first, last, epoch, format, previous, hash, entries) "
           "VALUES (?, ?, ?, ?, ?, ?, ?, ?)") &&
      make(s.row_at,
           "SELECT first, last, epoch, format, previous, hash, entries FROM journal "
           "WHERE shard = ? AND first <= ? ORDER BY first DESC LIMIT 1") &&
      make(s.row_after,
           "SELECT first, last, epoch, format, previous, hash, entries FROM journal "
           "WHERE shard = ? AND first > ? ORDER BY first LIMIT 1") &&
      make(s.row_before,
           "SELECT first, last, epoch, format, previous, hash, x'' FROM journal "
           "WHERE shard = ? AND first < ? ORDER BY first DESC LIMIT 1") &&
      make(s.save,
           "INSERT INTO checkpoint (shard, object, position, sum, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
           "SET position = excluded.position, sum = excluded.sum, bytes = excluded.bytes "
           "WHERE excluded.position >= checkpoint.position") &&
      make(s.move_floor, "UPDATE head SET floor = ? WHERE shard = ? AND floor < ?") &&
      make(s.floor, "SELECT floor FROM head WHERE shard = ?") &&
      make(s.objects,
           "SELECT object, position, sum, bytes FROM checkpoint WHERE shard = ? AND object >= ? AND object < ? "
           "ORDER BY object LIMIT 512") &&
      make(s.saved,
           "SELECT object, position FROM checkpoint WHERE shard = ? AND object >= ? AND object < ? ORDER BY object") &&
      make(s.put_text, "INSERT INTO texts (name, text) VALUES (?, ?)") &&
      make(s.text, "SELECT text FROM texts WHERE name = ?") &&
      make(s.put_key, "INSERT INTO keys (owner, key) VALUES (?, ?)") &&
      make(s.key, "SELECT key FROM keys WHERE owner = ?") &&
      make(s.key_names, "SELECT owner FROM keys WHERE owner >= ? AND owner < ? ORDER BY owner") &&
      make(s.erase_keys, "DELETE FROM keys WHERE owner >= ? AND owner < ?") &&
      make(s.set_mark,
           "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value") &&
      make(s.mark, "SELECT value FROM marks WHERE name = ?");
  if (!made) return connection_.error(sqlite3_extended_errcode(connection_.get()), "preparing the statements");
  return Done{};
}

Status Journal::outcome(int rc, std::string_view doing) {
  if (rc == SQLITE_OK) return Done{};
  Error error = connection_.error(rc, doing);
  // SQLite ends a transaction itself after some errors only.
  if (sqlite3_get_autocommit(connection_.get()) == 0) Run(statements_.rollback).step();
  if (is_final(rc)) final_ = error;
  return error;
}

template <class Body>
Status Journal::write(std::string_view doing, Body body) {
  if (!owner_) return Error{.code = "read_only", .message = "the store was opened to read"};
  if (final_) return *final_;
  // Before the commit: the answers of the last one have left, and an error here is no commit's.
  if (const Status moved = outcome(wal_.move(), "moving the WAL"); !moved) return moved;
  int rc = Run(statements_.begin).finish();
  if (rc == SQLITE_OK) rc = body();
  if (rc == SQLITE_OK) rc = Run(statements_.commit).finish();
  return outcome(rc, doing);
}

Result<std::vector<std::uint32_t>> Journal::shards() {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint32_t> found;
  Run query(statements_.shards);
  int rc = query.step();
  for (; rc == SQLITE_ROW; rc = query.step()) found.push_back(static_cast<std::uint32_t>(query.number(0)));
  if (rc != SQLITE_DONE) return connection_.error(rc, "reading the heads");
  return found;
}

int Journal::find_head(std::uint32_t shard, Head& head) {
  Run query(statements_.head, std::int64_t{shard});
  const int rc = query.step();
  if (rc == SQLITE_ROW)
    head = {.last = static_cast<Position>(query.number(0)),
            .epoch = static_cast<Epoch>(query.number(1)),
            .hash = hash_of(query.bytes(2))};
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

Result<Head> Journal::head(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  Head head;
  if (const int rc = find_head(shard, head); rc != SQLITE_OK) return connection_.error(rc, "reading the head");
  return head;
}

int Journal::append(const Row& row) {
  const auto shard = std::int64_t{row.shard};
  const int rc = Run(statements_.move_head, shard, column(row.last), column(row.epoch), blob(row.hash)).finish();
  if (rc != SQLITE_OK) return rc;
  for (const DataKey& key : row.keys)
    if (const int kept = Run(statements_.put_key, std::string_view(key.name), Blob{key.key}).finish();
        kept != SQLITE_OK)
      return kept;
  return Run(statements_.append, shard, column(row.first), column(row.last), column(row.epoch),
             std::int64_t{row.format}, blob(row.previous), blob(row.hash), Blob{row.entries})
      .finish();
}

Committed Journal::commit(const Row& row, Epoch previous_epoch) {
  const std::lock_guard lock(mutex_);
  problem_.clear();
  if (!well_formed(row)) {
    problem_ = "malformed_row: it holds no position";
    return Committed::failed;
  }
  const Status written = write("committing", [&] {
    Head now;
    if (const int rc = find_head(row.shard, now); rc != SQLITE_OK) return rc;
    if (now == head_after(row)) return SQLITE_OK;  // it was ours
    problem_ = why_conflict(now, row, previous_epoch);
    return problem_.empty() ? append(row) : SQLITE_OK;
  });
  if (written) return problem_.empty() ? Committed::done : Committed::conflict;
  problem_ = written.error().code + ": " + written.error().message;
  return final_ || !owner_ ? Committed::failed : Committed::not_known;
}

std::string Journal::last_problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

Result<std::optional<Row>> Journal::find_row(const Statement& statement, std::uint32_t shard, Position at,
                                             Position wanted) {
  const std::lock_guard lock(mutex_);
  Run query(statement, std::int64_t{shard}, column(at));
  const int rc = query.step();
  if (rc == SQLITE_DONE) return std::optional<Row>();
  if (rc != SQLITE_ROW) {
    Error error = connection_.error(rc, fmt::format("shard {}, position {}", shard, wanted));
    if (error.code == "damaged_store") error.code = "damaged_row";
    return error;
  }
  return std::optional(Row{.shard = shard,
                           .first = static_cast<Position>(query.number(0)),
                           .last = static_cast<Position>(query.number(1)),
                           .epoch = static_cast<Epoch>(query.number(2)),
                           .format = static_cast<std::uint32_t>(query.number(3)),
                           .previous = hash_of(query.bytes(4)),
                           .hash = hash_of(query.bytes(5)),
                           .entries = std::string(query.bytes(6))});
}

// In one statement, so that a commit of another process is seen whole or not at all.
Status Journal::ends_at_head(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  Run query(statements_.past_head, std::int64_t{shard});
  if (const int rc = query.step(); rc != SQLITE_ROW) return connection_.error(rc, "looking past the head");
  if (query.number(0) == 0) return Done{};
  return Error{
      .code = "damaged_row",
      .message = fmt::format("shard {}, position {}: a row lies past the journal's head", shard, query.number(0))};
}

// A row a query, so that a long reading never holds up the checkpoints of who writes.
Status Journal::read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) {
  if (const Status ends = ends_at_head(shard); !ends) return ends;
  const auto end = head(shard);
  if (!end) return end.error();
  if (from > end->last) return Done{};
  from = std::max<Position>(from, 1);

  auto row = find_row(statements_.row_at, shard, from, from);
  if (!row) return row.error();
  if (!*row || (*row)->last < from) return missing_row(shard, from);
  Head before;
  if ((*row)->first > 1) {
    const auto link = find_row(statements_.row_before, shard, (*row)->first, (*row)->first - 1);
    if (!link) return link.error();
    if (*link) before = head_after(**link);
  }
  while (true) {
    if (const Status whole = check_link(**row, before, *end); !whole) return whole;
    before = head_after(**row);
    if (!each(**row) || before.last == end->last) return Done{};
    row = find_row(statements_.row_after, shard, before.last, before.last + 1);
    if (!row) return row.error();
    if (!*row) return missing_row(shard, before.last + 1);
  }
}

Status Journal::save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) {
  const std::lock_guard lock(mutex_);
  Status durable = Done{};
  const Status written = write("saving checkpoints", [&] {
    Head now;
    int rc = find_head(shard, now);
    if (rc != SQLITE_OK) return rc;
    durable = check_durable(now, objects, floor);
    if (!durable) return SQLITE_OK;
    for (const Checkpoint& object : objects) {
      rc = Run(statements_.save, std::int64_t{shard}, std::string_view(object.object), column(object.position),
               column(sum_of(object)), Blob{object.bytes})
               .finish();
      if (rc != SQLITE_OK) return rc;
    }
    return Run(statements_.move_floor, column(floor), std::int64_t{shard}, column(floor)).finish();
  });
  return written ? durable : written;
}

Result<Store::Loaded> Journal::load(std::uint32_t shard, std::span<const std::string_view> without) {
  Loaded loaded;
  // First: objects that are newer than the floor are fine, the other way round is not.
  {
    const std::lock_guard lock(mutex_);
    Run query(statements_.floor, std::int64_t{shard});
    const int rc = query.step();
    if (rc == SQLITE_ROW) loaded.floor = static_cast<Position>(query.number(0));
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return connection_.error(rc, "reading the floor");
  }
  for (const auto& [from, until] : ranges_between(without))
    if (const Status added = add_objects(shard, from, until, loaded.objects); !added) return added.error();
  return loaded;
}

Result<std::vector<Checkpoint>> Journal::objects(std::uint32_t shard, std::string_view from, std::string_view until) {
  std::vector<Checkpoint> objects;
  const Status added = add_objects(shard, std::string(from), until, objects);
  return added ? Result<std::vector<Checkpoint>>(std::move(objects)) : added.error();
}

Result<std::vector<Store::Saved>> Journal::saved(std::uint32_t shard, std::string_view from, std::string_view until) {
  std::vector<Saved> found;
  const std::lock_guard lock(mutex_);
  Run query(statements_.saved, std::int64_t{shard}, from, until);
  int rc = query.step();
  for (; rc == SQLITE_ROW; rc = query.step())
    found.push_back({std::string(query.bytes(0)), static_cast<Position>(query.number(1))});
  if (rc != SQLITE_DONE) return connection_.error(rc, "reading the names of checkpoints");
  return found;
}

/// Some at a time, so that a long reading never holds up a commit.
Status Journal::add_objects(std::uint32_t shard, std::string from, std::string_view until,
                            std::vector<Checkpoint>& objects) {
  for (;;) {
    const std::lock_guard lock(mutex_);
    Run query(statements_.objects, std::int64_t{shard}, std::string_view(from), until);
    const std::size_t before = objects.size();
    int rc = query.step();
    for (; rc == SQLITE_ROW; rc = query.step()) {
      Checkpoint object{.object = std::string(query.bytes(0)),
                        .position = static_cast<Position>(query.number(1)),
                        .bytes = std::string(query.bytes(3))};
      if (query.number(2) != column(sum_of(object)))
        return Error{.code = "damaged_checkpoint",
                     .message = fmt::format("shard {}, {} as of {}: not the bytes that were saved", shard,
                                            object.object, object.position)};
      objects.push_back(std::move(object));
    }
    if (rc != SQLITE_DONE) return connection_.error(rc, "reading checkpoints");
    if (objects.size() == before) return Done{};
    from = objects.back().object + '\x01';
  }
}

Result<std::optional<std::string>> Journal::find(const Statement& statement, std::string_view name) {
  Run query(statement, name);
  const int rc = query.step();
  if (rc == SQLITE_ROW) return std::optional(std::string(query.bytes(0)));
  if (rc == SQLITE_DONE) return std::optional<std::string>();
  return connection_.error(rc, fmt::format("reading '{}'", name));
}

Result<std::string> Journal::put_once(const Statement& put, const Statement& get, std::string_view name,
                                      std::string_view bytes) {
  const auto kept = find(get, name);
  if (!kept) return kept.error();
  if (*kept) return **kept;
  const Status written = write(fmt::format("writing '{}'", name), [&] { return Run(put, name, Blob{bytes}).finish(); });
  if (!written) return written.error();
  return std::string(bytes);
}

Status Journal::put_text(std::string_view name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto kept = put_once(statements_.put_text, statements_.text, name, text);
  if (!kept) return kept.error();
  return *kept == text ? Status(Done{}) : text_differs(name);
}

Result<std::string> Journal::text(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto kept = find(statements_.text, name);
  if (!kept) return kept.error();
  return *kept ? Result<std::string>(**kept) : no_such_text(name);
}

Result<std::string> Journal::key(std::uint32_t, std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto kept = find(statements_.key, name);
  if (!kept) return kept.error();
  return *kept ? Result<std::string>(**kept) : no_such_key(name);
}

Result<std::vector<std::string>> Journal::key_names(std::uint32_t, const DataKeyRange& range) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  Run query(statements_.key_names, std::string_view(range.from), std::string_view(range.until));
  int rc = query.step();
  for (; rc == SQLITE_ROW; rc = query.step()) names.emplace_back(query.bytes(0));
  if (rc != SQLITE_DONE) return connection_.error(rc, "reading the names of the keys");
  return names;
}

Status Journal::erase_keys(std::uint32_t, const std::vector<DataKeyRange>& ranges) {
  const std::lock_guard lock(mutex_);
  const Status erased = write("erasing keys", [&] {
    int rc = SQLITE_OK;
    for (const DataKeyRange& range : ranges)
      if (rc == SQLITE_OK)
        rc = Run(statements_.erase_keys, std::string_view(range.from), std::string_view(range.until)).finish();
    return rc;
  });
  if (!erased) return erased;
  // secure_delete has overwritten them in the file. The WAL still has the pages as they were: the one time it is
  // truncated.
  return outcome(wal_.wipe(), "the keys are deleted, their bytes are still in the WAL");
}

Status Journal::set_mark(std::string_view name, std::string_view value) {
  const std::lock_guard lock(mutex_);
  return write(fmt::format("setting '{}'", name), [&] { return Run(statements_.set_mark, name, value).finish(); });
}

Result<std::string> Journal::mark(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto kept = find(statements_.mark, name);
  if (!kept) return kept.error();
  return kept->value_or("");
}

/// Whether SQLite could not make or open what it keeps beside a journal.
bool cannot_be_shared(const Connection& connection) {
  const int rc = sqlite3_extended_errcode(connection.get());
  return (rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY || rc == SQLITE_IOERR_SHMSIZE ||
         rc == SQLITE_IOERR_SHMOPEN;  // on a full disk
}

bool has_entries(const std::filesystem::path& wal) {
  std::error_code none;
  const auto size = std::filesystem::file_size(wal, none);
  return !none && size > 0;
}

Error not_there(const std::filesystem::path& file) {
  return {.code = "no_such_file", .message = file.string() + " is not there"};
}

Result<std::unique_ptr<Store>> start(std::optional<Owner> owner, Connection connection, const SqliteOptions& options,
                                     const std::filesystem::path& file) {
  auto journal = std::make_unique<Journal>(std::move(owner), std::move(connection), options);
  if (const Status started = journal->start(); !started) return named(started.error(), file);
  return std::unique_ptr<Store>(std::move(journal));
}

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::open(const std::filesystem::path& file, const SqliteOptions& options) {
  // Two names of one file share one lock.
  std::error_code unresolved;
  const auto real = std::filesystem::weakly_canonical(file, unresolved);
  if (unresolved) return Error{.code = "store_failed", .message = file.string() + ": " + unresolved.message()};
  auto owner = Owner::take(real);
  if (!owner) return owner.error();

  // It holds keys: nobody else may read it, nor the WAL, which gets the same rights.
  if (const Status ours = make_private(real); !ours) return ours.error();
  auto connection = Connection::open(real, SQLITE_OPEN_READWRITE, options.vfs);
  if (!connection) return connection.error();
  sqlite3_busy_timeout(connection->get(), options.wait_ms);
  const auto known = check_schema(*connection, real);
  if (!known) return known.error();
  if (!*known) {
    if (const Status made = make_schema(*connection); !made) return made.error();
  }
  return start(std::move(*owner), std::move(*connection), options, real);
}

Result<std::unique_ptr<Store>> SqliteStore::open_read_only(const std::filesystem::path& file) {
  const SqliteOptions options;
  if (std::error_code unknown; !std::filesystem::exists(file, unknown)) return not_there(file);
  auto connection = Connection::open(file, SQLITE_OPEN_READONLY, options.vfs);
  if (!connection) return connection.error();
  sqlite3_busy_timeout(connection->get(), options.wait_ms);
  auto known = check_schema(*connection, file);
  if (!known && cannot_be_shared(*connection)) {
    // Readers and writers share a file beside the journal, and here none can be made. Nobody writes then, either.
    if (has_entries(file.string() + "-wal"))
      return Error{.code = "store_failed",
                   .message = file.string() +
                              "-wal has entries that are not in the journal yet, and this folder cannot "
                              "be written to: copy the folder to where it can, and look there"};
    connection = Connection::open_still(file);
    if (!connection) return connection.error();
    known = check_schema(*connection, file);
  }
  if (!known) return known.error();
  if (!*known) return Error{.code = "not_a_journal", .message = file.string() + " is empty"};
  return start(std::nullopt, std::move(*connection), options, file);
}

}  // namespace florin::store
