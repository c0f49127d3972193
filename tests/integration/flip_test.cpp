/// A bit of the store that is not what it was: verify finds it, or it changes nothing.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "florin/reads.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

const TenantId tenant = *TenantId::parse("callloop");
const AccountId acme = *AccountId::parse("acme");
const Instant start = *Instant::parse("2026-03-10T09:00Z");

class Flips : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder);
    auto host = opened(whole);
    const std::pair<const char*, const char*> commands[] = {
        {"owner",
         R"({"open_account": {"billing_country": "US", "personal_data": {"name": "Ann", "email": "a@example.com"}}})"},
        {"owner",
         R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})"},
        {"owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"},
        {"service", R"({"use": {"meter": "sms", "quantity": "160 characters"}})"},
        {"owner", R"({"set_billing": {"personal_data": {"name": "Ann B"}}})"}};
    int n = 0;
    for (const auto& [role, command] : commands) {
      const auto done = host.submit_json(tenant, acme, {role, "x"}, "k" + std::to_string(++n), command);
      ASSERT_TRUE(done) << done.error().message;
      ASSERT_FALSE(done->refusal) << command << done->refusal->text;
    }
    host.run_until(start + hours(24 * 40));
    const auto ben =
        host.submit_json(tenant, *AccountId::parse("ben"), {"owner", "x"}, "b",
                         R"({"open_account": {"billing_country": "US", "personal_data": {"name": "Ben"}}})");
    ASSERT_TRUE(ben && !ben->refusal);
    host.close();
    shown = show(whole);
    const auto verified = verify(whole.string());
    ASSERT_TRUE(verified && verified->holds()) << as_text(*verified);
  }
  void TearDown() override { fs::remove_all(folder); }

  static Host opened(const fs::path& data) {
    auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = data.string(), .virtual_from = start});
    EXPECT_TRUE(host) << host.error().message;
    return std::move(*host);
  }
  /// What a host that starts on it says of its accounts, and what reads the journal does.
  static std::string show(const fs::path& data) {
    auto host = Host::open(
        {.config = FLORIN_CONFIG "/florin.yaml", .data = data.string(), .virtual_from = start + hours(24 * 41)});
    if (!host) return "not opened";
    std::string all;
    for (const AccountId& id : host->accounts(tenant)) {
      const auto account = host->account(tenant, id, Audience::staff);
      all += id.text() + " " + (account ? *account : account.error().code) + "\n";
      for (const AccountList list : {AccountList::orders, AccountList::grants, AccountList::refunds}) {
        const auto page = Reads(*host).list(tenant, id, list, {.after = {}, .most = 1'000}, Audience::staff);
        all += (page ? *page : page.error().code) + "\n";
      }
      const auto person = host->personal_data(tenant, id);
      all += person ? person->front().name + person->front().value : person.error().code;
    }
    host->close();
    return all;
  }

  const fs::path folder = fs::temp_directory_path() / ("florin-flips-" + std::to_string(::getpid()));
  const fs::path whole = folder / "whole", damaged = folder / "damaged";
  std::string shown;
};

using Chance = std::mt19937_64;

void run(sqlite3* db, const std::string& sql) {
  char* why = nullptr;
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK) << sql << ": " << why;
}

/// The bytes of one value with one bit changed, as SQL.
std::string flipped(sqlite3_stmt* row, int column, Chance& chance) {
  if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
    return std::to_string(sqlite3_column_int64(row, column) ^ (std::int64_t{1} << (chance() % 62)));
  const int size = sqlite3_column_bytes(row, column);
  std::string bytes(static_cast<const char*>(sqlite3_column_blob(row, column)), static_cast<std::size_t>(size));
  const std::size_t bit = chance() % (bytes.size() * 8);
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  std::string hex = "x'";
  for (const char c : bytes) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  const bool text = sqlite3_column_type(row, column) == SQLITE_TEXT;
  return text ? "CAST(" + hex + "' AS TEXT)" : hex + "'";
}

