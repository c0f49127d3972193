#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "domain/journal/journal.hpp"
#include "engine/row.hpp"
#include "florin/check.hpp"
#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "florin/reads.hpp"
#include "store/open.hpp"

namespace florin {
namespace {

const Actor staff{"staff", "ann"};
const Actor owner{"owner", ""};

/// A host of the shipped tenants in virtual time, in memory or in a folder.
class Operating : public testing::Test {
 protected:
  void open(const char* from, const std::string& data = "memory") {
    auto opened =
        Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = data, .virtual_from = *Instant::parse(from)});
    ASSERT_TRUE(opened) << opened.error().message;
    host = std::make_unique<Host>(*std::move(opened));
  }
  void TearDown() override {
    host.reset();
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }
  const std::filesystem::path& own_folder() {
    folder = std::filesystem::temp_directory_path() /
             ("florin-operating-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
  }
  void ask(const std::string& account, const Actor& actor, const std::string& json) {
    const AccountId id = account.empty() ? AccountId() : *AccountId::parse(account);
    const auto done = host->submit_json(tenant, id, actor, "k" + std::to_string(++keys), json);
    ASSERT_TRUE(done) << json << ": " << done.error().message;
    EXPECT_FALSE(done->refusal) << json << ": " << done->refusal->text;
  }
  void subscribe(const std::string& account, const std::string& plan) {
    ask(account, owner, R"({"open_account": {"billing_country": "US", "personal_data": {"name": "Grace Hopper"}}})");
    ask(account, owner,
        R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
    ask(account, owner, R"({"subscribe": {"plan": ")" + plan + R"(", "cycle": "monthly"}})");
  }
  void run_until(const char* at) { host->run_until(*Instant::parse(at)); }
  std::string write(const std::string& name, const std::string& text) {
    const auto file = own_folder() / name;
    std::ofstream(file) << text;
    return file.string();
  }
  std::string invoices(const std::string& account) {
    return *Reads(*host).list(tenant, *AccountId::parse(account), AccountList::documents, {}, Audience::staff);
  }

  std::unique_ptr<Host> host;
  std::filesystem::path folder;
  TenantId tenant = *TenantId::parse("callloop");
  int keys = 0;
};

// Shows ALL-08
TEST_F(Operating, TomorrowsChargesAreWhatIsThenCharged) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  subscribe("small", "starter");
  run_until("2026-04-09T15:00Z");
  const auto charges = host->upcoming(tenant, {2026, 4, 10});
  ASSERT_TRUE(charges) << charges.error().message;
  ASSERT_EQ(charges->size(), 2U);
  EXPECT_EQ((*charges)[0].account.text(), "acme");
  EXPECT_EQ((*charges)[0].amount.text(), "49.00 USD");
  EXPECT_EQ((*charges)[0].method, "primary card");
  EXPECT_EQ((*charges)[0].at.text(), "2026-04-10T15:00Z");
  EXPECT_EQ((*charges)[1].amount.text(), "25.00 USD");
  EXPECT_TRUE(host->upcoming(tenant, {2026, 4, 11})->empty());
  EXPECT_EQ(invoices("acme").find("CL-000003"), std::string::npos);
  run_until("2026-04-11T06:00Z");
  const std::string both = invoices("acme") + invoices("small");
  EXPECT_NE(both.find("CL-000003"), std::string::npos);
  EXPECT_NE(both.find("CL-000004"), std::string::npos);
  EXPECT_EQ(both.find("CL-000005"), std::string::npos);
}

TEST_F(Operating, WhatAStopHoldsIsListedAsWaiting) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  run_until("2026-04-09T15:00Z");
  ask("", staff, R"({"stop_charges": {"scope": "tenant", "reason": "Wrong prices"}})");
  const auto charges = host->upcoming(tenant, {2026, 4, 10});
  ASSERT_TRUE(charges);
  ASSERT_EQ(charges->size(), 1U);
  EXPECT_TRUE(charges->front().waits);
  run_until("2026-04-12T15:00Z");
  EXPECT_EQ(invoices("acme").find("CL-000002"), std::string::npos);
}

TEST_F(Operating, AnAccountIsShownAsItWasAtAnInstant) {
  const std::string data = own_folder() / "data";
  open("2026-03-10T15:00Z", data);
  subscribe("acme", "growth");
  run_until("2026-04-20T15:00Z");
  ask("acme", owner, R"({"buy_credits": {"amount": "500 message"}})");
  host.reset();
  const AccountId acme = *AccountId::parse("acme");
  const auto shown = [&](const char* at) { return show_account(data, tenant, acme, {.at = *Instant::parse(at)}); };
  const auto before = shown("2026-04-09T15:00Z"), renewed = shown("2026-04-10T15:00Z");
  ASSERT_TRUE(before && renewed);
  EXPECT_NE(before->find(R"("period_to":"2026-04-10T15:00Z")"), std::string::npos) << *before;
  EXPECT_NE(before->find(R"("available":"1000 message")"), std::string::npos) << *before;
  EXPECT_NE(renewed->find(R"("period_to":"2026-05-10T15:00Z")"), std::string::npos) << *renewed;
  EXPECT_NE(renewed->find(R"("available":"2000 message")"), std::string::npos) << *renewed;
  EXPECT_NE(show_account(data, tenant, acme, {})->find(R"("available":"2500 message")"), std::string::npos);
  const auto never_there = shown("2026-03-10T14:59Z");
  ASSERT_FALSE(never_there);
  EXPECT_EQ(never_there.error().code, "no_such_account");
  EXPECT_NE(never_there.error().message.find("it begins at 2026-03-10T15:00Z"), std::string::npos);
}

TEST_F(Operating, AQuoteSaysWhatStaffWouldTakeAndGiveBack) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  subscribe("small", "starter");
  const AccountId acme = *AccountId::parse("acme");
  const auto quoted = [&](const std::string& json) {
    const auto said = host->quote_json(tenant, acme, staff, json);
    return said ? *said : said.error().message;
  };
  const auto says = [](const std::string& quote, const std::string& part) {
    EXPECT_NE(quote.find(part), std::string::npos) << part << " in\n" << quote;
  };
  ask("acme", owner, R"({"request_review": {"order": 1, "reason": "technical_failure"}})");
  const std::string refund = quoted(R"({"decide_review": {"review": 1, "approve": true, "reason": "Wrong plan"}})");
  says(refund, R"("refunds":[{"order":1,"amount":"49.00 USD"}])");
  says(refund, R"({"how":"refunded","source":"plan",)");
  says(refund, R"("amount":"1000 message")");
  const std::string taken = quoted(R"({"adjust_credits": {"amount": "200 message", "take": true, "reason": "Twice"}})");
  says(taken, R"({"how":"corrected","source":"plan",)");
  says(taken, R"("amount":"200 message")");
  const std::string given = quoted(R"({"transfer": {"to": "small", "credits": ["300 message"], "reason": "Merged"}})");
  says(given, R"("refused":null)");
  says(given, R"({"how":"transferred","source":"plan",)");
  says(given, R"("amount":"300 message")");
  says(quoted(R"({"transfer": {"to": "nobody", "credits": ["300 message"], "reason": "Merged"}})"), "no_such_account");
}

