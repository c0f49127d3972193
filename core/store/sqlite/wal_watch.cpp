#include "store/sqlite/wal_watch.hpp"

#include <fmt/format.h>

#include <system_error>

namespace florin::store {

std::string wal_problem(const std::filesystem::path& journal, std::uint64_t longest) {
  const std::string wal = journal.string() + "-wal";
  std::error_code none;
  const std::uintmax_t size = std::filesystem::file_size(wal, none);
  if (none || size <= longest) return {};
  return fmt::format(
      "{} has {} MiB and grows: a program that reads the journal holds it back, or the disk is full. End "
      "what reads for long (fuser {}), or make room",
      wal, size >> 20, journal.string());
}

}  // namespace florin::store
