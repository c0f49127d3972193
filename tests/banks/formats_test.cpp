/// Bank lines of all formats through the host: none is lost, none counts twice, whatever banks put where an id would
/// be.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "config/check.hpp"
#include "florin/host.hpp"

namespace florin {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

const TenantId tenant = TenantId::trusted("bank");
const AccountId asha = AccountId::trusted("asha"), bala = AccountId::trusted("bala");

/// Two accounts, each with an order over 1,234.56 INR that waits for a transfer into the account of `processor`.
struct Books {
  explicit Books(const std::string& name, const std::string& method) : processor(ProcessorId::trusted(name)) {
    static int folders = 0;
    folder = fs::temp_directory_path() / ("florin-banks-" + std::to_string(getpid()) + "-" + std::to_string(++folders));
    fs::create_directories(folder / "tenants");
    fs::copy(FLORIN_CONFIG "/policies", folder / "policies");
    fs::copy_file(FLORIN_TENANTS "/bank.yaml", folder / "tenants/bank.yaml");
    std::ofstream(folder / "florin.yaml") << "plugins: {folder: " FLORIN_PLUGINS
                                             "}\ntenants: tenants\ndata: data\n"
                                             "payments: sandbox\n";
    auto opened = Host::open(
        {.config = folder / "florin.yaml", .data = "memory", .virtual_from = *Instant::parse("2026-11-20T04:00Z")});
    EXPECT_TRUE(opened) << opened.error().message;
    host.emplace(std::move(*opened));
    EXPECT_EQ(config::text_of(host->problems()), "");
    for (const AccountId& account : {asha, bala}) {
      run(account, R"({"open_account": {"billing_country": "IN", "billing_state": "MH"}})");
      run(account, R"({"subscribe": {"plan": "basic", "cycle": "annual", "pay_with": ")" + method + "\"}}");
    }
    host->run_until(*Instant::parse("2026-12-02T05:00Z"));
  }
  ~Books() {
    host.reset();
    fs::remove_all(folder);
  }