const char* two_customers = R"(next_documents: {next_invoice: 1201, next_credit_note: 33}
accounts:
  acme:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    first_paid_at: 2025-06-10T15:00Z
    personal_data: {name: Grace Hopper}
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: monthly, anchor: 2025-06-10T15:00Z, next_renewal: 2026-04-10T15:00Z}
    lots:
      - {source: rollover, remaining: 300 message, ends_at: 2026-04-09T15:00Z, paid: 14.70 USD}
      - {source: plan, remaining: 800 message, ends_at: 2026-04-10T15:00Z, paid: 39.20 USD}
      - {source: purchase, remaining: 1000 message, ends_at: 2026-12-01T15:00Z, paid: 49.00 USD}
  globex:
    billing_country: US
    opened_at: 2025-01-31T15:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "1881"}]
    subscription: {plan: starter, cycle: annual, anchor: 2025-05-31T15:00Z, next_renewal: 2026-05-31T15:00Z}
)";

// Shows ALL-09
TEST_F(Operating, AnImportIsChargedAsTheDryRunSaid) {
  open("2026-03-20T15:00Z");
  const std::string file = write("customers.yaml", two_customers);
  const auto dry = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  ASSERT_TRUE(dry->errors.empty()) << dry->errors.front().message;
  ASSERT_EQ(dry->accounts.size(), 2U);
  ASSERT_EQ(dry->accounts[0].charges.size(), 1U);
  EXPECT_EQ(dry->accounts[0].charges[0].amount.text(), "49.00 USD");
  EXPECT_EQ(dry->accounts[0].charges[0].at.text(), "2026-04-10T15:00Z");
  EXPECT_EQ(dry->accounts[1].charges[0].amount.text(), "250.00 USD");
  EXPECT_TRUE(host->accounts(tenant).empty());

  const auto done = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(done && done->errors.empty());
  const auto again = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(again && again->errors.empty());
  EXPECT_TRUE(again->accounts[0].there_already);
  EXPECT_EQ(host->accounts(tenant).size(), 2U);
  EXPECT_EQ(host->personal_data(tenant, *AccountId::parse("acme"))->front().value, "Grace Hopper");
  std::string view = *host->account(tenant, *AccountId::parse("acme"), Audience::staff);
  EXPECT_NE(view.find(R"("available":"2100 message")"), std::string::npos) << view;

  run_until("2026-04-10T15:00Z");
  EXPECT_NE(invoices("acme").find("CL-001201"), std::string::npos) << invoices("acme");
  EXPECT_NE(invoices("acme").find("49.00 USD"), std::string::npos);
  // 300 rolled over ended on the 9th, 800 of the plan roll over, 1000 were bought, 1000 are new.
  view = *host->account(tenant, *AccountId::parse("acme"), Audience::staff);
  EXPECT_NE(view.find(R"("available":"2800 message")"), std::string::npos) << view;
}

// A system that counts in UTC ends periods at another hour than the tenant's zone, and gives months for free.
TEST_F(Operating, AnImportKeepsThePaidEndOfTheSystemBefore) {
  open("2026-11-29T15:00Z");
  const std::string file = write("utc.yaml", R"(accounts:
  utc:
    billing_country: US
    opened_at: 2025-07-15T18:00Z
    first_paid_at: 2025-07-15T18:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: monthly, anchor: 2025-07-15T18:00Z, next_renewal: 2026-12-15T18:00Z}
  free:
    billing_country: US
    opened_at: 2025-07-15T18:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: monthly, anchor: 2025-07-15T18:00Z, next_renewal: 2027-02-15T19:00Z}
)");
  const auto dry = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  ASSERT_TRUE(dry->errors.empty()) << dry->errors.front().message;
  EXPECT_NE(dry->accounts[0].is.find("renews at 2026-12-15T18:00Z as it is paid (by the tenant's calendar at "
                                     "2026-12-15T19:00Z), then at 2027-01-15T19:00Z"),
            std::string::npos)
      << dry->accounts[0].is;
  EXPECT_NE(dry->accounts[1].is.find("renews at 2027-02-15T19:00Z"), std::string::npos) << dry->accounts[1].is;
  ASSERT_EQ(dry->accounts[0].charges.size(), 1U);
  EXPECT_EQ(dry->accounts[0].charges[0].at.text(), "2026-12-15T18:00Z");
}