/// One bit of one value in one row of `table`; what was changed.
std::string flip(const fs::path& file, const std::string& table, const std::string& of, const std::string& key,
                 const std::vector<std::string>& columns, Chance& chance) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  run(db, "PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON");
  const std::string column = columns[chance() % columns.size()];
  const std::string rows = " FROM " + table + " WHERE length(CAST(" + column + " AS BLOB)) > 0 " + of;
  sqlite3_stmt* row = nullptr;
  const std::string pick = "SELECT " + column + ", quote(" + key + ")" + rows + " ORDER BY " + key +
                           " LIMIT 1 OFFSET (abs(" + std::to_string(static_cast<std::int64_t>(chance() >> 2)) +
                           ") % max(1, (SELECT count(*)" + rows + ")))";
  EXPECT_EQ(sqlite3_prepare_v2(db, pick.c_str(), -1, &row, nullptr), SQLITE_OK) << pick << sqlite3_errmsg(db);
  EXPECT_EQ(sqlite3_step(row), SQLITE_ROW) << pick;
  const std::string name(reinterpret_cast<const char*>(sqlite3_column_text(row, 1)));
  const std::string value = flipped(row, 0, chance);
  sqlite3_finalize(row);
  run(db, "UPDATE OR REPLACE " + table + " SET " + column + " = " + value + " WHERE " + key + " = " + name);
  sqlite3_close(db);
  return table + "." + column + " of " + name;
}

TEST_F(Flips, FiveHundredRandomBitsAreFoundOrChangeNothing) {
  struct Table {
    const char* name;
    const char* of;
    const char* key;
    std::vector<std::string> columns;
  };
  const Table tables[] = {
      {"head", "", "shard", {"shard", "last", "epoch", "hash", "floor"}},
      {"journal", "", "first", {"shard", "first", "last", "epoch", "format", "previous", "hash", "entries"}},
      {"checkpoint", "", "object", {"shard", "object", "position", "sum", "bytes"}},
      {"texts", "AND name LIKE 'catalog/%'", "name", {"name", "text"}},
      {"keys", "", "owner", {"owner", "key"}}};
  Chance chance{20261129};
  std::map<std::string, int> found;
  for (int n = 0; n < 500; ++n) {
    fs::remove_all(damaged);
    fs::create_directories(damaged);
    fs::copy(whole / "journal.db", damaged / "journal.db");
    const Table& table = tables[n % 5];
    const std::string what = flip(damaged / "journal.db", table.name, table.of, table.key, table.columns, chance);
    const auto verified = verify(damaged.string());
    if (!verified || !verified->holds()) {
      ++found[table.name];
      continue;
    }
    EXPECT_EQ(show(damaged), shown) << "not found, and not without effect: " << what;
  }
  for (const Table& table : tables) EXPECT_GT(found[table.name], 0) << table.name;
}

/// Keys that are not what they were: the person behind them is lost, and verify says whose.
TEST_F(Flips, AKeyThatOpensNothingIsFound) {
  fs::create_directories(damaged);
  for (const char* harm : {"UPDATE keys SET key = zeroblob(32)", "DELETE FROM keys", "UPDATE keys SET key = x'00'"}) {
    fs::remove(damaged / "journal.db");
    fs::copy(whole / "journal.db", damaged / "journal.db");
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((damaged / "journal.db").c_str(), &db), SQLITE_OK);
    run(db, harm);
    sqlite3_close(db);
    const auto verified = verify(damaged.string());
    ASSERT_TRUE(verified) << verified.error().message;
    ASSERT_EQ(verified->violations.size(), 2U) << harm << as_text(*verified);
    EXPECT_EQ(verified->violations[0].rule, "personal_data");
    EXPECT_EQ(verified->violations[0].about, "callloop/acme");
  }
}

/// What is written there by another hand than a host's.
TEST_F(Flips, ASettingThatNoHostWritesIsFound) {
  for (const char* name : {"sending", "clock", "reconciled/callloop/sandbox"}) {
    fs::remove_all(damaged);
    fs::create_directories(damaged);
    fs::copy(whole / "journal.db", damaged / "journal.db");
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((damaged / "journal.db").c_str(), &db), SQLITE_OK);
    run(db, "INSERT OR REPLACE INTO marks VALUES ('" + std::string(name) + "', 'hemd')");
    sqlite3_close(db);
    const auto verified = verify(damaged.string());
    ASSERT_TRUE(verified) << verified.error().message;
    ASSERT_EQ(verified->violations.size(), 1U) << name << as_text(*verified);
    EXPECT_EQ(verified->violations[0].rule, "marks");
    EXPECT_EQ(verified->violations[0].about, name);
  }
}

}  // namespace
}  // namespace florin
