#include "readers/progress.hpp"

#include <cstring>
#include <fstream>

#include "readers/views.hpp"

namespace florin::readers {

namespace {

using All = std::map<std::uint32_t, Progress>;

bool is_of_this_boot(store::Connection& views) {
  const std::string boot = this_boot();
  const auto written = views.prepare("SELECT count(*) FROM written WHERE since_boot = ?");
  if (!written) return false;
  store::Run query(written, std::string_view(boot));
  return query.step() == SQLITE_ROW && query.number(0) == 1;
}

/// The row that the tables end with is in the journal, where they say.
Result<bool> is_of(store::Store& journal, std::uint32_t shard, const Progress& at) {
  bool same = false;
  const Status read = journal.read(shard, at.position, [&](const store::Row& row) {
    same = row.last == at.position && at.hash.size() == row.hash.size() &&
           std::memcmp(at.hash.data(), row.hash.data(), row.hash.size()) == 0;
    return false;
  });
  if (!read) return read.error();
  return same;
}

}  // namespace

std::string this_boot() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

Result<std::optional<All>> progress_of(store::Connection& views, store::Store& journal) {
  const auto version = views.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version != views_version || !is_of_this_boot(views)) return std::optional<All>();
  const auto statement = views.prepare("SELECT shard, position, hash, at FROM progress");
  if (!statement) return std::optional<All>();
  All all;
  {
    store::Run query(statement);
    int rc = query.step();
    for (; rc == SQLITE_ROW; rc = query.step())
      all[static_cast<std::uint32_t>(query.number(0))] = {static_cast<store::Position>(query.number(1)),
                                                          std::string(query.bytes(2)), std::string(query.bytes(3))};
    if (rc != SQLITE_DONE) return views.error(rc, "reading how far the views are");
  }
  for (const auto& [shard, at] : all) {
    const auto same = is_of(journal, shard, at);
    if (!same) return same.error();
    if (!*same) return std::optional<All>();
  }
  return std::optional(std::move(all));
}

}  // namespace florin::readers
