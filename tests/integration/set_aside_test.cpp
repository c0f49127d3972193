/// A wrong fact never becomes durable, and its account is set aside: one planted fact for each rule, on each path.
#include <gtest/gtest.h>

#include "config/tenant/tenant.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/journal/journal.hpp"
#include "engine/shard.hpp"
#include "florin/ops.hpp"
#include "host/assembly.hpp"
#include "ops/verify.hpp"
#include "store/memory/memory_store.hpp"

namespace florin::engine {
namespace {

const TenantId tenant = *TenantId::parse("callloop");
const Instant start = *Instant::parse("2026-03-10T09:00Z");
const AccountId acme = *AccountId::parse("acme"), other = *AccountId::parse("other"),
                third = *AccountId::parse("third");
const CreditType message = *CreditType::parse("message");

Money usd(const char* amount) { return *Money::parse(amount); }

class SetAsideAccount : public testing::Test {
 protected:
  void SetUp() override {
    Errors errors;
    Assembly::Options options;
    options.file = config::load_host_file(FLORIN_CONFIG "/florin.yaml", errors);
    options.file.plugins = FLORIN_PLUGINS;
    options.virtual_from = start;
    auto together = Assembly::open(options);
    ASSERT_TRUE(together) << together.error().message;
    host = std::move(*together);
    shard = bring_up();
    for (const AccountId& id : {acme, other, third}) {
      ASSERT_EQ(ask(id, OpenAccount{"US", std::nullopt, {}}), "done");
      ASSERT_EQ(ask(id, StartTrial{}), "done");
      ASSERT_EQ(ask(id, AdjustCredits{*CreditAmount::parse("100 message"), false, "for the test"}), "done");
    }
    commit();
  }

  std::unique_ptr<Shard> bring_up() {
    Shard::Options options;
    options.alarm = [this](const std::string& line) { alarms.push_back(line); };
    options.after_decision = [this](Entry& entry, Beside* beside) {
      if (plant && planted_on(entry)) plant(entry, beside);
    };
    auto made = std::make_unique<Shard>(store, policies, options);
    const Status is_open = made->open(now);
    EXPECT_TRUE(is_open) << is_open.error().message;
    const auto compile = [](std::uint32_t version, const std::string&) -> Result<std::shared_ptr<const Catalog>> {
      Errors errors;
      auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
      if (!errors.empty()) return errors.front();
      read.catalog.version = version;
      return std::make_shared<const Catalog>(std::move(read.catalog));
    };
    const Status is_up = made->add_tenant(compile, tenant, "callloop", now);
    EXPECT_TRUE(is_up) << is_up.error().message;
    return made;
  }
  static bool planted_on(const Entry& entry) { return !entry.refusal && entry.account == acme; }