// What is left of a coupon: the dry run says so and charges less, and each wrong value is told with its line.
TEST_F(Operating, AnImportBringsTheRestOfACoupon) {
  open("2026-03-20T15:00Z");
  const auto file_with = [](const std::string& coupons) {
    return "accounts:\n  old:\n    billing_country: US\n    opened_at: 2025-07-15T15:00Z\n"
           "    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: \"4242\"}]\n"
           "    subscription: {plan: growth, cycle: monthly, anchor: 2025-07-15T15:00Z, next_renewal: "
           "2026-04-15T15:00Z}\n    coupons:\n" +
           coupons;
  };
  const auto dry = host->import_accounts(
      tenant,
      write("coupon.yaml", file_with("      - {coupon: launch25, takes_off: 25 percent, periods: 3}\n"
                                     "      - {coupon: past, takes_off: 5.00 USD, until: 2026-04-15T15:00Z}\n")),
      staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  ASSERT_TRUE(dry->errors.empty()) << dry->errors.front().message;
  EXPECT_NE(dry->accounts[0].is.find("coupon launch25: 25 percent off 3 more periods, coupon past: 5.00 USD off every "
                                     "period that begins before 2026-04-15T15:00Z"),
            std::string::npos)
      << dry->accounts[0].is;
  ASSERT_EQ(dry->accounts[0].charges.size(), 1U);
  EXPECT_EQ(dry->accounts[0].charges[0].amount.text(), "36.75 USD");
  const struct {
    const char *coupon, *code, *says;
  } wrong[] = {
      {"{coupon: a, takes_off: 110 percent}", "bad_takes_off", "25 percent (above 0, up to 100) or 10.00 USD"},
      {"{coupon: a, takes_off: 0 percent}", "bad_takes_off", "25 percent"},
      {"{coupon: a, takes_off: -5.00 USD}", "bad_takes_off", "10.00 USD"},
      {"{coupon: a, takes_off: 5.00 EUR}", "wrong_currency", "an amount in USD, not 5.00 EUR"},
      {"{coupon: a, takes_off: 5.00 USD, periods: 0}", "bad_coupon", "used up is left out"},
      {"{coupon: a, takes_off: 5.00 USD, until: 2026-03-01T00:00Z}", "bad_instant", "is left out"},
      {"{coupon: \"\", takes_off: 5.00 USD}", "bad_coupon", "has a name"},
      {"{coupon: a, takes_off: 5.00 USD, plans: [growht]}", "unknown_plan", "(did you mean 'growth'?)"},
      {"{coupon: a, takes_off: 5.00 USD, cycles: [weekly]}", "unknown_cycle", "'weekly'"},
      {"{coupon: a, takes_off: 5.00 USD, applies_to: [phone_100]}", "unknown_add_on", "'plan' or an add-on"},
      {"{coupon: launch25, takes_off: 5.00 USD}", "bad_coupon", "here twice"},
  };
  for (const auto& one : wrong) {
    const auto refused = host->import_accounts(
        tenant,
        write("wrong.yaml", file_with("      - {coupon: launch25, takes_off: 25 percent}\n      - " +
                                      std::string(one.coupon) + "\n")),
        staff, false);
    ASSERT_TRUE(refused);
    ASSERT_FALSE(refused->errors.empty()) << one.coupon;
    const bool twice = std::string_view(one.says) == "here twice";
    const Error& first = refused->errors.front();
    EXPECT_EQ(first.code, one.code) << one.coupon;
    EXPECT_NE(first.message.find(one.says), std::string::npos) << one.coupon << ": " << first.message;
    EXPECT_EQ(first.at.line, twice ? 8U : 9U) << one.coupon;
  }
  EXPECT_TRUE(host->accounts(tenant).empty());
}

// One slot keeps one method: the second would have taken the place of the first, and nobody would have known.
TEST_F(Operating, AnImportHasOneMethodForEachSlot) {
  open("2026-03-20T15:00Z");
  const auto refused = host->import_accounts(tenant, write("two.yaml", R"(accounts:
  two:
    billing_country: US
    opened_at: 2025-07-15T15:00Z
    methods:
      - {method: card, slot: primary, token: ok, brand: visa, masked: "4242"}
      - {method: card, slot: primary, token: ok2, brand: visa, masked: "4343"}
  uk:
    billing_country: UK
    opened_at: 2025-07-15T15:00Z
)"),
                                             staff, false);
  ASSERT_TRUE(refused);
  ASSERT_EQ(refused->errors.size(), 2U);
  EXPECT_EQ(refused->errors[0].code, "slot_taken");
  EXPECT_EQ(refused->errors[0].at.line, 7U);
  EXPECT_EQ(refused->errors[1].code, "bad_country");
  EXPECT_EQ(refused->errors[1].at.line, 9U);
  EXPECT_NE(refused->errors[1].message.find("(did you mean 'GB'?)"), std::string::npos);
}

// Trial credits without a plan: the trial comes along, and what is picked in it begins when it ends.
TEST_F(Operating, AnImportBringsTheTrialAlong) {
  open("2026-11-29T15:00Z");
  const std::string file = write("trial.yaml", R"(accounts:
  trialing:
    billing_country: US
    opened_at: 2026-11-20T18:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    lots: [{source: trial, remaining: 25 message, ends_at: 2026-12-04T18:00Z}]
)");
  const auto done = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_TRUE(done->errors.empty()) << done->errors.front().message;
  EXPECT_TRUE(done->accounts[0].is.starts_with("trial, 25 message")) << done->accounts[0].is;
  const AccountId account = *AccountId::parse("trialing");
  const auto picked = host->submit_json(tenant, account, {"owner", ""}, "pick",
                                        R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  ASSERT_TRUE(picked) << picked.error().message;
  ASSERT_FALSE(picked->refusal) << picked->refusal->text;
  const auto before = host->account(tenant, account, Audience::staff);
  ASSERT_TRUE(before);
  EXPECT_NE(before->find(R"("subscription":null)"), std::string::npos) << *before;
  host->run_until(*Instant::parse("2026-12-04T18:00Z"));
  const auto after = host->account(tenant, account, Audience::staff);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->find(R"("subscription":null)"), std::string::npos) << *after;
}

// As other systems have it: a plan is picked, it is charged when the trial ends, and no trial credits need be left.
TEST_F(Operating, AnImportBringsAPlanPickedInTheTrialAlong) {
  open("2026-11-29T15:00Z");
  const std::string head = R"(accounts:
  picked:
    billing_country: US
    opened_at: 2026-11-20T18:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    lots: [{source: trial, remaining: 0 message, ends_at: 2026-12-04T18:00Z}]
    subscription: {plan: growth, cycle: monthly, anchor: )";
  const auto wrong = host->import_accounts(
      tenant, write("wrong.yaml", head + "2026-12-05T18:00Z, next_renewal: 2027-01-05T18:00Z}\n"), staff, false);
  ASSERT_TRUE(wrong);
  ASSERT_EQ(wrong->errors.size(), 1U);
  EXPECT_NE(wrong->errors[0].message.find("write 2026-12-04T18:00Z as anchor"), std::string::npos);
  EXPECT_EQ(wrong->errors[0].at.line, 7U);
  const auto runs = host->import_accounts(
      tenant, write("runs.yaml", head + "2026-12-04T18:00Z, next_renewal: 2026-12-04T18:00Z, cancelled: true}\n"),
      staff, false);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->errors.size(), 1U);
  EXPECT_EQ(runs->errors[0].code, "not_running");
  const auto at_once = host->import_accounts(TenantId::trusted("exotel"), write("at_once.yaml", R"(accounts:
  picked:
    billing_country: IN
    opened_at: 2026-11-20T18:00Z
    lots: [{source: trial, remaining: 0 balance}]
    subscription: {plan: starter, cycle: monthly, anchor: 2026-12-04T18:00Z, next_renewal: 2026-12-04T18:00Z}
)"),
                                             staff, false);
  ASSERT_TRUE(at_once) << at_once.error().message;
  ASSERT_EQ(at_once->errors.size(), 1U);
  EXPECT_EQ(at_once->errors[0].code, "plan_starts_now");
  const auto done = host->import_accounts(
      tenant, write("right.yaml", head + "2026-12-04T18:00Z, next_renewal: 2026-12-04T18:00Z}\n"), staff, false);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_TRUE(done->errors.empty()) << done->errors.front().message;
  EXPECT_TRUE(done->accounts[0].is.starts_with("trial, growth monthly from 2026-12-04T18:00Z on"))
      << done->accounts[0].is;
  ASSERT_EQ(done->accounts[0].charges.size(), 1U);
  EXPECT_EQ(done->accounts[0].charges[0].at.text(), "2026-12-04T18:00Z");
  EXPECT_EQ(done->accounts[0].charges[0].amount.text(), "49.00 USD");
  host->run_until(*Instant::parse("2026-12-04T18:00Z"));
  const auto after = host->account(tenant, *AccountId::parse("picked"), Audience::staff);
  ASSERT_TRUE(after);
  EXPECT_NE(after->find(R"("plan":"growth")"), std::string::npos) << *after;
}

