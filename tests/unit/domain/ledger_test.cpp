#include "domain/ledger/postings.hpp"

#include <gtest/gtest.h>

#include <map>

#include "domain/accounts/apply.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

using Books = std::map<std::pair<std::string, std::string>, std::int64_t>;

/// The books of a world, computed from its journal alone.
Books books_of(const World& world) {
  Books books;
  Account account;
  account.id = world.account.id;
  TenantState tenant;
  for (const Entry& entry : world.entries) {
    if (entry.account.empty()) continue;
    for (const Fact& fact : entry.facts) {
      std::map<std::string, std::int64_t> sums;
      for (const Posting& posting : postings(fact, account)) {
        sums[posting.commodity] += posting.amount;
        books[{posting.account, posting.commodity}] += posting.amount;
      }
      for (const auto& [commodity, sum] : sums) EXPECT_EQ(sum, 0) << commodity << ", fact " << fact.index();
      apply(account, tenant, fact, entry.at);
    }
  }
  std::erase_if(books, [](const auto& line) { return line.second == 0; });
  return books;
}

World on_growth() {
  World world(call_loop(), {.rolls_over = true});
  world.to("2026-02-01T10:00Z").card("captured");
  return world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
}
Use sms(std::int64_t messages) { return {meter("sms"), {messages * 160'000'000, "character"}, {}}; }

TEST(Ledger, AMonthAndItsRenewal) {
  World world = on_growth();
  world.does(sms(400)).to("2026-03-01T10:00Z");
  EXPECT_EQ(books_of(world), (Books{{{"cash:stripe", "USD"}, 9800},
                                    {{"revenue", "USD"}, -9800},
                                    {{"issued:plan", "message"}, -2000},
                                    {{"balance:plan", "message"}, 1000},
                                    {{"balance:rollover", "message"}, 600},
                                    {{"spent", "message"}, 400}}));
}

TEST(Ledger, AGuaranteeLeavesNothingOpen) {
  World world = on_growth();
  world.does(sms(400)).does(AdjustCredits{amount("10 message"), false, "sorry"});
  world.does(AdjustCredits{amount("5 message"), true, "too many"});
  world.does(RequestRefund{}).does(DecideRefund{true, ""}).pays_refunds();
  // 595 of 1,000 are unused: 49.00 x 595/1,000 = 29.155, half up; the gift is forfeited with the account.
  EXPECT_EQ(books_of(world), (Books{{{"cash:stripe", "USD"}, 4900 - 2916},
                                    {{"revenue", "USD"}, -(4900 - 2916)},
                                    {{"issued:plan", "message"}, -1000},
                                    {{"issued:correction", "message"}, -10},
                                    {{"spent", "message"}, 400},
                                    {{"corrected", "message"}, 5},
                                    {{"refunded", "message"}, 595},
                                    {{"forfeited", "message"}, 10}}));
}

TEST(Ledger, MoneyThatNobodyWantedGoesThroughTheCustomerOnly) {
  World world = on_growth();
  world.card("declined").card("captured", "backup").to("2026-03-01T10:00Z");
  world.said({.state = AttemptState::captured}, 2, 1);
  EXPECT_EQ((books_of(world)[{"customer", "USD"}]), -4900);
  world.pays_refunds();
  EXPECT_FALSE((books_of(world).contains({"customer", "USD"})));
  EXPECT_EQ((books_of(world)[{"cash:stripe", "USD"}]), 9800);
}

TEST(Ledger, OwedAndAbsorbedAreSpent) {
  for (const auto more : {HoldRule::UsedMore::owe, HoldRule::UsedMore::absorb}) {
    Catalog catalog = call_loop();
    catalog.holds->used_more_than_held = more;
    World world(catalog, {.rolls_over = true});
    world.to("2026-02-01T10:00Z").card("captured").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
    world.does(sms(990)).does(PlaceHold{meter("sms"), {1'600'000'000, "character"}, {}, {}});
    world.does(CaptureHold{{1}, {1'920'000'000, "character"}, {}});  // 12 of 10
    const bool owes = more == HoldRule::UsedMore::owe;
    EXPECT_EQ((books_of(world)[{"spent", "message"}]), 1002);
    EXPECT_EQ((books_of(world)[{owes ? "owed" : "absorbed", "message"}]), -2);
    world.does(BuyCredits{amount("100 message"), {}});
    EXPECT_EQ((books_of(world)[{"balance:purchase", "message"}]), owes ? 98 : 100);
    EXPECT_EQ((books_of(world).contains({"owed", "message"})), false);
  }
}

TEST(Ledger, AFactThatDoesNotFitIsAFault) {
  EXPECT_THROW(postings(GrantExpired{{7}, {5}, ""}, Account()), std::logic_error);
  EXPECT_THROW(postings(RefundMoved{.refund = {1}, .state = AttemptState::captured}, Account()), std::logic_error);
}

}  // namespace
}  // namespace florin::test
