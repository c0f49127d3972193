// One key from a hundred threads at once: it happens once, and everybody hears the same.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include "florin/host.hpp"

namespace florin {
namespace {

constexpr int threads = 100;

class OneKey : public testing::Test {
 protected:
  OneKey() {
    folder_ = (std::filesystem::temp_directory_path() / "florin-one-key-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder_, .virtual_from = std::nullopt});
    EXPECT_TRUE(host) << host.error().message;
    host_.emplace(*std::move(host));
    run("open", R"({"open_account": {"billing_country": "US"}})");
    run("card",
        R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
  }
  ~OneKey() override {
    host_.reset();
    std::filesystem::remove_all(folder_);
  }

  Result<Outcome> ask(const std::string& key, const std::string& command) {
    return host_->submit_json(tenant_, account_, {"owner", ""}, key, command);
  }
  void run(const std::string& key, const std::string& command) {
    const auto done = ask(key, command);
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_FALSE(done->refusal) << done->refusal->text;
  }
  /// What every thread was answered; they begin together.
  std::vector<Result<Outcome>> all_at_once(const std::function<std::string(int)>& command) {
    std::vector<std::optional<Result<Outcome>>> answers(threads);
    std::latch begin(threads);
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
      all.emplace_back([&, i] {
        begin.arrive_and_wait();
        do answers[static_cast<std::size_t>(i)].emplace(ask("once", command(i)));
        while (!*answers[static_cast<std::size_t>(i)] && answers[static_cast<std::size_t>(i)]->error().code == "busy");
      });
    for (std::thread& one : all) one.join();
    std::vector<Result<Outcome>> said;
    for (auto& one : answers) said.push_back(*std::move(one));
    return said;
  }

  const TenantId tenant_ = *TenantId::parse("callloop");
  const AccountId account_ = *AccountId::parse("acme");
  std::string folder_;
  std::optional<Host> host_;
};

TEST_F(OneKey, FromAHundredThreadsHappensOnce) {
  const auto said = all_at_once([](int) { return R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"; });
  std::set<std::uint64_t> positions;
  int first = 0;
  for (const auto& one : said) {
    ASSERT_TRUE(one) << one.error().code;
    ASSERT_FALSE(one->refusal) << one->refusal->text;
    positions.insert(one->position);
    first += one->again ? 0 : 1;
    EXPECT_EQ(one->order.value, 1U);
  }
  EXPECT_EQ(positions.size(), 1U);
  EXPECT_EQ(first, 1) << "all others are told that it happened before";
}

// Of a debit the entry is not kept until it is durable: who asks again meanwhile is answered from the journal.
TEST_F(OneKey, OfADebitIsAnsweredAlike) {
  run("trial", R"({"start_trial": {}})");  // whose credits are there at once, not when a payment has come back
  const UsageRequest debit{tenant_,         account_,
                           {"service", ""}, "one debit",
                           std::nullopt,    Use{*MeterId::parse("sms"), *Quantity::parse("300 characters"), {}}};
  const auto together = host_->take(std::vector<UsageRequest>(50, debit));
  std::vector<Result<Taken>> said(together.begin(), together.end());
  for (const auto& later : host_->take(std::vector<UsageRequest>{debit})) said.push_back(later);
  int first = 0;
  for (const auto& one : said) {
    ASSERT_TRUE(one) << one.error().message;
    ASSERT_FALSE(one->refusal) << one->refusal->text;
    EXPECT_EQ(one->position, said.front()->position);
    EXPECT_EQ(one->amount, Credits{2});
    EXPECT_EQ(one->type.text(), "message");
    first += one->again ? 0 : 1;
  }
  EXPECT_EQ(first, 1);
  // Beside one that is refused before it comes to the shard.
  UsageRequest other = debit;
  other.actor = {"host", ""};
  const auto mixed = host_->take(std::vector<UsageRequest>{other, debit, other});
  ASSERT_EQ(mixed.size(), 3U);
  EXPECT_EQ(mixed[0].error().code, "not_permitted");
  EXPECT_TRUE(mixed[1]);
  EXPECT_EQ(mixed[2].error().code, "not_permitted");
}

// Whichever of the bodies comes first happens; who says another under its key is told so, and nothing else happens.
TEST_F(OneKey, WithAnotherBodyIsRefused) {
  run("plan", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  const auto said = all_at_once([](int i) {
    return i % 2 == 0 ? R"({"buy_credits": {"amount": "500 message"}})"
                      : R"({"buy_credits": {"amount": "1000 message"}})";
  });
  std::set<std::uint64_t> positions;
  int reused = 0;
  for (const auto& one : said) {
    if (!one) {
      EXPECT_EQ(one.error().code, "key_reused") << one.error().message;
      ++reused;
      continue;
    }
    ASSERT_FALSE(one->refusal) << one->refusal->text;
    positions.insert(one->position);
  }
  EXPECT_EQ(reused, threads / 2);
  EXPECT_EQ(positions.size(), 1U);
}

}  // namespace
}  // namespace florin
