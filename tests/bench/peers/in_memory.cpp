#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>

#include "../contestant.hpp"
#include "config/tenant/tenant.hpp"
#include "domain/accounts/apply.hpp"
#include "domain/decision/world.hpp"
#include "domain/journal/journal.hpp"
#include "engine/prefetch.hpp"
#include "engine/provider_key.hpp"

namespace bench {

namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;
const Instant start_of_time = *Instant::parse("2026-03-10T09:00Z");
const Actor service{"service", ""};
const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

std::string name_of(std::size_t account) { return "account-" + std::to_string(account); }

/// The debit alone: look up by name, decide, apply, encode. Nothing is durable, no key is remembered, one thread.
class InMemory final : public Contestant {
 public:
  explicit InMemory(const Place& place) {
    Errors errors;
    auto shipped = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
    must(errors.empty(), "the shipped tenant loads");
    shipped.catalog.version = 1;
    catalogs_.versions.push_back(std::make_shared<const Catalog>(std::move(shipped.catalog)));
    tenant_.id = TenantId::trusted("callloop");
    tenant_.catalog = 1;
    tenant_.catalog_since = {start_of_time};
    accounts_.reserve(place.accounts);
    for (std::size_t i = 0; i < place.accounts; ++i) accounts_.emplace(name_of(i), account_number(i));
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
        std::array<Account*, block> looked_up;
        for (std::size_t j = 0; j < block; ++j) {
          looked_up[j] = accounts_.find(names[i + j])->second.get();
          engine::prefetch(*looked_up[j]);
        }
        for (const Account* account : looked_up) engine::prefetch_grants(*account);
        for (Account* account : looked_up) debit(*account);
      }
      count += names.size();
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    debited_ += count;
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    std::int64_t spent = 0;
    for (const auto& [name, account] : accounts_)
      for (const Grant& grant : account->grants) spent += grant.spent.units;
    must(spent == static_cast<std::int64_t>(debited_), "in memory: every debit took one credit");
  }

 private:
  /// Credits that rolled over, of the plan, and bought.
  static std::unique_ptr<Account> account_number(std::size_t i) {
    auto account = std::make_unique<Account>();
    account->id = AccountId::trusted(name_of(i));
    account->opened_at = start_of_time;
    account->standing = Standing::paid;
    account->billing_country = "US";
    std::int32_t priority = 0;
    for (const GrantSource source : {GrantSource::rollover, GrantSource::plan, GrantSource::purchase}) {
      Grant grant;
      grant.id = {++account->last_grant};
      grant.type = CreditType::trusted("message");
      grant.source = source;
      grant.priority = priority++;
      grant.issued_at = start_of_time;
      grant.ends_at = start_of_time + hours(24 * 3650);
      grant.granted = grant.remaining = {credits_of_each};
      account->grants.push_back(grant);
    }
    return account;
  }
  void debit(Account& account) {
    Entry entry{.tenant = tenant_.id,
                .account = account.id,
                .actor = service,
                .key = "k-0123456789",
                .asked_at = start_of_time,
                .at = start_of_time,
                .catalog = 1,
                .command = one_message,
                .refusal = std::nullopt,
                .facts = {}};
    const World world{entry.at, catalogs_, {}, &engine::provider_key};
    Decision decision = decide(account, tenant_, entry.actor, entry.key, entry.command, world);
    entry.facts = std::move(decision.facts);
    journal::write(bytes_, entry);
    apply(account, tenant_, entry, ++position_);
    if (bytes_.size() > (4U << 20)) bytes_.clear();
  }

  Catalogs catalogs_;
  TenantState tenant_;
  boost::unordered_flat_map<std::string, std::unique_ptr<Account>> accounts_;
  std::string bytes_;
  std::uint64_t position_ = 0, debited_ = 0;
};

}  // namespace

std::unique_ptr<Contestant> in_memory(const Place& place) { return std::make_unique<InMemory>(place); }

}  // namespace bench
