#pragma once

#include <filesystem>

#include "florin/result.hpp"

namespace florin::store {

/// The right to write one journal, held as long as this lives.
///
/// An flock on `<file>.lock`: two opens of one process exclude each other too, the kernel lets go at kill -9, and who
/// only reads is not in the way (SQLite's locking_mode=EXCLUSIVE would shut readers out). Never a lock on the database
/// itself: closing a second descriptor of it would drop SQLite's own locks. The side file stays; deleting it is a race.
class Owner {
 public:
  /// Errors: already_open (with the other's process id), store_failed.
  static Result<Owner> take(const std::filesystem::path& file);

  Owner(Owner&& other) noexcept;
  Owner& operator=(Owner&& other) noexcept;
  ~Owner();

 private:
  explicit Owner(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace florin::store
