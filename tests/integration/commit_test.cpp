/// The outcomes of a commit, through a whole host: done, not known, conflict; and the one that ends the process.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "config/command.hpp"
#include "host/assembly.hpp"
#include "store/memory/memory_store.hpp"

namespace florin {
namespace {

using store::Committed;

const TenantId tenant = *TenantId::parse("callloop");
const AccountId account = *AccountId::parse("acme");
constexpr bool before_it = true, after_it = false;

/// In virtual time, and with a clock and threads: both promise the same.
class Commit : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    Errors errors;
    Assembly::Options options;
    options.file = config::load_host_file(FLORIN_CONFIG "/florin.yaml", errors);
    options.file.plugins = FLORIN_PLUGINS;
    if (in_virtual_time()) options.virtual_from = *Instant::parse("2026-03-10T09:00Z");
    auto opened = Assembly::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    host = std::move(*opened);
    journal = dynamic_cast<store::MemoryStore*>(&host->store());
    ASSERT_NE(journal, nullptr);
    for (const char* command : {R"({"open_account": {"billing_country": "US"}})", R"({"start_trial": {}})",
                                R"({"adjust_credits": {"amount": "100 message", "reason": "for the test"}})"}) {
      const auto done = ask(command, command);
      ASSERT_TRUE(done && !done->entry->refusal) << command;
    }
    credits = available();
    head = journal->head(0)->last;
  }

  static bool in_virtual_time() { return GetParam(); }

  /// Key 1 to 80 bytes: the front of `key`.
  Result<engine::Answered> ask(const std::string& key, const char* json) {
    Errors errors;
    const auto command = config::command_of_json(json, errors);
    auto job = host->job_of({.tenant = tenant,
                             .account = account,
                             .actor = {"staff", "jo"},
                             .key = key.substr(0, 80),
                             .asked_at = std::nullopt,
                             .command = *command});
    return host->engine().submit_and_wait(std::move(*job));
  }
  /// One credit.
  Result<engine::Answered> debit(const std::string& key) {
    return ask(key, R"({"use": {"meter": "sms", "quantity": "100 characters"}})");
  }
  std::int64_t available() {
    std::int64_t units = 0;
    const auto read = host->engine().read([&](const engine::Shard& shard) {
      for (const Grant& grant : shard.account(tenant, account)->grants) units += grant.remaining.units;
    });
    EXPECT_TRUE(read) << read.error().message;
    return units;
  }
  std::string why_not_read() {
    const auto read = host->engine().read([](const engine::Shard&) {});
    return read ? "" : read.error().code;
  }

  /// The next `times` commits answer so, before or after the row is in. Keeps every row that is tried.
  void inject(Committed said, bool when, int times) {
    left = times;
    journal->inject([this, said, when](const store::Row& row, bool before) -> std::optional<Committed> {
      if (before) tried.push_back(row);
      if (before != when || left == 0) return std::nullopt;
      --left;
      return said;
    });
  }
  void went_in_once(const Result<engine::Answered>& answer) {
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_FALSE(answer->entry->refusal);
    EXPECT_EQ(answer->position, head + 1);
    EXPECT_EQ(available(), credits - one);
    const auto again = debit("a");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->position, answer->position) << "the same key is the same debit";
    EXPECT_EQ(available(), credits - one);
    for (const store::Row& row : tried) EXPECT_EQ(row, tried.front()) << "a row is formed once";
  }

  static constexpr std::int64_t one = 1;
  std::unique_ptr<Assembly> host;
  store::MemoryStore* journal = nullptr;
  std::vector<store::Row> tried;
  int left = 0;
  std::int64_t credits = 0;
  store::Position head = 0;
};

TEST_P(Commit, AnAnswerThatWasLostBeforeTheRowIsTriedAgain) {
  inject(Committed::not_known, before_it, 1);
  went_in_once(debit("a"));
  EXPECT_EQ(tried.size(), 2u);
}

TEST_P(Commit, AnAnswerThatWasLostAfterTheRowIsFoundOut) {
  inject(Committed::not_known, after_it, 2);
  went_in_once(debit("a"));
  EXPECT_EQ(tried.size(), 3u);
}

