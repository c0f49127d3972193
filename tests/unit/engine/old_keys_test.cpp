/// A key that memory does not hold any more: who asks again gets the first answer, whatever happened meanwhile.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "config/tenant/tenant.hpp"
#include "engine/engine.hpp"
#include "store/open.hpp"

namespace florin::engine::old_keys_test {
namespace {

namespace fs = std::filesystem;

const TenantId tenant = *TenantId::parse("callloop");
const AccountId ann = *AccountId::parse("ann");
const Instant begun = *Instant::parse("2026-03-10T09:30Z");

Result<std::shared_ptr<const Catalog>> compile(const TenantId&, std::uint32_t version, const std::string&) {
  Errors errors;
  auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
  if (!errors.empty()) return errors.front();
  read.catalog.version = version;
  return std::make_shared<const Catalog>(std::move(read.catalog));
}

struct NoPolicies : Policies {
  Result<Answer> answer(const TenantId&, std::uint32_t, const Question&) override { return Answer(PolicyAnswer()); }
};
struct NobodyToPay : Providers {
  void perform(const Effect&, Instant, Done done) override { done({}); }
};

class OldKeys : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "florin_old_keys_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    static int number = 0;
    place = is_sqlite() ? (folder / "journal.db").string()
                        : std::string(FLORIN_TEST_POSTGRES) + "&lease=1s&schema=old_keys_" +
                              std::to_string(::getpid()) + "_" + std::to_string(++number);
    start();
    ASSERT_TRUE(ask("open", OpenAccount{"US", {}, {}}));
  }
  void TearDown() override {
    if (may_write && !may_write->try_wait()) may_write->count_down();
    stop();
    fs::remove_all(folder);
  }
  static bool is_sqlite() { return GetParam() == std::string("sqlite"); }
  /// Memory holds at most 150 keys of usage, and 50 more while none can be written.
  void start() {
    auto opened = store::open(place);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    Engine::Options options;
    options.virtual_from = now;
    options.shard.key_files =
        KeyFiles::Options{.folder = folder, .most_in_memory = 50, .before_write = [latch = may_write] {
                            if (latch) latch->wait();
                          }};
    engine = std::make_unique<Engine>(*store, policies, providers, options);
    Errors problems;
    const Status is_open = engine->open({{tenant, "callloop", {}}}, compile, problems);
    ASSERT_TRUE(is_open) << is_open.error().message;
  }
  void stop() {
    engine.reset();
    store.reset();
  }
  void wait_until(Instant at) {
    now = at;
    engine->run_until(now);
  }
  Result<Answered> ask(const std::string& key, AnyCommand command) {
    Job job{};
    job.tenant = tenant;
    job.account = ann;
    job.actor = {"staff", "jo"};
    job.key = key;
    job.command = std::move(command);
    return engine->submit_and_wait(std::move(job));
  }
  static Use use(const char* quantity) { return {*MeterId::parse("sms"), *Quantity::parse(quantity), {}}; }
  Result<Answered> debit(std::size_t n, const char* quantity = "160 characters") {
    return ask("debit " + std::to_string(n), use(quantity));
  }
  /// A debit for which there are no credits: its refusal is its answer for a day.
  void debits(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto answer = debit(first.size());
      ASSERT_TRUE(answer) << answer.error().message;
      ASSERT_FALSE(answer->again);
      first.push_back(answer->position);
    }
  }
  void each_has_its_own_answer() {
    const store::Position last = engine->durable_position();
    for (std::size_t n = 0; n < first.size(); ++n) {
      const auto again = debit(n);
      ASSERT_TRUE(again) << n << ": " << again.error().message;
      EXPECT_TRUE(again->again) << n;
      EXPECT_EQ(again->position, first[n]) << n;
      const auto other = debit(n, "320 characters");
      ASSERT_FALSE(other) << n;
      EXPECT_EQ(other.error().code, "key_reused");
    }
    EXPECT_EQ(engine->durable_position(), last) << "nothing happened twice";
  }

  fs::path folder;
  std::string place;
  Instant now = begun;
  std::shared_ptr<std::latch> may_write;
  NoPolicies policies;
  NobodyToPay providers;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Engine> engine;
  std::vector<store::Position> first;  ///< where each debit's answer lies
};

TEST_P(OldKeys, OfTwoHoursAgoHaveTheirAnswers) {
  debits(400);
  wait_until(begun + hours(2));
  debits(300);
  each_has_its_own_answer();
}

TEST_P(OldKeys, WhileNoneCanBeWrittenHaveTheirAnswers) {
  stop();
  may_write = std::make_shared<std::latch>(1);
  start();
  debits(300);
  wait_until(begun + hours(2));
  each_has_its_own_answer();
  may_write->count_down();
  debits(300);
  each_has_its_own_answer();
}

TEST_P(OldKeys, AreThereAfterAStart) {
  debits(400);
  wait_until(begun + hours(2));
  stop();
  start();
  each_has_its_own_answer();
  debits(200);
  each_has_its_own_answer();
}

/// What lies on the disk of a host that is killed: all that was answered, and nothing that was saved at a close.
TEST_P(OldKeys, AreThereAfterAKill) {
  if (!is_sqlite()) GTEST_SKIP() << "the next test ends a host that another one follows";
  debits(400);
  wait_until(begun + hours(2));
  const fs::path copy = folder / "killed";
  fs::create_directory(copy);
  for (const char* file : {"journal.db", "journal.db-wal"}) fs::copy_file(folder / file, copy / file);
  for (const auto& file : fs::directory_iterator(folder))
    EXPECT_FALSE(file.path().filename().string().starts_with("keys-")) << "it would outlive the process";
  stop();
  place = (copy / "journal.db").string();
  start();
  each_has_its_own_answer();
}

/// The journal is another host's now, and comes back: what this one holds of it in memory and in files is read anew.
TEST_P(OldKeys, AreThereForWhoTakesOver) {
  if (is_sqlite()) GTEST_SKIP() << "one host at a time";
  debits(400);
  auto its_store = std::move(store);
  auto its_engine = std::move(engine);
  start();  // waits for the lease
  each_has_its_own_answer();
  debits(100);
  each_has_its_own_answer();
  its_engine.reset();
}

TEST_P(OldKeys, AreForgottenAfterTheirWindow) {
  debits(200);
  wait_until(begun + hours(24 * 3));
  const auto answer = debit(0);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(answer->again);
  EXPECT_GT(answer->position, first.back());
  first.assign(1, answer->position);
  each_has_its_own_answer();
}

INSTANTIATE_TEST_SUITE_P(Stores, OldKeys, testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace florin::engine::old_keys_test
