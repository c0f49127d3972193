#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace florin::readers {

/// How far the tables of views.db are, in one shard.
struct Progress {
  store::Position position = 0;
  std::string hash;  ///< of the row that ends there
  std::string at;    ///< of the entry there
};

/// What the kernel calls the time since it was started; empty where it does not say.
std::string this_boot();

/// By shard. None: the tables are not there, of another version, of another journal, or from before this machine was
/// started, which may have cut them off. Errors: those of the file and of the store.
Result<std::optional<std::map<std::uint32_t, Progress>>> progress_of(store::Connection& views, store::Store& journal);

}  // namespace florin::readers