  /// What came of it, as a code; with the shard of the test.
  std::string ask(const AccountId& account, AnyCommand command, Actor actor = {"staff", "jo"}, Way way = Way::outside,
                  std::string key = {}) {
    Job job{};
    job.tenant = tenant;
    job.account = account;
    job.actor = std::move(actor);
    job.way = way;
    job.key = key.empty() ? "key " + std::to_string(++keys) : key;
    job.command = std::move(command);
    std::string code = "waits";
    job.reply = [&](Result<Answered> answer) {
      code = !answer ? "error " + answer.error().code : answer->entry->refusal ? answer->entry->refusal->code : "done";
      problem = answer ? "" : answer.error().message;
    };
    shard->take(std::move(job), now);
    if (shard->waiting() != 0) commit();
    return code;
  }
  std::string reports(const AccountId& account, AnyCommand report) {
    Job job{};
    job.tenant = tenant;
    job.account = account;
    job.actor = {"host", ""};
    job.way = Way::host;
    job.command = std::move(report);
    std::string code = "waits";
    job.reply = [&](Result<Answered> answer) {
      code = !answer ? "error " + answer.error().code : answer->entry->refusal ? answer->entry->refusal->code : "done";
    };
    shard->take(std::move(job), now);
    if (shard->waiting() != 0) commit();
    return code;
  }
  std::string debit(const AccountId& account) {
    return ask(account, Use{*MeterId::parse("sms"), *Quantity::parse("100 characters"), {}});
  }
  void commit() {
    if (shard->waiting() == 0) return;
    const store::Row row = shard->form();
    ASSERT_EQ(store.commit(row, row.epoch), store::Committed::done);
    shard->durable(row);
  }
  void save() {
    const Shard::Cut cut = shard->cut();
    const Status saved = store.save(0, cut.objects, cut.floor);
    ASSERT_TRUE(saved) << saved.error().message;
    shard->saved(true);
  }
  /// A row that another program might have written.
  void write_row(std::vector<Entry> entries) {
    const auto head = store.head(0);
    store::Row row;
    row.first = head->last + 1;
    row.last = head->last + entries.size();
    row.epoch = head->epoch;
    row.format = journal::format;
    row.previous = head->hash;
    for (const Entry& one : entries) journal::write(row.entries, one);
    row.hash = store::seal(row);
    ASSERT_EQ(store.commit(row, row.epoch), store::Committed::done);
  }
  Entry entry_with(const AccountId& account, Facts facts) const {
    return {.tenant = tenant,
            .account = account,
            .actor = {"staff", "jo"},
            .key = {},
            .asked_at = now,
            .at = now,
            .catalog = 1,
            .command = AdjustCredits{*CreditAmount::parse("1 message"), false, "planted"},
            .refusal = std::nullopt,
            .facts = std::move(facts)};
  }
  std::string bytes(const AccountId& account) const { return journal::write(*shard->account(tenant, account)); }
  std::optional<SetAside> aside(const AccountId& account) const {
    return set_aside_of(*shard->tenant(tenant), account);
  }
  void subscribes(const AccountId& account) {
    ASSERT_EQ(ask(account, AddPaymentMethod{*MethodId::parse("card"), "primary", {}, "ok", "visa", "4242", {}}),
              "done");
    ASSERT_EQ(ask(account, Subscribe{*PlanId::parse("growth"), "monthly", {}, {}, {}, true, {}}), "done") << problem;
  }
  PaymentReported captured(const AccountId& account) const {
    const Order& order = shard->account(tenant, account)->orders.back();
    PaymentReported report{order.id, order.attempts.back().number, {}, true};
    report.said.state = AttemptState::captured;
    report.said.amount = order.attempts.back().amount;
    report.said.ref = "ref";
    return report;
  }

