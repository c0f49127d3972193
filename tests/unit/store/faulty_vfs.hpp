#pragma once

#include <sqlite3.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace florin::store {

/// The system's files under SQLite, with faults: real writes, and errors, deaths and power cuts where a test wants
/// them.
class FaultyVfs {
 public:
  enum class Operation { write, sync, truncate };

  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  /// For SqliteOptions::vfs.
  const std::string& name() const { return name_; }

  /// Asked before each operation on a file, `journal.db` or `journal.db-wal`: SQLITE_OK lets it happen, an error is
  /// what SQLite gets instead.
  std::function<int(Operation operation, const std::string& file)> before;

  /// Asked before each read of these files, likewise.
  std::function<int(const std::string& file)> before_read;

  /// Whether what a WAL holds when it is first opened was synced; not so when a process died before it could.
  bool found_synced = true;

  /// Writes to `folder` what a power cut would leave now: all that was synced, and of the rest what `random` says, in
  /// no order and torn at sectors.
  void power_cut(const std::string& folder, std::mt19937& random) const;

 private:
  friend struct FaultyFile;
  struct Change {
    std::int64_t at = 0;  // where `bytes` go; a cut to this length when `cut`
    std::string bytes;
    bool cut = false;
  };
  struct Disk {
    std::string synced;
    std::vector<Change> pending;
  };
  static void make(std::string& content, const Change& change);

  int ask(Operation operation, const std::string& file) const { return before ? before(operation, file) : SQLITE_OK; }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::string name_;
  std::map<std::string, Disk> disks_;  // by file
};

}  // namespace florin::store