// A pause that began in the system before goes on: what stood still then has stood still since.
TEST_F(Operating, AnImportedPauseGoesOn) {
  open("2026-03-20T15:00Z");
  const std::string file = write("paused.yaml", R"(accounts:
  resting:
    billing_country: US
    opened_at: 2025-07-15T15:00Z
    first_paid_at: 2025-07-15T15:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: monthly, anchor: 2025-07-15T15:00Z, next_renewal: 2026-03-15T15:00Z,
                   paused_since: 2026-03-10T15:00Z, resumes_at: 2026-04-30T15:00Z}
    lots:
      - {source: plan, remaining: 800 message, ends_at: 2026-03-15T15:00Z}
      - {source: purchase, remaining: 100 message, ends_at: 2026-03-18T15:00Z}
)");
  const auto dry = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  ASSERT_TRUE(dry->errors.empty()) << dry->errors.front().message;
  EXPECT_NE(dry->accounts[0].is.find("paused since 2026-03-10T15:00Z: resumes at 2026-04-30T15:00Z"), std::string::npos)
      << dry->accounts[0].is;
  const auto done = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(done && done->errors.empty());
  const AccountId account = *AccountId::parse("resting");
  run_until("2026-03-30T15:00Z");
  const auto resumed = host->submit_json(tenant, account, {"owner", ""}, "resume", R"({"resume": {}})");
  ASSERT_TRUE(resumed && !resumed->refusal) << resumed.error().message;
  // 20 days later: the period of 15 March ends on 4 April, the purchase of 18 March on 7 April.
  std::string view = *host->account(tenant, account, Audience::staff);
  EXPECT_NE(view.find("2026-04-04T15:00Z"), std::string::npos) << view;
  EXPECT_NE(view.find("2026-04-07T15:00Z"), std::string::npos) << view;
  EXPECT_NE(view.find(R"("available":"900 message")"), std::string::npos) << view;
  run_until("2026-04-04T14:59Z");
  EXPECT_EQ(invoices("resting").find("49.00 USD"), std::string::npos);
  run_until("2026-04-04T15:00Z");
  EXPECT_NE(invoices("resting").find("49.00 USD"), std::string::npos) << invoices("resting");
}

// What a system that counts otherwise may say of a pause, an agreement or a period that cannot be so.
TEST_F(Operating, AnImportSaysWhatOfAPeriodCannotBe) {
  open("2026-03-20T15:00Z");
  const struct {
    const char *plan, *says, *code = "";
  } cases[] = {
      {"next_renewal: 2026-03-15T15:00Z", "is not after the import", "renewal_is_past"},
      {"next_renewal: 2026-04-02T15:00Z", "a period ends at 2026-04-15T15:00Z, and none at 2026-04-02T15:00Z"},
      {"next_renewal: 2026-03-15T15:00Z, paused_since: 2026-03-16T15:00Z", "is not after its pause began",
       "renewal_is_past"},
      {"next_renewal: 2026-04-15T15:00Z, paused_since: 2026-03-21T15:00Z", "before the import, and before its pause"},
      {"next_renewal: 2026-04-15T15:00Z, paused_since: 2025-12-10T15:00Z", "This pause resumes after the import"},
      {"next_renewal: 2026-04-15T15:00Z, resumes_at: 2026-04-10T15:00Z", "write paused_since too"},
      {"next_renewal: 2026-04-15T15:00Z, paused_since: 2026-03-18T15:00Z, overdue_since: 2026-03-16T15:00Z",
       "overdue payment cannot be paused"},
  };
  for (const auto& one : cases) {
    const std::string file = write("bad.yaml", std::string(R"(accounts:
  odd:
    billing_country: US
    opened_at: 2025-07-15T15:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: monthly, anchor: 2025-07-15T15:00Z, )") +
                                                   one.plan + "}\n");
    const auto dry = host->import_accounts(tenant, file, staff, true);
    ASSERT_TRUE(dry) << dry.error().message;
    ASSERT_EQ(dry->errors.size(), 1U) << one.plan;
    EXPECT_NE(dry->errors[0].message.find(one.says), std::string::npos) << one.plan << ": " << dry->errors[0].message;
    if (*one.code != '\0') {
      EXPECT_EQ(dry->errors[0].code, one.code);
    }
  }
}

TEST_F(Operating, AnImportedTrialSaysWhenItEnds) {
  open("2026-03-20T15:00Z");
  const std::string file = write("trial.yaml", R"(accounts:
  trialing:
    billing_country: US
    opened_at: 2026-03-18T15:00Z
    lots: [{source: trial, remaining: 25 message}]
)");
  const auto dry = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  ASSERT_EQ(dry->errors.size(), 1U);
  EXPECT_EQ(dry->errors[0].code, "trial_without_end");
}