  struct Asked final : Policies {
    explicit Asked(const std::unique_ptr<Assembly>& host) : host_(host) {}
    Result<Answer> answer(const TenantId& of, std::uint32_t catalog, const Question& question) override {
      return host_->plugins().answer(of, catalog, question);
    }
    const std::unique_ptr<Assembly>& host_;
  };
  Instant now = start;
  std::unique_ptr<Assembly> host;  ///< for its plugins alone
  Asked policies{host};
  store::MemoryStore store;
  std::unique_ptr<Shard> shard;
  std::function<void(Entry&, Beside*)> plant;
  std::vector<std::string> alarms;
  std::string problem;
  int keys = 0;
};

Facts spends(GrantId grant, std::int64_t units) {
  return {CreditsSpent{*MeterId::parse("sms"), *Quantity::parse("1 character"), message, {{grant, {units}}}, {}}};
}

GrantIssued issued(GrantId grant, std::int64_t units) {
  GrantIssued fact;
  fact.grant = grant;
  fact.type = message;
  fact.amount = {units};
  fact.rule = "planted";
  return fact;
}

TEST_F(SetAsideAccount, ForEachRuleAWrongFactIsNotWritten) {
  subscribes(acme);  // order 1, whose attempt is open
  // Grant 1 is the trial's, grant 2 was given; the trial's is spent first.
  const auto& grants = shard->account(tenant, acme)->grants;
  ASSERT_GE(grants.size(), 2U);
  const Grant first = grants[0], second = grants[1];
  const Order order = shard->account(tenant, acme)->orders.back();
  Attempt again = order.attempts.back();
  again.number = 2;
  Refund refund;
  refund.id = {1};
  refund.order = order.id;
  refund.amount = usd("1.00 USD");
  AttemptMoved other_amount;
  other_amount.order = order.id;
  other_amount.attempt = 1;
  other_amount.state = AttemptState::captured;
  other_amount.amount = usd("1.00 USD");
  Order earlier = order;
  HoldPlaced hold{{1}, *MeterId::parse("sms"), message, {{first.id, first.remaining + Credits{1}}}, never};
  GrantIssued negative = issued({90}, -5);
  GrantIssued known = negative;
  known.grant = first.id;
  known.amount = {5};
  const struct {
    const char* rule;
    Facts facts;
  } all[] = {
      {"spending_order", spends(second.id, 1)},
      {"spending_order", spends(first.id, first.remaining.units + 1)},
      {"spending_order", spends(first.id, -1)},
      {"spending_order", spends(first.id, 0)},
      {"spending_order", spends({77}, 1)},
      {"spending_order", {hold}},
      {"amounts", {negative}},
      {"grant_ids", {known}},
      {"amounts", {GrantExpired{first.id, {-1}, "planted"}}},
      {"grant_equation", {GrantExpired{first.id, first.remaining + Credits{1}, "planted"}}},
      {"facts_fit", {GrantExpired{{77}, {1}, "planted"}}},
      {"amounts", {CreditsOwedTaken{first.id, {1}}}},
      {"one_attempt", {AttemptStarted{order.id, again, 1, {}}}},
      {"captured", {other_amount}},
      {"order_ids", {OrderPlaced{earlier}}},
      {"document_numbers", {InvoiceIssued{7, "CL-000007", order.id, order.total}}},
      {"documents", {InvoiceIssued{1, "CL-000001", order.id, usd("1.00 USD")}}},
      {"refunds", {RefundStarted{refund}}},
      {"facts_fit", {OrderClosed{{9}, "planted"}}},
      {"facts_fit", {MoneyKept{ReceiptId::trusted("none"), usd("1.00 USD")}}},
  };
  std::string before = bytes(acme);
  for (const auto& one : all) {
    alarms.clear();
    plant = [&](Entry& entry, Beside*) { entry.facts = one.facts; };
    const AnyCommand gift = AdjustCredits{*CreditAmount::parse("5 message"), false, "a gift"};
    const std::string key = "planted " + std::to_string(++keys);
    EXPECT_EQ(ask(acme, gift, {"staff", "jo"}, Way::outside, key), "error internal_fault") << one.rule;
    EXPECT_EQ(bytes(acme), before) << one.rule;
    ASSERT_TRUE(aside(acme)) << one.rule << ": " << problem;
    EXPECT_EQ(aside(acme)->rule, one.rule) << aside(acme)->text;
    EXPECT_EQ(alarms.size(), 1U);
    plant = {};
    EXPECT_EQ(debit(acme), "error account_set_aside");
    EXPECT_EQ(debit(other), "done");
    ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done") << problem;
    EXPECT_FALSE(aside(acme));
    if (&one == &all[0]) {  // what had started is asked about with the first release, once
      EXPECT_EQ(shard->account(tenant, acme)->orders.back().attempts.back().state, AttemptState::unknown);
      before = bytes(acme);
    }
    EXPECT_EQ(bytes(acme), before) << one.rule;
  }
  // The key of what was not written was not used up.
  const AnyCommand gift = AdjustCredits{*CreditAmount::parse("5 message"), false, "a gift"};
  plant = [&](Entry& entry, Beside*) { entry.facts = spends({77}, 1); };
  EXPECT_EQ(ask(acme, gift, {"staff", "jo"}, Way::outside, "once"), "error internal_fault");
  plant = {};
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done");
  EXPECT_EQ(ask(acme, gift, {"staff", "jo"}, Way::outside, "once"), "done");
  const auto verified = verify(store);
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->holds()) << as_text(*verified);
}

TEST_F(SetAsideAccount, WhatFallsDueIsCheckedToo) {
  now = *Instant::parse("2026-04-10T09:00Z");  // after the trial
  plant = [&](Entry& entry, Beside*) { entry.facts = {issued({90}, -5)}; };
  while (shard->take_due(now, 100) != 0 && shard->next_event() <= now) {
  }
  commit();
  ASSERT_TRUE(aside(acme));
  EXPECT_EQ(aside(acme)->rule, "amounts");
  EXPECT_EQ(shard->account(tenant, acme)->standing, Standing::trial);
  EXPECT_NE(shard->account(tenant, other)->standing, Standing::trial);
  EXPECT_GT(shard->next_event(), now);  // no loop
  plant = {};
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done");
  EXPECT_GT(shard->take_due(now, 100), 0U);
  EXPECT_NE(shard->account(tenant, acme)->standing, Standing::trial);
}

// Who must find out what went wrong may see whose account it is, and that is written as of any other.
TEST_F(SetAsideAccount, StaffLooksAtThePersonAndItIsWritten) {
  subscribes(acme);
  plant = [&](Entry& entry, Beside*) { std::get<AttemptMoved>(entry.facts.front()).amount = usd("1.00 USD"); };
  EXPECT_EQ(reports(acme, captured(acme)), "error internal_fault");
  plant = {};
  ASSERT_TRUE(aside(acme));
  const ViewPersonalData look{"personal_data", "the case of acme"};
  EXPECT_EQ(ask(acme, look, {"staff", "eve"}, Way::outside, "look 1"), "account_set_aside") << "an entry, not an error";
  EXPECT_EQ(ask(acme, look, {"staff", "eve"}, Way::outside, "look 1"), "account_set_aside");
  EXPECT_EQ(ask(acme, look, {"owner", ""}, Way::outside, "look 2"), "error account_set_aside");
  EXPECT_EQ(shard->kept_reports(tenant, acme), 0U) << "what processors reported is counted, and nothing else";
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done");
  commit();
  EXPECT_FALSE(aside(acme));
  EXPECT_EQ(debit(acme), "done");
}

TEST_F(SetAsideAccount, AReportIsKeptAndDecidedAfterTheRelease) {
  subscribes(acme);
  subscribes(other);
  plant = [&](Entry& entry, Beside*) { std::get<AttemptMoved>(entry.facts.front()).amount = usd("1.00 USD"); };
  EXPECT_EQ(reports(acme, captured(acme)), "error internal_fault");
  plant = {};
  ASSERT_TRUE(aside(acme));
  EXPECT_EQ(aside(acme)->rule, "captured");
  EXPECT_EQ(reports(other, captured(other)), "done");
  EXPECT_TRUE(shard->take_effects(now).empty());  // nothing leaves
  // Reported once more, by a webhook, twice: kept, and the provider has its answer.
  const Actor sandbox{"processor", "sandbox"};
  EXPECT_EQ(ask(acme, captured(acme), sandbox, Way::provider, "event 1"), "account_set_aside");
  EXPECT_EQ(ask(acme, captured(acme), sandbox, Way::provider, "event 1"), "account_set_aside");
  EXPECT_EQ(shard->kept_reports(tenant, acme), 1U);
  // It is the same after a restart, with checkpoints and without.
  save();
  for (int restart = 0; restart < 2; ++restart) {
    const std::string before = bytes(acme);
    shard = bring_up();
    commit();
    EXPECT_TRUE(aside(acme));
    EXPECT_EQ(bytes(acme), before);
    EXPECT_EQ(debit(acme), "error account_set_aside");
    EXPECT_EQ(debit(other), "done");
    EXPECT_EQ(shard->kept_reports(tenant, acme), 1U);
    EXPECT_TRUE(shard->take_effects(now).empty());
  }
  EXPECT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), ""}), "reason_missing");
  EXPECT_TRUE(aside(acme));
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done");
  commit();
  EXPECT_FALSE(aside(acme));
  EXPECT_EQ(shard->account(tenant, acme)->orders.back().state, OrderState::paid);
  EXPECT_EQ(shard->account(tenant, acme)->orders.back().invoice, "CL-000002");
  EXPECT_EQ(debit(acme), "done");
  const std::string released = bytes(acme);
  const auto verified = verify(store);
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->holds()) << as_text(*verified);
  save();
  shard = bring_up();
  EXPECT_EQ(bytes(acme), released);
}