/// As a disk that is full for a while.
TEST_P(Commit, AStoreThatDoesNotAnswerForLongLosesNothingAndFormsNothingNew) {
  inject(Committed::not_known, before_it, 9);
  auto answer = debit("a");
  if (in_virtual_time()) {
    ASSERT_FALSE(answer) << "nobody is told of a debit that may not last";
    EXPECT_EQ(answer.error().code, "store_unavailable");
    EXPECT_EQ(why_not_read(), "store_unavailable");
    EXPECT_EQ(journal->head(0)->last, head);
    answer = debit("a");
  }
  EXPECT_EQ(tried.size(), 10u);
  went_in_once(answer);
}

/// As a disk that stays full: nobody waits for it for long, what can be read is read, and it goes on by itself.
TEST_P(Commit, AnOutageIsAnsweredAndOverAsSoonAsItIsOver) {
  if (in_virtual_time()) GTEST_SKIP() << "nobody waits in virtual time";
  const AccountId other = *AccountId::parse("other");
  Errors errors;
  const auto opens = config::command_of_json(R"({"open_account": {"billing_country": "US"}})", errors);
  auto job = host->job_of({.tenant = tenant,
                           .account = other,
                           .actor = {"staff", "jo"},
                           .key = "other",
                           .asked_at = std::nullopt,
                           .command = *opens});
  ASSERT_TRUE(host->engine().submit_and_wait(std::move(*job)));
  head = journal->head(0)->last;

  constexpr int until_it_is_lifted = 1'000'000'000;
  inject(Committed::not_known, before_it, until_it_is_lifted);
  const auto began = std::chrono::steady_clock::now();
  const auto first = debit("a");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, "store_unavailable");
  const auto second = debit("b");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "store_unavailable");
  EXPECT_EQ(why_not_read(), "store_unavailable");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(8));
  bool seen = false;
  EXPECT_TRUE(host->engine().look(tenant, other, [&](const auto&, const Account& found, const auto&) {
    seen = found.id == other;
  })) << "what does not wait for the disk is read";
  EXPECT_TRUE(seen);
  // So are its documents, orders and all else of it, and lists of accounts none of which waits.
  const auto read_of = [&](const AccountId& whom) {
    bool there = false;
    const auto read = host->engine().read_account(
        tenant, whom, [&](const engine::Shard& shard) { there = shard.account(tenant, whom) != nullptr; });
    return read && there ? std::string("read") : read ? "nobody" : read.error().code;
  };
  EXPECT_EQ(read_of(other), "read");
  EXPECT_EQ(read_of(account), "store_unavailable") << "what is not durable is nobody's to see";
  EXPECT_FALSE(host->engine().of_accounts<int>(tenant, [](const Account&) { return std::optional(1); }));
  EXPECT_FALSE(host->engine().look(tenant, account, [](const auto&, const auto&, const auto&) {}));

  journal->inject({});
  Result<engine::Answered> again = first;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!again && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
    again = debit("a");
  }
  went_in_once(again);
}

TEST_P(Commit, AConflictMeansSomebodyElseOwnsTheJournal) {
  inject(Committed::conflict, before_it, 1);
  const auto answer = debit("a");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "ask_again");
  EXPECT_EQ(why_not_read(), "ask_again") << "what is in memory was never in the journal";
  const auto next = debit("b");
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, "ask_again");
  host->close();
  EXPECT_EQ(journal->head(0)->last, head);
  EXPECT_EQ(tried.size(), 1u) << "a row that is in the way of another's is not tried again";
}

TEST_P(Commit, AFailedSyncEndsTheProcessBeforeAnybodyIsAnswered) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        inject(Committed::failed, after_it, 1);
        const auto answer = debit("a");
        std::fprintf(stderr, "answered\n");
      },
      "^florin: the journal could not be made durable, so this process must end: injected[^\n]*\n$");
}

INSTANTIATE_TEST_SUITE_P(Engine, Commit, testing::Values(true, false),
                         [](const auto& mode) { return mode.param ? "InVirtualTime" : "WithThreads"; });

}  // namespace
}  // namespace florin
