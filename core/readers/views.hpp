#pragma once

#include <filesystem>

#include "store/store.hpp"

namespace florin::readers {

/// Of the tables; another one is dropped and made anew.
inline constexpr std::int64_t views_version = 4;

struct Refreshed {
  store::Position position = 0;  ///< of the last entry in them, over all shards the highest
  std::uint64_t entries = 0;     ///< that were new
  bool rebuilt = false;
};

/// Brings the tables of views.db up to date with the journal, in one transaction: a reader sees all of it or nothing.
/// It keeps its own position and the hash of the row there, so that it notices another journal and begins again.
///
/// most     new entries, from which on it ends at the next row; another call goes on from there
/// Errors   not_views (the file is another program's), damaged_row and the store's
Result<Refreshed> refresh_views(store::Store& journal, const std::filesystem::path& file,
                                std::uint64_t most = UINT64_MAX);

}  // namespace florin::readers