TEST_F(SetAsideAccount, ATransferIsWrittenOnBothSidesOrOnNeither) {
  const Transfer moves{other, {*CreditAmount::parse("10 message")}, false, 0, {}, "moved"};
  const std::string giver = bytes(acme), taker = bytes(other);
  const auto gives_more = [](Entry& entry, Beside*) {
    for (Fact& fact : entry.facts)
      if (auto* given = std::get_if<GrantTransferred>(&fact)) given->amount += Credits{1};
  };
  plant = gives_more;
  EXPECT_EQ(ask(acme, moves), "error internal_fault");
  EXPECT_TRUE(aside(acme) && aside(other));  // each is right by itself; together they are not
  EXPECT_EQ(aside(acme)->rule, "transfers");
  plant = {};
  EXPECT_EQ(bytes(acme), giver);
  EXPECT_EQ(bytes(other), taker);
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done");
  EXPECT_EQ(ask(acme, moves), "error account_set_aside");  // to one that is
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(other), "mended"}), "done");
  plant = [](Entry&, Beside* beside) { std::get<GrantReceived>(beside->facts.front()).grant = {1}; };
  EXPECT_EQ(ask(acme, moves), "error internal_fault");
  EXPECT_FALSE(aside(acme));
  ASSERT_TRUE(aside(other));
  EXPECT_EQ(aside(other)->rule, "grant_ids");
  plant = {};
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(other), "mended"}), "done");
  EXPECT_EQ(ask(acme, moves), "done");
}

