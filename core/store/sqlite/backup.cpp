#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin::store {

namespace {

namespace fs = std::filesystem;

Error failed(const fs::path& file) {
  return {.code = "store_failed", .message = file.string() + ": " + std::generic_category().message(errno)};
}

/// A new file beside `to` that takes its name when it is whole, and is gone otherwise. Only its owner may read it.
class Partial {
 public:
  static Result<Partial> beside(const fs::path& to) {
    // A WAL that lies there belongs to another database and would be played into this one.
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      const fs::path taken = to.string() + suffix;
      if (std::error_code unknown; fs::exists(fs::symlink_status(taken, unknown)))
        return Error{.code = "file_exists", .message = taken.string() + " is there and is never overwritten"};
    }
    std::string name = to.string() + ".XXXXXX";
    const int descriptor = ::mkstemp(name.data());
    if (descriptor < 0) return failed(name);
    ::close(descriptor);
    return Partial(name);
  }
  Partial(Partial&& other) noexcept : file_(std::exchange(other.file_, {})) {}
  Partial& operator=(Partial&&) = delete;
  ~Partial() {
    if (!file_.empty()) ::unlink(file_.c_str());
  }

  const fs::path& file() const { return file_; }

  /// Errors: file_exists, store_failed.
  Status take_name(const fs::path& to) {
    if (!sync(file_, O_RDONLY)) return failed(file_);
    if (::renameat2(AT_FDCWD, file_.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
      if (errno != EEXIST) return failed(to);
      return Error{.code = "file_exists", .message = to.string() + " is there and is never overwritten"};
    }
    file_.clear();
    const fs::path folder = to.has_parent_path() ? to.parent_path() : ".";
    if (!sync(folder, O_RDONLY | O_DIRECTORY)) return failed(folder);
    return Done{};
  }

 private:
  explicit Partial(fs::path file) : file_(std::move(file)) {}
  static bool sync(const fs::path& file, int flags) {
    const int descriptor = ::open(file.c_str(), flags | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    return synced;
  }

  fs::path file_;
};

/// Reads every row. A damaged checkpoint is no reason to refuse a copy: the journal holds what it says.
Status verify(const fs::path& file) {
  const auto store = SqliteStore::open_read_only(file);
  if (!store) return store.error();
  const auto shards = (*store)->shards();
  if (!shards) return shards.error();
  for (const std::uint32_t shard : *shards)
    if (const Status whole = (*store)->read(shard, 1, [](const Row&) { return true; }); !whole) return whole;
  return Done{};
}

/// VACUUM INTO rather than the backup API: that one starts over with each commit of another process. It copies what is
/// alive, so nothing that was erased.
Status copy_verified(const fs::path& from, const fs::path& to) {
  if (std::error_code unknown; !fs::exists(from, unknown))
    return Error{.code = "no_such_file", .message = from.string() + " is not there"};
  auto connection = Connection::open(from, SQLITE_OPEN_READONLY, "");
  if (!connection) return connection.error();
  sqlite3_busy_timeout(connection->get(), SqliteOptions{}.wait_ms);
  sqlite3_db_config(connection->get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto known = check_schema(*connection, from);
  if (!known) return known.error();
  if (!*known) return Error{.code = "not_a_journal", .message = from.string() + " is empty"};
  const std::string name = to.string();
  const Statement vacuum = connection->prepare("VACUUM INTO ?");
  const int rc = vacuum ? Run(vacuum, std::string_view(name)).finish() : sqlite3_extended_errcode(connection->get());
  if (rc != SQLITE_OK) return connection->error(rc, "copying " + from.string());
  return verify(to);
}

Status hold_sending(const fs::path& file) {
  auto connection = Connection::open(file, SQLITE_OPEN_READWRITE, "");
  if (!connection) return connection.error();
  const int rc = connection->run(
      "INSERT INTO marks (name, value) VALUES ('sending', 'held') ON CONFLICT DO UPDATE SET value = excluded.value; "
      "DELETE FROM marks WHERE name IN ('clock', 'clock_accepted')");
  if (rc != SQLITE_OK) return connection->error(rc, "marking " + file.string());
  return Done{};
}

}  // namespace

Status backup_store(const fs::path& from, const fs::path& to) {
  auto partial = Partial::beside(to);
  if (!partial) return partial.error();
  if (const Status copied = copy_verified(from, partial->file()); !copied) return copied;
  return partial->take_name(to);
}

Status restore_store(const fs::path& from, const fs::path& to) {
  auto partial = Partial::beside(to);
  if (!partial) return partial.error();
  if (const Status copied = copy_verified(from, partial->file()); !copied) return copied;
  if (const Status held = hold_sending(partial->file()); !held) return held;
  return partial->take_name(to);
}

}  // namespace florin::store
