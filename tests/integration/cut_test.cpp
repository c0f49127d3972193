/// Checkpoints are saved some accounts at a time, while others have moved on: a start makes of them and of the journal
/// what there was.
#include <gtest/gtest.h>

#include "config/tenant/tenant.hpp"
#include "domain/journal/journal.hpp"
#include "engine/shard.hpp"
#include "host/assembly.hpp"
#include "store/memory/memory_store.hpp"

namespace florin::engine {
namespace {

const TenantId tenant = *TenantId::parse("callloop");
const Instant start = *Instant::parse("2026-03-10T09:00Z");
constexpr int accounts = 7;

AccountId name(int n) { return AccountId::trusted("account-" + std::to_string(n)); }

class Cut : public testing::Test {
 protected:
  void SetUp() override {
    Errors errors;
    Assembly::Options options;
    options.file = config::load_host_file(FLORIN_CONFIG "/florin.yaml", errors);
    options.file.plugins = FLORIN_PLUGINS;
    options.virtual_from = start;
    auto together = Assembly::open(options);
    ASSERT_TRUE(together) << together.error().message;
    host = std::move(*together);
    bring_up(shard);
    for (int n = 0; n < accounts; ++n) {
      ask(n, "open", OpenAccount{"US", std::nullopt, {}});
      ask(n, "trial", StartTrial{});
      ask(n, "give", AdjustCredits{*CreditAmount::parse("1000 message"), false, "for the test"});
    }
    commit();
  }

  void bring_up(Shard& opened) {
    const Status is_open = opened.open(start);
    ASSERT_TRUE(is_open) << is_open.error().message;
    const auto compile = [](std::uint32_t version, const std::string&) -> Result<std::shared_ptr<const Catalog>> {
      Errors errors;
      auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
      if (!errors.empty()) return errors.front();
      read.catalog.version = version;
      return std::make_shared<const Catalog>(std::move(read.catalog));
    };
    const Status is_up = opened.add_tenant(compile, tenant, "callloop", start);
    ASSERT_TRUE(is_up) << is_up.error().message;
  }
  void ask(int account, const std::string& key, AnyCommand command) {
    Job job{};
    job.tenant = tenant;
    job.account = name(account);
    job.actor = {"staff", "jo"};
    job.key = key + std::to_string(account);
    job.command = std::move(command);
    job.reply = [](Result<Answered> answer) { EXPECT_TRUE(answer && !answer->entry->refusal); };
    shard.take(std::move(job), start);
  }
  void debit(int account, const std::string& key) {
    ask(account, key, Use{*MeterId::parse("sms"), *Quantity::parse("100 characters"), {}});
  }
  void commit() {
    const store::Row row = shard.form();
    ASSERT_EQ(store.commit(row, row.epoch), store::Committed::done);
    shard.durable(row);
  }
  void save(std::size_t most) {
    const Shard::Cut cut = shard.cut(most);
    const Status saved = store.save(0, cut.objects, cut.floor);
    ASSERT_TRUE(saved) << saved.error().message;
    shard.saved(true);
  }
  store::Position floor() { return store.load(0)->floor; }
  void a_start_makes_the_same() {
    Shard again(store, policies, {});
    bring_up(again);
    for (int n = 0; n < accounts; ++n)
      EXPECT_EQ(journal::write(*again.account(tenant, name(n))), journal::write(*shard.account(tenant, name(n)))) << n;
    EXPECT_EQ(again.tenant(tenant)->position, shard.tenant(tenant)->position);
  }

  struct Asked final : Policies {
    explicit Asked(const std::unique_ptr<Assembly>& host) : host_(host) {}
    Result<Answer> answer(const TenantId& of, std::uint32_t catalog, const Question& question) override {
      return host_->plugins().answer(of, catalog, question);
    }
    const std::unique_ptr<Assembly>& host_;
  };
  std::unique_ptr<Assembly> host;  ///< for its plugins alone
  Asked policies{host};
  store::MemoryStore store;
  Shard shard{store, policies, {}};
};

TEST_F(Cut, SomeAccountsAreAheadOfTheOthers) {
  save(3);
  EXPECT_LT(floor(), store.head(0)->last);
  for (int n = 0; n < accounts; ++n) debit(n, "a");
  commit();
  save(2);
  for (int n = accounts; n-- > 0;) debit(n, "b");
  commit();
  a_start_makes_the_same();
}

TEST_F(Cut, TheFloorRisesThoughAccountsAlwaysChange) {
  const store::Position first = store.head(0)->last;
  for (int round = 0; round < 4; ++round) {
    debit(0, "round" + std::to_string(round));
    commit();
    save(3);
  }
  EXPECT_GE(floor(), first);
  a_start_makes_the_same();
}

TEST_F(Cut, WhatWasNotSavedIsInALaterCut) {
  (void)shard.cut(3);
  for (int n = 0; n < accounts; ++n) debit(n, "a");
  shard.saved(false);
  commit();
  save(accounts);
  EXPECT_FALSE(shard.uncut());
  EXPECT_EQ(floor(), store.head(0)->last);
  a_start_makes_the_same();
}

}  // namespace
}  // namespace florin::engine
