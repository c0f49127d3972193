#pragma once

#include <sqlite3.h>

#include <cstdint>

namespace florin::store {

/// The write-ahead log of a connection that writes: sized once, and moved into the file by that connection between its
/// commits. SQLite's own checkpoints are off. Each call gives SQLITE_OK or an extended error, the connection's last.
class Wal {
 public:
  /// bytes             its size from the start; 0 lets it grow
  /// checkpoint_bytes  of it, from which move() moves it
  Wal(sqlite3* connection, std::uint64_t bytes, std::uint64_t checkpoint_bytes)
      : connection_(connection), bytes_(bytes), checkpoint_bytes_(checkpoint_bytes) {}
  Wal(const Wal&) = delete;
  Wal& operator=(const Wal&) = delete;

  /// Makes durable what was found in it, then gives it its size. Once, before anything is read.
  int settle();
  /// Moves it into the file when there is enough of it. What a full disk or a reader holds back stays and is tried
  /// again when as much has been added; meanwhile it grows.
  int move();
  /// Leaves no byte of it. SQLITE_BUSY while somebody reads.
  int wipe();

 private:
  int size();

  sqlite3* connection_;
  std::uint64_t bytes_;
  std::uint64_t checkpoint_bytes_;
  std::uint64_t used_ = 0;   // bytes, as of the last commit
  std::uint64_t moved_ = 0;  // of those, what a checkpoint has dealt with
};

/// Whether nothing can be believed after `rc`: the kernel drops what it could not sync and says so once. A write or
/// read error is told apart from it: the same bytes go to the same place again, and the sync after them decides.
bool is_final(int rc);

}  // namespace florin::store