  void run(const AccountId& account, const std::string& command) {
    const auto done = host->submit_json(tenant, account, {"staff", ""}, "k" + std::to_string(++keys), command);
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
  bool pays_nothing_more(const AccountId& account) const { return reference(account) == "none"; }

  /// What became of each line, in its order; or where the file is wrong.
  std::string load(const std::string& bytes) {
    const auto report = host->load_statement(tenant, processor, "file", bytes, false);
    if (!report) return report.error().code + " " + std::to_string(report.error().at.line);
    std::string became;
    for (const StatementLine& one : report->lines) became += (became.empty() ? "" : " ") + one.becomes;
    return became;
  }

  const ProcessorId processor;
  fs::path folder;
  std::optional<Host> host;
  int keys = 0;
};

struct Camt : testing::Test, Books {
  Camt() : Books("bank", "wire") {}
};
struct Table : testing::Test, Books {
  Table() : Books("table", "cheque") {}
};

std::string detail(const std::string& words, const std::string& amount = "", const std::string& more = "") {
  return "<TxDtls>" + more + (amount.empty() ? "" : "<Amt Ccy=\"INR\">" + amount + "</Amt>") + "<RmtInf><Ustrd>" +
         words + "</Ustrd></RmtInf></TxDtls>";
}
std::string entry(const std::string& id, const std::string& amount, const std::string& details,
                  const std::string& direction = "CRDT") {
  return "<Ntry><Amt Ccy=\"INR\">" + amount + "</Amt><CdtDbtInd>" + direction +
         "</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-11-30</Dt></ValDt><AcctSvcrRef>" + id +
         "</AcctSvcrRef><NtryDtls>" + details + "</NtryDtls></Ntry>\n";
}
std::string camt(const std::string& entries, const std::string& account = "50200012345678",
                 const std::string& currency = "INR") {
  return "<Stmt><Acct><Id><Othr><Id>" + account + "</Id></Othr></Id><Ccy>" + currency + "</Ccy></Acct>" + entries +
         "</Stmt>\n";
}
std::string document(const std::string& statements) {
  return "<Document><BkToCstmrStmt>" + statements + "</BkToCstmrStmt></Document>";
}

TEST_F(Camt, APacketsReferenceIsNotAPayments) {
  const std::string packet = "<Refs><AcctSvcrRef>PKT-77</AcctSvcrRef></Refs>";
  const std::string file =
      document(camt(entry("20261130000001", "2469.12",
                          detail(reference(asha), "1234.56", packet) + detail(reference(bala), "1234.56", packet))));
  EXPECT_EQ(load(file), "pays pays");
  EXPECT_EQ(load(file), "known known");
  EXPECT_TRUE(pays_nothing_more(asha) && pays_nothing_more(bala));
}

TEST_F(Camt, APlaceholderIsNoId) {
  for (const char* none : {"NOTPROVIDED", "NONREF", "0"}) {
    Books books("bank", "wire");
    EXPECT_EQ(books.load(document(camt(entry(none, "1234.56", detail(books.reference(asha))) +
                                       entry(none, "1234.56", detail(books.reference(bala)))))),
              "pays pays")
        << none;
  }
}

TEST_F(Camt, ABatchThatCannotBeSplitStopsNothing) {
  EXPECT_EQ(load(document(camt(entry("B9", "50000.00", detail("SALARY-1") + detail("SALARY-2"), "DBIT") +
                               entry("B8", "3000.00", detail(reference(bala), "1.00") + detail("other", "2.00")) +
                               entry("C1", "1234.56", detail(reference(asha)))))),
            "went unmatched pays");
  EXPECT_FALSE(pays_nothing_more(bala));
}

TEST_F(Camt, WhatTheBankKeepsOfABatchIsPaid) {
  const std::string charges = "<Chrgs><Rcrd><Amt Ccy=\"INR\">26.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>";
  EXPECT_EQ(load(document(camt(entry(
                "C1", "2443.12", detail(reference(asha), "1234.56") + detail(reference(bala), "1234.56", charges))))),
            "pays pays went");
}

TEST_F(Camt, OtherAccountsAndCurrenciesOfAFileArePassedOver) {
  const std::string ours = entry("C1", "000000000001234.56", detail(reference(asha)));
  const std::string other = entry("X1", "5.00", detail("other"));
  EXPECT_EQ(load(document(camt(other, "50200099999999") + camt(other, "50200012345678", "USD") + camt(ours))),
            "other_account other_currency pays");
  EXPECT_EQ(load(document(camt(other, "50200099999999"))), "wrong_account 0");
}

TEST_F(Camt, ALumpAndItsDetailsCountOnce) {
  const auto notification = [](const std::string& entries) {
    return "<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><Othr><Id>50200012345678</Id></Othr></Id></Acct>" +
           entries + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
  };
  for (const bool lump_first : {true, false}) {
    Books books("bank", "wire");
    const std::string lump = document(camt(entry("B1", "2469.12", "")));
    const std::string details = notification(
        entry("B1", "2469.12", detail(books.reference(asha), "1234.56") + detail(books.reference(bala), "1234.56")));
    EXPECT_EQ(books.load(lump_first ? lump : details), lump_first ? "unmatched" : "pays pays");
    EXPECT_EQ(books.load(lump_first ? details : lump), lump_first ? "pays pays" : "known");
    EXPECT_TRUE(books.pays_nothing_more(asha) && books.pays_nothing_more(bala));
    EXPECT_TRUE(books.money().at("unmatched").as_array().empty());
    EXPECT_EQ(books.load(lump), "known");
    EXPECT_EQ(books.load(details), "known known");
  }
}

/// The statement has the amount alone, the notification says who paid: a lump of one payment.
TEST_F(Camt, ALumpOfOnePaymentAndItsDetailsCountOnce) {
  const auto notification = [](const std::string& entries) {
    return "<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><Othr><Id>50200012345678</Id></Othr></Id></Acct>" +
           entries + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
  };
  for (const bool lump_first : {true, false}) {
    Books books("bank", "wire");
    const std::string lump = document(camt(entry("B1234567", "1234.56", detail("collected"))));
    const std::string details = notification(entry("B1234567", "1234.56", detail(books.reference(asha), "1234.56")));
    EXPECT_EQ(books.load(lump_first ? lump : details), lump_first ? "unmatched" : "pays");
    EXPECT_EQ(books.load(lump_first ? details : lump), lump_first ? "pays" : "known");
    EXPECT_TRUE(books.pays_nothing_more(asha));
    EXPECT_TRUE(books.money().at("unmatched").as_array().empty());
    for (const std::string& again : {lump, details, lump}) EXPECT_EQ(books.load(again), "known");
    EXPECT_TRUE(books.money().at("unmatched").as_array().empty());
  }
}

/// Two entries of one packet, equal but for their words: each notification takes the place of one, never of both.
TEST_F(Camt, DetailsTakeThePlaceOfOneLump) {
  const auto notification = [](const std::string& entries) {
    return "<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><Othr><Id>50200012345678</Id></Othr></Id></Acct>" +
           entries + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
  };
  EXPECT_EQ(load(document(camt(entry("PACKET", "1234.56", detail("one")) + entry("PACKET", "1234.56", detail("two"))))),
            "unmatched unmatched");
  const std::string details = notification(entry("PACKET", "1234.56", detail(reference(asha))));
  EXPECT_EQ(load(details), "pays");
  EXPECT_EQ(load(details), "known");
  EXPECT_EQ(money().at("unmatched").as_array().size(), 1U);
  EXPECT_FALSE(pays_nothing_more(bala));
}

/// A refund of ours that its bank sends back names the order too, and is no payment for it.
/// One payment as a bank's message tells it.
struct Told {
  std::string id, end_to_end, value_date, booking_date, words;
  std::string amount = "1234.56";