TEST_F(Operating, AnImportsFirstErrorHidesNoName) {
  open("2026-03-20T15:00Z");
  const std::string file = write("names.yaml", R"(accounts:
  no_date:
    billing_country: US
    subscription: {plan: starterr, cycle: montly, anchor: 2026-03-15T15:00Z, next_renewal: 2026-04-15T15:00Z}
  refused:
    billing_country: US
    opened_at: 2026-03-15T15:00Z
    methods: [{method: crad, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: anual, anchor: 2026-03-15T15:00Z, next_renewal: 2027-03-15T15:00Z}
    lots: [{source: purchase, remaining: 100 mesage}]
    members: [{member: anna, role: onwer}]
)");
  const auto dry = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  std::string all;
  for (const Error& error : dry->errors) all += std::to_string(error.at.line) + " " + error.message + "\n";
  for (const char* one :
       {"'opened_at' is missing", "4 there is no plan 'starterr' here (did you mean 'starter'?)",
        "4 there is no cycle 'montly' here (did you mean 'monthly'?)", "8 There is no payment method 'crad'",
        "9 there is no cycle 'anual' here (did you mean 'annual'?)",
        "10 there is no credit type 'mesage' here (did you mean 'message'?)",
        "11 there is no role 'onwer' here (did you mean 'owner'?)"})
    EXPECT_NE(all.find(one), std::string::npos) << one << " is not in\n" << all;
  EXPECT_EQ(dry->errors.size(), 7U) << all;
}

// Refutes ALL-09: some of them taken over
TEST_F(Operating, AnImportWithErrorsSaysThemAllAndDoesNothing) {
  open("2026-03-20T15:00Z");
  const std::string file = write("customers.jsonl",
                                 R"({"account": "good", "billing_country": "US", "opened_at": "2025-01-01T00:00Z"}
{"account": "late", "billing_country": "US", "opened_at": "2025-01-01T00:00Z", "subscription": {"plan": "growth", "cycle": "monthly", "anchor": "2026-01-10T15:00Z", "next_renewal": "2026-04-11T15:00Z"}}
{"account": "card", "billing_country": "US", "opened_at": "2025-01-01T00:00Z", "methods": [{"method": "card", "slot": "primary", "token": "4242 4242 4242 4242", "brand": "visa", "masked": "4242"}]}
{"account": "what", "billing_country": "US", "opened": "2025-01-01T00:00Z"}
)");
  const auto report = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(report);
  std::set<std::pair<std::uint32_t, std::string>> found;
  for (const Error& error : report->errors) found.emplace(error.at.line, error.code);
  EXPECT_TRUE(found.contains({2, "renewal_does_not_fit"}));
  EXPECT_TRUE(found.contains({3, "card_number"}));
  EXPECT_TRUE(found.contains({4, "unknown_key"}));
  EXPECT_TRUE(host->accounts(tenant).empty());
}

// What live customers have comes along: people, what they are bound to, what is overdue, what they have taken.
TEST_F(Operating, AnImportBringsTheWholeCustomer) {
  open("2026-03-20T15:00Z");
  const std::string file = write("customers.yaml", R"(accounts:
  late:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    first_paid_at: 2025-06-10T15:00Z
    methods: [{method: card, slot: primary, token: ok, brand: visa, masked: "4242"}]
    subscription: {plan: growth, cycle: monthly, anchor: 2025-06-15T15:00Z, next_renewal: 2026-04-15T15:00Z, overdue_since: 2026-03-15T15:00Z}
    lots: [{source: rollover, remaining: 200 message, ends_at: 2026-04-14T15:00Z}]
    members: [{member: anna, role: owner}, {member: ben, role: member, invited: true}]
    auto_recharge: {below: 100 message, amount: 500 message}
  leaves:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    subscription: {plan: starter, cycle: monthly, anchor: 2025-06-10T15:00Z, next_renewal: 2026-04-10T15:00Z, cancelled: true}
  bound:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    custom_plan: {plan: custom, rank: 60, cycles: [{cycle: monthly, price: 400.00 USD, gives: [20000 message]}], credit_price: 0.0200 USD, agreement: 12 months}
    subscription: {plan: custom, cycle: monthly, anchor: 2025-06-10T15:00Z, next_renewal: 2026-04-10T15:00Z, agreement_ends: 2026-06-10T15:00Z}
)");
  const auto dry = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(dry) << dry.error().message;
  ASSERT_TRUE(dry->errors.empty()) << dry->errors.front().message;
  ASSERT_EQ(dry->accounts.size(), 3U);
  // The 15th, the 18th (tried elsewhere), the 22nd: the next step. Then the renewal.
  ASSERT_EQ(dry->accounts[0].charges.size(), 2U);
  EXPECT_EQ(dry->accounts[0].charges[0].at.text(), "2026-03-22T15:00Z");
  EXPECT_EQ(dry->accounts[0].charges[0].amount.text(), "49.00 USD");
  EXPECT_EQ(dry->accounts[0].charges[1].at.text(), "2026-04-15T15:00Z");
  EXPECT_EQ(dry->accounts[0].is,
            "paid, growth monthly, renews at 2026-04-15T15:00Z, past due since 2026-03-15T15:00Z, 200 message, "
            "primary card, 2 members");
  EXPECT_TRUE(dry->accounts[1].charges.empty());
  EXPECT_NE(dry->accounts[1].is.find("ends at 2026-04-10T15:00Z"), std::string::npos) << dry->accounts[1].is;
  EXPECT_NE(dry->accounts[2].is.find("bound until 2026-06-10T15:00Z"), std::string::npos) << dry->accounts[2].is;

  const auto done = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(done && done->errors.empty());
  EXPECT_TRUE(host->notifications(tenant, 0, 100)->empty());
  ask("late", {"member", "anna"}, R"({"use": {"meter": "sms", "quantity": "160 characters"}})");
  run_until("2026-03-22T14:59Z");
  EXPECT_EQ(invoices("late").find("CL-000001"), std::string::npos);
  run_until("2026-03-22T15:01Z");
  EXPECT_NE(invoices("late").find("CL-000001"), std::string::npos);
  const std::string view = *host->account(tenant, *AccountId::parse("late"), Audience::staff);
  EXPECT_NE(view.find(R"("available":"1199 message")"), std::string::npos) << view;
  run_until("2026-04-11T15:00Z");
  EXPECT_NE(host->account(tenant, *AccountId::parse("leaves"), Audience::staff)->find(R"("state":"ended")"),
            std::string::npos);
  const auto cancels =
      host->submit_json(tenant, *AccountId::parse("bound"), owner, "c", R"({"change_plan": {"plan": "lite"}})");
  ASSERT_TRUE(cancels && cancels->refusal);
  EXPECT_EQ(cancels->refusal->code, "under_agreement");
}

TEST_F(Operating, AnImportNamesTheFieldAndItsLine) {
  open("2026-03-20T15:00Z");
  const std::string file = write("customers.yaml", R"(accounts:
  acme:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    subscription: {plan: growth, cycle: monthly, anchor: 2025-06-10T15:00Z, next_renewal: 2026-04-10T15:00Z}
    lots:
      - {source: plan, remaining: 200 message, ends_at: 2026-04-10T15:00Z}
      - {source: plan, remaining: 200 message, ends_at: 2026-03-10T15:00Z}
  globex:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    members: [{member: anna, role: boss}]
  hooli:
    billing_country: US
    opened_at: 2025-06-10T15:00Z
    subscription: {plan: growth, cycle: monthly, anchor: 2025-06-01T15:00Z, next_renewal: 2026-04-01T15:00Z, overdue_since: 2026-03-01T16:00Z}
)");
  const auto report = host->import_accounts(tenant, file, staff, false);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->errors.size(), 3U);
  EXPECT_EQ(report->errors[0].code, "lot_is_over");
  EXPECT_EQ(report->errors[0].at.path, "acme.lots[1]");
  EXPECT_EQ(report->errors[0].at.line, 8U);
  EXPECT_EQ(report->errors[1].code, "unknown_role");
  EXPECT_EQ(report->errors[1].at.path, "globex.members[0]");
  EXPECT_EQ(report->errors[1].at.line, 12U);
  EXPECT_EQ(report->errors[2].code, "overdue_too_long");
  EXPECT_EQ(report->errors[2].at.path, "hooli.subscription");
  EXPECT_TRUE(host->accounts(tenant).empty());
}

TEST_F(Operating, AnImportNamesWhatCannotBe) {
  open("2026-03-20T15:00Z");
  const std::string begins = R"({"billing_country": "US", "opened_at": "2025-01-01T00:00Z", "account": ")";
  const auto plan = [](const std::string& anchor) {
    return R"(", "subscription": {"plan": "growth", "cycle": "monthly", "anchor": ")" + anchor +
           R"(", "next_renewal": "2026-04-10T15:00Z"}})";
  };
  const auto lot = [](const std::string& words) { return R"(", "lots": [{)" + words + "}]}"; };
  const std::string file =
      write("customers.jsonl",
            begins + "early" + plan("2026-04-10T15:00Z") + "\n" + begins + "over" +
                lot(R"("source": "plan", "remaining": "5 message", "ends_at": "2026-03-01T00:00Z")") + "\n" + begins +
                "gift" + lot(R"("source": "gift", "remaining": "5 message")") + "\n" + begins + "euro" +
                lot(R"("source": "plan", "remaining": "5 message", "paid": "1.00 EUR")") + "\n" + begins + "half" +
                lot(R"("source": "plan", "remaining": "0.5 message")") + "\n" + begins + "what" +
                lot(R"("source": "plan", "remaining": "5 phone")") + "\n");
  const auto report = host->import_accounts(tenant, file, staff, true);
  ASSERT_TRUE(report);
  std::vector<std::string> codes;
  for (const Error& error : report->errors) {
    codes.push_back(error.code);
    EXPECT_EQ(error.at.line, codes.size());
  }
  const std::vector<std::string> wanted = {"anchor_in_future", "lot_is_over", "unknown_source",
                                           "wrong_currency",   "bad_amount",  "unknown_credit"};
  EXPECT_EQ(codes, wanted);
}

