/// What an account costs does not grow with its past: docs/decisions/0080-history.md. tools/instructions shows how much
/// each part costs.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "../../bench/long_life.hpp"
#include "asking.hpp"
#include "engine/engine.hpp"
#include "engine/rehearsal.hpp"

namespace florin::engine::history_test {
namespace {

TEST(History, IsNoPartOfACheckpoint) {
  const auto bytes_of_one_change = [](std::uint32_t closed_orders) {
    bench::LongLife life(closed_orders);
    life.commit();
    life.save(life.cut());
    life.command();
    life.commit();
    std::size_t bytes = 0;
    for (const auto& object : life.cut().objects) bytes += object.bytes.size();
    return static_cast<double>(bytes);
  };
  EXPECT_LT(bytes_of_one_change(10'000), 1.3 * bytes_of_one_change(10));
}

TEST(History, IsThereAfterARestart) {
  bench::LongLife life(1'000);
  life.commit();
  life.save(life.cut());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5; ++i) life.purchase();
    life.commit();
    const auto cut = life.cut();
    EXPECT_LT(cut.objects.size(), 30U) << "the account, its tenant, the pages that are new and the keys in them";
    life.save(cut);
    for (int i = 0; i < 3; ++i) life.purchase();  // what no checkpoint has
    life.commit();
    const std::string before = journal::write(life.state());
    life.restart();
    EXPECT_EQ(journal::write(life.state()), before);
    EXPECT_EQ(life.state().orders.size(), 1'001U + 8U * (round + 1U));
  }
  EXPECT_EQ(life.refused(), 0U);
}

TEST(History, OfACutThatWasNotSavedIsInTheNextOne) {
  bench::LongLife life(100);
  life.commit();
  EXPECT_GT(life.cut().objects.size(), 30U);
  life.not_saved();
  const auto again = life.cut();
  EXPECT_GT(again.objects.size(), 30U);
  life.save(again);
  const std::string before = journal::write(life.state());
  life.restart();
  EXPECT_EQ(journal::write(life.state()), before);
}

TEST(History, BeyondTheNewestFewNothingIsInMemory) {
  bench::LongLife life(1'000);
  life.leave();
  EXPECT_EQ(life.pages_here(), 0U);
  life.restart();
  EXPECT_EQ(life.pages_here(), 0U) << "a start keeps none";
  for (int i = 0; i < 20; ++i) life.purchase();
  life.leave();
  EXPECT_EQ(life.pages_here(), 0U);
  life.debit();
  life.command();
  EXPECT_EQ(life.pages_here(), 0U) << "neither looks at what is over";
  EXPECT_EQ(life.refused(), 0U);
}

TEST(History, WhatHappensToAnOldOrderIsTheSameWhereverItLies) {
  bench::LongLife away(200), here(200);
  away.leave();
  for (const std::uint32_t order : {2U, 3U, 50U, 120U, 199U}) {
    away.leave();
    away.restart();
    away.fee_of(order);
    here.fee_of(order);
    if (order % 3 == 0) {
      away.dispute_of(order);
      here.dispute_of(order);
    }
    away.purchase();
    here.purchase();
    ASSERT_EQ(away.refused() + here.refused(), 0U) << order;
    EXPECT_EQ(away.state().order(OrderId{order})->attempts.front().fee->amount, *Money::parse("0.30 USD")) << order;
  }
  EXPECT_EQ(away.state().disputes.size(), 2U) << "of orders 3 and 120";
  away.leave();
  away.restart();
  ASSERT_EQ(away.state().orders.size(), here.state().orders.size());
  for (std::size_t i = 0; i < here.state().orders.size(); ++i) {
    const Order &a = away.state().orders[i], &b = here.state().orders[i];
    EXPECT_EQ(a.attempts.size(), b.attempts.size());
    EXPECT_EQ(a.attempts.front().fee.has_value(), b.attempts.front().fee.has_value()) << a.id.value;
    EXPECT_EQ(a.state, b.state);
  }
}

TEST(History, APageThatWasChangedIsNotTakenForTheOneThatWasSaved) {
  bench::LongLife life(100);
  life.leave();
  life.fee_of(5);
  life.commit();
  life.restart();  // the fact is in no checkpoint: a start folds it
  EXPECT_TRUE(life.state().order(OrderId{5})->attempts.front().fee.has_value());
  life.leave();
  life.restart();
  EXPECT_TRUE(life.state().order(OrderId{5})->attempts.front().fee.has_value());
  EXPECT_FALSE(life.state().order(OrderId{6})->attempts.front().fee.has_value());
}

TEST(History, AStartReadsNoPage) {
  bench::LongLife life(1'000);
  life.leave();
  ASSERT_TRUE(life.damage_pages());
  life.restart();
  EXPECT_EQ(life.pages_here(), 0U);
  life.purchase();
  life.debit();
  EXPECT_EQ(life.refused(), 0U) << "nobody looked at one";
}

TEST(History, AStartReadsOnlyThePagesOfTheOrdersThatItsEntriesAreAbout) {
  bench::LongLife life(1'000);
  for (const std::uint32_t order : {5U, 6U, 500U}) life.fee_of(order);  // 5 and 6 lie in one page
  life.dispute_of(900);
  life.leave();
  for (const std::uint32_t order : {7U, 8U, 501U}) life.fee_of_unseen(order);
  for (int i = 0; i < 3; ++i) life.purchase();
  life.command();
  life.debit();
  life.commit();
  (void)life.pages_read();
  life.restart();
  EXPECT_EQ(life.pages_read(), 2U) << "of orders 7 and 8, and of 501: 1,000 orders and grants lie in 370";
  for (const std::uint32_t order : {5U, 6U, 7U, 8U, 500U, 501U})
    EXPECT_TRUE(life.state().order(OrderId{order})->attempts.front().fee.has_value()) << order;
  EXPECT_FALSE(life.state().order(OrderId{502})->attempts.front().fee.has_value());
  EXPECT_EQ(life.refused(), 0U);
}

TEST(History, ARenewalReadsNoPage) {
  bench::LongLife life(1'000);
  life.leave();
  (void)life.pages_read();
  life.renew();
  life.commit();
  EXPECT_EQ(life.pages_read(), 0U);
  life.restart();
  EXPECT_EQ(life.pages_read(), 0U) << "nor does a start that folds it";
  EXPECT_EQ(life.state().orders.back().id, OrderId{1'002});
  EXPECT_EQ(life.state().orders.back().kind, OrderKind::subscription);
  ASSERT_FALSE(life.state().closed_grants.empty());
  EXPECT_EQ(life.state().closed_grants.back().expired.units % 1'000, 0) << "900,000 messages, or those of the plan";
  EXPECT_GT(life.state().closed_grants.back().expired.units, 0);
}

TEST(History, OfWhomAnOpenOrderNamesNothingElseIsReadToEraseThem) {
  bench::LongLife life(1'000);
  life.leave();
  life.name_person();
  life.restart();
  life.leave();
  (void)life.pages_read();
  life.erase_person();
  life.commit();
  life.restart();
  EXPECT_EQ(life.pages_read(), 0U);
  EXPECT_EQ(life.refused(), 0U);
}

TEST(History, AnAttemptThatIsAwayIsFoundByItsKeyAndByItsId) {
  bench::LongLife life(100);
  const std::string key = life.state().order(OrderId{5})->attempts.front().key;
  const ProcessorId processor = life.state().order(OrderId{5})->attempts.front().processor;
  const std::string ref = life.state().order(OrderId{5})->attempts.front().ref;
  life.leave();
  life.restart();
  AccountId account;
  OrderId order;
  std::uint32_t attempt = 0;
  ASSERT_TRUE(life.shard().find_attempt(bench::LongLife::tenant, key, account, order, attempt));
  EXPECT_EQ(account, bench::LongLife::account);
  EXPECT_EQ(order, OrderId{5});
  EXPECT_EQ(attempt, 1U);
  life.leave();
  order = {};
  ASSERT_TRUE(life.shard().find_by_ref(bench::LongLife::tenant, processor, ref, account, order));
  EXPECT_EQ(order, OrderId{5});
  EXPECT_FALSE(life.shard().find_attempt(bench::LongLife::tenant, "nobody's", account, order, attempt));
  EXPECT_FALSE(life.shard().find_attempt(*TenantId::parse("kaspr"), key, account, order, attempt));
}

TEST(History, APageThatIsGoneIsMadeAnewByTheNextStart) {
  bench::LongLife life(100);
  life.leave();
  const std::string before = journal::write(life.state());
  life.leave();
  ASSERT_TRUE(life.damage_pages());
  life.restart();
  life.fee_of_unseen(5);
  EXPECT_EQ(life.refused(), 1U) << "an error, nothing is written";
  life.restart();
  EXPECT_EQ(journal::write(life.state()), before);
  life.leave();
  life.restart();
  EXPECT_EQ(journal::write(life.state()), before);
}

/// A shard whose pages are read when the test lets them be.
class Apart : public bench::LongLife {
 public:
  explicit Apart(std::uint32_t orders) : LongLife(orders) {
    leave();
    shard().read_pages_through(
        [this](std::uint64_t ticket, std::vector<ObjectNames> names) { asked.emplace_back(ticket, std::move(names)); });
  }
  /// What was asked for first.
  void bring() {
    const auto [ticket, names] = asked.front();
    asked.erase(asked.begin());
    std::vector<store::Checkpoint> pages;
    for (const ObjectNames& some : names) {
      const auto found = store().objects(0, some.from, some.until);
      pages.insert(pages.end(), found->begin(), found->end());
    }
    shard().brought(ticket, std::move(pages), now);
  }
  std::vector<std::pair<std::uint64_t, std::vector<ObjectNames>>> asked;
};

TEST(History, OnlyTheAccountWaitsForItsPage) {
  Apart life(100);
  const std::size_t before = life.answered();
  life.dispute(5, "dp_1");
  life.commit();
  ASSERT_EQ(life.asked.size(), 1U);
  ASSERT_EQ(life.asked.front().second.size(), 1U);
  EXPECT_EQ(life.asked.front().second.front().from, "past/callloop/ann/orders/1");
  EXPECT_EQ(life.answered(), before);
  life.debit();  // behind it
  life.commit();
  EXPECT_EQ(life.answered(), before);
  while (!life.asked.empty()) life.bring();
  life.commit();
  EXPECT_EQ(life.answered(), before + 2);
  EXPECT_EQ(life.refused(), 0U);
  EXPECT_FALSE(life.shard().asking());
  life.leave();
  EXPECT_EQ(life.pages_here(), 0U) << "what was brought leaves again";
}

TEST(History, APageThatCannotBeReadIsAnErrorAndTheKeyIsFree) {
  Apart life(100);
  life.dispute(5, "dp_1");
  ASSERT_EQ(life.asked.size(), 1U);
  life.shard().brought(life.asked.front().first, Error{.code = "store_failed", .message = "no disk"}, Apart::now);
  EXPECT_EQ(life.refused(), 1U);
  EXPECT_FALSE(life.shard().asking());
  life.asked.clear();
  life.debit();
  life.commit();
  EXPECT_EQ(life.refused(), 1U);
}

TEST(History, WhoIsReleasedWaitsForThePageAndNobodyElseDoes) {
  bench::LongLife life(100);
  life.leave();
  life.set_aside_before_a_fee(5);
  life.restart();
  std::vector<std::pair<std::uint64_t, std::vector<ObjectNames>>> asked;
  life.shard().read_pages_through(
      [&](std::uint64_t ticket, std::vector<ObjectNames> names) { asked.emplace_back(ticket, std::move(names)); });
  (void)life.pages_read();
  const std::size_t before = life.answered();
  life.release();
  life.commit();
  EXPECT_EQ(life.pages_read(), 0U) << "whoever decides reads no store";
  EXPECT_EQ(life.answered(), before);
  ASSERT_EQ(asked.size(), 1U);
  ASSERT_EQ(asked.front().second.size(), 1U);
  EXPECT_EQ(asked.front().second.front().from, "past/callloop/ann/orders/1");
  const ObjectNames page = asked.front().second.front();
  life.shard().brought(asked.front().first, Error{.code = "store_failed", .message = "no disk"}, life.now);
  EXPECT_EQ(life.refused(), 1U) << "an error, and the key is free";
  EXPECT_FALSE(life.shard().asking());
  life.release();
  ASSERT_EQ(asked.size(), 2U);
  life.shard().brought(asked.back().first, life.store().objects(0, page.from, page.until), life.now);
  life.commit();
  EXPECT_EQ(life.refused(), 1U);
  EXPECT_EQ(life.answered(), before + 2);
  life.debit();
  EXPECT_EQ(life.refused(), 1U) << "it is back";
  life.commit();
  (void)life.pages_read();
  life.restart();  // the release is in no checkpoint
  EXPECT_EQ(life.pages_read(), 1U);
  EXPECT_TRUE(life.state().order(OrderId{5})->attempts.front().fee.has_value());
}

TEST(History, WhoReadsBeginsAnewWithWhatWasAway) {
  Apart life(100);
  std::size_t paid = 0;
  int runs = 0;
  const auto read = [&](const Shard& shard) {
    ++runs;
    paid = 0;
    for (const Order& order : shard.account(Apart::tenant, Apart::account)->orders)
      paid += order.state == OrderState::paid ? 1U : 0U;
  };
  const auto lacking = life.shard().read_with({}, read);
  ASSERT_TRUE(lacking);
  ASSERT_EQ(lacking->size(), 1U);
  const ObjectNames names = Shard::past_of(lacking->front().tenant, lacking->front().account);
  const auto pages = life.store().objects(0, names.from, names.until);
  const auto nothing = life.shard().read_with({{lacking->front(), *pages}}, read);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->empty());
  EXPECT_EQ(paid, 101U);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(life.pages_here(), 0U);
  // Of what has left once more since it was asked for, nothing is taken: it may have changed.
  const auto old = life.shard().read_with({{lacking->front(), *pages}}, read);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->size(), 1U);
}

struct NoProviders : Providers {
  void perform(const Effect&, Instant, Done done) override { done({}); }
};

/// What would follow is worked out on copies, and reads of their pasts what it looks at.
TEST(History, ARehearsalReadsOnlyWhatItLooksAt) {
  const TenantId tenant = bench::LongLife::tenant;
  const AccountId account = bench::LongLife::account;
  bench::LongLife life(1'000);
  life.leave();
  asking::InPlace policies;
  NoProviders providers;
  Engine engine(life.store(), policies, providers, Engine::Options());
  Errors problems;
  ASSERT_TRUE(engine.open(
      {{tenant, "callloop", {}}},
      [](const TenantId& id, std::uint32_t version, const std::string&) { return asking::catalog_of(id, version); },
      problems));
  TenantState state;
  Catalogs catalogs;
  std::vector<Account> copies;
  ASSERT_TRUE(engine.read([&](const Shard& shard) {
    state = *shard.tenant(tenant);
    catalogs = *shard.catalogs(tenant);
    copies = {*shard.account(tenant, account)};
  }));
  const auto rehearse = [&](const AnyCommand& command, const Actor& actor) {
    return engine.with_pages(tenant, copies, [&](const std::vector<Account>& seen) {
      return Rehearsal(seen.front(), state, catalogs, policies).take(actor, "", command, seen.front().last_at);
    });
  };
  (void)life.pages_read();
  const auto bought = rehearse(BuyCredits{*CreditAmount::parse("100 message"), {}}, {"staff", "jo"});
  ASSERT_TRUE(bought) << bought.error().message;
  EXPECT_FALSE(bought->refusal);
  EXPECT_EQ(life.pages_read(), 0U);
  const auto fee = rehearse(life.says_fee_of(5), {"processor", "sandbox"});
  ASSERT_TRUE(fee) << fee.error().message;
  EXPECT_FALSE(fee->refusal) << fee->refusal->text;
  EXPECT_EQ(life.pages_read(), 1U);
  EXPECT_FALSE(copies.front().is_whole());
}

/// Fees of old orders are reported, one after another, while others read all of them in each way that there is.
TEST(History, IsReadAndChangedByManyAtOnce) {
  constexpr std::uint32_t old_orders = 400, reported = 40;
  const TenantId tenant = bench::LongLife::tenant;
  const AccountId account = bench::LongLife::account;
  bench::LongLife life(old_orders);
  life.leave();
  asking::InPlace policies;
  NoProviders providers;
  Engine engine(life.store(), policies, providers, Engine::Options());
  Errors problems;
  ASSERT_TRUE(engine.open(
      {{tenant, "callloop", {}}},
      [](const TenantId& id, std::uint32_t version, const std::string&) { return asking::catalog_of(id, version); },
      problems));
  const auto fees_of = [](const Account& found) {
    std::uint32_t fees = 0;
    for (std::uint32_t order = 2; order < 2 + old_orders; ++order)
      if (found.order(OrderId{order})->attempts.front().fee) ++fees;
    return fees;
  };
  std::atomic<bool> over = false;
  std::atomic<std::uint32_t> seen = 0, least = 0;
  const auto reads = [&](int way) {
    std::uint32_t last = 0;
    while (!over) {
      const std::uint32_t surely = least;
      std::uint32_t fees = 0;
      const auto see = [&](const TenantState&, const Account& found, const Catalogs&) { fees = fees_of(found); };
      if (way == 0 && !engine.look(tenant, account, see)) continue;
      if (way == 1) {
        ASSERT_TRUE(engine.read([&](const Shard& shard) { fees = fees_of(*shard.account(tenant, account)); }));
      }
      if (way == 2) {
        const auto all = engine.of_accounts<std::uint32_t>(
            tenant, [&](const Account& found) { return std::optional(fees_of(found)); });
        ASSERT_TRUE(all && all->size() == 1);
        fees = all->front().second;
      }
      EXPECT_LE(surely, fees) << "what was answered before it was asked is there, way " << way;
      EXPECT_LE(last, fees);
      last = fees;
      ++seen;
    }
  };
  std::vector<std::thread> readers;
  for (const int way : {0, 1, 2}) readers.emplace_back(reads, way);
  for (std::uint32_t i = 0; i < reported; ++i) {
    const std::uint32_t order = 2 + i * (old_orders / reported);
    Money paid;
    std::string ref, key;
    ASSERT_TRUE(engine.read([&](const Shard& shard) {
      const Attempt& attempt = shard.account(tenant, account)->order(OrderId{order})->attempts.front();
      paid = attempt.amount;
      ref = attempt.ref;
      key = attempt.key;
    }));
    AccountId whose;
    OrderId which;
    std::uint32_t attempt = 0;
    ASSERT_TRUE(
        engine.read([&](const Shard& shard) { ASSERT_TRUE(shard.find_attempt(tenant, key, whose, which, attempt)); }));
    EXPECT_EQ(which, OrderId{order});
    ProviderReport said;
    said.state = AttemptState::captured;
    said.amount = paid;
    said.ref = ref;
    said.fee = *Money::parse("0.30 USD");
    Job job = asking::job_of(account, "fee " + std::to_string(i), PaymentReported{which, attempt, said, false});
    job.actor = {"processor", "sandbox"};
    job.way = Way::provider;
    const auto answer = engine.submit_and_wait(std::move(job));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_FALSE(answer->entry->refusal) << answer->entry->refusal->text;
    ++least;
  }
  over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(seen, 0U);
  engine.close();
  life.restart();
  EXPECT_EQ(life.pages_here(), 0U);
  EXPECT_EQ(fees_of(life.state()), reported);
}

}  // namespace
}  // namespace florin::engine::history_test
