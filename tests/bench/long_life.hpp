#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/tenant/tenant.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/decision/world.hpp"
#include "domain/journal/journal.hpp"
#include "engine/shard.hpp"
#include "store/memory/memory_store.hpp"

/// One account with a long past, in a shard of its own: orders that were paid, whose credits are used up.
namespace florin::bench {

/// Counts what is read of accounts' pasts.
class CountingStore : public store::MemoryStore {
 public:
  using MemoryStore::load;
  Result<Loaded> load(std::uint32_t shard, std::span<const std::string_view> without) override {
    auto loaded = MemoryStore::load(shard, without);
    if (loaded) count(loaded->objects);
    return loaded;
  }
  Result<std::vector<store::Checkpoint>> objects(std::uint32_t shard, std::string_view from,
                                                 std::string_view until) override {
    auto found = MemoryStore::objects(shard, from, until);
    if (found) count(*found);
    return found;
  }
  /// Pages since the last time it was asked.
  std::size_t pages_read() { return pages_.exchange(0); }

 private:
  void count(const std::vector<store::Checkpoint>& objects) {
    for (const store::Checkpoint& object : objects)
      if (object.object.starts_with("past/") && !object.object.starts_with("past//")) ++pages_;
  }
  std::atomic<std::size_t> pages_ = 0;
};

class LongLife {
 public:
  static inline const TenantId tenant = *TenantId::parse("callloop");
  static inline const AccountId account = *AccountId::parse("ann");
  static inline const Instant now = *Instant::parse("2026-03-10T09:00Z");

  explicit LongLife(std::uint32_t closed_orders) {
    open(*shard_);
    ask(OpenAccount{"US", std::nullopt, {}});
    ask(AddPaymentMethod{*MethodId::parse("card"), "primary", {}, "tok_1", "visa", "4242", std::nullopt});
    Subscribe growth;
    growth.plan = *PlanId::parse("growth");
    growth.cycle = "monthly";
    ask(std::move(growth));
    pay();
    ask(AdjustCredits{*CreditAmount::parse("900000 message"), false, "for the test"});
    commit();
    write_past(closed_orders);
    restart();
  }

  /// A new shard over the same store.
  void restart() {
    shard_ = std::make_unique<engine::Shard>(store_, policies_, engine::Shard::Options());
    open(*shard_);
    shard_->let_look();
  }

