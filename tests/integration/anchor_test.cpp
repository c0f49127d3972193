// Where a journal ended, signed and kept elsewhere: a tail that is cut off and a journal that was exchanged are found.
#include "florin/anchor.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "florin/host.hpp"
#include "florin/signing.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

const Instant now = *Instant::parse("2026-03-10T15:00Z");

class Anchors : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    auto keys = make_signing_keys("anchor");
    ASSERT_TRUE(keys);
    keys_ = *keys;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string data(const std::string& name) const { return (folder_ / name).string(); }
  void open_accounts(const std::string& name, const std::string& prefix, int count) const {
    auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = data(name), .virtual_from = now});
    ASSERT_TRUE(host) << host.error().message;
    for (int i = 0; i < count; ++i) {
      const std::string account = prefix + std::to_string(i);
      ASSERT_TRUE(host->submit_json(*TenantId::parse("callloop"), *AccountId::parse(account), {"owner", ""}, account,
                                    R"({"open_account": {"billing_country": "US"}})"));
    }
  }
  void anchor(const std::string& name) const {
    const Status done = write_anchor(data(name), keys_.private_key, file_, now);
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<std::string> problems(const std::string& name) const {
    const auto checked = check_anchors(data(name), keys_.public_key, file_);
    EXPECT_TRUE(checked) << checked.error().message;
    return checked ? checked->problems : std::vector<std::string>{"not checked"};
  }

  const fs::path folder_ =
      fs::temp_directory_path() /
      ("florin-anchors-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  const std::string file_ = (folder_ / "anchors").string();
  SigningKeys keys_;
};

TEST_F(Anchors, AreMetByAJournalThatGoesOn) {
  open_accounts("one", "a", 2);
  anchor("one");
  open_accounts("one", "b", 2);
  anchor("one");
  open_accounts("one", "c", 1);
  EXPECT_TRUE(problems("one").empty()) << problems("one").front();
  std::ofstream(file_, std::ios::app) << R"({"shard": 0, "pos)";  // as it is being written
  EXPECT_TRUE(problems("one").empty());
}

TEST_F(Anchors, FindATailThatWasCutAndAJournalThatWasExchanged) {
  open_accounts("one", "a", 2);
  fs::copy(data("one"), data("older"), fs::copy_options::recursive);
  open_accounts("one", "b", 2);
  anchor("one");
  const auto older = problems("older");
  ASSERT_EQ(older.size(), 1U);
  EXPECT_NE(older.front().find("tail was cut off"), std::string::npos) << older.front();
  open_accounts("other", "x", 9);
  const auto other = problems("other");
  ASSERT_EQ(other.size(), 1U);
  EXPECT_NE(other.front().find("has another one"), std::string::npos) << other.front();
}

// A file that was emptied is not one that is met.
TEST_F(Anchors, NoneAreNoneThatAreMet) {
  open_accounts("one", "a", 1);
  anchor("one");
  fs::resize_file(file_, fs::file_size(file_) - 1);
  const auto cut = check_anchors(data("one"), keys_.public_key, file_);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, "no_anchor");
  fs::resize_file(file_, 0);
  EXPECT_FALSE(check_anchors(data("one"), keys_.public_key, file_));
}

// Each bit of a private key: what it signed could not be checked by its public key.
TEST_F(Anchors, AreNotWrittenByADamagedKey) {
  open_accounts("one", "a", 1);
  const std::string whole = keys_.private_key;
  for (std::size_t i = whole.size() - 86; i < whole.size() - 1; ++i) {
    keys_.private_key = whole;
    keys_.private_key[i] = whole[i] == 'A' ? 'B' : 'A';
    const Status written = write_anchor(data("one"), keys_.private_key, file_, now);
    ASSERT_FALSE(written) << i;
    EXPECT_EQ(written.error().code, "bad_key");
  }
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Anchors, ThatWereChangedAreNotSigned) {
  open_accounts("one", "a", 2);
  anchor("one");
  std::ifstream in(file_);
  std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t at = text.find("2026-03");
  ASSERT_NE(at, std::string::npos);
  text[at + 3] = '5';
  std::ofstream(file_) << text;
  const auto changed = problems("one");
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_NE(changed.front().find("not signed by this key"), std::string::npos) << changed.front();
  keys_ = *make_signing_keys("anchor");
  EXPECT_EQ(problems("one").size(), 1U);
  EXPECT_EQ(check_anchors(data("one"), "florin_anchor_public_x", file_).error().code, "bad_key");
}

}  // namespace
}  // namespace florin
