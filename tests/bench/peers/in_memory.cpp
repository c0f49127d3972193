#include <xxhash.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "../contestant.hpp"
#include "config/tenant/tenant.hpp"
#include "domain/accounts/apply.hpp"
#include "domain/catalog/name_index.hpp"
#include "domain/decision/world.hpp"
#include "domain/journal/journal.hpp"
#include "engine/prefetch.hpp"
#include "engine/provider_key.hpp"
#include "engine/slab.hpp"

namespace bench {

namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;
const Instant start_of_time = *Instant::parse("2026-03-10T09:00Z");
const Actor service{"service", ""};
const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

std::string name_of(std::size_t account) { return "account-" + std::to_string(account); }

/// The debit alone, on accounts that lie as a shard's do: look up by name, decide, apply, encode. Nothing is durable,
/// no key is remembered, one thread.
class InMemory final : public Contestant {
 public:
  InMemory(const Place& place, std::size_t tenants, std::size_t prices) : tenants_(tenants) {
    Errors errors;
    auto shipped = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
    must(errors.empty(), "the shipped tenant loads");
    Catalog& catalog = shipped.catalog;
    catalog.version = 1;
    uses_.push_back(one_message);
    std::vector<Meter> meters(catalog.meters.begin(), catalog.meters.end());
    Meter priced = *catalog.meter(one_message.meter);
    for (std::size_t n = 1; n < prices; ++n) {
      priced.id = MeterId::trusted("sms-" + std::to_string(n));
      meters.push_back(priced);
      uses_.push_back(Use{priced.id, one_message.quantity, {}});
    }
    catalog.meters = Meters(std::move(meters));
    for (std::size_t n = 0; n < tenants; ++n) {
      tenants_[n].catalogs.versions.push_back(std::make_shared<const Catalog>(catalog));
      tenants_[n].state.id = TenantId::trusted("callloop-" + std::to_string(n));
      tenants_[n].state.catalog = 1;
      tenants_[n].state.catalog_since = std::vector{start_of_time};
    }
    for (std::size_t i = 0; i < place.accounts; ++i) {
      set_up(accounts_.add(), i);
      names_.add(hash_of(name_of(i)), static_cast<std::uint32_t>(i));
    }
  }

  std::string name() const override { return "the debit in memory alone"; }
  bool does(const Work& work) const override { return work.in_batches(); }

  double run(const Work& work) override {
    constexpr std::size_t block = 16;
    Debits debits(accounts_.size(), work.spread, debited_);
    std::vector<std::string> names(8'192);
    for (std::string& name : names) name = name_of(debits.next().account);
    const auto start = Clock::now();
    std::size_t count = 0;
    double seconds = 0;
    while (seconds < work.seconds) {
      for (std::size_t i = 0; i < names.size(); i += block) {
        std::array<std::uint32_t, block> hashes;
        std::array<Account*, block> looked_up;
        std::array<engine::PriceAhead, block> prices;
        for (std::size_t j = 0; j < block; ++j) names_.prefetch(hashes[j] = hash_of(names[i + j]));
        for (std::size_t j = 0; j < block; ++j) {
          const std::uint32_t likely = names_.likely(hashes[j]);
          looked_up[j] = &accounts_[likely];
          engine::prefetch(*looked_up[j], true);
          prices[j] = {tenants_[likely % tenants_.size()].catalogs, uses_[hashes[j] % uses_.size()]};
          engine::prefetch_lines(&tenants_[likely % tenants_.size()], 2, true);
        }
        for (std::size_t j = 0; j < block; ++j) {
          engine::prefetch_behind(*looked_up[j]);
          prices[j].prefetch_versions();
        }
        for (engine::PriceAhead& price : prices) price.prefetch_catalog();
        for (const engine::PriceAhead& price : prices) price.prefetch_place();
        for (const engine::PriceAhead& price : prices) price.prefetch_meter();
        for (std::size_t j = 0; j < block; ++j) debit(find(names[i + j], hashes[j]), hashes[j]);
      }
      count += names.size();
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    debited_ += count;
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    std::int64_t spent = 0;
    for (std::size_t i = 0; i < accounts_.size(); ++i)
      for (const Grant& grant : accounts_[i].grants) spent += grant.spent.units;
    must(spent == static_cast<std::int64_t>(debited_), "in memory: every debit took one credit");
  }

 private:
  static std::uint32_t hash_of(const std::string& name) {
    return static_cast<std::uint32_t>(XXH3_64bits(name.data(), name.size()));
  }
  std::uint32_t find(const std::string& name, std::uint32_t hash) const {
    return names_.find(hash, [&](std::uint32_t number) { return accounts_[number].id.text() == name; });
  }
  /// On a plan, with credits that rolled over, of the plan, and bought.
  static void set_up(Account& account, std::size_t i) {
    account.id = AccountId::trusted(name_of(i));
    account.opened_at = start_of_time;
    account.standing = Standing::paid;
    account.billing_country = "US";
    Subscription& subscription = account.subscription.emplace();
    subscription.plan = PlanId::trusted("growth");
    subscription.cycle = "monthly";
    subscription.catalog = subscription.period_catalog = 1;
    subscription.anchor = subscription.from = subscription.started_at = start_of_time;
    subscription.to = start_of_time + hours(24 * 31);
    std::int32_t priority = 0;
    for (const GrantSource source : {GrantSource::rollover, GrantSource::plan, GrantSource::purchase}) {
      Grant grant;
      grant.id = {++account.last_grant};
      grant.type = CreditType::trusted("message");
      grant.source = source;
      grant.priority = priority++;
      grant.issued_at = start_of_time;
      grant.ends_at = start_of_time + hours(24 * 3650);
      grant.granted = grant.remaining = {credits_of_each};
      account.grants.push_back(grant);
    }
  }
  /// One of an account's tenant's prices.
  void debit(std::uint32_t number, std::uint32_t price) {
    Account& account = accounts_[number];
    Tenant& tenant = tenants_[number % tenants_.size()];
    Entry entry{.tenant = tenant.state.id,
                .account = account.id,
                .actor = service,
                .key = "k-0123456789",
                .asked_at = start_of_time,
                .at = start_of_time,
                .catalog = 1,
                .command = uses_[price % uses_.size()],
                .refusal = std::nullopt,
                .facts = {}};
    const World world{entry.at, tenant.catalogs, {}, &engine::provider_key};
    Decision decision = decide(account, tenant.state, entry.actor, entry.key, entry.command, world);
    entry.facts = std::move(decision.facts);
    journal::write(bytes_, entry);
    apply(account, tenant.state, entry, ++position_);
    if (bytes_.size() > (4U << 20)) bytes_.clear();
  }

  struct Tenant {
    Catalogs catalogs;
    TenantState state;
  };
  std::vector<Tenant> tenants_;
  std::vector<AnyCommand> uses_;
  engine::Slab<Account> accounts_;
  NameIndex names_;
  std::string bytes_;
  std::uint64_t position_ = 0, debited_ = 0;
};

}  // namespace

std::unique_ptr<Contestant> in_memory(const Place& place, std::size_t tenants, std::size_t prices) {
  return std::make_unique<InMemory>(place, tenants, prices);
}

}  // namespace bench
