/// views.db beside its journal: however it was brought there, it says the same.
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "florin/scenario.hpp"
#include "readers/views.hpp"
#include "store/open.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

/// Every row of every table, in no order that a file may choose.
std::map<std::string, std::multiset<std::string>> tables_of(const fs::path& file) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  const auto rows = [&](const std::string& sql) {
    std::multiset<std::string> found;
    const auto note = [](void* to, int count, char** values, char**) {
      std::string row;
      for (int i = 0; i < count; ++i) row += std::string(values[i] == nullptr ? "NULL" : values[i]) + "|";
      static_cast<std::multiset<std::string>*>(to)->insert(row);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), note, &found, nullptr), SQLITE_OK) << sql;
    return found;
  };
  std::map<std::string, std::multiset<std::string>> tables;
  for (std::string name : rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")) {
    name.pop_back();
    const std::string columns = name == "states"     ? "object, hex(bytes)"
                                : name == "progress" ? "shard, position, at"
                                                     : "*";
    tables[name] = rows("SELECT " + columns + " FROM " + name);
  }
  sqlite3_close(db);
  return tables;
}

class Views : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder); }
  void TearDown() override { fs::remove_all(folder); }

  const fs::path folder =
      fs::temp_directory_path() /
      ("florin-views-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

// Four tenants' lives, with refunds, holds that end, plans that are made for one and grants that
// roll over: a step writes what changed since the last one, and must forget nothing that a whole reading would say.
TEST_F(Views, InStepsSayWhatAllAtOnceSays) {
  std::ostringstream told;
  const auto held =
      run_demo({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .stories = FLORIN_FIRST_YEAR}, told);
  ASSERT_TRUE(held && held->held) << told.str();
  const auto journal = store::open_read_only((folder / "journal.db").string());
  ASSERT_TRUE(journal) << journal.error().message;
  const fs::path at_once = folder / "at_once.db", in_steps = folder / "in_steps.db";
  const auto whole = readers::refresh_views(**journal, at_once);
  ASSERT_TRUE(whole) << whole.error().message;
  constexpr std::uint64_t few = 40;
  std::uint64_t entries = 0, steps = 0;
  for (;; ++steps) {
    const auto step = readers::refresh_views(**journal, in_steps, few);
    ASSERT_TRUE(step) << step.error().message;
    entries += step->entries;
    if (step->entries == 0) break;
  }
  EXPECT_EQ(entries, whole->entries);
  EXPECT_GT(steps, 20U);
  const auto expected = tables_of(at_once), got = tables_of(in_steps);
  for (const char* some : {"accounts", "grants", "orders", "attempts", "refunds", "usage", "subscriptions"})
    EXPECT_FALSE(expected.at(some).empty()) << some;
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [name, rows] : expected) EXPECT_EQ(got.at(name), rows) << name;
}

