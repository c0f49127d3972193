/// Random lives of a year: whatever is asked in whatever order, the books hold. A failure names its seed.
#include <gtest/gtest.h>

#include <boost/mp11.hpp>
#include <map>
#include <random>
#include <set>
#include <string_view>

#include "../../sanitized.hpp"
#include "domain/journal/names.hpp"
#include "domain/subscriptions/subscription.hpp"
#include "life.hpp"

namespace florin::test {
namespace {

Catalog catalog_of(int i) {
  Catalog catalog = i % 4 == 0 ? call_loop() : i % 4 == 1 ? salesmsg() : i % 4 == 2 ? kaspr() : exotel();
  if (i % 3 == 0) catalog.zone = zone_named("America/Denver");
  if (i % 2 == 0) catalog.pause = PauseRule{true, i % 3 != 0, {Span::Unit::days, 90}, {}};
  if (i % 8 == 7 || i % 5 == 3) catalog.cancel.credits = CancelRule::KeptCredits::keep_frozen;
  catalog.cancel.keep_for = {Span::Unit::days, 60};
  if (i % 5 == 0)
    catalog.cycle_change = {.when = ChangeRule::When::now_if_longer,
                            .cycle = ChangeRule::Cycle::keeps,
                            .pays = ChangeRule::Pays::prorated_difference,
                            .credits = ChangeRule::Gives::prorated_difference,
                            .at = {}};
  if (!catalog.add_ons.empty()) {
    AddOn by_month = catalog.add_ons.front();
    by_month.id = *AddOnId::parse("by_month");
    by_month.prices = {{"monthly", Money(500, catalog.currency)}};
    by_month.whole_inside_period = i % 8 == 2;
    catalog.add_ons.push_back(by_month);
  }
  if (i % 8 == 3) {  // what is missing of a month's minimum comes from credits, then from an order
    for (Plan& plan : catalog.plans) plan.monthly_minimum = Money(50'000, catalog.currency);
    catalog.has_minimum = true;
    catalog.tries.push_back({"minimum", {"primary"}, {}});
  }
  Plan own;
  own.id = *PlanId::parse("own");
  own.rank = 99;
  own.per_account = {"cycles", "agreement"};
  own.cycles = {{"monthly", 1, Money(0, catalog.currency), {}, {}}};
  catalog.plans.push_back(own);
  catalog.review = ReviewRule{.reasons = {"duplicate_charge"},
                              .asked_within = {Span::Unit::days, 7},
                              .answered_within = 2,
                              .duplicates_within = hours(24),
                              .at = {}};
  catalog.staff_may_refund = i % 2 == 0;
  if (i % 7 == 2) catalog.minimum_charge = Money(1000, catalog.currency);
  if (i % 5 == 1)
    catalog.paid_after_closed = {
        .purchase = {}, .recharge = {}, .subscription = {}, .otherwise = LateThen::staff_decides, .at = {}};
  catalog.taken_back.spent = i % 3 == 0 ? SpentThen::owe : i % 3 == 1 ? SpentThen::block : SpentThen::absorb;
  return catalog;
}

World started(int seed) {
  return {catalog_of(seed), {.rolls_over = seed % 4 == 0, .forfeits_at_cancel = seed % 4 != 3}};
}

TEST(Random, TheBooksHoldAfterEveryEntry) {
  std::map<std::size_t, int> kinds;
  for (int seed = 0; seed < samples(1000) && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life{started(seed), std::mt19937_64(static_cast<unsigned>(seed))};
    Books books;
    life.world.watch = [&](const Entry& entry, const Account& before, const Account& after) {
      check(after);
      check_received(entry, before);
      for (const Fact& fact : entry.facts) ++kinds[fact.index()];
      if (entry.refusal && entry.facts.empty()) {
        ASSERT_EQ(state_of(before), state_of(after)) << entry.refusal->code;
      }
      ASSERT_LE(before.last_at, after.last_at);
      books.check(entry, before, after, life.world);
    };
    life.live(250);
  }
  if (sanitized) return;  // so few lives need not have seen everything
  // What touches no books of an account, comes from the host or the tenant, or needs two accounts has its own stories.
  const std::set<std::string_view> elsewhere = {
      "money_identified",  "money_kept",        "money_moved_on",     "bank_receipt_recorded", "order_reopened",
      "order_settled",     "receipt_moved",     "tax_withheld",       "account_imported",      "account_opened",
      "catalog_applied",   "charge_waits",      "charges_lifted",     "charges_stopped",       "document_numbers_set",
      "entitlement_set",   "grant_received",    "grant_transferred",  "invitation_accepted",   "invitation_revoked",
      "item_released",     "item_restored",     "item_suspended",     "item_occupied",         "member_invited",
      "member_removed",    "month_closed",      "role_changed",       "store_opened",          "retry_planned",
      "processor_counted", "discrepancy_found", "discrepancy_closed", "saving_started",        "saving_moved",
      "look_up_planned",   "delivery_failed",   "delivery_ended",     "receipt_reversed",      "reversal_undone",
      "receipt_dismissed", "payout_returned",   "credits_given_back", "credits_owed_less",     "key_issued",
      "key_ends"};
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<Fact>>>([&](auto i) {
    const auto name = word_of<std::variant_alternative_t<i, Fact>>();
    std::printf("KIND %s %d\n", std::string(name).c_str(), kinds[i]);
    EXPECT_TRUE(kinds.contains(i) || elsewhere.contains(name)) << name << " did not happen in any life";
  });
}

TEST(Random, NothingIsChargedForTimeAfterTheEndThatWasTold) {
  std::size_t told = 0, bound = 0;
  for (int seed = 0; seed < samples(160) && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life{started(seed), std::mt19937_64(static_cast<unsigned>(3000 + seed))};
    const Calendar calendar(life.world.catalogs.at(1).zone);
    life.world.watch = [&](const Entry& entry, const Account&, const Account& after) {
      if (!after.subscription) return;
      const Subscription& running = *after.subscription;
      const auto ends_a_period = [&](Instant end) {
        return last_end_within(calendar, periods_of(running), end) == end;
      };
      if (running.ends_at) {
        ++told;
        ASSERT_TRUE(ends_a_period(*running.ends_at)) << running.ends_at->text();
      }
      if (running.agreement_ends && entry.at < *running.agreement_ends) {
        ++bound;
        ASSERT_TRUE(ends_a_period(*running.agreement_ends)) << running.agreement_ends->text();
      }
      for (const Fact& fact : entry.facts)
        if (const auto* placed = std::get_if<OrderPlaced>(&fact); placed != nullptr && placed->order->renewal()) {
          ASSERT_TRUE(!running.ends_at || *placed->order->period_to <= *running.ends_at);
        }
    };
    life.live(200);
  }
  EXPECT_GT(told, sanitized ? 10U : 100U);
  EXPECT_GT(bound, sanitized ? 10U : 100U);
}

TEST(Random, BytesAndReplayGiveTheSameAccount) {
  for (int seed = 0; seed < samples(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life{started(seed), std::mt19937_64(static_cast<unsigned>(1000 + seed))};
    life.live(200);
    check_replay(life.world);
  }
}

TEST(Random, OneJumpOrDailyStepsGiveTheSameFacts) {
  for (int seed = 0; seed < samples(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life{started(seed), std::mt19937_64(static_cast<unsigned>(2000 + seed))};
    life.live(60);
    check_jump(life.world, life.world.now + hours(24 * 425));
  }
}

}  // namespace
}  // namespace florin::test
