/// Bank statements through the host, on the shipped tenant: whichever files come, in whatever order and however often,
/// the books are the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <random>

#include "config/check.hpp"
#include "florin/host.hpp"

namespace florin {
namespace {

namespace json = boost::json;

const TenantId tenant = TenantId::trusted("exotel");
const ProcessorId bank = ProcessorId::trusted("bank");
const AccountId asha = AccountId::trusted("asha"), bala = AccountId::trusted("bala");

/// Two accounts, each with an invoice over 141,600.00 that waits.
struct Books {
  Books() {
    auto opened = Host::open({.config = FLORIN_CONFIG "/florin.yaml",
                              .data = "memory",
                              .virtual_from = *Instant::parse("2026-03-02T04:00Z")});
    EXPECT_TRUE(opened) << opened.error().message;
    host.emplace(std::move(*opened));
    EXPECT_EQ(config::text_of(host->problems()), "");
    for (const AccountId& account : {asha, bala}) {
      run(account, "service", R"({"open_account": {"billing_country": "IN", "billing_state": "MH"}})");
      run(account, "staff", R"({"set_approval": {"approval": "kyc", "state": "approved"}})");
      run(account, "staff",
          R"({"set_custom_plan": {"plan": "enterprise", "cycles": [{"cycle": "annual", "price": "110000.00 INR"}],
              "monthly_minimum": "0.00 INR", "first_credits": "10000.00 INR", "agreement": "0 months",
              "meters": [{"meter": "voice", "takes": "0.3000 balance"}]}})");
      run(account, "staff",
          R"({"subscribe": {"plan": "enterprise", "cycle": "annual", "first_credits": "10000 balance"}})");
    }
    host->run_until(*Instant::parse("2026-03-09T05:00Z"));
  }

  void run(const AccountId& account, const char* role, const std::string& command) {
    const auto done = host->submit_json(tenant, account, {role, ""}, "k" + std::to_string(++keys), command);
    ASSERT_TRUE(done) << command << ": " << done.error().message;
    ASSERT_FALSE(done->refusal) << command << ": " << done->refusal->text;
  }

  json::object money() const { return json::parse(*host->bank_receipts(tenant)).as_object(); }

  std::string reference(const AccountId& account) const {
    const json::object all = money();  // lives as long as the loop
    for (const json::value& one : all.at("waiting").as_array())
      if (one.at("account").as_string() == account.text()) return std::string(one.at("reference").as_string());
    return "none";
  }

  static std::string line(const std::string& id, const std::string& amount, const std::string& words) {
    return "<Ntry>" + (id.empty() ? "" : "<NtryRef>" + id + "</NtryRef>") + "<Amt Ccy=\"INR\">" + amount +
           "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-03-09</Dt></"
           "ValDt><NtryDtls><TxDtls><RmtInf>"
           "<Ustrd>" +
           words + "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n";
  }
  static std::string file(const std::string& lines, const std::string& account = "50200012345678") {
    return "<Document><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>" + account + "</Id></Othr></Id></Acct>" + lines +
           "</Stmt></BkToCstmrStmt></Document>";
  }

  std::vector<std::string> load(const std::string& bytes, bool dry_run = false) {
    const auto report = host->load_statement(tenant, bank, "a.xml", bytes, dry_run);
    EXPECT_TRUE(report) << report.error().message;
    std::vector<std::string> became;
    if (report)
      for (const StatementLine& one : report->lines) became.push_back(one.becomes);
    return became;
  }

  std::string plan_of(const AccountId& account) const {
    const json::value view = json::parse(*host->account(tenant, account, Audience::staff));
    const json::value& running = view.at("subscription");
    return running.is_null() ? "none" : std::string(running.at("plan").as_string());
  }

  std::optional<Host> host;
  int keys = 0;
};
class Statements : public testing::Test, public Books {};

TEST_F(Statements, ALineGoesToTheOrderWhoseReferenceThePayerWrote) {
  const std::string ours = reference(asha);
  ASSERT_EQ(ours.size(), 11U);
  EXPECT_NE(ours, reference(bala));
  std::string spaced;
  for (const char c : ours) spaced += std::string(1, static_cast<char>(std::tolower(c))) + " ";
  const std::string statement = file(line("1", "141560.00", "NEFT " + spaced + "thank you"));
  EXPECT_EQ(load(statement, true), std::vector<std::string>{"pays"});
  EXPECT_EQ(plan_of(asha), "none");  // a dry run enters nothing
  EXPECT_EQ(load(statement), std::vector<std::string>{"pays"});
  EXPECT_EQ(plan_of(asha), "enterprise");
  EXPECT_EQ(plan_of(bala), "none");
}