/// Nothing of the file waits for the disk: what was written before the machine went down may be anything.
TEST_F(Views, WhatAnotherBootWroteIsMadeAnew) {
  fs::create_directories(folder);
  {
    auto host =
        Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .virtual_from = std::nullopt});
    ASSERT_TRUE(host) << host.error().message;
    const auto opened = host->submit_json(*TenantId::parse("callloop"), *AccountId::parse("acme"), {"owner", ""},
                                          "open", R"({"open_account": {"billing_country": "US"}})");
    ASSERT_TRUE(opened && !opened->refusal);
  }
  const auto journal = store::open_read_only((folder / "journal.db").string());
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_FALSE(readers::refresh_views(**journal, folder / "views.db")->rebuilt);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "views.db").c_str(), &db), SQLITE_OK);
  EXPECT_EQ(
      sqlite3_exec(db, "UPDATE written SET since_boot = 'another'; DELETE FROM accounts", nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(db);
  EXPECT_TRUE(readers::refresh_views(**journal, folder / "views.db")->rebuilt);
  EXPECT_EQ(tables_of(folder / "views.db").at("accounts").size(), 1U);
  EXPECT_FALSE(readers::refresh_views(**journal, folder / "views.db")->rebuilt);
}

/// Tables of an earlier version, which are dropped and made anew, by a process that is killed meanwhile.
TEST_F(Views, AMigrationThatIsKilledIsMadeAnew) {
  fs::create_directories(folder);
  {
    auto host =
        Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .virtual_from = std::nullopt});
    ASSERT_TRUE(host) << host.error().message;
    for (int i = 0; i < 200; ++i) {
      const std::string name = "acme" + std::to_string(i);
      const auto opened = host->submit_json(*TenantId::parse("callloop"), *AccountId::parse(name), {"owner", ""}, name,
                                            R"({"open_account": {"billing_country": "US"}})");
      ASSERT_TRUE(opened && !opened->refusal);
    }
  }
  const fs::path file = folder / "views.db";
  const std::string place = (folder / "journal.db").string();
  const auto refresh = [&] { return readers::refresh_views(**store::open_read_only(place), file); };
  const auto make_old = [&] {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(
        sqlite3_exec(db, "PRAGMA user_version = 1; ALTER TABLE items RENAME TO things", nullptr, nullptr, nullptr),
        SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  };
  ASSERT_TRUE(refresh());
  const auto whole = tables_of(file);
  make_old();
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(refresh()->rebuilt);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  std::mt19937 random(5);
  int killed = 0;
  for (int round = 0; round < 20; ++round) {
    make_old();
    const pid_t child = ::fork();
    if (child == 0) {
      (void)!refresh();
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % static_cast<unsigned>(took.count())));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) ++killed;
    const auto again = refresh();
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(tables_of(file), whole) << "round " << round;
  }
  EXPECT_GT(killed, 5);
}

/// A table that is damaged cannot be dropped either.
TEST_F(Views, WhatAPowerLossDamagedIsMadeAnew) {
  std::ostringstream told;
  const auto held =
      run_demo({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .stories = FLORIN_FIRST_YEAR}, told);
  ASSERT_TRUE(held && held->held) << told.str();
  const auto journal = store::open_read_only((folder / "journal.db").string());
  ASSERT_TRUE(journal) << journal.error().message;
  const fs::path file = folder / "views.db";
  const auto whole = readers::refresh_views(**journal, file);
  ASSERT_TRUE(whole) << whole.error().message;
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "UPDATE written SET since_boot = 'another'; PRAGMA wal_checkpoint(TRUNCATE)", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string rubbish(std::size_t{4} << 20, '\x5a');
    bytes.seekp(std::streamoff{1} << 20);
    bytes.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
    ASSERT_TRUE(bytes.good());
  }
  const auto again = readers::refresh_views(**journal, file);
  ASSERT_TRUE(again) << again.error().code << ": " << again.error().message;
  EXPECT_TRUE(again->rebuilt);
  EXPECT_EQ(again->entries, whole->entries);
  EXPECT_EQ(tables_of(file).at("entries").size(), whole->entries);
}

TEST_F(Views, ARunningHostBringsThemUpToDateByItself) {
  fs::create_directories(folder);
  auto host =
      Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .virtual_from = std::nullopt});
  ASSERT_TRUE(host) << host.error().message;
  const auto opened = host->submit_json(*TenantId::parse("callloop"), *AccountId::parse("acme"), {"owner", ""}, "open",
                                        R"({"open_account": {"billing_country": "US"}})");
  ASSERT_TRUE(opened && !opened->refusal);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  Host::Views views = host->views();
  while (views.position < opened->position && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
    views = host->views();
  }
  EXPECT_GE(views.position, opened->position);
  EXPECT_EQ(views.problem, "");
  EXPECT_EQ(tables_of(folder / "views.db").at("accounts").size(), 1U);
}

