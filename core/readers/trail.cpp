#include "readers/trail.hpp"

#include <algorithm>

#include "readers/progress.hpp"
#include "store/sqlite/connection.hpp"

namespace florin::readers {

namespace {

constexpr const char* positions_of =
    "SELECT e.shard, e.position FROM entry_rows AS e JOIN named AS n ON n.id = e.named WHERE (n.tenant = ?1 AND "
    "(n.account = ?2 OR n.account IS NULL)) OR n.tenant IS NULL ORDER BY e.shard, e.position";

}  // namespace

Trail::Trail(store::Store& journal, const std::filesystem::path& views, const TenantId& tenant,
             const AccountId& account) {
  std::error_code unknown;
  if (!std::filesystem::exists(views, unknown)) return;
  auto connection = store::Connection::open(views, SQLITE_OPEN_READONLY, "");
  // Both are of one moment, or what is added between them would be missing.
  if (!connection || connection->run("BEGIN") != SQLITE_OK) return;
  const auto progress = progress_of(*connection, journal);
  if (!progress || !*progress) return;
  const auto statement = connection->prepare(positions_of);
  if (!statement) return;
  std::map<std::uint32_t, Known> known;
  for (const auto& [shard, at] : **progress) known[shard].to = at.position;
  const std::string_view of_tenant = tenant.text();
  store::Run query(statement, of_tenant, std::string_view(account.text()));
  int rc = query.step();
  for (; rc == SQLITE_ROW; rc = query.step())
    known[static_cast<std::uint32_t>(query.number(0))].positions.push_back(
        static_cast<store::Position>(query.number(1)));
  if (rc == SQLITE_DONE) known_ = std::move(known);
}

Status Trail::read(store::Store& journal, std::uint32_t shard, store::Position from, const Wanted& wanted,
                   const Each& each) const {
  const auto known = known_.find(shard);
  if (known == known_.end()) return read_entries(journal, shard, from, wanted, each);
  const auto& [to, positions] = known->second;
  const auto begin = std::ranges::lower_bound(positions, from);
  const auto more = read_listed(journal, shard, {begin, positions.end()}, each);
  if (!more) return more.error();
  return *more ? read_entries(journal, shard, std::max(from, to + 1), wanted, each) : Status(Done{});
}

Result<Instant> last_instant(store::Store& journal) {
  const auto shards = journal.shards();
  if (!shards) return shards.error();
  Instant last;
  for (const std::uint32_t shard : *shards) {
    const auto head = journal.head(shard);
    if (!head) return head.error();
    const Status read = read_entries(journal, shard, head->last, [&](const Entry& entry, store::Position) {
      last = std::max(last, entry.at);
      return true;
    });
    if (!read) return read.error();
  }
  return last;
}

}  // namespace florin::readers
