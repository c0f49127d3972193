// What a customer is asked for: a link or a form's secret. It is kept sealed, and for no longer than it is asked.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/actions.hpp"
#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "store/open.hpp"

namespace florin {
namespace {

const Actor owner{"owner", ""};
const TenantId tenant = *TenantId::parse("callloop");
const AccountId acme = *AccountId::parse("acme");

class Actions : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("florin-actions-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    open("2026-03-10T15:00Z");
  }
  void TearDown() override {
    host_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open(const char* from) {
    auto opened = Host::open(
        {.config = FLORIN_CONFIG "/florin.yaml", .data = folder_.string(), .virtual_from = *Instant::parse(from)});
    ASSERT_TRUE(opened) << opened.error().message;
    host_ = std::make_unique<Host>(*std::move(opened));
  }
  void ask(const std::string& json) {
    const auto done = host_->submit_json(tenant, acme, owner, "k" + std::to_string(++asked_), json);
    ASSERT_TRUE(done) << json << ": " << done.error().message;
    ASSERT_FALSE(done->refusal) << json << ": " << done->refusal->text;
  }
  /// A subscription whose payment the customer has to confirm.
  void subscribe() {
    ask(R"({"open_account": {"billing_country": "US"}})");
    ask(R"({"add_payment_method": {"method": "card", "slot": "primary",
            "details": {"token": "needs_action", "brand": "visa", "last4": "4242"}}})");
    ask(R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  }
  /// Where the customer is sent; empty: nowhere.
  std::string url() const {
    const auto now = host_->order_now(tenant, acme, OrderId{1});
    if (!now) return now.error().message;
    constexpr std::string_view before = R"("url":")";
    const std::size_t at = now->json.find(before);
    if (at == std::string::npos) return {};
    return now->json.substr(at + before.size(), now->json.find('"', at + before.size()) - at - before.size());
  }
  /// Name and bytes of each key that opens an action.
  std::vector<store::DataKey> keys() const {
    const auto journal = store::open_read_only((folder_ / "journal.db").string());
    EXPECT_TRUE(journal) << journal.error().message;
    std::vector<store::DataKey> all;
    const auto shards = (*journal)->shards();
    for (const std::uint32_t shard : *shards) {
      const auto names = (*journal)->key_names(shard, engine::all_action_keys());
      for (const std::string& name : *names) all.push_back({name, *(*journal)->key(shard, name)});
    }
    return all;
  }
  void change_keys(const std::string& sql) const {
    sqlite3* journal = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "journal.db").c_str(), &journal), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(journal, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(journal);
    sqlite3_close(journal);
  }
  /// Files in which the bytes stand, of all that there are: the WAL and free pages too.
  std::string files_with(const std::string& bytes) const {
    std::string found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(in), {});
      if (content.find(bytes) != std::string::npos) found += entry.path().filename().string() + " ";
    }
    return found;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Host> host_;
  int asked_ = 0;
};

TEST_F(Actions, AreSealedWhileTheyAreAskedAndGoneAfterwards) {
  subscribe();
  const std::string secret = url();
  ASSERT_GT(secret.size(), 8U) << secret;
  ASSERT_EQ(keys().size(), 1U);
  const std::string key = keys().front().key;
  ASSERT_TRUE(host_->refresh_views());
  EXPECT_EQ(files_with(secret), "");
  EXPECT_NE(files_with(key), "");
  EXPECT_NE(host_->account(tenant, acme, Audience::staff)->find(secret), std::string::npos);
  const auto open_now = verify(folder_.string());
  ASSERT_TRUE(open_now);
  EXPECT_TRUE(open_now->holds()) << as_text(*open_now);

  host_->run_until(*Instant::parse("2026-03-12T15:00Z"));  // the customer's time runs out
  EXPECT_EQ(url(), "");
  EXPECT_TRUE(keys().empty());
  ASSERT_TRUE(host_->refresh_views());
  EXPECT_EQ(files_with(secret), "");
  EXPECT_EQ(files_with(key), "");
  host_.reset();
  EXPECT_EQ(files_with(key), "");
  const auto over = verify(folder_.string());
  ASSERT_TRUE(over);
  EXPECT_TRUE(over->holds()) << as_text(*over);
}

TEST_F(Actions, OutliveARestartWhileTheyAreAsked) {
  subscribe();
  const std::string secret = url();
  host_.reset();
  open("2026-03-10T15:10Z");
  EXPECT_EQ(url(), secret);
  EXPECT_EQ(keys().size(), 1U);
}

TEST_F(Actions, ThatEndedBeforeACrashLoseTheirKeyAtTheNextStart) {
  subscribe();
  host_.reset();
  change_keys(
      "INSERT INTO keys (owner, key) VALUES ('/action/callloop/acme/0123456789abcdef0123456789abcdef', "
      "zeroblob(32))");
  ASSERT_EQ(keys().size(), 2U);
  open("2026-03-10T15:10Z");
  ASSERT_EQ(keys().size(), 1U);
  EXPECT_NE(url(), "");
}

TEST_F(Actions, ThatCannotBeReadAreFoundByVerify) {
  subscribe();
  host_.reset();
  change_keys("DELETE FROM keys WHERE owner LIKE '/action/%'");
  const auto verified = verify(folder_.string());
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->holds());
  EXPECT_NE(as_text(*verified).find("callloop/acme"), std::string::npos) << as_text(*verified);
}

}  // namespace
}  // namespace florin
