/// What is paid is what is delivered: agreements pay exactly their term, prorated changes by the day, and what was
/// under the minimum charge is charged or written off.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "domain/accounts/apply.hpp"
#include "domain/ledger/postings.hpp"
#include "domain/subscriptions/subscription.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

Subscribe on(std::string_view id, std::string cycle) { return {plan(id), std::move(cycle), {}, {}, {}, false, {}}; }

Plan bound_plan(std::int32_t months, Currency currency) {
  Plan bound;
  bound.id = plan("bound");
  bound.rank = 60;
  bound.agreement = Span{Span::Unit::months, months};
  bound.cycles = {{"monthly", 1, Money(50'000, currency), {}, {}},
                  {"quarterly", 3, Money(140'000, currency), {}, {}},
                  {"annual", 12, Money(500'000, currency), {}, {}}};
  return bound;
}

struct Dice {
  std::mt19937_64 random;
  std::int64_t upto(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }
};

std::int64_t paid(const Account& account) {
  std::int64_t sum = 0;
  for (const Order& order : account.orders)
    if (order.state == OrderState::paid) sum += order.total.minor();
  return sum;
}

TEST(Agreements, ABoundAccountPaysExactlyItsTermThroughAnyPauses) {
  constexpr std::pair<const char*, std::int32_t> cycles[] = {{"monthly", 1}, {"quarterly", 3}, {"annual", 12}};
  for (int seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice{std::mt19937_64(static_cast<unsigned>(seed))};
    const auto& [cycle, months] = cycles[dice.upto(3)];
    const auto periods = static_cast<std::int32_t>(1 + dice.upto(months == 12 ? 2 : 6));
    Catalog catalog = salesmsg();
    if (seed % 2 == 0) catalog.zone = zone_named("America/Denver");
    catalog.pause = PauseRule{true, true, {Span::Unit::days, 90}, {}};
    catalog.plans.push_back(bound_plan(periods * months, catalog.currency));
    World world(catalog, {});
    world.card("captured").to(world.now + hours(dice.upto(24 * 400))).does(on("bound", cycle));
    bool cancelled = false;
    for (int step = 0; step < 400 && world.account.subscription; ++step) {
      const Subscription& running = *world.account.subscription;
      if (!cancelled && (dice.upto(10) == 0 || running.to == running.agreement_ends)) {
        world.does(Cancel{});
        cancelled = true;
      } else if (dice.upto(12) == 0) {
        (void)world.tries(world.account.pause ? AnyCommand(Resume{}) : AnyCommand(Pause{}));
      }
      world.to(world.now + hours(1 + dice.upto(24 * 12)));
    }
    ASSERT_FALSE(world.account.subscription);
    ASSERT_EQ(world.orders(OrderKind::subscription), static_cast<std::size_t>(periods));
  }
}

TEST(Agreements, OneThatBeginsInsideAPeriodCountsItAndEndsWithOne) {
  for (const bool annual : {false, true}) {
    Catalog catalog = salesmsg();
    catalog.plans.push_back(bound_plan(12, catalog.currency));
    World world(catalog, {});
    const std::string cycle = annual ? "annual" : "monthly";
    world.card("captured").to("2026-01-01T08:00Z").does(on("starter", cycle));
    world.to("2026-03-10T08:00Z").does(ChangePlan{plan("bound"), cycle});
    const Instant ends = at(annual ? "2027-01-01T08:00Z" : "2027-03-01T08:00Z");
    EXPECT_EQ(*world.account.subscription->agreement_ends, ends);
    world.does(Cancel{});
    EXPECT_EQ(*world.account.subscription->ends_at, ends);
    const std::size_t before = world.orders(OrderKind::subscription);
    world.to("2028-06-01T08:00Z");
    EXPECT_FALSE(world.account.subscription);
    EXPECT_EQ(world.orders(OrderKind::subscription) - before, annual ? 0U : 11U);
  }
}

TEST(Agreements, AnUpgradeThatBeginsANewCycleKeepsTheNumberOfPayments) {
  Catalog catalog = call_loop();
  catalog.plans.push_back(bound_plan(12, catalog.currency));
  Plan higher = bound_plan(12, catalog.currency);
  higher.id = plan("higher");
  higher.rank = 70;
  higher.agreement.reset();
  catalog.plans.push_back(higher);
  World world(catalog, {});
  world.card("captured").to("2026-01-01T08:00Z").does(on("bound", "monthly"));
  world.to("2026-03-10T08:00Z").does(ChangePlan{plan("higher"), "monthly"});
  EXPECT_EQ(*world.account.subscription->agreement_ends, at("2026-12-10T08:00Z"));
  world.does(Cancel{}).to("2027-06-01T08:00Z");
  EXPECT_FALSE(world.account.subscription);
  EXPECT_EQ(world.account.orders.size(), 12U);  // January, February, March, and nine of the new cycle
}

TEST(Agreements, AnImportedOneEndsWithAPeriod) {
  const World world(salesmsg(), {});
  const auto imported = [&](std::string_view agreement_ends) -> std::string {
    Account fresh;
    fresh.id = *AccountId::parse("moved");
    ImportAccount import;
    import.billing_country = "US";
    import.opened_at = at("2025-01-01T08:00Z");
    ImportedPlan moved;
    moved.plan = plan("starter");
    moved.cycle = "monthly";
    moved.anchor = at("2025-01-01T08:00Z");
    moved.next_renewal = at("2026-01-01T08:00Z");
    moved.agreement_ends = at(agreement_ends);
    import.subscription = moved;
    const std::vector<Answer> none;
    const auto key_of = [](std::string_view) { return std::string(25, '0'); };
    const auto decision =
        decide(fresh, world.tenant, {"staff", ""}, "k", import, {world.now, world.catalogs, none, key_of});
    if (decision.refusal) return decision.refusal->code;
    for (const Fact& fact : decision.facts)
      if (const auto* started = std::get_if<SubscriptionStarted>(&fact)) return started->agreement_ends->text();
    return "none";
  };
  EXPECT_EQ(imported("2026-06-01T08:00Z"), "2026-06-01T08:00Z");
  EXPECT_EQ(imported("2026-05-31T23:59Z"), "2026-06-01T08:00Z");  // the last day of it, elsewhere
  EXPECT_EQ(imported("2026-06-01T20:00Z"), "2026-06-01T08:00Z");
  EXPECT_EQ(imported("2026-01-01T00:30Z"), "2026-01-01T08:00Z");
  EXPECT_EQ(imported("2026-06-15T08:00Z"), "agreement_does_not_fit");
}

/// The price of each local day from the first payment on, by the period that it is in.
struct Delivered {
  const Calendar calendar;
  double sum = 0;
  std::int64_t from = 0;  // day
  double a_day = 0;

  void goes_on(Instant at, const Account& account, std::int64_t price) {
    const std::int64_t today = calendar.date(at).days();
    sum += a_day * static_cast<double>(today - from);
    from = today;
    const Subscription& running = *account.subscription;
    a_day = static_cast<double>(price) / static_cast<double>(calendar.days_between(running.from, running.to));
  }
};

std::int64_t price_of(const Catalog& catalog, const Subscription& running) {
  return catalog.plan(running.plan)->cycle(running.cycle)->price.minor();
}

/// An account that comes with coupons on a plan that it runs since 1 March, imported on the 10th.
struct WithCoupons : World {
  WithCoupons(Catalog catalog, std::string_view on_plan, std::vector<ImportedCoupon> coupons)
      : World(std::move(catalog), {}) {
    to("2026-03-10T14:00Z");
    account = Account();
    account.id = *AccountId::parse("acme");
    ImportAccount import;
    import.billing_country = "US";
    import.opened_at = at("2026-03-01T08:00Z");
    import.methods = {{*MethodId::parse("card"), "primary", "captured", "visa", "4242"}};
    ImportedPlan running;
    running.plan = plan(on_plan);
    running.cycle = "monthly";
    running.anchor = at("2026-03-01T08:00Z");
    running.next_renewal = at("2026-04-01T08:00Z");
    import.subscription = running;
    import.coupons = std::move(coupons);
    does(import);
  }
  static ImportedCoupon coupon(std::string_view name, std::string_view takes_off, std::optional<std::int32_t> periods) {
    ImportedCoupon one;
    one.coupon = std::string(name);
    one.takes_off = *TakesOff::parse(takes_off);
    one.periods = periods;
    return one;
  }
};

TEST(Coupons, TakeTheirPartOffAsManyPeriodsAsAreLeft) {
  WithCoupons world(call_loop(), "growth",
                    {WithCoupons::coupon("launch25", "25 percent", 3), WithCoupons::coupon("friend", "10 percent", 1)});
  EXPECT_EQ(world.to("2026-04-01T08:00Z").charged(), "33.07 USD");  // 36.75 - 3.68; wrong: 31.85
  EXPECT_EQ(world.last_order().lines.front().text,
            "growth, monthly, less 12.25 USD (launch25), less 3.68 USD (friend)");
  EXPECT_EQ(world.to("2026-05-01T08:00Z").charged(), "69.82 USD");
  EXPECT_EQ(world.to("2026-06-01T08:00Z").charged(), "106.57 USD");
  EXPECT_EQ(world.to("2026-07-01T08:00Z").charged(), "155.57 USD");
  EXPECT_TRUE(world.account.coupons.empty());
}

TEST(Coupons, AreForPeriodsThatBeginBeforeTheirEnd) {
  ImportedCoupon dated = WithCoupons::coupon("spring", "10.00 USD", std::nullopt);
  dated.until = at("2026-05-01T08:00Z");
  WithCoupons world(call_loop(), "growth", {dated});
  EXPECT_EQ(world.to("2026-04-01T08:00Z").charged(), "39.00 USD");
  EXPECT_EQ(world.to("2026-05-01T08:00Z").charged(), "88.00 USD");
}

TEST(Coupons, BesideAChangeByTheDayWhatWasPaidCounts) {
  WithCoupons both(salesmsg(), "starter", {WithCoupons::coupon("quarter", "25 percent", 2)});
  both.to("2026-03-16T14:00Z").does(ChangePlan{plan("growth"), {}, {}, {}, {}});
  EXPECT_EQ(both.charged(), "9.29 USD");  // (36.75 - 18.75) * 16/31; wrong: 12.39
  EXPECT_EQ(both.to("2026-04-01T08:00Z").charged(), "46.04 USD");
  EXPECT_EQ(both.to("2026-05-01T08:00Z").charged(), "82.79 USD");
  EXPECT_EQ(both.to("2026-06-01T08:00Z").charged(), "131.79 USD");

  ImportedCoupon of_starter = WithCoupons::coupon("quarter", "25 percent", 2);
  of_starter.plans = {plan("starter")};
  WithCoupons old(salesmsg(), "starter", {of_starter});
  old.to("2026-03-16T14:00Z").does(ChangePlan{plan("growth"), {}, {}, {}, {}});
  EXPECT_EQ(old.charged(), "15.61 USD");  // (49.00 - 18.75) * 16/31
  EXPECT_EQ(old.to("2026-04-01T08:00Z").charged(), "64.61 USD");
  old.to("2026-04-05T08:00Z").does(ChangePlan{plan("starter"), {}, {}, {}, {}});
  EXPECT_EQ(old.to("2026-05-01T08:00Z").charged(), "83.36 USD");
  EXPECT_EQ(old.to("2026-06-01T08:00Z").charged(), "102.11 USD");
  EXPECT_EQ(old.to("2026-07-01T08:00Z").charged(), "127.11 USD");
}

TEST(Coupons, ACycleThatBeginsAnewIsOneOfTheirPeriods) {
  WithCoupons world(call_loop(), "growth", {WithCoupons::coupon("half", "50 percent", 2)});
  EXPECT_EQ(world.to("2026-04-01T08:00Z").charged(), "24.50 USD");
  world.to("2026-04-20T08:00Z").does(ChangePlan{plan("pro"), {}, {}, {}, {}});
  EXPECT_EQ(world.charged(), "149.00 USD");
  EXPECT_EQ(world.to("2026-05-20T08:00Z").charged(), "398.00 USD");
}

TEST(Coupons, NeverTakeMoreThanThereIsAndEndWithThePlan) {
  WithCoupons world(call_loop(), "growth",
                    {WithCoupons::coupon("all", "60.00 USD", 2), WithCoupons::coupon("more", "100 percent", 1)});
  EXPECT_EQ(world.to("2026-04-01T08:00Z").charges(), 0U);
  EXPECT_EQ(world.credits("plan"), 1000);
  // The first took nothing of April: 100 percent had taken all.
  EXPECT_EQ(world.to("2026-05-01T08:00Z").charges(), 0U);
  world.does(Cancel{}).to("2026-06-02T08:00Z").does(on("growth", "monthly"));
  EXPECT_EQ(world.charged(), "49.00 USD");
}

TEST(Coupons, SayWhatTheyTakeOff) {
  for (const char* good : {"25 percent", "12.5 percent", "100 percent", "0.000001 percent", "10.00 USD", "500 JPY"})
    EXPECT_EQ(TakesOff::parse(good)->text(), good);
  for (const char* bad : {"", "25", "25 %", "0 percent", "-5 percent", "100.1 percent", "1.0000001 percent", "percent",
                          " percent", "0.00 USD", "-1.00 USD", "10.00", "10.001 USD", "999999999999999999 percent"})
    EXPECT_FALSE(TakesOff::parse(bad)) << bad;
}

TEST(Changes, WhatIsPaidIsWhatIsDeliveredByTheDay) {
  std::size_t changed = 0, waited = 0;
  for (int seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice{std::mt19937_64(static_cast<unsigned>(seed))};
    Catalog catalog = salesmsg();
    if (seed % 2 == 0) catalog.zone = zone_named("Europe/Berlin");
    catalog.plans.clear();
    for (int rank = 1; rank <= 4; ++rank) {
      Plan one;
      one.id = plan("p" + std::to_string(rank));
      one.rank = rank;
      const std::int64_t price = 900 * rank + dice.upto(3000);
      one.cycles = {{"monthly", 1, Money(price, catalog.currency), {}, {}},
                    {"annual", 12, Money(price * (8 + dice.upto(4)), catalog.currency), {}, {}}};
      catalog.plans.push_back(one);
    }
    const bool restarts = dice.upto(2) == 0;
    const ChangeRule rule{.when = ChangeRule::When::now,
                          .cycle = restarts ? ChangeRule::Cycle::restarts : ChangeRule::Cycle::keeps,
                          .pays = ChangeRule::Pays::prorated_difference,
                          .credits = restarts ? ChangeRule::Gives::full : ChangeRule::Gives::prorated_difference,
                          .at = {}};
    catalog.upgrade = catalog.cycle_change = rule;
    catalog.cycle_change.when = ChangeRule::When::now_if_longer;
    catalog.minimum_charge = Money(0, catalog.currency);
    World world(catalog, {});
    world.card("captured").to(world.now + hours(dice.upto(24 * 365))).does(on("p1", "monthly"));
    Delivered delivered{Calendar(catalog.zone)};
    delivered.from = delivered.calendar.date(world.now).days();
    delivered.goes_on(world.now, world.account, price_of(catalog, *world.account.subscription));
    const Instant begun = world.account.subscription->from;
    for (int step = 0; step < 6; ++step) {
      const Instant next = world.now + hours(1 + dice.upto(24 * 9));
      if (world.account.subscription->to <= next) break;
      world.to(next);
      const std::size_t orders = world.account.orders.size();
      ChangePlan change;
      if (dice.upto(2) == 0) change.plan = plan("p" + std::to_string(1 + dice.upto(4)));
      if (!change.plan || dice.upto(3) == 0) change.cycle = dice.upto(2) == 0 ? "annual" : "monthly";
      const std::string then = world.tries(change);
      changed += world.account.orders.size() > orders ? 1U : 0U;
      waited += then == "done" && world.account.orders.size() == orders ? 1U : 0U;
      delivered.goes_on(world.now, world.account, price_of(catalog, *world.account.subscription));
    }
    delivered.goes_on(world.account.subscription->to, world.account, 0);
    ASSERT_LT(begun, world.account.subscription->to);
    const auto orders = static_cast<double>(world.account.orders.size());
    ASSERT_NEAR(static_cast<double>(paid(world.account)), delivered.sum, 0.5 * orders + 0.001);
  }
  EXPECT_GT(changed, 100U);
  EXPECT_GT(waited, 50U);
}

TEST(Changes, WhatIsBoughtByTheDayInTheLastHoursBringsNoCreditsAndIsDelivered) {
  Catalog catalog = kaspr();
  catalog.minimum_charge = Money(0, catalog.currency);
  for (AddOn& add_on : catalog.add_ons) add_on.whole_inside_period = false;
  World world(catalog, {});
  world.policy_says = [](const Moment& moment) -> std::optional<Answer> {
    for (const Allowance& given : moment.includes) EXPECT_FALSE(given.amount.is_zero());
    return std::nullopt;
  };
  Subscribe begin = on(catalog.plans.front().id.text(), "monthly");
  begin.licences = 1;
  world.card("captured").to("2026-01-01T15:00Z").does(begin).to("2026-02-01T10:00Z");
  const AddOnId extra = catalog.add_ons.front().id;
  world.does(SetAddOn{extra, 1, {}});
  EXPECT_EQ(world.last_order().total.minor(), 0);
  EXPECT_EQ(world.last_order().state, OrderState::paid);
  EXPECT_FALSE(world.last_order().undelivered);
  EXPECT_EQ(world.account.subscription->add_ons.size(), 1U);
  world.to("2026-02-01T15:00Z");
  EXPECT_GT(world.credits("addon"), 0);
}

TEST(SmallAmounts, AreChargedWhenTheyHaveAddedUpAtTheEndOrWrittenOff) {
  for (const bool declines : {false, true}) {
    Catalog catalog = salesmsg();
    catalog.minimum_charge = money("20.00 USD");
    World world(catalog, {});
    world.card("captured").to("2026-01-01T08:00Z").does(on("starter", "monthly"));
    for (int i = 0; i < 5; ++i) world.does(BuyCredits{amount("100 message"), {}});
    // 5.00 each: the fourth makes 20.00, the fifth waits.
    EXPECT_EQ(world.charged(), "45.00 USD");
    EXPECT_EQ(world.account.next_invoice.size(), 1U);
    if (declines) world.card("declined");
    world.does(Cancel{}).to("2026-03-01T08:00Z");
    EXPECT_TRUE(world.account.next_invoice.empty());
    EXPECT_EQ(world.charged(), declines ? "45.00 USD" : "50.00 USD");
    EXPECT_EQ(world.facts<AmountWrittenOff>(), declines ? 1U : 0U);
  }
}

TEST(SmallAmounts, GoBackToTheNextInvoiceWhenTheirOrderFails) {
  Catalog catalog = salesmsg();
  catalog.minimum_charge = money("9.00 USD");
  World world(catalog, {});
  world.card("captured").to("2026-01-01T08:00Z").does(on("starter", "monthly"));
  world.does(BuyCredits{amount("100 message"), {}});
  world.card("declined").does(BuyCredits{amount("100 message"), {}});
  EXPECT_EQ(world.account.next_invoice.size(), 1U);
  EXPECT_EQ(world.last_order().state, OrderState::closed);
  // Money that comes late pays for what it was asked for, once.
  ProviderReport late;
  late.state = AttemptState::captured;
  late.amount = world.last_order().total;
  world.said(late);
  EXPECT_TRUE(world.account.next_invoice.empty());
  world.card("captured").to("2026-02-01T08:00Z");
  EXPECT_EQ(world.charged(), "60.00 USD");  // 25.00 + 10.00 + 25.00
}

TEST(SmallAmounts, AnOpenInvoiceOfADeletedAccountIsWrittenOff) {
  Catalog catalog = exotel();
  catalog.gates.clear();
  catalog.has_minimum = true;
  for (Plan& one : catalog.plans) one.monthly_minimum = Money(50'000, catalog.currency);
  catalog.tries.push_back({"minimum", {"primary"}, {}});
  World world(catalog, {});
  std::map<std::string, std::int64_t> books;
  world.watch = [&](const Entry& entry, const Account& before, const Account&) {
    Account folded = before;
    TenantState tenant;
    for (const Fact& fact : entry.facts) {
      for (const Posting& posting : postings(fact, folded)) books[posting.account] += posting.amount;
      apply(folded, tenant, fact, entry.at);
    }
  };
  world.card("captured").to("2026-01-01T08:00Z").does(on("starter", "monthly"));
  world.card("declined").to("2026-02-01T09:00Z");
  EXPECT_GT(books["customer"], 0);
  world.does(DeleteAccount{});
  EXPECT_EQ(books["customer"], 0);
  EXPECT_GT(books["written_off"], 0);
}

// Denver gives up its summer time, and a host is started with the tz database that says so. What was promised stays:
// the period that runs ends at 15:00 UTC, 9:00 of the old summer time. The next one ends at 9:00 by the new clock.
TEST(NewTzdata, MovesNoBoundaryThatWasPromised) {
  Catalog catalog = salesmsg();
  catalog.zone = zone_named("America/Denver");
  World world(catalog, {});
  std::vector<std::pair<Instant, Instant>> periods;
  world.watch = [&](const Entry&, const Account&, const Account& after) {
    if (!after.subscription) return;
    const std::pair period(after.subscription->from, after.subscription->to);
    if (periods.empty() || periods.back() != period) periods.push_back(period);
  };
  world.card("captured").to("2026-02-10T16:00Z").does(on("starter", "monthly"));
  EXPECT_EQ(world.account.subscription->to, at("2026-03-10T15:00Z"));
  world.to("2026-02-20T00:00Z");

  catalog.zone = {.name = "America/Denver", .database = "next", .first_offset = -7 * 3600, .changes = {}};
  catalog.version = world.catalogs.versions.back()->version;
  world.catalogs.versions.back() = std::make_shared<const Catalog>(catalog);

  world.to("2026-05-01T00:00Z");
  const std::vector<std::pair<Instant, Instant>> expected = {{at("2026-02-10T16:00Z"), at("2026-03-10T15:00Z")},
                                                             {at("2026-03-10T15:00Z"), at("2026-04-10T16:00Z")},
                                                             {at("2026-04-10T16:00Z"), at("2026-05-10T16:00Z")}};
  EXPECT_EQ(periods, expected);
  EXPECT_EQ(world.charges(), 3U);
}

}  // namespace
}  // namespace florin::test