TEST_F(Operating, DocumentNumbersAreSetBeforeTheFirstDocument) {
  open("2026-03-10T15:00Z");
  const auto code = [&](const std::string& json) {
    const auto done = host->submit_json(tenant, AccountId(), staff, "n" + std::to_string(++keys), json);
    return done && done->refusal ? done->refusal->code : done ? "done" : done.error().code;
  };
  EXPECT_EQ(code(R"({"set_document_numbers": {"next_invoice": 0, "next_credit_note": 1}})"), "bad_number");
  subscribe("acme", "growth");
  EXPECT_EQ(code(R"({"set_document_numbers": {"next_invoice": 5, "next_credit_note": 1}})"), "documents_exist");
}

// Money that came by bank goes back by hand: of no account more than came.
TEST_F(Operating, VerifyHoldsWithRefundsByHand) {
  const auto data = own_folder() / "data";
  open("2026-03-02T04:00Z", data.string());
  tenant = TenantId::trusted("exotel");
  ask("asha", owner, R"({"open_account": {"billing_country": "IN", "billing_state": "MH"}})");
  ask("asha", staff, R"({"set_approval": {"approval": "kyc", "state": "approved"}})");
  ask("asha", staff,
      R"({"set_custom_plan": {"plan": "enterprise", "cycles": [{"cycle": "annual", "price": "110000.00 INR"}],
      "monthly_minimum": "0.00 INR", "first_credits": "10000.00 INR", "agreement": "0 months",
      "meters": [{"meter": "voice", "takes": "0.3000 balance"}]}})");
  ask("asha", staff, R"({"subscribe": {"plan": "enterprise", "cycle": "annual", "first_credits": "10000 balance"}})");
  ask("asha", staff, R"({"record_bank_receipt": {"receipt": "line-1", "processor": "bank", "kind": "transfer",
      "amount": "142740.00 INR", "order": 1, "dated": "2026-03-09"}})");
  ask("asha", owner,
      R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
  ask("asha", owner, R"({"buy_credits": {"amount": "1000 balance"}})");
  run_until("2026-03-10T04:00Z");
  // 1,140.00 of the account's own, 40.00 by card.
  ask("asha", staff, R"({"refund_order": {"order": 2, "gives_back": "whole", "reason": "twice"}})");
  ask("asha", staff, R"({"refund_order": {"order": 1, "gives_back": "whole", "reason": "by mistake"}})");
  run_until("2026-03-12T04:00Z");
  const std::string waits = *host->bank_receipts(tenant);
  EXPECT_NE(waits.find(R"("amount":"1180.00 INR")"), std::string::npos) << waits;
  EXPECT_NE(waits.find(R"("amount":"141600.00 INR")"), std::string::npos) << waits;
  ask("asha", staff, R"({"record_payout": {"refund": 1, "ref": "UTR1"}})");
  ask("asha", staff, R"({"record_payout": {"refund": 2, "ref": "UTR2"}})");
  host.reset();
  const auto verified = verify(data.string());
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->holds()) << as_text(*verified);
}

// The journal of a folder, with a month closed on other sums than it has.
TEST_F(Operating, VerifyCountsClosedMonthsAgain) {
  const auto data = own_folder() / "data";
  open("2026-03-10T15:00Z", data.string());
  subscribe("acme", "growth");
  ask("acme", owner, R"({"use": {"meter": "sms", "quantity": "16000 characters"}})");
  ask("acme", owner, R"({"place_hold": {"meter": "sms", "quantity": "1600 characters"}})");
  ask("acme", owner, R"({"capture_hold": {"hold": 1, "quantity": "800 characters"}})");
  run_until("2026-04-02T15:00Z");
  ASSERT_TRUE(host->close_month(tenant, "2026-03", staff));
  ask("acme", owner, R"({"use": {"meter": "sms", "quantity": "160 characters", "used_at": "2026-03-31T20:00Z"}})");
  run_until("2026-05-12T15:00Z");
  ASSERT_TRUE(host->close_month(tenant, "2026-04", staff));
  host.reset();
  const auto fine = verify(data.string());
  ASSERT_TRUE(fine) << fine.error().message;
  EXPECT_TRUE(fine->holds()) << as_text(*fine);
  EXPECT_EQ(fine->months, 2U);

  // Whoever can write a journal can keep its chain whole, and still not make a month say what was not so.
  auto journal = store::open((data / "journal.db").string());
  std::filesystem::create_directories(folder / "forged");
  auto forged = store::open((folder / "forged" / "journal.db").string());
  ASSERT_TRUE(journal && forged);
  store::Row before;
  const auto copied = (*journal)->read(0, 1, [&](const store::Row& row) {
    store::Row copy = row;
    copy.entries.clear();
    copy.format = journal::format;
    auto entries = *engine::entries_of(row);
    for (Entry& entry : entries) {
      for (Fact& fact : entry.facts) {
        if (const auto* applied = std::get_if<CatalogApplied>(&fact)) {
          EXPECT_TRUE((*forged)->put_text(applied->text, *(*journal)->text(applied->text)));
        }
        auto* closed = std::get_if<MonthClosed>(&fact);
        if (closed != nullptr && closed->month.month == "2026-03")
          closed->month.lines.front().used_money += *Money::parse("0.01 USD");
      }
      journal::write(copy.entries, entry);
    }
    copy.previous = before.hash;
    copy.hash = store::seal(copy);
    EXPECT_EQ((*forged)->commit(copy, before.epoch), store::Committed::done);
    before = copy;
    return true;
  });
  ASSERT_TRUE(copied);
  forged->reset();
  const auto found = verify((folder / "forged").string());
  ASSERT_TRUE(found) << found.error().message;
  // The rows were copied without the keys of persons: that is found as well.
  ASSERT_EQ(found->violations.size(), 2U) << as_text(*found);
  EXPECT_EQ(found->violations.back().rule, "personal_data");
  EXPECT_EQ(found->violations.front().rule, "months");
  EXPECT_NE(found->violations.front().text.find("2026-03"), std::string::npos);
}

TEST_F(Operating, MonthsAreClosedInOrder) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  run_until("2026-06-02T15:00Z");
  EXPECT_EQ(host->close_month(tenant, "march", staff).error().code, "bad_month");
  ASSERT_TRUE(host->close_month(tenant, "2026-03", staff));
  EXPECT_EQ(host->close_month(tenant, "2026-05", staff).error().code, "month_before_open");
  ASSERT_TRUE(host->close_month(tenant, "2026-04", staff));
}

