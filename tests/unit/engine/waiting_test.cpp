/// Plugins are asked off the thread that decides: only their account waits, and what is due is overtaken by nothing.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "../../forwarding_store.hpp"
#include "asking.hpp"
#include "engine/engine.hpp"
#include "engine/row.hpp"
#include "store/memory/memory_store.hpp"

namespace florin::engine::waiting_test {
namespace {

using namespace asking;

/// A shard whose questions lie there until the test answers them.
class Waiting : public testing::Test {
 protected:
  struct Out {
    std::uint64_t ticket = 0;
    std::uint32_t catalog = 0;
    Question question;
  };

  void SetUp() override {
    ASSERT_TRUE(shard.open(now));
    const auto compile = [](std::uint32_t version, const std::string&) { return catalog_of(tenant, version); };
    ASSERT_TRUE(shard.add_tenant(compile, tenant, "callloop", now));
    for (const AccountId& account : {ann, bob}) {
      ask(account, "open", OpenAccount{"US", std::nullopt, {}});
      ask(account, "trial", StartTrial{});
      ask(account, "give", give());
    }
    commit();
    replies.clear();
    shard.ask_through([this](std::uint64_t ticket, const TenantId&, std::uint32_t catalog, const Question& question) {
      out.push_back({ticket, catalog, question});
    });
  }

  void ask(const AccountId& account, const std::string& key, AnyCommand command) {
    Job job = job_of(account, key + "-" + account.text(), std::move(command));
    job.reply = [this, name = job.key](const Result<Answered>& answer) {
      replies.emplace_back(
          name, answer ? answer->entry->refusal ? answer->entry->refusal->code : "done" : answer.error().code);
      if (answer) positions[name].push_back(answer->position);
      if (!answer) problem = answer.error().message;
    };
    shard.take(std::move(job), now);
  }
  void answer(std::size_t which) { shard.answered(out.at(which).ticket, gives_all(out.at(which).question), now); }
  void fail(std::size_t which) { shard.answered(out.at(which).ticket, broken, now); }
  void commit() {
    if (!shard.waiting()) return;
    const store::Row row = shard.form();
    ASSERT_EQ(store.commit(row, row.epoch), store::Committed::done);
    shard.durable(row);
  }
  using Replies = std::vector<std::pair<std::string, std::string>>;

  Instant now = start;
  InPlace policies;
  store::MemoryStore store;
  std::vector<std::string> alarms;
  Shard shard{store, policies, {.alarm = [this](const std::string& what) { alarms.push_back(what); }}};
  std::vector<Out> out;
  Replies replies;
  std::map<std::string, std::vector<store::Position>> positions;
  std::string problem;
};

TEST_F(Waiting, OnlyTheAccountThatAsksWaits) {
  ask(ann, "more", give());
  ask(ann, "sms", debit());
  ask(bob, "sms", debit());
  commit();
  EXPECT_EQ(replies, Replies({{"sms-bob", "done"}}));
  ASSERT_EQ(out.size(), 1u);
  answer(0);
  commit();
  EXPECT_EQ(replies, Replies({{"sms-bob", "done"}, {"more-ann", "done"}, {"sms-ann", "done"}}));
  EXPECT_FALSE(shard.asking());
}

TEST_F(Waiting, ADuplicateMeanwhileHappensOnceAndGetsTheSameAnswer) {
  ask(ann, "more", give());
  ask(ann, "more", give());
  ask(ann, "more", give("5 message"));
  EXPECT_EQ(replies, Replies({{"more-ann", "key_reused"}}));
  ASSERT_EQ(out.size(), 1u);
  answer(0);
  commit();
  ASSERT_EQ(positions["more-ann"].size(), 2u);
  EXPECT_EQ(positions["more-ann"][0], positions["more-ann"][1]);
  ask(ann, "more", give());
  ASSERT_EQ(positions["more-ann"].size(), 3u);
  EXPECT_EQ(positions["more-ann"][2], positions["more-ann"][0]);
  EXPECT_EQ(out.size(), 1u);
}

TEST_F(Waiting, AKeyIsFreeAgainAfterAFailure) {
  ask(ann, "more", give());
  fail(0);
  EXPECT_EQ(replies, Replies({{"more-ann", "plugin_failed"}}));
  EXPECT_NE(problem.find("'standard'"), std::string::npos) << problem;
  EXPECT_EQ(shard.waiting(), 0u) << "nothing is written";
  ask(ann, "more", give());
  ASSERT_EQ(out.size(), 2u);
  answer(1);
  commit();
  EXPECT_EQ(replies.back().second, "done");
}

TEST_F(Waiting, TransfersInBothDirectionsWaitForEachOtherInOrderOfArrival) {
  ask(ann, "more", give());
  ask(ann, "to-bob", Transfer{bob, {*CreditAmount::parse("10 message")}});
  ask(bob, "to-ann", Transfer{ann, {*CreditAmount::parse("10 message")}});
  ask(bob, "sms", debit());
  commit();
  EXPECT_TRUE(replies.empty());
  ASSERT_EQ(out.size(), 1u);
  answer(0);
  for (std::size_t i = 1; i < out.size(); ++i) answer(i);
  commit();
  ASSERT_EQ(replies.size(), 4u);
  EXPECT_EQ(replies[0].first, "more-ann");
  EXPECT_EQ(replies[1].first, "to-bob-ann");
  EXPECT_EQ(replies[2].first, "to-ann-bob");
  EXPECT_EQ(replies[3].first, "sms-bob");
  EXPECT_FALSE(shard.asking());
}

TEST_F(Waiting, ANewVersionOfTheCatalogAsksAnew) {
  ask(ann, "more", give());
  Job apply = job_of({}, "apply", ApplyCatalog{2, Shard::catalog_name(tenant, "two"), 0});
  apply.catalog = *catalog_of(tenant, 2);
  shard.take(std::move(apply), now);
  answer(0);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].catalog, 2u);
  EXPECT_TRUE(replies.empty());
  std::uint32_t decided_under = 0;
  answer(1);
  commit();
  ASSERT_EQ(positions["more-ann"].size(), 1u);
  (void)!store.read(0, positions["more-ann"][0], [&](const store::Row& row) {
    const auto entries = entries_of(row);
    decided_under = entries->at(positions["more-ann"][0] - row.first).catalog;
    return false;
  });
  EXPECT_EQ(decided_under, 2u);
}

