#include "keys.hpp"
#include "served.hpp"

/// The statement of account: what was owed, each document and payment, what is owed then. docs/documents.md
namespace florin {
namespace {

class AccountStatements : public Served {
 protected:
  AccountStatements() : staff_(issue("exotel", *server::preset_scopes("staff"))) {}

  HttpAnswer as(const std::string& actor, const std::string& command, const std::string& body) {
    return ask(staff_, "/v1/exotel/accounts/mega/" + command, body,
               {"Idempotency-Key: mega:" + std::to_string(++turn_), "Florin-Actor: " + actor, "Prefer: wait=20"});
  }
  void receive(const std::string& receipt, const std::string& amount) {
    const auto came = as("staff:ann", "record_bank_receipt",
                         R"({"receipt": ")" + receipt + R"(", "processor": "bank", "kind": "transfer", "amount": ")" +
                             amount + R"(", "order": 1, "dated": "2026-03-10"})");
    ASSERT_EQ(came.status, 200) << came.body;
  }
  /// An annual plan by wire that comes in two parts, then credits by card that are given back.
  void live() {
    ASSERT_EQ(as("owner:meg", "open_account",
                 R"({"billing_country": "IN", "billing_state": "KA",
                     "personal_data": {"name": "Mega <b>", "address": "1 MG Road", "city": "Bengaluru"}})")
                  .status,
              200);
    ASSERT_EQ(as("staff:ann", "set_approval", R"({"approval": "kyc", "state": "approved"})").status, 200);
    ASSERT_EQ(as("staff:ann", "set_custom_plan",
                 R"({"plan": "enterprise", "cycles": [{"cycle": "annual", "price": "110000.00 INR"}],
                     "monthly_minimum": "0.00 INR", "first_credits": "10000.00 INR",
                     "meters": [{"meter": "voice", "takes": "0.3000 balance"}], "agreement": "0 months"})")
                  .status,
              200);
    const auto subscribed =
        as("staff:ann", "subscribe",
           R"({"plan": "enterprise", "cycle": "annual", "first_credits": "10000 balance", "pay_with": "wire"})");
    ASSERT_LT(subscribed.status, 300) << subscribed.body;  // 202: it waits for the wire
    receive("utr-1", "100000.00 INR");
    ASSERT_EQ(ask(staff_, "/host/clock", R"({"to": "2026-04-02T09:00:00Z"})").status, 200);
    receive("utr-2", "41600.00 INR");
    ASSERT_EQ(as("owner:meg", "add_payment_method",
                 R"({"method": "card", "slot": "primary",
                     "details": {"token": "ok", "brand": "visa", "last4": "4242"}})")
                  .status,
              200);
    const auto bought = as("owner:meg", "buy_credits", R"({"amount": "1000 balance"})");
    ASSERT_EQ(bought.status, 200) << bought.body;
    const auto back = as("staff:ann", "refund_order", R"({"order": 2, "gives_back": "whole", "reason": "by mistake"})");
    ASSERT_EQ(back.status, 200) << back.body;
  }
  HttpAnswer statement(const std::string& form, const std::string& period) {
    return ask(staff_, "/v1/exotel/accounts/mega/account_statement/" + form + period);
  }
  /// Each entry as `kind number amount balance`.
  static std::vector<std::string> lines(const boost::json::value& statement) {
    std::vector<std::string> all;
    for (const auto& one : statement.at("entries").as_array()) {
      std::string line(one.at("kind").as_string());
      if (one.at("number").is_string()) line += " " + std::string(one.at("number").as_string());
      line += " " + std::string(one.at("amount").as_string()) + " = " + std::string(one.at("balance").as_string());
      all.push_back(line);
    }
    return all;
  }

  std::string staff_;
  int turn_ = 0;
};

