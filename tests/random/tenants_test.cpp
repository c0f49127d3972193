/// Random lives on random tenants: each is written as a file, checked and compiled as an operator's is, and lived under
/// the shipped credit policy. A failure names its seed, and `FLORIN_RANDOM_FIRST=SEED FLORIN_RANDOM_TENANTS=1` repeats
/// it; more tenants than usual by `FLORIN_RANDOM_TENANTS=10000`; each
/// entry by `FLORIN_RANDOM_TRACE=1`.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "config/check.hpp"
#include "domain/subscriptions/subscription.hpp"
#include "life.hpp"
#include "plugins/library.hpp"
#include "written_tenant.hpp"

namespace florin::test {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "florin-random-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};
const Folder& folder() {
  static const Folder one;
  return one;
}

/// The shipped plugins, in this process.
const PluginLibrary& plugins() {
  static const PluginLibrary library = [] {
    PluginPlaces places{.folders = {FLORIN_SHIPPED}, .copies = folder().path / "copies", .pins = {}};
    const PluginLibrary read = *PluginLibrary::open(places);
    places.shipped.emplace();
    for (const PluginFile& file : read.files()) places.shipped->insert(file.sha256);
    return *PluginLibrary::open(std::move(places));
  }();
  return library;
}

/// A tenant that `florin check` lets pass.
struct Accepted {
  WrittenTenant written;
  Catalog catalog;
  CreditPolicy policy;
};

std::optional<Accepted> tenant_of(std::uint64_t seed, std::string* why = nullptr) {
  Dice dice{std::mt19937_64(seed)};
  WrittenTenant written = write_tenant(dice);
  const fs::path file = folder().path / ("made" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << written.yaml;
  Errors errors;
  config::Tenant tenant = config::load_tenant(file, errors);
  if (!errors.empty()) {
    if (why != nullptr) *why = config::text_of(errors);
    return std::nullopt;
  }
  auto policy = plugins().credit_policy(tenant.catalog.policy_plugin,
                                        {.tenant = "made", .config_json = tenant.catalog.policy_config});
  if (!policy) {
    if (why != nullptr) *why = config::text_of(policy.error());
    return std::nullopt;
  }
  std::vector<CreditType> types;
  for (const CreditTypeRule& type : tenant.catalog.credits) types.push_back(type.id);
  policy->knows(std::move(types));
  return Accepted{std::move(written), std::move(tenant.catalog), *std::move(policy)};
}

World world_of(const Accepted& tenant) {
  World world(tenant.catalog, {});
  world.policy_says = [policy = tenant.policy](const Moment& moment) -> std::optional<Answer> {
    auto answer = policy.decide(moment);
    if (!answer) throw std::logic_error(answer.error().message);
    return Answer(*std::move(answer));
  };
  return world;
}

std::uint64_t from_environment(const char* name, std::uint64_t usual) {
  const char* said = std::getenv(name);
  return said == nullptr ? usual : std::strtoull(said, nullptr, 10);
}

/// What `live` does on each accepted tenant, until one fails.
template <class F>
void for_each_tenant(std::uint64_t usual, F live) {
  const std::uint64_t first = from_environment("FLORIN_RANDOM_FIRST", 0);
  const std::uint64_t last = first + from_environment("FLORIN_RANDOM_TENANTS", usual);
  for (std::uint64_t seed = first; seed < last && !testing::Test::HasFatalFailure(); ++seed) {
    const auto tenant = tenant_of(seed);
    if (!tenant) continue;
    SCOPED_TRACE("seed " + std::to_string(seed));
    try {
      live(seed, *tenant);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    if (testing::Test::HasFailure()) {
      std::printf("%s\n", tenant->written.yaml.c_str());
      return;
    }
  }
}

/// Nothing is asked for time after the end that was told, and nothing is below zero.
void check_orders(const Entry& entry, const Account& before, const Account& after, const Catalog& catalog) {
  static const bool trace = std::getenv("FLORIN_RANDOM_TRACE") != nullptr;
  if (trace) std::printf("%s\n", told(entry).c_str());
  const auto& running = after.subscription;
  for (const Fact& fact : entry.facts) {
    const auto* placed = std::get_if<OrderPlaced>(&fact);
    if (placed == nullptr) continue;
    const Order& order = *placed->order;
    ASSERT_GE(order.total.minor(), 0);
    if (running && running->ends_at && order.period_to) {
      ASSERT_LE(*order.period_to, *running->ends_at) << order.lines.front().text;
    }
    if (order.kind == OrderKind::recharge) {
      ASSERT_TRUE(running || catalog.sells_without_plan()) << "recharged without a plan";
    }
  }
  // A refund that is being decided holds all that falls due, and nothing is charged meanwhile.
  const bool on_time = !before.guarantee && !before.past_due && !after.deleted;
  if (before.subscription && !running && before.subscription->ends_at && on_time) {
    ASSERT_LE(entry.at, *before.subscription->ends_at);
  }
  for (const Grant& grant : after.grants) {
    ASSERT_GE(grant.remaining.units, 0);
    ASSERT_GE((grant.remaining - grant.held).units, 0);
  }
}

TEST(RandomTenants, CheckAcceptsMostAndSaysWhyOfTheRest) {
  constexpr std::uint64_t written = 80;
  std::uint64_t accepted = 0;
  for (std::uint64_t seed = 0; seed < written; ++seed) {
    std::string why;
    if (tenant_of(seed, &why))
      ++accepted;
    else
      EXPECT_NE(why.find(".yaml:"), std::string::npos) << seed << ": " << why;
  }
  EXPECT_GT(accepted, written * 2 / 3);
  EXPECT_LT(accepted, written);
}

TEST(RandomTenants, TheBooksHoldInAnyLife) {
  constexpr int commands = 120;
  for_each_tenant(60, [](std::uint64_t seed, const Accepted& tenant) {
    Life life{world_of(tenant), std::mt19937_64(seed)};
    Books books;
    life.world.watch = [&](const Entry& entry, const Account& before, const Account& after) {
      check(after);
      check_received(entry, before);
      check_orders(entry, before, after, tenant.catalog);
      books.check(entry, before, after, life.world);
    };
    life.live(commands);
    if (testing::Test::HasFailure()) return;
    life.world.watch = nullptr;
    if (seed % 4 == 0) check_replay(life.world);
    if (seed % 4 == 1) check_jump(life.world, life.world.now + hours(24 * 200));
  });
}

/// An account that pays whatever it owes at once, and changes its mind.
class Payer {
 public:
  Payer(const Accepted& tenant, std::uint64_t seed)
      : world(world_of(tenant)), dice_{std::mt19937_64(seed)}, catalog_(tenant.catalog), calendar_(catalog_.zone) {
    world.watch = [this](const Entry& entry, const Account& before, const Account& after) {
      check_orders(entry, before, after, catalog_);
      count(entry, before, after);
    };
    world.card("captured").to(world.now + hours(dice_.upto(24 * 400)));
  }
  Payer(const Payer&) = delete;
  Payer& operator=(const Payer&) = delete;

  void live(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      (void)world.tries(something(), dice_.one_in(4) ? "staff" : "owner");
      world.to(world.now + hours(1 + dice_.upto(dice_.one_in(6) ? 24 * 200 : 24 * 12)));
    }
  }

  /// What was paid, what waits and what was given up, against what was delivered and what is still to come.
  void must_have_paid_for_what_was_delivered() const {
    double paid = static_cast<double>(written_off_), is_due = delivered_ + given_up_;
    for (const Order& order : world.account.orders)
      if (order.state == OrderState::paid) paid += static_cast<double>(order.net().minor());
    for (const Line& line : world.account.next_invoice) paid += static_cast<double>(line.amount.minor());
    if (world.account.subscription)
      is_due += a_day_ * static_cast<double>(day_of(world.account.subscription->to) - from_);
    ASSERT_NEAR(paid, is_due, 0.5 * static_cast<double>(roundings_) + 0.01);
  }

  World world;
  std::size_t changes = 0;

 private:
  AnyCommand something() {
    const Plan& plan = catalog_.plans[static_cast<std::size_t>(dice_.upto(std::ssize(catalog_.plans)))];
    const CycleRule& cycle = plan.cycles[static_cast<std::size_t>(dice_.upto(std::ssize(plan.cycles)))];
    const auto licences = static_cast<std::int32_t>(1 + dice_.upto(5));
    const auto& running = world.account.subscription;
    if (!running) {
      if (world.account.standing == Standing::opened && dice_.one_in(3)) return StartTrial{};
      Subscribe begin{plan.id, cycle.id, {}, {}, {}, dice_.one_in(2), {}};
      if (plan.by_licence) begin.licences = licences;
      for (const AddOn& add_on : catalog_.add_ons)
        if (dice_.one_in(3)) begin.add_ons.push_back({add_on.id, static_cast<std::int32_t>(1 + dice_.upto(3))});
      return begin;
    }
    switch (dice_.upto(8)) {
      case 0: return Cancel{};
      case 1: return UndoCancel{};
      case 2: return SetLicences{licences};
      case 3:
        if (!catalog_.add_ons.empty())
          return SetAddOn{catalog_.add_ons[static_cast<std::size_t>(dice_.upto(std::ssize(catalog_.add_ons)))].id,
                          static_cast<std::int32_t>(dice_.upto(4))};
        return Cancel{};
      default: break;
    }
    ChangePlan change;
    if (!dice_.one_in(3)) change.plan = plan.id;
    if (!change.plan || dice_.one_in(3)) change.cycle = cycle.id;
    if (plan.by_licence && dice_.one_in(4)) change.licences = licences;
    if (!catalog_.add_ons.empty() && dice_.one_in(4))
      change.add_ons.push_back({catalog_.add_ons.front().id, static_cast<std::int32_t>(dice_.upto(3))});
    return change;
  }

  std::int64_t day_of(Instant at) const { return calendar_.date(at).days(); }

  /// Of a whole period, as the file has it.
  double price_of(const Subscription& running) const {
    std::int64_t sum = catalog_.plan(running.plan)->cycle(running.cycle)->price.minor() * running.licences;
    for (const AddOnCount& one : running.add_ons)
      sum += catalog_.add_on(one.add_on)->price_on(running.cycle)->price.minor() * one.count;
    return static_cast<double>(sum);
  }

  /// Whether the days that are left of a period that another one takes the place of are given up, by the file's word.
  bool gives_up(const Subscription& was, const Subscription& is) const {
    const bool higher = catalog_.plan(was.plan)->rank < catalog_.plan(is.plan)->rank;
    return (higher ? catalog_.upgrade : catalog_.cycle_change).pays == ChangeRule::Pays::full_price;
  }

  void count(const Entry& entry, const Account& before, const Account& after) {
    for (const Fact& fact : entry.facts) {
      if (const auto* placed = std::get_if<OrderPlaced>(&fact)) roundings_ += 1 + placed->order->lines.size();
      if (const auto* waits = std::get_if<AmountWrittenOff>(&fact)) written_off_ += waits->amount.minor();
    }
    if (after.next_invoice.size() > before.next_invoice.size())
      roundings_ += 1 + after.next_invoice.size() - before.next_invoice.size();
    const auto &was = before.subscription, &is = after.subscription;
    const std::int64_t today = day_of(entry.at);
    const bool same = was && is && was->plan == is->plan && was->cycle == is->cycle && was->licences == is->licences &&
                      was->add_ons == is->add_ons && was->from == is->from && was->to == is->to;
    if (same || (!was && !is)) return;
    ++changes;
    if (was) {
      delivered_ += a_day_ * static_cast<double>(today - from_);
      const double rest = a_day_ * static_cast<double>(day_of(was->to) - today);
      const bool restarts = std::ranges::any_of(
          entry.facts, [](const Fact& fact) { return std::holds_alternative<SubscriptionStarted>(fact); });
      if (is && entry.at < was->to && restarts && gives_up(*was, *is)) given_up_ += rest;
      if (!is) {
        ASSERT_EQ(was->to, entry.at) << "it ended inside its period";
      }
    }
    if (!is) return;
    from_ = today;
    a_day_ = price_of(*is) / static_cast<double>(calendar_.days_between(is->from, is->to));
  }

  Dice dice_;
  const Catalog& catalog_;
  const Calendar calendar_;
  double delivered_ = 0, given_up_ = 0, a_day_ = 0;
  std::int64_t from_ = 0, written_off_ = 0;
  std::size_t roundings_ = 0;
};

TEST(RandomTenants, WhatIsPaidIsWhatIsDelivered) {
  std::size_t changes = 0;
  for_each_tenant(120, [&](std::uint64_t seed, const Accepted& tenant) {
    if (!tenant.written.by_the_day) return;
    Payer payer(tenant, seed);
    payer.live(40);
    if (testing::Test::HasFailure()) return;
    payer.must_have_paid_for_what_was_delivered();
    changes += payer.changes;
  });
  EXPECT_TRUE(changes > 500 || std::getenv("FLORIN_RANDOM_TENANTS") != nullptr) << changes;
}

/// Pauses and resumes, cancels at some time inside the agreement, and pays until it is over.
void live_out_an_agreement(const Accepted& tenant, const Plan& plan, const CycleRule& cycle, std::uint64_t seed) {
  Dice dice{std::mt19937_64(seed)};
  World world = world_of(tenant);
  world.watch = [&](const Entry& entry, const Account& before, const Account& after) {
    check_orders(entry, before, after, tenant.catalog);
  };
  world.card("captured").to(world.now + hours(dice.upto(24 * 400)));
  ASSERT_EQ(world.tries(Subscribe{plan.id, cycle.id, {}, {}, {}, true, {}}), "done");
  ASSERT_TRUE(world.account.subscription);
  bool cancelled = false;
  constexpr int most_steps = 2000;
  for (int step = 0; step < most_steps && world.account.subscription; ++step) {
    const Subscription& running = *world.account.subscription;
    const bool last_period = running.agreement_ends && running.to >= *running.agreement_ends;
    if (!cancelled && !world.account.pause && (dice.one_in(20) || last_period)) {
      ASSERT_EQ(world.tries(Cancel{}), "done");
      cancelled = true;
    } else if (dice.one_in(12)) {
      (void)world.tries(world.account.pause ? AnyCommand(Resume{}) : AnyCommand(Pause{}));
    }
    world.to(world.now + hours(1 + dice.upto(24 * 12)));
  }
  ASSERT_FALSE(world.account.subscription);
  const std::int64_t months = std::max<std::int64_t>(plan.agreement->count, cycle.months);
  std::int64_t paid = 0;
  for (const Order& order : world.account.orders)
    if (order.kind == OrderKind::subscription && order.state == OrderState::paid) paid += cycle.months;
  ASSERT_EQ(paid, months) << plan.id.text() << ", " << cycle.id;
}

TEST(RandomTenants, ABoundAccountPaysExactlyItsTerm) {
  std::size_t lives = 0;
  for_each_tenant(120, [&](std::uint64_t seed, const Accepted& tenant) {
    if (!tenant.catalog.cancel.waits_for_agreement) return;
    for (const Plan& plan : tenant.catalog.plans)
      for (const CycleRule& cycle : plan.cycles) {
        if (!plan.agreement || testing::Test::HasFailure()) continue;
        live_out_an_agreement(tenant, plan, cycle, seed);
        ++lives;
      }
  });
  EXPECT_TRUE(lives > 20 || std::getenv("FLORIN_RANDOM_TENANTS") != nullptr) << lives;
}

}  // namespace
}  // namespace florin::test