TEST_F(Waiting, NothingOvertakesWhatIsDueWhileItsPluginFails) {
  now = *Instant::parse("2026-06-01T00:00Z");  // long after the trial
  EXPECT_EQ(shard.take_due(now, 100), 2u);
  ASSERT_EQ(out.size(), 2u);
  ask(ann, "queued", debit());
  EXPECT_TRUE(replies.empty());
  fail(0);  // of equals by name
  answer(1);
  EXPECT_EQ(replies, Replies({{"queued-ann", "plugin_failed"}}));
  for (const char* key : {"one", "two", "three"}) ask(ann, key, debit());
  EXPECT_EQ(replies.size(), 4u);
  for (const auto& [key, code] : replies) EXPECT_EQ(code, "plugin_failed") << key;
  EXPECT_NE(problem.find("'standard'"), std::string::npos) << problem;
  EXPECT_EQ(shard.next_event(), now + seconds(1));
  EXPECT_TRUE(alarms.empty());

  // 1 s, 2 s, 4 s, … to 15 minutes, with an alarm from the third time on.
  std::vector<std::int64_t> waits;
  for (int times = 2; times <= 12; ++times) {
    const Instant before = now;
    now = shard.next_event();
    waits.push_back((now - before).us / 1'000'000);
    out.clear();
    ASSERT_EQ(shard.take_due(now, 1), 1u);
    ASSERT_EQ(out.size(), 1u);
    fail(0);
  }
  EXPECT_EQ(waits, std::vector<std::int64_t>({1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900}));
  EXPECT_EQ(alarms.size(), 10u);
  EXPECT_NE(alarms.front().find("'ann'"), std::string::npos) << alarms.front();

  now = shard.next_event();
  out.clear();
  EXPECT_EQ(shard.take_due(now, 1), 1u);
  replies.clear();
  ask(ann, "four", debit());
  for (std::size_t i = 0; i < out.size(); ++i) answer(i);
  commit();
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_NE(replies[0].second, "plugin_failed");
}

TEST_F(Waiting, ALostShardAnswersEverybody) {
  ask(ann, "more", give());
  ask(ann, "more", give());
  ask(ann, "to-bob", Transfer{bob, {*CreditAmount::parse("10 message")}});
  ask(bob, "sms", debit());
  shard.lose({.code = "ask_again", .message = "lost"});
  EXPECT_EQ(replies.size(), 4u);
  for (const auto& [key, code] : replies) EXPECT_EQ(code, "ask_again") << key;
  EXPECT_FALSE(shard.asking());
  answer(0);
  EXPECT_EQ(shard.waiting(), 0u);
}