  std::string text() const {
    const auto dated = [](const std::string& element, const std::string& date) {
      return date.empty() ? "" : "<" + element + "><Dt>" + date + "</Dt></" + element + ">";
    };
    return "<Ntry><Amt Ccy=\"INR\">" + amount + "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>" +
           dated("BookgDt", booking_date) + dated("ValDt", value_date) +
           (id.empty() ? "" : "<AcctSvcrRef>" + id + "</AcctSvcrRef>") + "<NtryDtls>" +
           detail(words, "", end_to_end.empty() ? "" : "<Refs><EndToEndId>" + end_to_end + "</EndToEndId></Refs>") +
           "</NtryDtls></Ntry>";
  }
};
std::string statement_of(const std::vector<Told>& payments) {
  std::string entries;
  for (const Told& one : payments) entries += one.text();
  return document(camt(entries));
}
std::string notification_of(const std::vector<Told>& payments) {
  std::string entries;
  for (const Told& one : payments) entries += one.text();
  return "<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Acct><Id><Othr><Id>50200012345678</Id></Othr></Id></Acct>" +
         entries + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
}

/// A bank's id of many entries, of one amount as prices are. Wrong: the second is known, since the first one is; or the
/// words of the first count anew, and another line goes from the list for them.
TEST_F(Camt, EntriesThatShareAnIdAreToldApartByTheOrdersThatTheyName) {
  const auto told = [](const std::string& words) {
    return Told{.id = "PACKET", .end_to_end = "", .value_date = "2026-11-30", .booking_date = "", .words = words};
  };
  for (const bool turned : {true, false}) {
    Books books("bank", "wire");
    const std::string first = books.reference(asha), second = books.reference(bala);
    EXPECT_EQ(books.load(notification_of({told(first)})), "pays");
    const std::vector<Told> both = {told(turned ? second : first), told(turned ? first : second)};
    EXPECT_EQ(books.load(statement_of(both)), turned ? "pays known" : "known pays");
    EXPECT_EQ(books.load(statement_of(both)), "known known");
    EXPECT_TRUE(books.pays_nothing_more(asha) && books.pays_nothing_more(bala));
  }
  const std::string first = reference(asha), second = reference(bala);
  EXPECT_EQ(load(notification_of({told("CR " + first), told("somebody")})), "pays unmatched");
  EXPECT_EQ(load(statement_of({told("by SEPA somebody"), told("by SEPA " + first), told(second)})), "known known pays");
  EXPECT_EQ(money().at("unmatched").as_array().size(), 1U);
  EXPECT_TRUE(money().at("unapplied").as_array().empty());
}

TEST_F(Camt, OneEntryWithTwoDatesCountsOnce) {
  const std::string a = reference(asha), b = reference(bala);
  const std::vector<std::pair<Told, Told>> same = {
      // value dates that differ; a booking date alone on one side; text that the statement leaves out
      {{"B1", "", "2026-11-30", "2026-11-28", a}, {"B1", "", "2026-11-27", "", a}},
      {{"B1", "", "2026-11-30", "2026-11-28", a}, {"B1", "", "", "2026-11-28", a + " and more"}},
      {{"B1", "E2E-7781", "2026-11-30", "", a}, {"", "E2E-7781", "2026-11-29", "", a}},
      {{"", "E2E-7781", "", "2026-12-01", a}, {"", "E2E-7781", "2026-11-29", "", a + " of ASHA"}},
  };
  for (const auto& [in_statement, in_notification] : same) {
    const std::string first = statement_of({in_statement, {"B2", "", "2026-11-30", "", b}}),
                      second = notification_of({in_notification});
    for (const bool statement_first : {true, false}) {
      Books books("bank", "wire");
      EXPECT_EQ(books.load(statement_first ? first : second), statement_first ? "pays pays" : "pays");
      EXPECT_EQ(books.load(statement_first ? second : first), statement_first ? "known" : "known pays");
      EXPECT_EQ(books.load(first), "known known");
      EXPECT_EQ(books.load(second), "known");
      EXPECT_TRUE(books.money().at("unapplied").as_array().empty());
      EXPECT_TRUE(books.money().at("unmatched").as_array().empty());
    }
  }
}

TEST_F(Camt, TwoEqualPaymentsStayTwoWhateverDatesTheyAreToldWith) {
  // A standing order: one end-to-end id for every payment, and a bank that has one reference for the order.
  for (const std::string id : {"", "SO-5512"}) {
    const Told monday{id, "RENT-ASHA", "2026-11-23", "", reference(asha)},
        wednesday{id, "RENT-ASHA", "2026-11-25", "", reference(asha)};
    Told monday_booked = monday, wednesday_booked = wednesday;
    monday_booked.value_date = "2026-11-24";
    wednesday_booked.value_date = "2026-11-26";
    const std::string whole = statement_of({monday_booked, wednesday_booked});
    const std::vector<std::vector<std::string>> ways = {
        {notification_of({monday}), notification_of({wednesday}), whole},
        {whole, notification_of({monday}), notification_of({wednesday})},
        {notification_of({monday, wednesday}), statement_of({monday_booked}), statement_of({wednesday_booked})},
        {statement_of({monday}), notification_of({monday, wednesday}), statement_of({wednesday})},
    };
    for (std::size_t way = 0; way < ways.size(); ++way) {
      Books books("bank", "wire");
      for (const std::string& file : ways[way]) (void)books.load(file);
      const json::object money = books.money();
      EXPECT_TRUE(books.pays_nothing_more(asha)) << id << way;
      const json::value view = json::parse(*books.host->account(tenant, asha, Audience::staff));
      EXPECT_EQ(view.at("account_money").as_string(), "1234.56 INR")
          << id << way;  // the second one, kept for the next order
      EXPECT_TRUE(money.at("unmatched").as_array().empty()) << id << way;
    }
  }
}

TEST_F(Camt, ALumpAndItsDetailsWithTwoDatesCountOnce) {
  Told lump{"L1", "", "2026-11-30", "", "batch of two", "2469.12"};
  const std::string statement = statement_of({lump});
  const std::string details = [&] {
    std::string text = notification_of({{"L1", "", "2026-12-01", "", "", "2469.12"}});
    const std::string from = "<NtryDtls>", until = "</NtryDtls>";
    const std::size_t begin = text.find(from) + from.size();
    return text.replace(begin, text.find(until) - begin,
                        detail(reference(asha), "1234.56") + detail(reference(bala), "1234.56"));
  }();
  EXPECT_EQ(load(statement), "unmatched");
  EXPECT_EQ(load(details), "pays pays");
  EXPECT_EQ(load(statement), "known");
  EXPECT_EQ(load(details), "known known");
  EXPECT_TRUE(money().at("unmatched").as_array().empty());
  Books other("bank", "wire");
  EXPECT_EQ(other.load(details), "pays pays");
  EXPECT_EQ(other.load(statement), "known");
}

TEST_F(Camt, MoneyOfOursThatComesBackIsNobodysPayment) {
  const std::string back = "<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf><RmtInf><Ustrd>REFUND " + reference(asha) +
                           "</Ustrd></RmtInf></TxDtls>";
  EXPECT_EQ(load(document(camt(entry("C1", "1234.56", back)))), "unmatched");
  EXPECT_FALSE(pays_nothing_more(asha));
  EXPECT_EQ(money().at("unmatched").as_array().at(0).at("amount").as_string(), "1234.56 INR");
}

TEST_F(Camt, WhatTheBankTakesBackWaitsForStaff) {
  const std::string ours = reference(asha);
  EXPECT_EQ(load(document(camt(entry("C1", "1234.56", detail(ours)) +
                               entry("C2", "1234.56", detail("RETURN " + ours), "DBIT") +
                               entry("C3", "50.00", detail("rent"), "DBIT")))),
            "pays taken_back went");
  ASSERT_EQ(money().at("unmatched").as_array().size(), 1U);
  EXPECT_EQ(money().at("unmatched").as_array().at(0).at("amount").as_string(), "-1234.56 INR");
}

const std::string head = "Date,Narration,Value Dat,Debit Amount,Credit Amount,Chq/Ref Number,Closing Balance\n";
std::string row(const std::string& words, const std::string& amount = "1234.56",
                const std::string& dated = "30/11/26") {
  return "30/11/26," + words + "," + dated + ",0.00," + amount + ",0,1\n";
}

TEST_F(Table, IsReadByTheRulesOfCsv) {
  EXPECT_EQ(load(head + row("\"NEFT CR ACME\n" + reference(asha) + "\"") + row("IMPS " + reference(bala))),
            "pays pays");
}

TEST_F(Table, ARowOfOtherCellsEntersNothing) {
  EXPECT_EQ(load(head + row("good " + reference(bala)) + row("ACME, PUNE " + reference(asha))), "bad_statement 3");
  EXPECT_FALSE(pays_nothing_more(bala));
}

TEST_F(Table, DatesHaveNamesOfMonthsAndTimes) {
  EXPECT_EQ(load(head + row(reference(asha), "\"1,234.56\"", "30 Nov 2026") +
                 row(reference(bala), "\"1,234.56\"", "30-11-2026 10:22:11") + "Total,,,0.00,2469.12,,\n"),
            "pays pays");
}

TEST_F(Table, TheJournalIsValidTextWhateverTheFileIs) {
  EXPECT_EQ(load(head + row("M\xFCller " + reference(asha)) + row("M\xFCller", "7.00")), "pays unmatched");
  EXPECT_NE(std::string(money().at("unmatched").as_array().at(0).at("said").as_string()).find("Müller"),
            std::string::npos);
}

/// A bank's lines as they are: what they are written to differs.
struct Truth {
  std::string id, words;
  int paise = 0;  ///< below 0: went
  int day = 1;
  int batch = 0;  ///< payments of one batch come as one entry of the bank, where its format has such; 0: of none
};

std::string amount_of(int paise, char point) {
  const std::string cents = std::to_string(100 + std::abs(paise) % 100).substr(1);
  return std::to_string(std::abs(paise) / 100) + point + cents;
}
std::string day_of(int day) { return (day < 10 ? "0" : "") + std::to_string(day); }

std::string one_entry(const Truth& said, int paise, const std::string& details) {
  return "<Ntry><Amt Ccy=\"INR\">" + amount_of(paise, '.') + "</Amt><CdtDbtInd>" + (paise < 0 ? "DBIT" : "CRDT") +
         "</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-11-" + day_of(said.day) + "</Dt></ValDt><AcctSvcrRef>" + said.id +
         "</AcctSvcrRef><NtryDtls>" + details + "</NtryDtls></Ntry>\n";
}
std::string as_camt(const std::vector<Truth>& lines) {
  std::string entries;
  std::map<int, std::vector<Truth>> batches;
  for (const Truth& one : lines) {
    if (one.batch == 0)
      entries += one_entry(one, one.paise, detail(one.words));
    else
      batches[one.batch].push_back(one);
  }
  for (const auto& [batch, parts] : batches) {
    int sum = 0;
    std::string details;
    for (const Truth& one : parts) {
      sum += one.paise;
      details += detail(one.words, amount_of(one.paise, '.'));
    }
    entries += one_entry(parts.front(), sum, details);
  }
  return document(camt(entries));
}
/// The same entries as the bank tells them when they come, each in a message of its own.
std::string as_camt_054(const std::vector<Truth>& lines) {
  std::string text = as_camt(lines);
  const std::pair<std::string, std::string> names[] = {
      {"BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"}, {"<Stmt>", "<Ntfctn>"}, {"</Stmt>", "</Ntfctn>"}};
  for (const auto& [from, to] : names)
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  return text;
}
std::string as_mt940(const std::vector<Truth>& lines) {
  std::string text = ":20:A\r\n:25:50200012345678\r\n:28C:1/1\r\n:60F:C261101INR0,00\r\n";
  int sum = 0;
  for (const Truth& one : lines) {
    text += ":61:2611" + day_of(one.day) + (one.paise < 0 ? "D" : "C") + amount_of(one.paise, ',') + "NTRFNONREF//" +
            one.id + "\r\n:86:" + one.words + "\r\n";
    sum += one.paise;
  }
  return text + ":62F:" + (sum < 0 ? "D" : "C") + "261130INR" + amount_of(sum, ',') + "\r\n-\r\n";
}
std::string as_csv(const std::vector<Truth>& lines) {
  std::string text = head;
  for (const Truth& one : lines) {
    const std::string dated = day_of(one.day) + "/11/26", amount = amount_of(one.paise, '.');
    text += dated + ",\"" + one.words + "\"," + dated + "," + (one.paise < 0 ? amount : "") + "," +
            (one.paise < 0 ? "" : amount) + "," + one.id + ",1\n";
  }
  return text;
}

/// Lines with ids, with placeholders and with running numbers; some the same in all that is told of them. `batches`:
/// also entries of several payments.
std::vector<Truth> lines_of_a_month(std::mt19937& random, bool batches) {
  std::vector<Truth> lines;
  for (int i = 0; i < 40; ++i) {
    const std::string ids[] = {"NOTPROVIDED", "000000", std::to_string(i % 7 + 1), "ID" + std::to_string(1000 + i),
                               "PACKET"};
    lines.push_back({.id = ids[random() % 5],
                     .words = "payer " + std::to_string(random() % 3) + " of " + std::to_string(i),
                     .paise = static_cast<int>(random() % 3) * 100 + 101 + i % 5,
                     .day = 1 + static_cast<int>(random() % 5)});
    if (random() % 5 == 0) lines.back().paise = -lines.back().paise;
    if (random() % 4 == 0 && lines.back().id != "PACKET" && lines.back().id.size() < 12 &&
        !lines.back().id.starts_with("ID"))
      lines.push_back(lines.back());
  }
  for (int batch = 1; batches && batch <= 3; ++batch)  // with two equal payments twice in each
    for (int part = 0; part < 4; ++part)
      lines.push_back({.id = "BATCH" + std::to_string(batch),
                       .words = "payer " + std::to_string(part / 2) + " of the batch " + std::to_string(batch),
                       .paise = 250 + part / 2,
                       .day = 1 + batch,
                       .batch = batch});
  return lines;
}

/// Each day is a file of its own, and some days come together; shuffled, and any of them more than once. `copies`: what
/// has an id of the bank may stand in a file twice.
std::vector<std::vector<Truth>> files_of(const std::vector<Truth>& lines, std::mt19937& random, bool copies) {
  std::vector<std::vector<Truth>> files;
  for (int day = 1; day <= 5; ++day) {
    std::vector<Truth> one;
    for (const Truth& line : lines) {
      if (line.day != day) continue;
      one.push_back(line);
      if (copies && line.id.starts_with("ID") && random() % 3 == 0) one.push_back(line);
    }
    std::ranges::shuffle(one, random);
    files.push_back(one);
  }
  files.push_back(lines);
  std::ranges::shuffle(files.back(), random);
  files.push_back(files[random() % 5]);
  std::ranges::shuffle(files, random);
  return files;
}

/// Lines in = receipts + known copies + what went, by amount; and each true line is in the books once.
TEST(Formats, NoLineIsLostOrCountsTwice) {
  struct Format {
    const char *processor, *method;
    std::string (*write)(const std::vector<Truth>&);
    bool batches;  ///< one entry of the bank may be several payments
    bool copies;   ///< a line may stand twice; not where balances of the file prove that both were booked
  };
  const Format formats[] = {{"bank", "wire", as_camt, true, true},
                            {"bank", "wire", as_camt_054, true, true},
                            {"swift", "wire", as_mt940, false, false},
                            {"table", "cheque", as_csv, false, true}};
  for (const Format& format : formats)
    for (unsigned seed = 1; seed <= 4; ++seed) {
      Books books(format.processor, format.method);
      std::mt19937 random(seed);
      const std::vector<Truth> lines = lines_of_a_month(random, format.batches);
      std::int64_t came = 0, entered = 0, in = 0, known = 0, went = 0;
      for (const Truth& line : lines) came += std::max(line.paise, 0);
      for (const std::vector<Truth>& file : files_of(lines, random, format.copies)) {
        for (const Truth& line : file) in += line.paise;
        const auto report = books.host->load_statement(tenant, books.processor, "file", format.write(file), false);
        ASSERT_TRUE(report) << report.error().message << " " << report.error().at.line;
        ASSERT_EQ(report->lines.size(), file.size());
        for (const StatementLine& line : report->lines)
          (line.becomes == "known"  ? known
           : line.becomes == "went" ? went
                                    : entered) += Money::parse(line.amount)->minor();
      }
      std::int64_t unmatched = 0;
      const json::object all = books.money();
      for (const json::value& one : all.at("unmatched").as_array())
        unmatched += Money::parse(std::string(one.at("amount").as_string()))->minor();
      EXPECT_EQ(in, entered + known + went) << format.processor << " " << seed;
      EXPECT_EQ(entered, came) << format.processor << " " << seed;
      EXPECT_EQ(unmatched, came) << format.processor << " " << seed;
    }
}

}  // namespace
}  // namespace florin