  void command() { ask(AdjustCredits{*CreditAmount::parse("1 message"), false, "for the test"}); }
  void debit() { ask(Use{*MeterId::parse("sms"), *Quantity::parse("100 characters"), {}}); }
  /// Credits are bought and paid for.
  void purchase() {
    ask(BuyCredits{*CreditAmount::parse("100 message"), {}});
    pay();
  }
  /// Its month is over: what it has expires, and the next one is charged.
  void renew() { shard_->take_due(now + hours(24 * 31), 1); }
  /// Whether this usage would go through.
  bool check() const {
    bool goes = false;
    shard_->look(tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
      const World world{found.last_at, catalogs, {}, nullptr};
      goes = !decide(found, state, {"owner", "ann"}, "",
                     Use{*MeterId::parse("sms"), *Quantity::parse("1 characters"), {}}, world)
                  .refusal;
    });
    return goes;
  }
  void commit() {
    if (shard_->waiting() == 0) return;
    const store::Row row = shard_->form();
    if (store_.commit(row, row.epoch) != store::Committed::done) std::abort();
    shard_->durable(row);
  }
  /// What a checkpoint of what has changed is made of. Only of what is durable.
  engine::Shard::Cut cut() { return shard_->cut(); }
  void save(const engine::Shard::Cut& cut) {
    if (!store_.save(0, cut.objects, cut.floor)) std::abort();
    shard_->saved(true);
  }
  void not_saved() { shard_->saved(false); }
  const Account& state() const { return *shard_->account(tenant, account); }
  std::size_t refused() const { return refused_; }
  std::size_t answered() const { return answered_; }
  engine::Shard& shard() { return *shard_; }
  store::Store& store() { return store_; }
  /// Since the last time it was asked.
  std::size_t pages_read() { return store_.pages_read(); }
  /// Pages of its past that are in memory now, orders' and grants'.
  std::size_t pages_here() const {
    std::size_t here = 0;
    const auto count = [&](std::size_t, const auto&) { ++here; };
    shard_->look(tenant, account, [&](const TenantState&, const Account& found, const Catalogs&) {
      found.orders.pages().each_here(count);
      found.closed_grants.pages().each_here([&](std::size_t number, const auto&) {
        if (number < found.closed_grants.whole_pages()) ++here;
      });
    });
    return here;
  }
  /// A processor says what it kept of an old payment; a customer's bank takes another back.
  void fee_of(std::uint32_t order) {
    const Attempt& paid = state().order(OrderId{order})->attempts.front();
    ProviderReport said;
    said.state = AttemptState::captured;
    said.ref = paid.ref;
    said.amount = paid.amount;
    said.fee = *Money::parse("0.30 USD");
    leave();
    ask(PaymentReported{OrderId{order}, 1, std::move(said), false}, Way::provider);
  }
  void dispute_of(std::uint32_t order) {
    leave();
    dispute(order, "dp_" + std::to_string(order));
  }
  void dispute(std::uint32_t order, std::string ref) {
    ask(RecordDispute{OrderId{order}, std::move(ref), DisputeState::needs_response, *Money::parse("5.00 USD"), "fraud"},
        Way::provider);
  }
  /// Of an order that nobody has looked at.
  void fee_of_unseen(std::uint32_t order) { ask(says_fee_of(order), Way::provider); }
  PaymentReported says_fee_of(std::uint32_t order) const {
    ProviderReport said;
    said.state = AttemptState::captured;
    said.amount = each_paid_;
    said.fee = *Money::parse("0.30 USD");
    return {OrderId{order}, 1, std::move(said), false};
  }
  /// All pages of its orders are other bytes now.
  bool damage_pages() {
    auto pages = store_.objects(0, "past/callloop/ann/orders/", "past/callloop/ann/orders0");
    for (auto& page : *pages) page.bytes = "damaged";
    return !pages->empty() && bool(store_.save(0, *pages, 0));
  }
  /// Everything that is saved leaves memory.
  void leave() {
    commit();
    save(cut());
  }
  /// Somebody whom the journal names, and who is to be forgotten.
  void name_person() { append({entry_of({PersonalDataSealed{}})}); }
  void erase_person() { ask(ErasePersonalData{}); }
  /// Staff takes the account back in that set_aside() has put aside.
  void release() { ask(CloseDiscrepancy{set_aside_name(account), "looked at"}, Way::outside, {}); }
  /// The account is set aside by a fact of the journal, and what a start then keeps for its release is a fee of an old
  /// order. Behind all that waits.
  void set_aside_before_a_fee(std::uint32_t order) {
    commit();
    const SetAside aside{account, "balance", "for the test", store_.head(0)->last + 2, now};
    const Discrepancy difference = as_discrepancy(aside);
    Entry found = entry_of({DiscrepancyFound{difference}});
    found.account = {};
    found.command = RecordDiscrepancy{difference};
    append({std::move(found), entry_of({FeeTaken{OrderId{order}, 1, {*Money::parse("0.30 USD")}}})});
  }

 private:
  struct GivesAll : engine::Policies {
    Result<Answer> answer(const TenantId&, std::uint32_t, const Question& question) override {
      PolicyAnswer all;
      if (const auto* moment = std::get_if<Moment>(&question))
        for (const Allowance& allowance : moment->includes)
          all.decisions.push_back({.kind = PolicyDecision::Kind::issue,
                                   .type = allowance.type,
                                   .amount = allowance.amount,
                                   .rule = "test"});
      if (const auto* moment = std::get_if<Moment>(&question);
          moment != nullptr && moment->kind == MomentKind::period_ended)
        for (const Grant& grant : moment->grants)
          all.decisions.push_back({.kind = PolicyDecision::Kind::expire, .grant = grant.id, .rule = "test"});
      if (std::holds_alternative<Sale>(question)) return Answer(TaxAnswer());
      return Answer(std::move(all));
    }
  };

