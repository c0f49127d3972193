#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "florin/result.hpp"

namespace florin::store {

/// Bound as a BLOB; its bytes outlive the run.
struct Blob {
  std::string_view bytes;
};

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

/// One run of a prepared statement: bound in order when made; lets go of its locks where it ends.
class Run {
 public:
  template <class... Values>
  explicit Run(const Statement& statement, Values... values) : statement_(statement.get()) {
    int at = 0;
    (bind(++at, values), ...);
  }
  ~Run() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// SQLITE_ROW, SQLITE_DONE or an extended error.
  int step() { return wrong_ != SQLITE_OK ? wrong_ : sqlite3_step(statement_); }
  /// For what gives no rows: SQLITE_OK or an extended error.
  int finish();

  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  /// Text or blob, as long as the row stands.
  std::string_view bytes(int column) const;

 private:
  void bind(int at, std::int64_t value) { keep(sqlite3_bind_int64(statement_, at, value)); }
  void bind(int at, std::optional<std::int64_t> value) {
    if (value) return bind(at, *value);
    keep(sqlite3_bind_null(statement_, at));
  }
  void bind(int at, std::string_view text);
  void bind(int at, Blob blob);
  void keep(int rc) { wrong_ = wrong_ == SQLITE_OK ? rc : wrong_; }

  sqlite3_stmt* statement_;
  int wrong_ = SQLITE_OK;
};

/// One connection to one file. One thread at a time.
class Connection {
 public:
  /// flags  SQLITE_OPEN_…
  /// vfs    a registered one, empty for the system's
  /// Errors: store_failed.
  static Result<Connection> open(const std::filesystem::path& file, int flags, const std::string& vfs);

  /// Of a file that nobody writes, in a folder where SQLite can make nothing beside it; what a WAL holds is not read.
  static Result<Connection> open_still(const std::filesystem::path& file);

  sqlite3* get() const { return handle_.get(); }
  /// SQLITE_OK or an extended error.
  int run(const char* sql) { return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr); }
  /// Null on an error, which is then the connection's last.
  Statement prepare(std::string_view sql);
  /// The one number that `sql` gives. Errors: as in error().
  Result<std::int64_t> number(std::string_view sql);
  /// What `rc`, the connection's last, means. Codes: store_full, store_busy, damaged_store, not_a_journal,
  /// store_failed.
  Error error(int rc, std::string_view doing) const;

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Finalize> handle_;
};

/// Makes an empty file that only its owner may read, or takes what others may do with the one that is there, and with
/// its -wal, -shm and -journal. Errors: store_failed.
Status make_private(const std::filesystem::path& file);
/// Makes a folder that only its owner may enter, and what is missing above it; one that is there stays as it is.
/// Errors: no_data_folder.
Status make_private_folder(const std::filesystem::path& folder);

/// The same error with the file that it is about, and with what would help where the file is damaged.
Error named(Error error, const std::filesystem::path& file);

}  // namespace florin::store