TEST_F(Views, WhyTheyCannotBeWrittenIsSaid) {
  fs::create_directories(folder / "views.db");  // where the file has to be
  auto host =
      Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .virtual_from = std::nullopt});
  ASSERT_TRUE(host) << host.error().message;
  const auto opened = host->submit_json(*TenantId::parse("callloop"), *AccountId::parse("acme"), {"owner", ""}, "open",
                                        R"({"open_account": {"billing_country": "US"}})");
  ASSERT_TRUE(opened && !opened->refusal);  // nobody waits for them
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (host->views().problem.empty() && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_NE(host->views().problem.find("views.db"), std::string::npos) << host->views().problem;
  EXPECT_GT(host->views().behind, 0U);
}

std::string told_of(const fs::path& folder, const AccountId& account) {
  const TenantId tenant = *TenantId::parse("callloop");
  std::ostringstream told;
  for (const bool json : {false, true}) {
    const auto explained = explain(folder.string(), tenant, account, json);
    told << (explained ? *explained : explained.error().code) << '\n';
    const Status written = write_journal(folder.string(), {.tenant = tenant, .account = account, .json = json}, told);
    if (!written) told << written.error().code << '\n';
  }
  const auto shown = show_account(folder.string(), tenant, account, {});
  told << (shown ? *shown : shown.error().code);
  return told.str();
}

