#include "readers/queries.hpp"

#include <algorithm>
#include <map>

#include "readers/fold.hpp"
#include "store/sqlite/connection.hpp"

namespace florin::readers {

namespace {

constexpr std::int64_t most_rows = 20'000;

Result<store::Connection> opened(const std::filesystem::path& views) {
  return store::Connection::open(views, SQLITE_OPEN_READONLY, "");
}

Error failed(const store::Connection& connection, const std::filesystem::path& views) {
  return store::named(connection.error(sqlite3_extended_errcode(connection.get()), "reading the tables"), views);
}

std::string text(const store::Run& run, int column) { return std::string(run.bytes(column)); }

}  // namespace

Result<std::vector<std::pair<store::Position, Entry>>> entries_before(const std::filesystem::path& views,
                                                                      store::Store& journal, const TenantId& tenant,
                                                                      const AccountId& account, std::uint64_t before,
                                                                      std::size_t most) {
  auto connection = opened(views);
  if (!connection) return connection.error();
  const auto statement = connection->prepare(
      "SELECT e.shard, e.position FROM named AS n JOIN entry_rows AS e ON e.named = n.id WHERE n.tenant = ? AND "
      "n.account = ? AND e.position < ? ORDER BY e.position DESC LIMIT ?");
  if (!statement) return failed(*connection, views);
  store::Run run(statement, std::string_view(tenant.text()), std::string_view(account.text()),
                 static_cast<std::int64_t>(std::min<std::uint64_t>(before, INT64_MAX)),
                 static_cast<std::int64_t>(most));
  std::map<std::uint32_t, std::vector<store::Position>> places;
  int rc = SQLITE_DONE;
  while ((rc = run.step()) == SQLITE_ROW)
    places[static_cast<std::uint32_t>(run.number(0))].push_back(static_cast<store::Position>(run.number(1)));
  if (rc != SQLITE_DONE) return failed(*connection, views);
  std::vector<std::pair<store::Position, Entry>> entries;
  for (auto& [shard, positions] : places) {
    std::ranges::reverse(positions);
    const auto read = read_listed(journal, shard, positions, [&](const Entry& entry, store::Position position) {
      entries.emplace_back(position, entry);
      return true;
    });
    if (!read) return read.error();
  }
  std::ranges::reverse(entries);
  return entries;
}

Result<std::size_t> count_entries(const std::filesystem::path& views, const TenantId& tenant, const AccountId& account,
                                  std::size_t most) {
  auto connection = opened(views);
  if (!connection) return connection.error();
  const auto statement = connection->prepare(
      "SELECT count(*) FROM (SELECT 1 FROM named AS n JOIN entry_rows AS e ON e.named = n.id WHERE n.tenant = ? AND "
      "n.account = ? LIMIT ?)");
  if (!statement) return failed(*connection, views);
  store::Run run(statement, std::string_view(tenant.text()), std::string_view(account.text()),
                 static_cast<std::int64_t>(most));
  if (run.step() != SQLITE_ROW) return failed(*connection, views);
  return static_cast<std::size_t>(run.number(0));
}

Result<std::vector<UsageDay>> usage_between(const std::filesystem::path& views, const TenantId& tenant,
                                            const AccountId& account, const Date& from, const Date& to) {
  auto connection = opened(views);
  if (!connection) return connection.error();
  const auto statement = connection->prepare(
      "SELECT day, meter, type, unit, times, quantity_micro, credits FROM usage WHERE tenant = ? AND account = ? AND "
      "day >= ? AND day <= ? ORDER BY day, meter, type, unit LIMIT ?");
  if (!statement) return failed(*connection, views);
  const std::string first = from.text(), last = to.text();
  store::Run run(statement, std::string_view(tenant.text()), std::string_view(account.text()), std::string_view(first),
                 std::string_view(last), most_rows);
  std::vector<UsageDay> rows;
  int rc = SQLITE_DONE;
  while ((rc = run.step()) == SQLITE_ROW)
    rows.push_back(
        {text(run, 0), text(run, 1), text(run, 2), text(run, 3), run.number(4), run.number(5), run.number(6)});
  if (rc != SQLITE_DONE) return failed(*connection, views);
  return rows;
}

Result<std::uint64_t> views_position(const std::filesystem::path& views) {
  auto connection = opened(views);
  if (!connection) return connection.error();
  const auto position = connection->number("SELECT coalesce(max(position), 0) FROM progress");
  if (!position) return position.error();
  return static_cast<std::uint64_t>(*position);
}

}  // namespace florin::readers
