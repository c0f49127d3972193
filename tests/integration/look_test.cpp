/// Readers beside the one that decides: what they see is durable, and ours.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "config/command.hpp"
#include "florin/host.hpp"
#include "host/assembly.hpp"
#include "store/memory/memory_store.hpp"

namespace florin {
namespace {

const TenantId tenant = *TenantId::parse("callloop");
const Actor service{"service", ""};
const Use one_message{*MeterId::parse("sms"), *Quantity::parse("100 characters"), {}};

AccountId name(int n) { return AccountId::trusted("account-" + std::to_string(n)); }

Request request(int account, const std::string& key, Command command) {
  return {tenant, name(account), {"staff", "jo"}, key, std::nullopt, std::move(command)};
}
std::vector<Request> opened(int account) {
  const std::string n = std::to_string(account);
  return {request(account, "open" + n, OpenAccount{"US", std::nullopt, {}}),
          request(account, "trial" + n, StartTrial{}),
          request(account, "give" + n, AdjustCredits{*CreditAmount::parse("100000 message"), false, "for the test"})};
}

TEST(Look, ChecksFromManyThreadsGoDownWithTheDebitsAndNeverBehindAnAnswer) {
  auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = "memory", .virtual_from = std::nullopt});
  ASSERT_TRUE(host) << host.error().message;
  const auto there = [&] { return std::stoll(host->check(tenant, name(0), service, one_message)->available); };
  for (const auto& outcome : host->submit(opened(0))) ASSERT_TRUE(outcome && !outcome->refusal);
  const std::int64_t before = there();

  constexpr int debits = 400;
  std::atomic<int> answered = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      for (std::int64_t last = before; last > before - debits;) {
        const int known = answered;
        const std::int64_t seen = there();
        if (seen > last || seen > before - known) ++wrong;
        last = seen;
      }
    });
  for (int i = 0; i < debits; ++i) {
    const auto taken = host->take({tenant, name(0), service, "k" + std::to_string(i), std::nullopt, one_message});
    ASSERT_TRUE(taken && !taken->refusal);
    ++answered;
    // What there is grows meanwhile.
    if (i % 8 != 0) continue;
    for (const auto& outcome : host->submit(opened(1 + i))) ASSERT_TRUE(outcome && !outcome->refusal);
  }
  readers.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(Look, ManyChecksAtOnceAreAsOneAfterTheOther) {
  auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = "memory", .virtual_from = std::nullopt});
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_TRUE(host->check(std::vector<CheckRequest>{}).empty());
  std::vector<CheckRequest> requests;
  for (int i = 0; i < 40; ++i) {
    if (i % 3 != 0) {
      for (const auto& outcome : host->submit(opened(i))) ASSERT_TRUE(outcome && !outcome->refusal);
    }
    if (i % 3 == 1) {
      const auto debited =
          host->take({tenant, name(i), service, "first" + std::to_string(i), std::nullopt, one_message});
      ASSERT_TRUE(debited && !debited->refusal);
    }
    const TenantId whose = i % 10 == 9 ? *TenantId::parse("nobody") : tenant;
    const Use usage{one_message.meter, *Quantity::parse(i % 7 == 6 ? "99 minutes" : "100 characters"), {}};
    requests.push_back({whose, name(i), service, usage});
  }
  const auto checks = host->check(requests);
  ASSERT_EQ(checks.size(), requests.size());
  int allowed = 0, refused = 0, unknown = 0;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const CheckRequest& asked = requests[i];
    const auto alone = host->check(asked.tenant, asked.account, asked.actor, asked.usage);
    ASSERT_EQ(bool(checks[i]), bool(alone)) << i;
    if (!alone) {
      EXPECT_EQ(checks[i].error(), alone.error());
      ++unknown;
      continue;
    }
    EXPECT_EQ(checks[i]->allowed, alone->allowed);
    EXPECT_EQ(checks[i]->refusal, alone->refusal);
    EXPECT_EQ(checks[i]->price, alone->price);
    EXPECT_EQ(checks[i]->available, alone->available);
    ++(alone->allowed ? allowed : refused);
  }
  EXPECT_GT(allowed, 0);
  EXPECT_GT(refused, 0);
  EXPECT_GT(unknown, 0);
}

/// A host with threads on a journal in memory, whose commits a test holds up.
class Held : public testing::Test {
 protected:
  void SetUp() override {
    Errors errors;
    Assembly::Options options;
    options.file = config::load_host_file(FLORIN_CONFIG "/florin.yaml", errors);
    options.file.plugins = FLORIN_PLUGINS;
    auto together = Assembly::open(options);
    ASSERT_TRUE(together) << together.error().message;
    host = std::move(*together);
    journal = dynamic_cast<store::MemoryStore*>(&host->store());
    ASSERT_NE(journal, nullptr);
    std::vector<engine::Job> jobs;
    for (int account = 0; account < 2; ++account)
      for (const Request& asked : opened(account)) jobs.push_back(*host->job_of(asked));
    for (const auto& answer : host->engine().submit_and_wait(std::move(jobs)))
      ASSERT_TRUE(answer && !answer->entry->refusal);
  }
  bool look(int account) const {
    return host->engine().look(tenant, name(account),
                               [](const TenantState&, const Account& seen, const Catalogs& catalogs) {
                                 EXPECT_FALSE(seen.grants.empty());
                                 EXPECT_FALSE(catalogs.versions.empty());
                               });
  }
  std::future<Result<engine::Answered>> debit() {
    std::promise<Result<engine::Answered>> promise;
    auto answer = promise.get_future();
    engine::Job job = *host->job_of(request(0, "debit", one_message));
    job.reply = [promise = std::move(promise)](Result<engine::Answered> said) mutable {
      promise.set_value(std::move(said));
    };
    host->engine().submit(std::move(job));
    return answer;
  }

  std::unique_ptr<Assembly> host;
  store::MemoryStore* journal = nullptr;
};

TEST_F(Held, WhatWaitsForTheDiskIsNotSeen) {
  EXPECT_TRUE(look(0));
  std::promise<void> begun, released;
  journal->inject([&, first = true](const store::Row&, bool before) mutable -> std::optional<store::Committed> {
    if (before && std::exchange(first, false)) {
      begun.set_value();
      released.get_future().wait();
    }
    return std::nullopt;
  });
  auto answer = debit();
  begun.get_future().wait();
  EXPECT_FALSE(look(0)) << "its debit may be lost";
  EXPECT_TRUE(look(1)) << "everything of it is durable";
  released.set_value();
  ASSERT_TRUE(answer.get());
  EXPECT_TRUE(look(0));
}

TEST_F(Held, NobodyLooksAtAJournalThatIsAnothersNow) {
  journal->inject([](const store::Row&, bool before) -> std::optional<store::Committed> {
    if (!before) return std::nullopt;
    return store::Committed::conflict;
  });
  const auto answer = debit().get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "ask_again");
  EXPECT_FALSE(look(0));
  EXPECT_FALSE(look(1));
}

TEST_F(Held, NoOneIsSeenWhoIsNotThere) { EXPECT_FALSE(look(2)); }

}  // namespace
}  // namespace florin