// 110,000.00 + 10,000.00 of first credits = 120,000.00, with 18 % of tax 141,600.00. 100,000.00 come in March: they are
// the customer's until the invoice. In April the rest comes: -100,000.00 + 141,600.00 = 41,600.00, less 41,600.00 is
// 0.00. 1,000.00 + 18 % = 1,180.00 are invoiced, paid by card, paid back and noted as credit. Wrong: an opening balance
// of 0.00 in April, which forgets what came before its invoice; 1,180.00 at the end, which forgets the credit note.
TEST_F(AccountStatements, EveryAmountIsThatOfTheBooks) {
  ASSERT_NO_FATAL_FAILURE(live());
  const auto march = statement("json", "?from=2026-03-01&to=2026-03-31").json();
  EXPECT_EQ(march.at("opening").as_string(), "0.00 INR");
  EXPECT_EQ(lines(march), std::vector<std::string>{"payment utr-1 -100000.00 INR = -100000.00 INR"});
  EXPECT_EQ(march.at("closing").as_string(), "-100000.00 INR");

  const auto april = statement("json", "?from=2026-04-01&to=2026-04-30").json();
  EXPECT_EQ(april.at("opening").as_string(), "-100000.00 INR");
  EXPECT_EQ(lines(april),
            (std::vector<std::string>{
                "invoice EX-000001 141600.00 INR = 41600.00 INR", "payment utr-2 -41600.00 INR = 0.00 INR",
                "invoice EX-000002 1180.00 INR = 1180.00 INR", "payment -1180.00 INR = 0.00 INR",
                "refund 1180.00 INR = 1180.00 INR", "credit_note EXC-000001 -1180.00 INR = 0.00 INR"}));
  EXPECT_EQ(april.at("closing").as_string(), "0.00 INR");

  const auto year = statement("json", "").json();
  EXPECT_EQ(year.at("from").as_string(), "2026-01-01");
  EXPECT_EQ(year.at("to").as_string(), "2026-04-02");
  EXPECT_EQ(year.at("entries").as_array().size(), 7U);
  const auto later = statement("json", "?from=2026-05-01&to=9999-12-31").json();
  EXPECT_EQ(later.at("opening").as_string(), "0.00 INR");
  EXPECT_TRUE(later.at("entries").as_array().empty());
}

TEST_F(AccountStatements, APersonReadsItAsAPaper) {
  ASSERT_NO_FATAL_FAILURE(live());
  const auto html = statement("html", "?from=2026-04-01&to=2026-04-30");
  ASSERT_EQ(html.status, 200) << html.body;
  EXPECT_NE(html.body.find("<h1>Statement of account 1 Apr 2026 – 30 Apr 2026</h1>"), std::string::npos) << html.body;
  EXPECT_NE(html.body.find("Mega &lt;b&gt;"), std::string::npos);
  EXPECT_NE(html.body.find("1,41,600.00 INR"), std::string::npos);
  EXPECT_NE(html.header("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  const auto pdf = statement("pdf", "");
  EXPECT_EQ(pdf.status, 200);
  EXPECT_TRUE(pdf.body.starts_with("%PDF-1.5")) << pdf.body.substr(0, 200);
  EXPECT_EQ(pdf.header("Content-Disposition"), "attachment; filename=\"statement-mega.pdf\"");
}

TEST_F(AccountStatements, WhatIsAskedWronglyIsSaid) {
  ASSERT_EQ(as("owner:meg", "open_account", R"({"billing_country": "IN"})").status, 200);
  EXPECT_EQ(statement("json", "?from=2026-04-02&to=2026-04-01").json().at("code").as_string(), "bad_period");
  EXPECT_EQ(statement("json", "?from=2026-02-30").json().at("code").as_string(), "bad_date");
  EXPECT_EQ(statement("ubl", "").json().at("code").as_string(), "bad_form");
  EXPECT_EQ(statement("json", "?form=2026-01-01").json().at("code").as_string(), "unknown_parameter");
  EXPECT_EQ(ask(staff_, "/v1/exotel/accounts/nobody/account_statement/json").status, 404);
  const auto empty = statement("json", "").json();
  EXPECT_EQ(empty.at("opening").as_string(), "0.00 INR");
  EXPECT_EQ(empty.at("closing").as_string(), "0.00 INR");
}

}  // namespace
}  // namespace florin
