/// Every order in which some commands, due work and answers of plugins can come: whatever it is, the journal is as if
/// its commands had been decided one after the other, and each key has one answer.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "asking.hpp"
#include "domain/journal/journal.hpp"
#include "engine/row.hpp"
#include "store/memory/memory_store.hpp"

namespace florin::engine::interleavings_test {
namespace {

using namespace asking;

const Instant after_trial = *Instant::parse("2026-03-26T00:00Z");

/// What a run is made of. Each arrives once, in any order.
enum class Event : std::uint8_t {
  give_ann,
  again_ann,
  debit_ann,
  give_bob,
  ann_to_bob,
  bob_to_ann,
  due,
  version,
  stop
};

/// One way of all: the choices that were made, and among how many each was.
class Choices {
 public:
  std::size_t of(std::size_t ways) {
    if (next_ == taken_.size()) {
      taken_.push_back(0);
      ways_.push_back(ways);
    }
    ways_[next_] = ways;
    return taken_[next_++];
  }
  /// To the next way; false: all were gone.
  bool go_on() {
    taken_.resize(next_), ways_.resize(next_);
    next_ = 0;
    while (!taken_.empty() && taken_.back() + 1 == ways_.back()) taken_.pop_back(), ways_.pop_back();
    if (taken_.empty()) return false;
    ++taken_.back();
    return true;
  }
  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < next_; ++i) all += std::to_string(taken_[i]) + "/" + std::to_string(ways_[i]) + " ";
    return all;
  }

 private:
  std::vector<std::size_t> taken_, ways_;
  std::size_t next_ = 0;
};

/// A shard in memory with two accounts, of which ann is in a trial.
struct World {
  Instant now = start;
  InPlace policies;
  store::MemoryStore store;
  Shard shard{store, policies, {}};

  World() {
    EXPECT_TRUE(shard.open(now));
    const auto compile = [](std::uint32_t version, const std::string&) { return catalog_of(tenant, version); };
    EXPECT_TRUE(shard.add_tenant(compile, tenant, "callloop", now));
    for (const AccountId& account : {ann, bob}) {
      take(job_of(account, "open-" + account.text(), OpenAccount{"US", std::nullopt, {}}));
      if (account == ann) take(job_of(account, "trial", StartTrial{}));
      take(job_of(account, "given-" + account.text(), give()));
    }
    commit();
  }
  void take(Job job) { shard.take(std::move(job), now); }
  void commit() {
    if (!shard.waiting()) return;
    const store::Row row = shard.form();
    EXPECT_EQ(store.commit(row, row.epoch), store::Committed::done);
    shard.durable(row);
  }
  std::vector<Entry> journal() {
    std::vector<Entry> all;
    EXPECT_TRUE(store.read(0, 1, [&](const store::Row& row) {
      auto entries = entries_of(row);
      EXPECT_TRUE(entries);
      std::ranges::move(*entries, std::back_inserter(all));
      return true;
    }));
    return all;
  }
};

/// One order of the events and answers, as `choices` has it.
class Run {
 public:
  Run(const std::vector<Event>& events, Choices& choices, bool lose) : left_(events), choices_(choices) {
    world_.shard.ask_through([this](std::uint64_t ticket, const TenantId&, std::uint32_t, const Question& question) {
      asked_.push_back({ticket, question});
    });
    while (!left_.empty() || !asked_.empty()) {
      if (!step(lose)) return;
      world_.commit();
    }
    finish();
  }

  void check() {
    EXPECT_FALSE(world_.shard.asking()) << "at rest nobody is asked";
    for (const auto& [key, answers] : answers_)
      EXPECT_EQ(answers.size(), sent_[key]) << "each is answered once: " << key;
    for (const auto& [key, answers] : answers_)
      for (const auto& answer : answers) {
        const bool free = answer == "plugin_failed" || answer == "ask_again";
        EXPECT_TRUE(free || answer == answers.front() || answers.front() == "plugin_failed") << key << ": " << answer;
      }
    if (!world_.shard.lost()) check_journal();
  }

 private:
  struct Asked {
    std::uint64_t ticket;
    Question question;
  };