// ---- Threads ---------------------------------------------------------------------------------------------------

/// Answers nobody of `slow` until it is let go.
struct Gate : Policies {
  Result<Answer> answer(const TenantId& of, std::uint32_t, const Question& question) override {
    if (of == tenant) {
      std::unique_lock lock(mutex);
      ++asked;
      came.notify_all();
      open.wait(lock, [&] { return is_open; });
      ++left;
      came.notify_all();
    }
    return gives_all(question);
  }
  void wait_until_asked(int times) {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return asked >= times; });
  }
  /// Lets everybody go, and waits until they went.
  void let_go() {
    std::unique_lock lock(mutex);
    is_open = true;
    open.notify_all();
    came.wait(lock, [&] { return left == asked; });
  }
  std::mutex mutex;
  std::condition_variable open, came;
  bool is_open = false;
  int asked = 0, left = 0;
};

struct NoProviders : Providers {
  void perform(const Effect&, Instant, Done done) override { done({}); }
};

const TenantId other_tenant = *TenantId::parse("other");

class SlowPlugin : public testing::Test {
 protected:
  void SetUp() override {
    Engine::Options options;
    options.plugins.limit = seconds(20);
    engine = std::make_unique<Engine>(store, gate, providers, options);
    const auto compile = [](const TenantId& id, std::uint32_t version, const std::string&) {
      return catalog_of(id, version);
    };
    Errors problems;
    ASSERT_TRUE(engine->open({{tenant, "callloop", {}}, {other_tenant, "other", {}}}, compile, problems));
    ASSERT_TRUE(problems.empty());
    ASSERT_TRUE(engine->submit_and_wait(job_of(ann, "open", OpenAccount{"US", std::nullopt, {}})));
    Job open_other = job_of(bob, "open", OpenAccount{"US", std::nullopt, {}});
    open_other.tenant = other_tenant;
    ASSERT_TRUE(engine->submit_and_wait(std::move(open_other)));
  }
  void TearDown() override {
    gate.let_go();
    engine.reset();
  }
  std::future<Result<Answered>> begin(Job job) {
    auto told = std::make_shared<std::promise<Result<Answered>>>();
    auto answer = told->get_future();
    job.reply = [told](Result<Answered> its) { told->set_value(std::move(its)); };
    engine->submit(std::move(job));
    return answer;
  }

  store::MemoryStore store;
  Gate gate;
  NoProviders providers;
  std::unique_ptr<Engine> engine;
};

TEST_F(SlowPlugin, HoldsUpNoOtherTenant) {
  auto slow = begin(job_of(ann, "give", give()));
  gate.wait_until_asked(1);
  for (int i = 0; i < 20; ++i) {
    Job job = job_of(bob, "give" + std::to_string(i), give());
    job.tenant = other_tenant;
    const auto answer = engine->submit_and_wait(std::move(job));  // of the other tenant, whose plugin answers
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_FALSE(answer->entry->refusal);
  }
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  gate.let_go();
  const auto answer = slow.get();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(answer->entry->refusal);
}

TEST_F(SlowPlugin, IsAskedAgainOfTheNextHostWhenThisOneCloses) {
  auto slow = begin(job_of(ann, "give", give()));
  auto queued = begin(job_of(ann, "sms", debit()));
  gate.wait_until_asked(1);
  std::thread closes([&] { engine->close(); });
  const auto behind = queued.wait_for(std::chrono::milliseconds(1));
  EXPECT_EQ(behind, std::future_status::timeout) << "a question that is out has its limit";
  gate.let_go();
  closes.join();
  ASSERT_TRUE(slow.get());
  ASSERT_TRUE(queued.get());
}

/// The answers of a pool, as they come.
struct Told {
  void operator()(std::uint64_t ticket, const Result<Answer>& answer) {
    const std::lock_guard lock(mutex);
    codes[ticket] = answer ? "answer" : answer.error().code;
    came.notify_all();
  }
  std::string code(std::uint64_t ticket) {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return codes.contains(ticket); });
    return codes[ticket];
  }
  std::mutex mutex;
  std::condition_variable came;
  std::map<std::uint64_t, std::string> codes;
};