  static void open(engine::Shard& shard) {
    const auto compile = [](std::uint32_t version, const std::string&) -> Result<std::shared_ptr<const Catalog>> {
      Errors errors;
      auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
      if (!errors.empty()) return errors.front();
      read.catalog.version = version;
      return std::make_shared<const Catalog>(std::move(read.catalog));
    };
    if (!shard.open(now) || !shard.add_tenant(compile, tenant, "callloop", now)) std::abort();
  }
  void ask(AnyCommand command, Way way = Way::outside, AccountId of = account) {
    engine::Job job{};
    job.tenant = tenant;
    job.account = std::move(of);
    job.actor = way == Way::outside ? Actor{"staff", "jo"} : Actor{"processor", "sandbox"};
    job.key = "key-" + std::to_string(++asked_);
    job.command = std::move(command);
    job.way = way;
    job.reply = [this](const Result<engine::Answered>& answer) {
      ++answered_;
      if (!answer || answer->entry->refusal) ++refused_;
    };
    shard_->take(std::move(job), now);
  }
  void pay() {
    const Order& order = state().orders.back();
    ProviderReport said;
    said.state = AttemptState::captured;
    said.amount = order.asked();
    said.ref = "pi_" + std::to_string(asked_);
    ask(PaymentReported{order.id, 1, std::move(said), true}, Way::provider);
  }

  /// Each order was paid by its first attempt, and what it brought is used up.
  void write_past(std::uint32_t orders) {
    if (orders == 0) return;
    const Account& before = state();
    const Order& like = before.orders.back();
    std::uint64_t invoice = shard_->tenant(tenant)->last_invoice;
    Facts facts;
    std::vector<Entry> entries;
    for (std::uint32_t i = 1; i <= orders; ++i) {
      Order order = like;
      order.id = {before.last_order + i};
      order.kind = OrderKind::purchase;
      order.state = OrderState::open;
      order.buys = {};
      order.buys.bought = {{*CreditType::parse("message"), Credits{500}}};
      order.attempts.clear();
      order.invoice.clear();
      order.paid_at.reset();
      order.issued = {};
      Attempt attempt = like.attempts.back();
      attempt.state = AttemptState::started;
      each_paid_ = attempt.amount;
      attempt.key = "key00000000000000000" + std::to_string(100000 + i);
      const GrantId grant{before.last_grant + i};
      facts.push_back(OrderPlaced{order});
      facts.push_back(AttemptStarted{order.id, attempt, 0, std::nullopt});
      facts.push_back(AttemptMoved{.order = order.id,
                                   .attempt = 1,
                                   .state = AttemptState::captured,
                                   .amount = attempt.amount,
                                   .ask_at = never,
                                   .ref = "pi_" + std::to_string(i),
                                   .raw = "succeeded",
                                   .decline = DeclineKind::none,
                                   .decline_code = {},
                                   .action = {},
                                   .alarm = {}});
      facts.push_back(OrderPaid{order.id, 1});
      facts.push_back(InvoiceIssued{++invoice, "CL-" + std::to_string(invoice), order.id, order.total});
      GrantIssued issued{};
      issued.grant = grant;
      issued.type = *CreditType::parse("message");
      issued.source = GrantSource::purchase;
      issued.amount = Credits{500};
      issued.paid_by = order.id;
      issued.rule = "grants.purchase";
      facts.push_back(issued);
      facts.push_back(CreditsSpent{*MeterId::parse("sms"),
                                   *Quantity::parse("1 characters"),
                                   *CreditType::parse("message"),
                                   {{grant, Credits{500}}}});
      entries.push_back(entry_of(std::exchange(facts, {})));
    }
    append(entries);
  }
  static Entry entry_of(Facts facts) {
    return {.tenant = tenant,
            .account = account,
            .actor = {"staff", "jo"},
            .key = {},
            .asked_at = now,
            .at = now,
            .catalog = 1,
            .command = FallDue{},
            .refusal = std::nullopt,
            .facts = std::move(facts)};
  }
  /// To the journal alone: a restart reads it.
  void append(const std::vector<Entry>& entries) {
    const auto head = store_.head(0);
    store::Row row;
    row.first = head->last + 1;
    row.last = head->last + entries.size();
    row.epoch = head->epoch;
    row.format = journal::format;
    row.previous = head->hash;
    for (const Entry& entry : entries) journal::write(row.entries, entry);
    row.hash = store::seal(row);
    if (store_.commit(row, row.epoch) != store::Committed::done) std::abort();
  }

  GivesAll policies_;
  CountingStore store_;
  std::unique_ptr<engine::Shard> shard_ = std::make_unique<engine::Shard>(store_, policies_, engine::Shard::Options());
  Money each_paid_;  ///< of the past
  std::uint64_t asked_ = 0;
  std::size_t refused_ = 0, answered_ = 0;
};

}  // namespace florin::bench
