#include "readers/queries.hpp"

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

Result<std::vector<EntryRow>> entries_before(const std::filesystem::path& views, const TenantId& tenant,
                                             const AccountId& account, std::uint64_t before, std::size_t most) {
  auto connection = opened(views);
  if (!connection) return connection.error();
  const auto statement = connection->prepare(
      "SELECT position, at, role, actor, key, command, refused, json FROM entries WHERE tenant = ? AND account = ? AND "
      "position < ? ORDER BY position DESC LIMIT ?");
  if (!statement) return failed(*connection, views);
  const std::string_view of_tenant = tenant.text(), of_account = account.text();
  store::Run run(statement, of_tenant, of_account,
                 static_cast<std::int64_t>(std::min<std::uint64_t>(before, INT64_MAX)),
                 static_cast<std::int64_t>(most));
  std::vector<EntryRow> rows;
  int rc = SQLITE_DONE;
  while ((rc = run.step()) == SQLITE_ROW)
    rows.push_back({run.number(0), text(run, 1), text(run, 2), text(run, 3), text(run, 4), text(run, 5), text(run, 6),
                    text(run, 7)});
  if (rc != SQLITE_DONE) return failed(*connection, views);
  return rows;
}

Result<std::size_t> count_entries(const std::filesystem::path& views, const TenantId& tenant, const AccountId& account,
                                  std::size_t most) {
  auto connection = opened(views);
  if (!connection) return connection.error();
  const auto statement =
      connection->prepare("SELECT count(*) FROM (SELECT 1 FROM entries WHERE tenant = ? AND account = ? LIMIT ?)");
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