TEST_F(SetAsideAccount, AFactThatDoesNotFitAtAStartStopsItsAccountAlone) {
  subscribes(other);
  save();
  const std::string before = bytes(acme);
  // Half of it would fit; its invoice has a number of the tenant, which stays used.
  write_row({entry_with(acme, {GrantExpired{shard->account(tenant, acme)->grants[0].id, {1}, "planted"},
                               InvoiceIssued{1, "CL-000001", {9}, usd("1.00 USD")}}),
             entry_with(acme, spends(shard->account(tenant, acme)->grants[0].id, 1))});
  for (int restart = 0; restart < 3; ++restart) {
    alarms.clear();
    shard = bring_up();
    if (shard->waiting() != 0) commit();
    ASSERT_TRUE(aside(acme));
    EXPECT_EQ(aside(acme)->rule, "facts_fit");
    EXPECT_EQ(bytes(acme), before) << "no half of an entry stays";
    EXPECT_EQ(shard->tenant(tenant)->last_invoice, restart == 0 ? 1U : 2U);
    EXPECT_EQ(debit(acme), "error account_set_aside");
    EXPECT_EQ(debit(third), "done");
    if (restart == 0) {
      EXPECT_EQ(reports(other, captured(other)), "done");
    }
    EXPECT_EQ(shard->account(tenant, other)->orders.back().invoice, "CL-000002");
    // It still does not fit: it is not released.
    EXPECT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "error facts_fit");
    EXPECT_TRUE(aside(acme));
    if (restart == 1) save();
  }
  const auto verified = verify(store);
  ASSERT_TRUE(verified);
  ASSERT_EQ(verified->set_aside.size(), 1U);
  EXPECT_NE(verified->set_aside.front().find("callloop/acme"), std::string::npos);
  ASSERT_EQ(verified->violations.size(), 1U) << as_text(*verified);
  EXPECT_EQ(verified->violations.front().rule, "facts_fit");
  EXPECT_EQ(verified->violations.front().about, "callloop/acme");
}

TEST_F(SetAsideAccount, AReleaseAtAStartFoldsWhatWasLeftOut) {
  // A program that could not read position p set acme aside from there; this one can.
  save();
  const store::Position p = store.head(0)->last + 1;
  const GrantId grant = shard->account(tenant, acme)->grants[0].id;
  const std::int64_t there = shard->account(tenant, acme)->grants[0].remaining.units;
  const SetAside listed{.account = acme, .rule = "facts_fit", .text = "planted", .from = p, .since = now};
  Entry listing = entry_with({}, {DiscrepancyFound{as_discrepancy(listed)}});
  listing.command = RecordDiscrepancy{as_discrepancy(listed)};
  write_row({entry_with(acme, spends(grant, 1)), listing});
  shard = bring_up();
  EXPECT_EQ(debit(acme), "error account_set_aside");
  EXPECT_EQ(shard->account(tenant, acme)->grants[0].remaining.units, there - 1);
  ASSERT_EQ(ask({}, CloseDiscrepancy{set_aside_name(acme), "mended"}), "done");
  EXPECT_EQ(debit(acme), "done");
  EXPECT_EQ(shard->account(tenant, acme)->grants[0].remaining.units, there - 2);
  const std::string released = bytes(acme);
  shard = bring_up();
  EXPECT_EQ(bytes(acme), released);
}

}  // namespace
}  // namespace florin::engine
