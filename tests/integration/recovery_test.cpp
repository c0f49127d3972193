/// A host on a folder whose files were damaged: what can be made good is, all else is refused by name.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "florin/host.hpp"
#include "florin/ops.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

class Recovery : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
    auto host = opened();
    ASSERT_TRUE(host) << host.error().message;
    const auto ask = [&](const std::string& key, const std::string& json) {
      const auto done = host->submit_json(tenant, account, {"owner", ""}, key, json);
      ASSERT_TRUE(done && !done->refusal) << json;
    };
    ask("open", R"({"open_account": {"billing_country": "US"}})");
    ask("card",
        R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
    ask("plan", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
    for (int i = 0; i < 20; ++i)
      ask("use " + std::to_string(i), R"({"use": {"meter": "sms", "quantity": "160 characters"}})");
    host->run_until(*Instant::parse("2026-04-20T09:00Z"));
    before = *host->account(tenant, account, Audience::staff);
    host->close();
  }
  void TearDown() override { fs::remove_all(folder); }

  Result<Host> opened() const {
    return Host::open({.config = FLORIN_CONFIG "/florin.yaml",
                       .data = folder.string(),
                       .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
  }
  /// Under the key `late`, which is remembered for a day.
  void use_once_more() {
    auto host = opened();
    const auto used = host->submit_json(tenant, account, {"owner", ""}, "late",
                                        R"({"use": {"meter": "sms", "quantity": "160 characters"}})");
    ASSERT_TRUE(used && !used->refusal);
    before = *host->account(tenant, account, Audience::staff);
    host->close();
  }
  /// Another program's hand in the journal.
  void sql(const char* text) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "journal.db").c_str(), &db), SQLITE_OK);
    char* wrong = nullptr;
    EXPECT_EQ(sqlite3_exec(db, text, nullptr, nullptr, &wrong), SQLITE_OK) << wrong;
    sqlite3_close(db);
  }
  std::string why_not() const {
    const auto host = opened();
    return host ? "" : host.error().code;
  }

  const fs::path folder =
      fs::temp_directory_path() /
      ("florin-recovery-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  const TenantId tenant = *TenantId::parse("callloop");
  const AccountId account = *AccountId::parse("acme");
  std::string before;
};

TEST_F(Recovery, ADamagedCheckpointIsFoldedAnew) {
  sql("UPDATE checkpoint SET bytes = x'00'");
  EXPECT_FALSE(verify(folder.string())->holds());  // it is told of, and does no harm
  auto host = opened();
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_EQ(*host->account(tenant, account, Audience::staff), before);
}

TEST_F(Recovery, CheckpointsThatAreGoneAreFoldedAnew) {
  sql("DELETE FROM checkpoint WHERE object LIKE 'account/%'");
  auto host = opened();
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_EQ(*host->account(tenant, account, Audience::staff), before);  // not an account that was never opened
  const auto again = host->submit_json(tenant, account, {"owner", ""}, "plan",
                                       R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->refusal);  // its key is remembered, and nothing is charged a second time
  EXPECT_EQ(*host->account(tenant, account, Audience::staff), before);
}

/// Also the keys: what is asked again is not done again.
TEST_F(Recovery, AStartReadsNothingBeforeTheFloor) {
  use_once_more();
  sql("UPDATE journal SET entries = x'00' WHERE last <= (SELECT floor FROM head) AND last < (SELECT last FROM head)");
  auto host = opened();
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_EQ(*host->account(tenant, account, Audience::staff), before);
  const auto other = host->submit_json(tenant, account, {"owner", ""}, "late",
                                       R"({"use": {"meter": "sms", "quantity": "320 characters"}})");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "key_reused");
  host->close();
  EXPECT_FALSE(verify(folder.string())->holds());  // it reads everything
}

TEST_F(Recovery, SavedKeysThatAreGoneAreReadFromTheJournal) {
  use_once_more();
  for (const char* object : {"keys/usage/%", "keys/money/%", "shard"}) {
    sql(("DELETE FROM checkpoint WHERE object LIKE '" + std::string(object) + "'").c_str());
    auto host = opened();
    ASSERT_TRUE(host) << host.error().message;
    const auto again = host->submit_json(tenant, account, {"owner", ""}, "late",
                                         R"({"use": {"meter": "sms", "quantity": "160 characters"}})");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*host->account(tenant, account, Audience::staff), before) << object;
    host->close();
    EXPECT_TRUE(verify(folder.string())->holds()) << object;
  }
}

TEST_F(Recovery, ALostHeadIsNoEmptyJournal) {
  sql("DELETE FROM head");
  EXPECT_EQ(why_not(), "damaged_row");
  const auto verified = verify(folder.string());
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_FALSE(verified->holds());
  EXPECT_EQ(backup(folder.string(), (folder / "copy.db").string()).error().code, "damaged_row");
  EXPECT_FALSE(fs::exists(folder / "copy.db"));
}

TEST_F(Recovery, AHeadThatWasSetBackIsRefused) {
  sql("UPDATE head SET (last, hash, floor) = (SELECT last, hash, 0 FROM journal ORDER BY first DESC LIMIT 1 OFFSET 1)");
  EXPECT_EQ(why_not(), "damaged_row");
  EXPECT_FALSE(verify(folder.string())->holds());
}

TEST_F(Recovery, AJournalThatIsGoneIsNotBegunAnew) {
  const std::string file = (folder / "journal.db").string();
  ASSERT_TRUE(backup(folder.string(), (folder / "copy.db").string()));
  fs::resize_file(file, 0);
  EXPECT_EQ(why_not(), "damaged_store");
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(file + part);
  EXPECT_EQ(why_not(), "damaged_store");
  EXPECT_FALSE(fs::exists(file));
  ASSERT_TRUE(restore((folder / "copy.db").string(), folder.string()));
  auto host = opened();
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_EQ(*host->account(tenant, account, Audience::staff), before);
}

TEST_F(Recovery, ARestoreThatFailsLeavesNothing) {
  sql("DELETE FROM journal WHERE first = 1");
  const fs::path to = folder / "restored";
  EXPECT_EQ(restore((folder / "journal.db").string(), to.string()).error().code, "damaged_row");
  EXPECT_EQ(restore((folder / "nothing.db").string(), to.string()).error().code, "no_such_file");
  EXPECT_FALSE(fs::exists(to));
}

TEST_F(Recovery, EveryRefusalNamesTheFile) {
  const std::string file = (folder / "journal.db").string();
  fs::resize_file(file, 1'000);
  for (const std::string& said : {opened().error().message, verify(folder.string()).error().message,
                                  backup(folder.string(), (folder / "copy.db").string()).error().message}) {
    EXPECT_NE(said.find(file), std::string::npos) << said;
    EXPECT_NE(said.find("florin restore"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace florin