TEST_F(Statements, TheSameLineChangesNothingInWhicheverFileItComes) {
  const std::string one = line("N1", "141600.00", reference(asha));
  EXPECT_EQ(load(file(one + one)), (std::vector<std::string>{"pays", "known"}));
  const auto what_it_has = [&] {
    const json::value view = json::parse(*host->account(tenant, asha, Audience::staff));
    return json::serialize(view.at("grants")) + json::serialize(view.at("orders"));
  };
  const std::string before = what_it_has();
  EXPECT_EQ(load(file(line("2", "10.00", "nobody") + one)), (std::vector<std::string>{"unmatched", "known"}));
  host->run_until(*Instant::parse("2026-08-01T05:00Z"));  // no key of a command is remembered so long
  EXPECT_EQ(load(file(one)), std::vector<std::string>{"known"});
  EXPECT_EQ(what_it_has(), before);
}

TEST_F(Statements, WhatIsNotCertainWaitsForAPerson) {
  std::string wrong = reference(asha);
  wrong[3] = wrong[3] == '2' ? '3' : '2';
  const auto report = host->load_statement(
      tenant, bank, "a.xml",
      file(line("1", "1.00", wrong) + line("2", "141600.00", "our invoice") +
           line("3", "2.00", reference(asha) + " and " + reference(bala)) + line("4", "3.00", "hello")),
      false);
  ASSERT_TRUE(report);
  for (const StatementLine& one : report->lines) EXPECT_EQ(one.becomes, "unmatched") << one.why;
  EXPECT_NE(report->lines[0].why.find("one character from " + reference(asha)), std::string::npos);
  EXPECT_NE(report->lines[1].why.find("2 open orders ask for this amount"), std::string::npos);
  EXPECT_NE(report->lines[2].why.find("names 2 orders"), std::string::npos);
  EXPECT_EQ(money().at("unmatched").as_array().size(), 4U);
  EXPECT_EQ(plan_of(asha), "none");
}

TEST_F(Statements, ABadFileOrAnotherAccountsIsRefusedWhole) {
  const auto refused = [&](const std::string& bytes, const char* code) {
    const auto report = host->load_statement(tenant, bank, "a.xml", bytes, false);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, code);
    EXPECT_EQ(report.error().at.file, "a.xml");
  };
  const std::string good = line("1", "141600.00", reference(asha));
  refused(file(good, "50200099999999"), "wrong_account");
  refused(file(good + line("2", "x", "")), "bad_statement");
  refused(file(good).substr(0, 200), "bad_xml");
  EXPECT_EQ(plan_of(asha), "none");
  EXPECT_FALSE(host->load_statement(tenant, ProcessorId::trusted("sandbox"), "a.xml", file(good), false));
}

/// Two parts for each order, one without an id, money over, and money that nobody knows: by any order of files, each
/// any number of times.
TEST_F(Statements, AnyOrderAndRepetitionOfFilesGivesTheSameBooks) {
  const std::vector<std::string> lines = {
      line("N20260309-1", "100000.00", reference(asha)), line("N20260309-2", "41700.00", reference(asha)),
      line("", "70800.00", reference(bala)), line("N20260309-4", "70800.00", reference(bala)),
      line("N20260309-5", "12.00", "who knows")};
  std::optional<std::string> first;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    Books other;
    std::mt19937 random(seed);
    std::vector<std::string> order = lines;
    order.insert(order.end(), lines.begin(), lines.end());
    std::ranges::shuffle(order, random);
    while (!order.empty()) {
      std::string together;
      for (std::size_t take = 1 + random() % 3; take > 0 && !order.empty(); --take) {
        // The line without an id stands once in a file: twice in one file it would be two payments.
        if (together.find(order.back()) == std::string::npos) together += order.back();
        order.pop_back();
      }
      other.load(file(together));
    }
    json::value asha_view = json::parse(*other.host->account(tenant, asha, Audience::staff));
    EXPECT_EQ(other.plan_of(asha), "enterprise");
    EXPECT_EQ(other.plan_of(bala), "enterprise");
    std::string books = json::serialize(other.money()) + json::serialize(asha_view.at("account_money")) +
                        json::serialize(asha_view.at("orders").at("data").as_array().back().at("total"));
    if (!first) first = books;
    EXPECT_EQ(books, *first) << "seed " << seed;
  }
  EXPECT_NE(first->find("\"100.00 INR\""), std::string::npos) << *first;
}

}  // namespace
}  // namespace florin