TEST(PluginPool, WritesOffWhatTakesTooLongAndGoesOnWithTheOthers) {
  Gate gate;
  Told told;
  PluginPool pool(gate, {.limit = Duration{20'000}, .threads = 2},
                  [&](std::uint64_t ticket, const Result<Answer>& answer) { told(ticket, answer); });
  for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) pool.ask(ticket, tenant, 1, Moment{});
  pool.ask(4, other_tenant, 1, Moment{});
  EXPECT_EQ(told.code(4), "answer");
  EXPECT_EQ(told.code(1), "plugin_failed");
  EXPECT_EQ(told.code(2), "plugin_failed");
  EXPECT_EQ(told.code(3), "plugin_failed") << "two calls hang: it is not asked a third time";
  pool.ask(5, tenant, 1, Moment{});
  EXPECT_EQ(told.code(5), "plugin_failed");
  {
    const std::lock_guard lock(gate.mutex);
    EXPECT_EQ(gate.asked, 2);
  }
  for (std::uint64_t ticket = 6; ticket < 20; ++ticket) pool.ask(ticket, other_tenant, 1, Moment{});
  for (std::uint64_t ticket = 6; ticket < 20; ++ticket) EXPECT_EQ(told.code(ticket), "answer");
  gate.let_go();
}

/// A store whose journal is not read before the test lets it.
class SlowToRead final : public ForwardingStore {
 public:
  SlowToRead() : ForwardingStore(kept_) {}

  Status read(std::uint32_t shard, store::Position from, const std::function<bool(const store::Row&)>& each) override {
    {
      std::unique_lock lock(mutex_);
      ++reads_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !held_; });
    }
    return ForwardingStore::read(shard, from, each);
  }

  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
    reads_ = 0;
  }
  void wait_until_read() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reads_ > 0; });
  }
  void read_on() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }

 private:
  store::MemoryStore kept_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int reads_ = 0;
};

TEST(OldAnswer, IsReadWhileOthersAreDecided) {
  SlowToRead store;
  InPlace policies;
  NoProviders providers;
  Engine engine(store, policies, providers, Engine::Options());
  Errors problems;
  ASSERT_TRUE(engine.open(
      {{tenant, "callloop", {}}},
      [](const TenantId& id, std::uint32_t version, const std::string&) { return catalog_of(id, version); }, problems));
  for (const AccountId& account : {ann, bob}) {
    ASSERT_TRUE(engine.submit_and_wait(job_of(account, "open" + account.text(), OpenAccount{"US", std::nullopt, {}})));
    ASSERT_TRUE(engine.submit_and_wait(job_of(account, "trial" + account.text(), StartTrial{})));
    ASSERT_TRUE(engine.submit_and_wait(job_of(account, "give" + account.text(), give())));
  }
  const auto first = engine.submit_and_wait(job_of(ann, "sms", debit()));
  ASSERT_TRUE(first && !first->entry->refusal);

  store.hold();
  std::promise<Result<Answered>> told;
  auto again = told.get_future();
  Job same = job_of(ann, "sms", debit());
  same.reply = [&](Result<Answered> answer) { told.set_value(std::move(answer)); };
  engine.submit(std::move(same));
  store.wait_until_read();
  // Both the account that was asked again and another one are debited while the journal is still being read.
  for (int i = 0; i < 20; ++i)
    for (const AccountId& account : {ann, bob}) {
      const auto answer = engine.submit_and_wait(job_of(account, account.text() + std::to_string(i), debit()));
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_FALSE(answer->entry->refusal);
    }
  EXPECT_EQ(again.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  store.read_on();
  const auto answer = again.get();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->position, first->position);
  EXPECT_TRUE(answer->again);
}

TEST(PluginPool, FinishesThoughACallDoesNot) {
  Gate gate;
  Told told;
  {
    PluginPool pool(gate, {.limit = Duration{20'000}, .threads = 1},
                    [&](std::uint64_t ticket, const Result<Answer>& answer) { told(ticket, answer); });
    pool.ask(1, tenant, 1, Moment{});
    gate.wait_until_asked(1);
    pool.ask(2, tenant, 1, Moment{});
    pool.finish();
    EXPECT_EQ(told.codes[1], "ask_again");
    EXPECT_EQ(told.codes[2], "ask_again");
    pool.ask(3, tenant, 1, Moment{});
    EXPECT_EQ(told.codes[3], "ask_again");
  }
  gate.let_go();
}

}  // namespace
}  // namespace florin::engine::waiting_test
