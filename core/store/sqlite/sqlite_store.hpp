#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "store/store.hpp"

namespace florin::store {

/// Measured on two cores of a shared virtual machine, every commit synced: a row of one entry takes 140-185 µs at the
/// median, 273-300 in a WAL that grows; 1,000 entries of 48 bytes 250-370 against 520-575. A checkpoint of 4 MB adds
/// 7-10 ms to one commit (2 MB 4-7, 16 MB 17-30) and the mean stays the same. Sizing the WAL takes 15-25 ms an opening.
struct SqliteOptions {
  std::uint64_t wal_bytes = 8 << 20;         ///< size of the WAL from the start; 0 lets it grow
  std::uint64_t checkpoint_bytes = 4 << 20;  ///< of WAL, from which the next commit first moves it into the file
  int wait_ms = 2000;                        ///< for another program that has the file locked; then store_busy
  bool synced = true;                        ///< false: a power cut may cost it, so it can be made again
  std::string vfs = {};                      ///< SQLite's layer to the system; empty is its own
};

/// The store in one file, `journal.db`, and its WAL beside it. The folder must be there.
class SqliteStore {
 public:
  /// Opens the journal for writing, or makes it. What is found is durable before this returns: what a process wrote and
  /// could not sync before it died is synced here or reported.
  ///
  /// Errors   already_open (here or in another process), not_a_journal, newer_version, damaged_store, store_failed,
  ///          store_busy, store_full
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file, const SqliteOptions& options = {});

  /// Opens a journal to look at while its host runs, or not. Takes no lock that a host would meet; whatever would write
  /// answers read_only, and commit answers failed. Errors: as open, and no_such_file.
  static Result<std::unique_ptr<Store>> open_read_only(const std::filesystem::path& file);
};

/// Copies the journal at `from` to the new file `to`, as it is at one instant, and verifies the copy. The host may run;
/// meanwhile its WAL grows by what it commits. The copy holds the keys: it has to be kept as safe as the original.
/// Errors: file_exists, damaged_row and those of open_read_only.
Status backup_store(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes the store `to` of the backup `from`, once its chain of every shard is verified. The new store has the mark
/// `sending` = `held`: it sends nothing until it is told to, since the world has moved on since the backup.
/// Errors: as backup_store.
Status restore_store(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace florin::store