// Shows ALL-12
TEST_F(Operating, MonthsAddUpAndStayClosed) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  ask("acme", owner, R"({"use": {"meter": "sms", "quantity": "16000 characters"}})");
  run_until("2026-05-02T15:00Z");
  EXPECT_EQ(host->close_month(tenant, "2026-05", staff).error().code, "month_not_over");
  EXPECT_EQ(host->close_month(tenant, "2026-03", owner).error().code, "not_permitted");
  const auto march = host->close_month(tenant, "2026-03", staff);
  ASSERT_TRUE(march) << march.error().message;
  // 100 of 1000 for 49.00 are used: 4.90 earned, 44.10 owed.
  EXPECT_EQ(march->lines[0].issued, "1000");
  EXPECT_EQ(march->lines[0].used, "100");
  EXPECT_EQ(march->lines[0].used_money.text(), "4.90 USD");
  EXPECT_EQ(march->lines[0].after, "900");
  EXPECT_EQ(march->lines[0].after_money.text(), "44.10 USD");
  EXPECT_EQ(host->close_month(tenant, "2026-03", staff).error().code, "month_closed");
  EXPECT_EQ(host->close_month(tenant, "2026-05", staff).error().code, "month_not_over");
  ask("acme", staff, R"({"adjust_credits": {"amount": "50 message", "take": true, "reason": "A mistake in March"}})");
  const auto months = host->months(tenant);
  ASSERT_TRUE(months);
  ASSERT_EQ(months->size(), 3U);
  EXPECT_TRUE((*months)[0].closed);
  EXPECT_EQ((*months)[0].lines[0].after, "900");
  EXPECT_EQ((*months)[2].lines[0].gone, "50");
  for (const MonthReport& month : *months)
    for (const MonthReport::Line& line : month.lines)
      EXPECT_EQ(
          (line.before_money + line.issued_money - line.used_money - line.gone_money - line.returned_money).text(),
          line.after_money.text())
          << month.month;
  // 900 rolled over and 1000 new, 50 taken away: what the account has.
  EXPECT_EQ((*months)[2].lines[0].after, "1850");
  EXPECT_NE(host->account(tenant, *AccountId::parse("acme"), Audience::staff)->find(R"("available":"1850 message")"),
            std::string::npos);
}

TEST_F(Operating, AMonthShowsWhatWasWrittenOff) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  ask("acme", staff,
      R"({"set_custom_plan": {"plan": "custom", "rank": 5, "cycles": [{"cycle": "monthly", "price": "0.12 USD",)"
      R"( "gives": ["10 message"]}], "credit_price": "0.0500 USD", "agreement": "0 months"}})");
  ask("acme", staff, R"({"change_plan": {"plan": "custom"}})");
  // 0.12 is less than any charge and waits; the account is deleted before an invoice takes it along.
  run_until("2026-04-12T15:00Z");
  ask("acme", owner, R"({"delete_account": {}})");
  run_until("2026-05-02T15:00Z");
  const auto march = host->close_month(tenant, "2026-03", staff);
  ASSERT_TRUE(march) << march.error().message;
  EXPECT_EQ(march->written_off.text(), "0.00 USD");
  const auto april = host->close_month(tenant, "2026-04", staff);
  ASSERT_TRUE(april) << april.error().message;
  EXPECT_EQ(april->written_off.text(), "0.12 USD");
  EXPECT_NE(as_csv({*april}).find(",0.12 USD\n"), std::string::npos);
}

// Refutes ALL-12: a closed month that changes
TEST_F(Operating, WhatIsToldAfterAMonthIsClosedCountsInTheNext) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  run_until("2026-04-02T15:00Z");
  const auto march = host->close_month(tenant, "2026-03", staff);
  ASSERT_TRUE(march) << march.error().message;
  ask("acme", owner, R"({"use": {"meter": "sms", "quantity": "16000 characters", "used_at": "2026-03-31T20:00Z"}})");
  const auto months = host->months(tenant);
  ASSERT_TRUE(months);
  ASSERT_EQ(months->size(), 2U);
  EXPECT_EQ((*months)[0].lines[0].used, "0");
  EXPECT_EQ((*months)[0].lines[0].after_money.text(), "49.00 USD");
  EXPECT_EQ((*months)[1].lines[0].used, "100");
  EXPECT_EQ((*months)[1].lines[0].used_money.text(), "4.90 USD");
}

TEST_F(Operating, NoticesFollowFromTheJournalOnce) {
  open("2026-03-10T15:00Z");
  subscribe("acme", "growth");
  const auto notifications = host->notifications(tenant, 0, 100);
  ASSERT_TRUE(notifications);
  ASSERT_EQ(notifications->size(), 1U);
  EXPECT_EQ(notifications->front().kind, "order_confirmed");
  EXPECT_EQ(notifications->front().roles, std::vector<std::string>{"owner"});
  EXPECT_NE(as_json(*notifications).find(R"("invoice":"CL-000001")"), std::string::npos) << as_json(*notifications);
  const std::uint64_t position = notifications->back().position;
  EXPECT_TRUE(host->notifications(tenant, position, 100)->empty());
  ask("acme", owner, R"({"use": {"meter": "sms", "quantity": "160000 characters"}})");
  ASSERT_EQ(host->notifications(tenant, position, 100)->size(), 1U);
  EXPECT_EQ(host->notifications(tenant, position, 100)->front().kind, "credits_used_up");
  EXPECT_EQ(host->notifications(tenant, 0, 100)->size(), 2U);
}

TEST_F(Operating, AFileThatIsNotAppliedChangesNothingAtAStart) {
  const auto config = own_folder() / "config";
  std::filesystem::copy(FLORIN_CONFIG, config, std::filesystem::copy_options::recursive);
  std::ofstream(config / "florin.yaml") << "plugins:\n  folder: " FLORIN_PLUGINS "\ntenants: tenants\ndata: ../data\n";
  const auto reopen = [&] {
    host.reset();
    auto opened = Host::open({.config = (config / "florin.yaml").string(),
                              .data = (folder / "data").string(),
                              .virtual_from = *Instant::parse("2026-03-10T15:00Z")});
    ASSERT_TRUE(opened) << opened.error().message;
    host = std::make_unique<Host>(*std::move(opened));
  };
  reopen();
  subscribe("acme", "growth");
  const auto file = config / "tenants" / "callloop.yaml";
  std::ifstream in(file);
  std::string text(std::istreambuf_iterator<char>(in), {});
  text.replace(text.find("monthly: {price: 49.00 USD"), 26, "monthly: {price: 59.00 USD");
  std::ofstream(file) << text;
  reopen();
  ASSERT_EQ(host->problems().size(), 1U);
  EXPECT_EQ(host->problems().front().code, "not_applied");
  EXPECT_EQ(host->problems().front().at.path, "plans.growth.cycles.monthly.price");
  EXPECT_EQ(versions((folder / "data").string(), tenant)->size(), 1U);

  const auto plans = plan_files((folder / "data").string(), {file.string()});
  ASSERT_TRUE(plans) << plans.error().message;
  ASSERT_EQ(plans->front().changes.size(), 1U);
  EXPECT_EQ(plans->front().changes[0].before, "49.00 USD");
  EXPECT_EQ(plans->front().changes[0].after, "59.00 USD");
  EXPECT_EQ(plans->front().subscriptions.front().how, "keeps_price");

  EXPECT_EQ(*host->apply(file.string(), staff), 2U);
  EXPECT_EQ(host->apply(file.string(), staff).error().code, "no_change");
  reopen();
  EXPECT_TRUE(host->problems().empty());
  EXPECT_EQ(*host->apply_again(tenant, 1, staff), 3U);
  const auto all = versions((folder / "data").string(), tenant);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ(all->back().again, 1U);
  EXPECT_TRUE(all->back().in_force);
  EXPECT_EQ(all->front().subscriptions, 1U);
}

