#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace florin::store {

/// Eight times the WAL's own size: so long it is only when nothing of it could be moved into the file for long.
inline constexpr std::uint64_t longest_wal = 64 << 20;

/// What to tell the operator of the WAL beside `journal`, a file of SQLite; empty: it is as long as it should be.
std::string wal_problem(const std::filesystem::path& journal, std::uint64_t longest = longest_wal);

}  // namespace florin::store
