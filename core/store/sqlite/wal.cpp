#include "store/sqlite/wal.hpp"

#include <fmt/format.h>

namespace florin::store {

namespace {

constexpr std::uint64_t page_bytes = 4096;

}  // namespace

bool is_final(int rc) {
  switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM: return false;
    case SQLITE_IOERR: return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC || rc == SQLITE_IOERR_CORRUPTFS;
    default: return true;
  }
}

int Wal::settle() {
  // What a process wrote and died before it could sync looks committed now and would be gone after a power cut. Moving
  // the WAL syncs it; starting it anew leaves nothing to follow that a failed sync may have dropped. A reader may hold
  // up the second, not the first.
  int found = 0;
  int moved = 0;
  const int rc = sqlite3_wal_checkpoint_v2(connection_, "main", SQLITE_CHECKPOINT_RESTART, &found, &moved);
  if (rc != SQLITE_OK && !(rc == SQLITE_BUSY && found >= 0 && found == moved)) return rc;

  sqlite3_wal_hook(
      connection_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Wal*>(self)->used_ = static_cast<std::uint64_t>(pages) * page_bytes;
        return SQLITE_OK;
      },
      this);
  return size();
}

int Wal::move() {
  if (used_ < moved_) moved_ = 0;  // SQLite began it anew
  if (used_ - moved_ < checkpoint_bytes_) return SQLITE_OK;
  moved_ = used_;
  const int rc = sqlite3_wal_checkpoint_v2(connection_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return is_final(rc) ? rc : SQLITE_OK;
}

int Wal::wipe() {
  const int rc = sqlite3_wal_checkpoint_v2(connection_, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (rc != SQLITE_OK) return rc;
  used_ = moved_ = 0;
  return size();
}

int Wal::size() {
  sqlite3_file* file = nullptr;
  sqlite3_int64 now = 0;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->xFileSize(file, &now) != SQLITE_OK ||
      static_cast<std::uint64_t>(now) >= bytes_)
    return SQLITE_OK;
  // A transaction that does not fit the cache spills into the WAL; rolled back, it leaves the length and nothing else.
  // What the cache keeps does not spill: twice that is added.
  constexpr std::uint64_t cache_pages = 16;
  const std::string sql = fmt::format(
      "PRAGMA cache_size={}; BEGIN IMMEDIATE; INSERT INTO texts (name, text) VALUES ('', zeroblob({})); ROLLBACK",
      cache_pages, bytes_ + 2 * cache_pages * page_bytes);
  const int rc = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (is_final(rc)) return rc;
  // Without room for it the store is slower, not wrong.
  if (sqlite3_get_autocommit(connection_) == 0) sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
  return sqlite3_exec(connection_, "PRAGMA cache_size=-16384", nullptr, nullptr, nullptr);
}

}  // namespace florin::store