// Between two entries of acme lie rows of zoe. With the tables nobody reads those, and what acme is told is the same.
TEST_F(Views, EntriesOfAnAccountAreFoundByThem) {
  fs::create_directories(folder);
  const AccountId acme = *AccountId::parse("acme"), zoe = *AccountId::parse("zoe");
  std::uint64_t of_zoe = 0;
  int key = 0;
  const auto lived = [&](std::initializer_list<std::pair<AccountId, const char*>> commands) {
    auto host =
        Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .virtual_from = std::nullopt});
    ASSERT_TRUE(host) << host.error().message;
    for (const auto& [account, command] : commands) {
      const auto done = host->submit_json(*TenantId::parse("callloop"), account, {"owner", "ann"},
                                          "k" + std::to_string(++key), command);
      ASSERT_TRUE(done && !done->refusal) << command << (done ? "" : done.error().message);
      if (account == zoe && of_zoe == 0) of_zoe = done->position;
    }
    ASSERT_TRUE(host->refresh_views());
  };
  lived({{acme, R"({"open_account": {"billing_country": "US"}})"},
         {zoe, R"({"open_account": {"billing_country": "US"}})"},
         {acme, R"({"start_trial": {}})"},
         {zoe, R"({"start_trial": {}})"},
         {acme, R"({"use": {"meter": "sms", "quantity": "320 characters"}})"}});
  const fs::path views = folder / "views.db", before = folder / "before.db";
  fs::copy_file(views, before);
  lived({{acme, R"({"use": {"meter": "sms", "quantity": "480 characters"}})"}});
  fs::remove(views);
  const std::string whole = told_of(folder, acme);
  EXPECT_NE(whole.find("entry"), std::string::npos) << whole;

  fs::copy_file(before, views);  // the last entry is in no table yet
  EXPECT_EQ(told_of(folder, acme), whole);
  EXPECT_NE(told_of(folder, *AccountId::parse("nobody")).find("no_such_account"), std::string::npos);

  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "journal.db").c_str(), &db), SQLITE_OK);
  const std::string damage =
      "UPDATE journal SET entries = x'00' WHERE " + std::to_string(of_zoe) + " BETWEEN first AND last";
  EXPECT_EQ(sqlite3_exec(db, damage.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_EQ(told_of(folder, acme), whole);
  EXPECT_NE(told_of(folder, zoe).find("damaged_row"), std::string::npos);

  ASSERT_EQ(sqlite3_open(views.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "UPDATE progress SET hash = zeroblob(32)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_NE(told_of(folder, acme).find("damaged_row"), std::string::npos) << "tables of another journal";
}

/// All that a question gives, a row a line.
std::string answer_of(const fs::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_busy_timeout(db, 5'000);  // the host writes meanwhile
  std::string said;
  const auto note = [](void* to, int count, char** values, char**) {
    for (int i = 0; i < count; ++i)
      *static_cast<std::string*>(to) += (i > 0 ? "|" : "") + std::string(values[i] == nullptr ? "NULL" : values[i]);
    *static_cast<std::string*>(to) += "\n";
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), note, &said, nullptr), SQLITE_OK) << sql << ": " << sqlite3_errmsg(db);
  sqlite3_close(db);
  return said;
}

// A debit is a row of its entry and two of the books. As text with its JSON it took 800 bytes, twenty times its bytes
// in the journal.
TEST_F(Views, ADebitTakesFewBytesAndItsAccountIsSearchedFor) {
  fs::create_directories(folder);
  auto host =
      Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string(), .virtual_from = std::nullopt});
  ASSERT_TRUE(host) << host.error().message;
  const TenantId tenant = *TenantId::parse("callloop");
  const AccountId acme = *AccountId::parse("acme");
  const auto ask = [&](const std::string& key, const char* command) {
    const auto done = host->submit_json(tenant, acme, {"staff", "jo"}, key, command);
    ASSERT_TRUE(done && !done->refusal) << command;
  };
  ask("open", R"({"open_account": {"billing_country": "US"}})");
  ask("trial", R"({"start_trial": {}})");
  ask("give", R"({"adjust_credits": {"amount": "8975 message", "reason": "a gift"}})");
  const auto debit = [&](int from, int to) {
    std::vector<UsageRequest> requests;
    for (int i = from; i < to; ++i)
      requests.push_back({tenant,
                          acme,
                          {"service", ""},
                          "as a client makes it, number " + std::to_string(10'000 + i),
                          std::nullopt,
                          Use{*MeterId::parse("sms"), *Quantity::parse("320 characters"), {}}});
    for (const auto& taken : host->take(std::move(requests))) ASSERT_TRUE(taken && !taken->refusal);
    ASSERT_TRUE(host->refresh_views());
  };
  const fs::path file = folder / "views.db";
  const auto bytes = [&] {
    return std::stol(answer_of(file, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"));
  };
  debit(0, 1'000);
  const long before = bytes();
  debit(1'000, 3'000);
  EXPECT_LT((bytes() - before) / 2'000, 200);

  // 3,000 debits of two started blocks each: of 25 + 8,975 messages 6,000 are gone.
  const std::string of_acme = " FROM postings WHERE tenant = 'callloop' AND account = 'acme'";
  EXPECT_EQ(answer_of(file, "SELECT sum(amount)" + of_acme + " AND ledger = 'spent'"), "6000\n");
  EXPECT_EQ(answer_of(file, "SELECT sum(amount)" + of_acme + " AND ledger LIKE 'balance:%'"), "3000\n");
  // The trial's 25 are spent first.
  EXPECT_EQ(answer_of(file, "SELECT state, remaining FROM grants ORDER BY grant_id"), "used_up|0\nworking|3000\n");
  EXPECT_EQ(answer_of(file,
                      "SELECT role, command, key, refused, at = asked_at FROM entries WHERE tenant = 'callloop' AND "
                      "account = 'acme' ORDER BY position DESC LIMIT 1"),
            "service|use|as a client makes it, number 12999|NULL|1\n");
  EXPECT_EQ(answer_of(file, "SELECT DISTINCT tenant, account FROM entries WHERE command = 'open_store'"),
            "NULL|NULL\n");
  for (const char* of : {"entries", "postings"}) {
    const std::string plan = answer_of(file, std::string("EXPLAIN QUERY PLAN SELECT * FROM ") + of +
                                                 " WHERE tenant = 'callloop' AND account = 'acme'");
    EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
  }
}

}  // namespace
}  // namespace florin