  /// One of: the next to arrive, an answer, a fault (one in a run), the loss of the shard.
  bool step(bool lose) {
    const std::size_t faults = failed_ ? 0 : asked_.size();
    const std::size_t ways = left_.size() + asked_.size() + faults + (lose ? 1 : 0);
    std::size_t way = choices_.of(ways);
    if (way < left_.size()) {
      const Event event = left_[way];
      left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(way));
      happen(event);
      return true;
    }
    way -= left_.size();
    if (way < asked_.size() + faults) {
      const bool fails = way >= asked_.size();
      const std::size_t which = fails ? way - asked_.size() : way;
      const Asked asked = asked_[which];
      asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(which));
      failed_ = failed_ || fails;
      world_.shard.answered(asked.ticket, fails ? Result<Answer>(broken) : gives_all(asked.question), world_.now);
      return true;
    }
    world_.shard.lose({.code = "ask_again", .message = "lost"});
    const std::vector<Asked> late = std::exchange(asked_, {});
    for (const Asked& asked : late) world_.shard.answered(asked.ticket, gives_all(asked.question), world_.now);
    EXPECT_EQ(world_.shard.waiting(), 0u) << "an answer that comes after the loss writes nothing";
    return false;
  }

  void happen(Event event) {
    const auto credits = *CreditAmount::parse("10 message");
    switch (event) {
      case Event::give_ann: return ask(ann, "give", give());
      case Event::again_ann: return ask(ann, "give", give());
      case Event::debit_ann: return ask(ann, "debit", debit());
      case Event::give_bob: return ask(bob, "give", give());
      case Event::ann_to_bob: return ask(ann, "to", Transfer{bob, {credits}});
      case Event::bob_to_ann: return ask(bob, "to", Transfer{ann, {credits}});
      case Event::stop: return ask({}, "stop", StopCharges{StopScope::tenant, std::nullopt, "for the test"});
      case Event::due: world_.now = after_trial; return void(world_.shard.take_due(world_.now, 100));
      case Event::version: return apply_version();
    }
  }
  void ask(const AccountId& account, const std::string& key, AnyCommand command) {
    Job job = job_of(account, key + "-" + account.text(), std::move(command));
    send(std::move(job));
  }
  void apply_version() {
    Job job = job_of({}, "apply", ApplyCatalog{2, Shard::catalog_name(tenant, "two"), 0});
    job.catalog = *catalog_of(tenant, 2);
    send(std::move(job));
  }
  void send(Job job) {
    ++sent_[job.key];
    job.reply = [this, key = job.key](const Result<Answered>& answer) {
      const bool refused = answer && answer->entry->refusal;
      answers_[key].push_back(refused ? answer->entry->refusal->code : answer ? "done" : answer.error().code);
    };
    world_.take(std::move(job));
  }

  /// What is held for a fault is asked again until it is decided.
  void finish() {
    for (int turn = 0; turn < 20; ++turn) {
      if (asked_.empty() && world_.shard.next_event() > world_.now + minutes(30)) return;
      if (asked_.empty()) world_.now = world_.shard.next_event();
      world_.shard.take_due(world_.now, 100);
      for (const Asked& asked : std::exchange(asked_, {}))
        world_.shard.answered(asked.ticket, gives_all(asked.question), world_.now);
      world_.commit();
    }
    ADD_FAILURE() << "what is due is never decided";
  }

  /// The journal's own commands, one after the other, of a shard that asks in place: the same entries.
  void check_journal() {
    const std::vector<Entry> journal = world_.journal();
    World other;
    for (std::size_t i = other.journal().size(); i < journal.size(); ++i) {
      const Entry& entry = journal[i];
      other.now = std::max(other.now, entry.at);
      if (other.journal().size() <= i) {
        if (entry.actor.role == "host") {
          other.shard.take_due(other.now, 1);
        } else {
          Job job = job_of(entry.account, entry.key, entry.command);
          job.actor = entry.actor;
          if (std::holds_alternative<ApplyCatalog>(entry.command)) job.catalog = *catalog_of(tenant, 2);
          other.take(std::move(job));
        }
        other.commit();
      }
      const std::vector<Entry> again = other.journal();
      ASSERT_GT(again.size(), i) << "entry " << i << " is decided in no order";
      EXPECT_EQ(bytes_of(again[i]), bytes_of(entry)) << "entry " << i;
      EXPECT_EQ(again[i].catalog, entry.catalog);
    }
    EXPECT_EQ(other.journal().size(), journal.size());
  }
  static std::string bytes_of(Entry entry) {
    entry.asked_at = entry.at = {};
    std::string bytes;
    journal::write(bytes, entry);
    return bytes;
  }

  World world_;
  std::vector<Event> left_;
  Choices& choices_;
  std::vector<Asked> asked_;
  bool failed_ = false;
  std::map<std::string, std::vector<std::string>> answers_;
  std::map<std::string, std::size_t> sent_;
};

std::size_t every_order_of(const std::vector<Event>& events, bool lose = false) {
  Choices choices;
  std::size_t runs = 0;
  do {
    Run run(events, choices, lose);
    run.check();
    ++runs;
    if (testing::Test::HasFailure()) ADD_FAILURE() << "in the order " << choices.text();
  } while (!testing::Test::HasFailure() && choices.go_on());
  std::printf("%zu orders\n", runs);
  return runs;
}

TEST(Interleavings, ACommandAnotherOfTheSameAccountAndOneBeside) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::debit_ann, Event::give_bob}), 20u);
}
TEST(Interleavings, TransfersBothWaysAndACommandThatWaits) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::ann_to_bob, Event::bob_to_ann}), 20u);
}
TEST(Interleavings, ADuplicateWhileTheFirstWaits) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::again_ann, Event::debit_ann}), 10u);
}
TEST(Interleavings, ANewVersionWhileOthersWait) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::version, Event::give_bob}), 20u);
}
TEST(Interleavings, DueWorkAndCommandsOfItsAccount) {
  EXPECT_GT(every_order_of({Event::due, Event::debit_ann, Event::give_ann}), 20u);
}
TEST(Interleavings, DueWorkAndATransferToItsAccount) {
  EXPECT_GT(every_order_of({Event::due, Event::bob_to_ann, Event::give_bob}), 20u);
}
TEST(Interleavings, DueWorkAndANewVersion) {
  EXPECT_GT(every_order_of({Event::due, Event::version, Event::give_ann}), 20u);
}
TEST(Interleavings, AStopWhileOthersWait) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::stop, Event::ann_to_bob}), 20u);
}
TEST(Interleavings, FourAtATime) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::ann_to_bob, Event::bob_to_ann, Event::version}), 100u);
  EXPECT_GT(every_order_of({Event::due, Event::bob_to_ann, Event::give_ann, Event::debit_ann}), 100u);
  EXPECT_GT(every_order_of({Event::give_ann, Event::again_ann, Event::stop, Event::give_bob}), 100u);
}
TEST(Interleavings, TheShardIsLostAtEachPoint) {
  EXPECT_GT(every_order_of({Event::give_ann, Event::ann_to_bob, Event::give_bob}, true), 50u);
  EXPECT_GT(every_order_of({Event::due, Event::again_ann, Event::give_ann}, true), 50u);
}

}  // namespace
}  // namespace florin::engine::interleavings_test