/// The bytes of a file, free pages and all; and of a journal its entries too, which lie packed in its rows.
std::string all_that_is_in(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  const std::string name = file.filename();
  if (name != "journal.db" && name != "backup.db") return bytes;
  const auto journal = store::open_read_only(file.string());
  EXPECT_TRUE(journal) << journal.error().message;
  const auto shards = (*journal)->shards();
  EXPECT_TRUE(shards && !shards->empty());
  for (const std::uint32_t shard : *shards) {
    EXPECT_TRUE((*journal)->read(shard, 1, [&](const store::Row& row) {
      const auto entries = engine::entries_of(row);
      EXPECT_TRUE(entries);
      for (const Entry& entry : *entries) journal::write(bytes, entry);
      return true;
    }));
    const auto saved = (*journal)->load(shard);
    EXPECT_TRUE(saved);
    for (const store::Checkpoint& one : saved->objects) bytes += one.bytes;
  }
  return bytes;
}

// Shows ALL-10
TEST_F(Operating, AnErasedPersonIsInNoFile) {
  const auto data = own_folder() / "data";
  open("2026-03-10T15:00Z", data.string());
  subscribe("acme", "growth");
  // What would stay in a text that no erasure reaches is refused, and written nowhere.
  const struct {
    const char *command, *field;
  } texts[] = {
      {R"({"adjust_credits": {"amount": "1 message", "reason": "asked by grace@example.org"}})", "reason"},
      {R"({"adjust_credits": {"amount": "1 message", "reason": "for GRACE  Hopper, again"}})", "reason"},
      {R"({"occupy_item": {"entitlement": "users", "item": "grace@example.org"}})", "item"},
      {R"({"request_review": {"order": 1, "reason": "duplicate_charge", "said": "I am Grace Hopper."}})", "said"},
      {R"({"adjust_credits": {"amount": "1 message", "reason": "Hopper called again"}})", "reason"},
      {R"({"adjust_credits": {"amount": "1 message", "reason": "to Grace, as agreed"}})", "reason"},
      {R"({"invite_member": {"member": "grace-hopper", "role": "member"}})", "member"},
      // Whom this account does not know, and nobody else does yet.
      {R"({"adjust_credits": {"amount": "1 message", "reason": "moved from Maria Slartibart"}})", "reason"},
      {R"({"adjust_credits": {"amount": "1 message", "reason": "call +49 170 1234567"}})", "reason"},
      {R"({"occupy_item": {"entitlement": "users", "item": "Mrs Beeblebrox"}})", "item"},
  };
  for (const auto& one : texts) {
    const auto refused =
        host->submit_json(tenant, *AccountId::parse("acme"), staff, "text " + std::string(one.command), one.command);
    ASSERT_FALSE(refused) << one.command;
    EXPECT_EQ(refused.error().code, "names_a_person") << one.command << ": " << refused.error().message;
    EXPECT_EQ(refused.error().at.path, one.field);
  }
  const auto by_key = host->submit_json(tenant, *AccountId::parse("acme"), staff, "grace@example.org",
                                        R"({"adjust_credits": {"amount": "1 message", "reason": "Twice"}})");
  ASSERT_FALSE(by_key);
  EXPECT_EQ(by_key.error().at.path, "key");
  ask("acme", staff, R"({"adjust_credits": {"amount": "1 message", "reason": "grace period @ month end, a@b"}})");
  const auto kept = host->submit_json(tenant, *AccountId::parse("acme"), staff, "Slartibartfast-1",
                                      R"({"adjust_credits": {"amount": "1 message", "reason": "Slartibartfast"}})");
  ASSERT_TRUE(kept && !kept->refusal);
  ask("acme", staff, R"({"erase_personal_data": {}})");
  ASSERT_TRUE(host->refresh_views());
  const std::string copy = (folder / "backup.db").string();
  ASSERT_TRUE(backup(data.string(), copy));
  // While it runs, with what SQLite has beside its files; and when it is closed.
  for (const bool closed : {false, true}) {
    if (closed) host.reset();
    int files = 0;
    std::set<std::string> told_in;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || entry.path().extension() == ".so") continue;
      const std::string bytes = all_that_is_in(entry.path());
      ++files;
      EXPECT_EQ(bytes.find("Grace"), std::string::npos) << entry.path();
      EXPECT_EQ(bytes.find("Hopper"), std::string::npos) << entry.path();
      EXPECT_EQ(bytes.find("grace@example"), std::string::npos) << entry.path();
      if (bytes.find("Slartibartfast") != std::string::npos) told_in.insert(entry.path().filename().string());
    }
    EXPECT_GE(files, 3);
    // A word that nobody has erased is found: so would the others be.
    for (const char* file : {"journal.db", "backup.db"}) EXPECT_TRUE(told_in.contains(file)) << file;
    EXPECT_TRUE(told_in.contains("views.db") || told_in.contains("views.db-wal"));
  }
}

// Refutes ALL-10: what was there before the person was known stands in the way of its own end
TEST_F(Operating, AnItemNamedAsAPersonThatBecomesKnownCanBeGivenBack) {
  open("2026-03-10T15:00Z", (own_folder() / "data").string());
  tenant = *TenantId::parse("salesmsg");
  subscribe("acme", "basic");
  const AccountId acme = *AccountId::parse("acme");
  ask("acme", staff, R"({"occupy_item": {"entitlement": "inboxes", "item": "Zaphod"}})");
  ask("acme", staff, R"({"occupy_item": {"entitlement": "numbers", "item": "+15550100123"}})");
  ask("acme", staff, R"({"set_personal_data": {"personal_data": {"name": "Zaphod Beeblebrox"}}})");
  for (const char* command : {R"({"occupy_item": {"entitlement": "inboxes", "item": "Beeblebrox"}})",
                              R"({"release_item": {"entitlement": "inboxes", "item": "Beeblebrox"}})"}) {
    const auto refused = host->submit_json(tenant, acme, staff, command, command);
    ASSERT_FALSE(refused) << "a refusal is written down too: " << command;
    EXPECT_EQ(refused.error().code, "names_a_person");
  }
  ask("acme", staff, R"({"release_item": {"entitlement": "inboxes", "item": "Zaphod"}})");
}

// Refutes ALL-10: books that go with the person
TEST_F(Operating, AnErasedPersonLeavesTheBooksWhole) {
  const auto data = own_folder() / "data";
  open("2026-03-10T15:00Z", data.string());
  subscribe("acme", "growth");
  const AccountId acme = *AccountId::parse("acme");
  EXPECT_EQ(host->personal_data(tenant, acme)->front().value, "Grace Hopper");
  const std::string before = invoices("acme");
  ask("acme", staff, R"({"erase_personal_data": {}})");
  EXPECT_EQ(host->personal_data(tenant, acme).error().code, "erased");
  EXPECT_EQ(invoices("acme"), before);
  run_until("2026-04-11T15:00Z");
  EXPECT_NE(invoices("acme").find("CL-000002"), std::string::npos);  // the plan goes on
  host->close();
  const auto verified = verify(data.string());
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->holds()) << as_text(*verified);
  open("2026-04-11T15:00Z", data.string());
  EXPECT_EQ(host->personal_data(tenant, acme).error().code, "erased");
}

}  // namespace
}  // namespace florin
