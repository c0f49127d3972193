#include "statements/statement.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "statements/written.hpp"

namespace florin::statements {
namespace {

const Currency inr = *Currency::parse("INR");

std::string entry(const std::string& id, const std::string& amount, const std::string& inside,
                  const std::string& status = "<Sts>BOOK</Sts>", const std::string& direction = "CRDT") {
  return "<Ntry>" + (id.empty() ? "" : "<NtryRef>" + id + "</NtryRef>") + "<Amt Ccy=\"INR\">" + amount +
         "</Amt><CdtDbtInd>" + direction + "</CdtDbtInd>" + status +
         "<BookgDt><Dt>2026-03-10</Dt></BookgDt><ValDt><Dt>2026-03-09</Dt></ValDt>\n<NtryDtls>" + inside +
         "</NtryDtls></Ntry>\n";
}

std::string camt(const std::string& entries, const std::string& balances = "") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
         "xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">"
         "<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr><Id>50200012345678</Id></Othr></Id></Acct>\n" +
         balances + entries + "</Stmt></BkToCstmrStmt></Document>";
}

std::string balance(const std::string& kind, const std::string& amount) {
  return "<Bal><Tp><CdOrPrtry><Cd>" + kind + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"INR\">" + amount +
         "</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\n";
}

const std::string words = "<TxDtls><RmtInf><Ustrd>ref 2345-6789 AB</Ustrd><Ustrd>second</Ustrd></RmtInf></TxDtls>";

TEST(Camt, SaysWhatTheBankSays) {
  const auto read = read_camt(camt(entry("N1", "141600.00", words)), "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 1U);
  const Line& line = read->lines[0];
  EXPECT_EQ(line.account, "50200012345678");
  EXPECT_EQ(line.id, "N1");
  EXPECT_EQ(line.amount.text(), "141600.00 INR");
  EXPECT_EQ(line.dated.text(), "2026-03-09");  // the value date, not the booking
  EXPECT_EQ(line.text, "ref 2345-6789 AB | second");
  EXPECT_EQ(line.at, 3U);
}

TEST(Camt, NewerVersionsSayTheSame) {
  const std::string details =
      "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Asha</Nm></Pty></Dbtr></"
      "RltdPties>"
      "<RmtInf><Strd><CdtrRefInf><Ref>23456789AB2</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>";
  const auto read = read_camt(camt(entry("", "1.00", details, "<Sts><Cd>BOOK</Cd></Sts>")), "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lines[0].text, "23456789AB2 | Asha");
  EXPECT_TRUE(read->lines[0].booked);
  EXPECT_TRUE(read->lines[0].id.empty());
}

TEST(Camt, WhatWentIsBelowZeroAndWhatIsAnnouncedIsNotThere) {
  const auto read = read_camt(
      camt(entry("1", "5.00", words, "<Sts>BOOK</Sts>", "DBIT") + entry("2", "5.00", words, "<Sts>PDNG</Sts>")),
      "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lines[0].amount.text(), "-5.00 INR");
  EXPECT_FALSE(read->lines[1].booked);
}

TEST(Camt, ABatchIsItsDetailsAndTheyAddUp) {
  const auto detail = [](const std::string& amount) {
    return "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"INR\">" + amount + "</Amt></TxAmt></AmtDtls></TxDtls>";
  };
  const auto read = read_camt(camt(entry("B", "30.00", detail("10.00") + detail("20.00"))), "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].entry.text(), "30.00 INR");
  EXPECT_EQ(read->lines[1].amount.text(), "20.00 INR");
  EXPECT_TRUE(read->lines[1].for_staff.empty());
}

std::string detail(const std::string& amount, const std::string& words, const std::string& more = "") {
  return "<TxDtls>" + (amount.empty() ? "" : "<Amt Ccy=\"INR\">" + amount + "</Amt>") + more + "<RmtInf><Ustrd>" +
         words + "</Ustrd></RmtInf></TxDtls>";
}

/// `10.00 INR a`, with a `!` behind it where only a person may say whose it is.
std::vector<std::string> told(const Result<Statement>& read) {
  std::vector<std::string> lines;
  if (!read) return {read.error().message};
  for (const Line& line : read->lines)
    lines.push_back(line.amount.text() + " " + line.text + (line.for_staff.empty() ? "" : "!"));
  return lines;
}
using Told = std::vector<std::string>;

TEST(Camt, WhatCannotBeSplitIsOneLineForStaff) {
  const std::string good = entry("G", "1.00", detail("", "good"));
  const auto batch = [&](const std::string& details, const std::string& direction = "CRDT") {
    return told(read_camt(camt(entry("B", "31.00", details, "", direction) + good), "a.xml"));
  };
  EXPECT_EQ(batch(detail("10.00", "a") + detail("20.00", "b")), (Told{"31.00 INR a | b!", "1.00 INR good"}));
  EXPECT_EQ(batch(detail("", "a") + detail("", "b"), "DBIT"), (Told{"-31.00 INR a | b!", "1.00 INR good"}));
  EXPECT_EQ(batch(detail("11.00", "a") + detail("", "b")), (Told{"31.00 INR a | b!", "1.00 INR good"}));
  // A batch of 3 of which the bank gives one detail is not that detail.
  EXPECT_EQ(batch("<Btch><NbOfTxs>3</NbOfTxs></Btch>" + detail("", "a")), (Told{"31.00 INR a!", "1.00 INR good"}));
}

TEST(Camt, ChargesThatTheBankNamesAreNotThePayers) {
  const std::string charges = "<Chrgs><Rcrd><Amt Ccy=\"INR\">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>";
  const std::string older = "<Chrgs><Amt Ccy=\"INR\">2.00</Amt></Chrgs>";
  for (const std::string& one : {charges, older})
    EXPECT_EQ(told(read_camt(camt(entry("B", "28.00", detail("10.00", "a") + detail("20.00", "b", one))), "a.xml")),
              (Told{"10.00 INR a", "20.00 INR b", "-2.00 INR charges of the bank"}));
  EXPECT_EQ(told(read_camt(camt(entry("B", "28.00", detail("30.00", "a", charges))), "a.xml")),
            (Told{"30.00 INR a", "-2.00 INR charges of the bank"}));
}

TEST(Camt, ABatchMayHaveBothDirections) {
  const auto read = read_camt(camt(entry("B", "6.00",
                                         detail("10.00", "a", "<CdtDbtInd>CRDT</CdtDbtInd>") +
                                             detail("4.00", "b", "<CdtDbtInd>DBIT</CdtDbtInd>"))),
                              "a.xml");
  EXPECT_EQ(told(read), (Told{"10.00 INR a", "-4.00 INR b"}));
}

TEST(Camt, AmountsAreDecimalsOfXml) {
  for (const std::string amount : {"000000000001234.56", "+1234.56", "1234.560"})
    EXPECT_EQ(told(read_camt(camt(entry("1", amount, detail("", "a"))), "a.xml")), (Told{"1234.56 INR a"})) << amount;
  EXPECT_EQ(told(read_camt(camt(entry("1", ".5", detail("", "a"))), "a.xml")), (Told{"0.50 INR a"}));
  EXPECT_EQ(told(read_camt(camt(entry("1", "7.", detail("", "a"))), "a.xml")), (Told{"7.00 INR a"}));
  EXPECT_EQ(decimal_of_xml(".", inr), std::nullopt);
  EXPECT_EQ(decimal_of_xml("1e3", inr), std::nullopt);
}

TEST(Camt, AnIdOfABatchDoesNotMakeItsDetailsOne) {
  const std::string same = detail("10.00", "a", "<Refs><AcctSvcrRef>PKT-77</AcctSvcrRef></Refs>");
  const auto read = read_camt(camt(entry("B7", "20.00", same + same)), "a.xml");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].ordinal, 1U);
  EXPECT_EQ(read->lines[1].ordinal, 2U);
}

TEST(Camt, EqualEntriesOfOneIdAreTwoOnlyWhereTheBalancesProveIt) {
  const std::string one = entry("B7", "10.00", words);
  const auto copied = read_camt(camt(one + one), "a.xml");
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->lines[1].ordinal, 1U);
  const auto proven = read_camt(camt(one + one, balance("OPBD", "50.00") + balance("CLBD", "70.00")), "a.xml");
  ASSERT_TRUE(proven) << proven.error().message;
  EXPECT_EQ(proven->lines[1].ordinal, 2U);
}

TEST(Camt, AStatementOfTheSameNameIsACopyAndAnotherIsNot) {
  const std::string one = camt(entry("", "10.00", words));
  const std::size_t from = one.find("<Stmt>"), to = one.find("</BkTo");
  const std::string copy = one.substr(from, to - from);
  std::string other = copy;
  other.replace(other.find("<Id>1<"), 6, "<Id>2<");
  const auto read = read_camt(one.substr(0, to) + copy + other + one.substr(to), "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 3U);
  EXPECT_EQ(read->lines[1].ordinal, 1U);
  EXPECT_EQ(read->lines[2].ordinal, 2U);
}

TEST(Camt, StatementsOfOneNameWithOtherBalancesAreNoCopies) {
  const std::string one = entry("", "10.00", words);
  const auto statement = [&](const std::string& balances) {
    const std::string whole = camt(one, balances);
    return whole.substr(whole.find("<Stmt>"), whole.find("</BkTo") - whole.find("<Stmt>"));
  };
  const std::string first = statement(balance("OPBD", "50.00") + balance("CLBD", "60.00"));
  const std::string second = statement(balance("OPBD", "60.00") + balance("CLBD", "70.00"));
  const auto read =
      read_camt("<Document><BkToCstmrStmt>" + first + second + first + "</BkToCstmrStmt></Document>", "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 3U);
  EXPECT_EQ(read->lines[0].ordinal, 1U);
  EXPECT_EQ(read->lines[1].ordinal, 2U);
  EXPECT_EQ(read->lines[2].ordinal, 1U);
}

TEST(Id, APlaceholderOrARunningNumberIsNone) {
  for (const char* none : {"", "NOTPROVIDED", "nonref", "0", "000000", "0000-0000", "XXXX", "-", "17", "000042", "N/A",
                           "000000000000000041", "nicht angegeben", "Keine Referenz", "NON FOURNI"})
    EXPECT_EQ(id_of(none), "") << none;
  for (const char* id : {"B1", "N1", "20261130000001", "PKT-77", "0000SBINN52026113"}) EXPECT_EQ(id_of(id), id);
}

TEST(Account, IsOursHoweverItIsWritten) {
  const char* iban = "DE89370400440532013000";
  for (const char* told : {"DE89 3704 0044 0532 0130 00", "37040044/0532013000", "37040044/532013000", "0532013000",
                           "DE89370400440532013000EUR", "COBADEFFXXX/DE89370400440532013000"})
    EXPECT_TRUE(same_account(iban, told)) << told;
  EXPECT_TRUE(same_account("50200012345678", "00050200012345678"));
  EXPECT_TRUE(same_account("00050200012345678", "50200012345678"));
  for (const char* told : {"DE89370400440532013001", "3000", "", "37040044/0532013001", "EUR"})
    EXPECT_FALSE(same_account(iban, told)) << told;
  EXPECT_FALSE(same_account("50200012345678", "50200099999999"));
}

TEST(Camt, LinesThatAreThereTwiceDoNotAddUpToItsBalance) {
  const std::string one = entry("", "100.00", words);
  const std::string balances = balance("OPBD", "50.00") + balance("CLBD", "150.00");
  EXPECT_TRUE(read_camt(camt(one, balances), "a.xml"));
  const auto doubled = read_camt(camt(one + one, balances), "a.xml");
  ASSERT_FALSE(doubled);
  EXPECT_NE(doubled.error().message.find("there twice"), std::string::npos);
}

TEST(Camt, EqualLinesWithoutAnIdAreCounted) {
  const std::string one = entry("", "100.00", words);
  const auto read = read_camt(camt(one + one), "a.xml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->lines[0].ordinal, 1U);
  EXPECT_EQ(read->lines[1].ordinal, 2U);
}

TEST(Camt, SaysWhereItIsWrong) {
  const auto refused = [](const std::string& text, const char* code, std::uint32_t line, const char* element) {
    const auto read = read_camt(text, "a.xml");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, code) << text;
    EXPECT_EQ(read.error().at.line, line) << text;
    EXPECT_EQ(read.error().at.path, element) << text;
    EXPECT_EQ(read.error().at.file, "a.xml");
  };
  refused("", "bad_statement", 0, "");
  refused("no xml", "bad_xml", 1, "");
  refused("<Document><a></Document>", "bad_xml", 1, "");
  refused("<Other/>", "bad_statement", 1, "Document");
  refused("<Document><BkToCstmrStmt/></Document>", "bad_statement", 1, "Stmt");
  refused("<!DOCTYPE a [<!ENTITY b \"c\">]><Document/>", "bad_xml", 0, "");
  refused(camt(entry("1", "1,00", words)), "bad_statement", 3, "Amt");
  refused(camt(entry("1", "-1.00", words)), "bad_statement", 3, "Amt");
  refused(camt(entry("1", "1.001", words)), "bad_statement", 3, "Amt");
  refused(camt(entry("1", "1.00", words, "", "BOTH")), "bad_statement", 3, "CdtDbtInd");
}

// 3 MB of attributes took minutes: each is compared with all before it.
TEST(Camt, AnElementWithoutEndIsRefusedAtOnce) {
  for (const std::string mark : {"", ">"}) {
    std::string text = "<?xml version=\"1.0\"?>\n<Document ";
    for (int i = 0; i < 200'000; ++i) text += "a" + std::to_string(i) + "=\"" + mark + "\" ";
    const auto begun = std::chrono::steady_clock::now();
    const auto read = read_camt(text + "/>", "a.xml");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, "bad_xml");
    EXPECT_EQ(read.error().at.line, 2U);
  }
}

// The library prints of some errors what it may not: a log that is blocked would hold up whoever reads a statement.
TEST(Camt, NothingIsPrinted) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Document>";
  for (int i = 0; i < 3; ++i) text += std::string("\x01\xd8\x06\xd8\xff", 5);
  testing::internal::CaptureStderr();
  EXPECT_FALSE(read_camt("\xff\xfe" + text, "a.xml"));
  EXPECT_FALSE(read_camt("<?xml version=\"1.0\" encoding=\"GBK\"?><Document>\x81\x01\xff\xff</Document>", "a.xml"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// Pieces end anywhere: in a tag, a word, a character of several bytes.
TEST(Camt, IsReadThoughItIsLong) {
  std::string entries;
  for (int i = 0; i < 400; ++i)
    entries += entry("N" + std::to_string(i), "1.00", words) + "<!-- " + std::string(i, 'x') + "\u00e9 > -->";
  const auto read = read_camt(camt(entries), "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lines.size(), 400U);
}

TEST(Camt, GarbageIsAnErrorAndNothingElse) {
  const std::string whole = camt(entry("N1", "141600.00", words) + entry("N2", "1.00", words));
  for (std::size_t cut = 0; cut < whole.size(); ++cut) EXPECT_FALSE(read_camt(whole.substr(0, cut), "a.xml")) << cut;
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string broken = whole;
    for (int n = 0; n < 3; ++n) broken[random() % broken.size()] = static_cast<char>(random() % 256);
    const auto read = read_camt(broken, "a.xml");
    if (!read) {
      EXPECT_FALSE(read.error().message.empty());
    }
  }
}

Columns columns() {
  Columns read;
  read.dated = "Value Date";
  read.date_order = "dmy";
  read.amount = "Credit";
  read.text = {"Narration", "Ref"};
  read.id = "Txn";
  return read;
}

TEST(Csv, IsReadByTheNamesOfItsColumns) {
  const std::string text =
      "\xEF\xBB\xBF"
      "Statement of account,50200012345678\r\n\r\n"
      "Txn,Value Date,Narration,Ref,Debit,Credit\r\n"
      "T1,09/03/2026,\"NEFT CR, Asha\",2345-6789 AB2,,\"1,41,560.00\"\r\n"
      "T2,10/03/2026,charges,,12.00,\r\n"
      "\r\nTotal,,,,12.00,\r\n";
  const auto read = read_csv(text, "a.csv", columns(), inr);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 1U);
  EXPECT_EQ(read->lines[0].amount.text(), "141560.00 INR");
  EXPECT_EQ(read->lines[0].dated.text(), "2026-03-09");
  EXPECT_EQ(read->lines[0].text, "NEFT CR, Asha | 2345-6789 AB2");
  EXPECT_EQ(read->lines[0].id, "T1");
  EXPECT_EQ(read->lines[0].at, 4U);
}

TEST(Csv, OneColumnMayHaveBothDirections) {
  Columns both = columns();
  both.separator = ';';
  both.decimal = ',';
  both.credit_column = "Dr/Cr";
  both.credit_word = "CR";
  const auto read =
      read_csv("Txn;Value Date;Narration;Ref;Credit;Dr/Cr\n1;9.3.26;a;b;1.000,50;CR\n2;9.3.26;a;b;7,00;DR\n", "a.csv",
               both, inr);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lines[0].amount.text(), "1000.50 INR");
  EXPECT_EQ(read->lines[1].amount.text(), "-7.00 INR");
  const auto said = [&](const std::string& word) {
    const auto one =
        read_csv("Txn;Value Date;Narration;Ref;Credit;Dr/Cr\n1;9.3.26;a;b;7,00;" + word + "\n", "a.csv", both, inr);
    return one ? one->lines.at(0).amount.text() : one.error().message;
  };
  EXPECT_EQ(said("Cr."), "7.00 INR");
  EXPECT_EQ(said("Debit"), "-7.00 INR");
  EXPECT_EQ(said("Credit"), "'Credit' reads like money that came, and what came is 'CR' in the YAML");
  both.credit_word = "debit";  // a bank that speaks of its own books
  EXPECT_EQ(said("Credit"), "-7.00 INR");
}

TEST(Csv, ARowOfSumsIsNoLine) {
  const auto lines = [](const std::string& row) {
    const auto read =
        read_csv("Txn,Value Date,Narration,Ref,Credit\n,09/03/2026,a,b,1.00\n" + row + "\n", "a.csv", columns(), inr);
    return read ? static_cast<int>(read->lines.size()) : -1;
  };
  for (const char* row : {",,Total,,1.00", ",,GRAND TOTAL:,,1.00", ",,Closing balance as on,,1.00", ",Summe,,,1.00",
                          ",Neuer Saldo,,,1.00", ",,** Total credits **,,1.00", ",,,,1.00", "Total,1.00",
                          "Closing balance: 1.00", "Total,,1.00,1.00", "Kontostand am 30.11.2026: 1.00 EUR"})
    EXPECT_EQ(lines(row), 1) << row;
  for (const char* row : {",,Total Energies,,1.00", ",,from Grand Hotel,,1.00", "9F1,,Total,,1.00", ",soon,Total,,1.00",
                          "Total, France,09/03/2026,a,b,1.00", "Total,09/03/2026,a"})
    EXPECT_EQ(lines(row), -1) << row;
  EXPECT_EQ(lines(",09/03/2026,Total,,1.00"), 2);
}

std::string cell_of(const std::string& written, char decimal = '.', Currency currency = inr) {
  const auto money = amount_in_cell(written, {.decimal = decimal, .credit_mark = "CR", .debit_mark = "DR"}, currency);
  return money ? money->text() : "none";
}

TEST(Amount, IsReadAsBanksWriteIt) {
  const Currency eur = *Currency::parse("EUR"), jpy = *Currency::parse("JPY");
  EXPECT_EQ(cell_of("1,41,560.00"), "141560.00 INR");
  EXPECT_EQ(cell_of("1,234,567.8"), "1234567.80 INR");
  EXPECT_EQ(cell_of("₹ 1,234.56"), "1234.56 INR");
  EXPECT_EQ(cell_of("Rs.500"), "500.00 INR");
  EXPECT_EQ(cell_of("500.00 Dr"), "-500.00 INR");
  EXPECT_EQ(cell_of("500.00cr"), "500.00 INR");
  EXPECT_EQ(cell_of("INR -7.50"), "-7.50 INR");
  EXPECT_EQ(cell_of(".5"), "0.50 INR");
  EXPECT_EQ(cell_of("49,00 €", ',', eur), "49.00 EUR");
  EXPECT_EQ(cell_of("1.234,56-", ',', eur), "-1234.56 EUR");
  EXPECT_EQ(cell_of("1\xC2\xA0 000,00", ',', eur), "none");  // two marks are no group
  EXPECT_EQ(cell_of("1\xC2\xA0"
                    "000,00",
                    ',', eur),
            "1000.00 EUR");
  EXPECT_EQ(cell_of("1'000.00", '.', eur), "1000.00 EUR");
  EXPECT_EQ(cell_of("(1.000,00)", ',', eur), "-1000.00 EUR");
  EXPECT_EQ(cell_of("\xE2\x88\x92"
                    "5",
                    ',', eur),
            "-5.00 EUR");
  EXPECT_EQ(cell_of("¥1,000", '.', jpy), "1000 JPY");
  for (const char* went : {"-5.00 DR", "5.00- dr", "(5.00) Dr", "-5.00 CR", "5.00 DR"})
    EXPECT_EQ(cell_of(went, '.', eur), "-5.00 EUR") << went;  // two signs that money went are no sign that it came
}

TEST(Amount, IsNoneWhereItMightBeAnother) {
  const Currency eur = *Currency::parse("EUR");
  for (const char* wrong :
       {"49.00", "1.23", "1.2345,00",   "1,234.56", "1.234'567,00", "1.234.56",    "1,2,3",  "12..5",
        "",      "-",    "--5",         "-5-",      "$5",           "5 USD",       "1 2,00", "1.000,",
        ",",     "abc",  "1.00.000,00", ".123",     "0.123",        "0.500.000,00"})
    EXPECT_EQ(cell_of(wrong, ',', eur), "none") << wrong;
  for (const char* wrong : {"1,23", "12,34", "1.234,56", "1,2345.00", "0.001", "99999999999999999999"})
    EXPECT_EQ(cell_of(wrong, '.', eur), "none") << wrong;
}

TEST(Amount, IsNoneWhereTheOtherDecimalMarkMakesItAThousandTimes) {
  const Currency eur = *Currency::parse("EUR"), jpy = *Currency::parse("JPY"), kwd = *Currency::parse("KWD");
  EXPECT_EQ(cell_of("49,000", ',', eur), "none");  // not 49.00
  EXPECT_EQ(cell_of("1.000", '.', eur), "none");
  EXPECT_EQ(cell_of("1,000", ',', jpy), "none");
  EXPECT_EQ(cell_of("1.234,000", ',', eur), "1234.00 EUR");
  EXPECT_EQ(cell_of("49,0000", ',', eur), "49.00 EUR");
  EXPECT_EQ(cell_of("49,000", ',', kwd), "49.000 KWD");
}

TEST(Csv, AMarkThatIsMissingSaysNothing) {
  Columns columns;
  columns.dated = "Date";
  columns.amount = "Amount";
  columns.credit_mark = "CR";
  const auto said = [&](const std::string& amount) {
    const auto one = read_csv("Date,Amount\n2026-03-09," + amount + "\n", "a.csv", columns, inr);
    return !one ? one.error().message : one->lines.empty() ? "none" : one->lines[0].amount.text();
  };
  EXPECT_EQ(said("5.00 CR"), "5.00 INR");
  EXPECT_EQ(said("5.00"), "-5.00 INR");  // only what came has a mark
  columns.debit_mark = "DR";
  EXPECT_EQ(said("5.00 DR"), "-5.00 INR");
  EXPECT_EQ(said("-5.00"), "-5.00 INR");
  EXPECT_EQ(said("0.00"), "none");
  EXPECT_EQ(said("5.00"),
            "'5.00' is no amount of INR that says whether it came or went: neither 'CR' nor 'DR' stands beside it");
  columns.credit_mark.clear();
  EXPECT_EQ(said("5.00"), "5.00 INR");
}

std::string mt940(const std::string& lines) {
  return ":20:A\n:25:50200012345678\n:28C:1/1\n:60F:C260309INR0,\n" + lines + "-\n";
}

TEST(Mt940, TextIsReadInWhateverWayItIsCutUp) {
  const auto text = [](const std::string& behind) {
    const auto read = read_mt940(mt940(":61:260309C5,00NTRFNONREF\n" + behind), "a.sta");
    return read ? read->lines.at(0).text : read.error().message;
  };
  EXPECT_EQ(text(":86:166?00CREDIT?20ref 2345?216789AB?32Asha?33 Rao\n"), "ref 23456789AB | Asha Rao");
  EXPECT_EQ(text(":86:020~00MC48~20ref 2345~216789AB~32Jan Kowal~33ski~34020\n"), "ref 23456789AB | Jan Kowalski");
  EXPECT_EQ(text(":86:020<00PRZELEW\n<20ref 2345\n<216789AB\n<32Jan\n"), "ref 23456789AB | Jan");
  EXPECT_EQ(text(":86:^00PRZELEW^20ref 2345^216789AB\n"), "ref 23456789AB");
  EXPECT_EQ(text(":86:~ about 20~30 items\n"), "~ about 20~30 items");
  EXPECT_EQ(text(":86:first line\n:86:ref 2345-6789AB\n"), "first line ref 2345-6789AB");
  const auto untyped = read_mt940(mt940(":61:260309C5,00REF23456789AB\n"), "a.sta");
  ASSERT_TRUE(untyped) << untyped.error().message;
  EXPECT_EQ(untyped->lines[0].text, "REF23456789AB");
}

TEST(Mt940, AGermanCodeSaysThatATransferCameBack) {
  const auto returned = [](const std::string& code) {
    return read_mt940(mt940(":61:260309C5,00NTRFNONREF\n:86:" + code + "?00RETOURE?20x\n"), "a.sta")
        ->lines.at(0)
        .returned;
  };
  EXPECT_TRUE(returned("159"));
  EXPECT_TRUE(returned("109"));
  EXPECT_FALSE(returned("166"));
  EXPECT_FALSE(read_mt940(mt940(":61:260309C5,00NTRFNONREF\n:86:159 Elm Street\n"), "a.sta")->lines.at(0).returned);
  for (const auto& [code, back] : {std::pair{"NRTI+166+0", true}, {"NTRF+159+0", true}, {"NTRF+166+159", false}}) {
    const std::string details = "<TxDtls><BkTxCd><Prtry><Cd>" + std::string(code) + "</Cd></Prtry></BkTxCd></TxDtls>";
    EXPECT_EQ(read_camt(camt(entry("", "1.00", details)), "a.xml")->lines.at(0).returned, back) << code;
  }
}

TEST(Camt, IsFoundInsideAnEnvelope) {
  const std::string document = camt(entry("N1", "1.00", words));
  const auto read =
      read_camt("<Envelope><Hdr/><Body>" + document.substr(document.find('\n')) + "</Body></Envelope>", "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lines.size(), 1U);
}

TEST(Camt, TheFirstOpeningAndTheLastClosingBalanceProveTheLines) {
  const auto of = [](const std::string& kind, const std::string& amount, const std::string& day) {
    std::string one = balance(kind, amount);
    return one.insert(one.find("</Bal>"), "<Dt><Dt>" + day + "</Dt></Dt>");
  };
  const std::string days = of("CLBD", "6.00", "2026-03-09") + of("CLBD", "7.00", "2026-03-10") +
                           of("PRCD", "4.00", "2026-03-06") + of("OPBD", "6.00", "2026-03-10") +
                           of("OPBD", "5.00", "2026-03-09");
  EXPECT_TRUE(read_camt(camt(entry("N1", "1.00", words) + entry("N2", "1.00", words), days), "a.xml"));
  EXPECT_FALSE(read_camt(camt(entry("N1", "1.00", words), days), "a.xml"));
}

TEST(Camt, AnInvoiceNumberIsAPayersWordAndATotalOfChargesIsOne) {
  const std::string details =
      "<TxDtls><Amt Ccy=\"INR\">9.00</Amt><Chrgs><TtlChrgsAndTaxAmt Ccy=\"INR\">2.00</TtlChrgsAndTaxAmt></Chrgs>"
      "<RmtInf><Strd><RfrdDocInf><Nb>2345-6789-AB</Nb></RfrdDocInf><AddtlRmtInf>one</AddtlRmtInf>"
      "<AddtlRmtInf>two</AddtlRmtInf></Strd></RmtInf></TxDtls>";
  const auto read = read_camt(camt(entry("N1", "7.00", details)), "a.xml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].text, "2345-6789-AB | one | two");
  EXPECT_EQ(read->lines[0].amount.text(), "9.00 INR");
  EXPECT_EQ(read->lines[1].amount.text(), "-2.00 INR");
}

TEST(Dates, AreReadAsBanksWriteThem) {
  const auto date = [](const char* written, const char* order) {
    const auto read = date_in_cell(written, order);
    return read ? read->text() : "none";
  };
  for (const char* written :
       {"30/11/26", "30.11.2026", "30 Nov 2026", "30-NOV-26", "30-11-2026 10:22:11", "30 novembre 2026",
        "2026-11-30T22:10:05.123Z", "2026-11-30 10:22:11 UTC", "30.11.2026 10:22 CEST", "30/11/2026 10:22 PM",
        "30112026", "301126", "Nov 30, 2026", "30.11.2026 10.22.11", "30.11.2026 9.05", "Mon 30 Nov 2026",
        "Monday, 30 November 2026", "Mo 30.11.2026"})
    EXPECT_EQ(date(written, "dmy"), "2026-11-30") << written;
  EXPECT_EQ(date("11/30/2026", "mdy"), "2026-11-30");
  EXPECT_EQ(date("20261130", "ymd"), "2026-11-30");
  EXPECT_EQ(date("3. März 2026", "dmy"), "2026-03-03");
  for (const char* wrong :
       {"", "soon", "30/11", "31/02/2026", "2026-13-01", "30 Foo 2026", "30/11/2026 x:y", "10:22", "1/2/3/4",
        "30/11/026", "30.11.0026", "30/11/2026 10:22 yesterday", "Foo 30 Nov 2026", "30.11.2026 10.2", "30.11 10.22"})
    EXPECT_EQ(date(wrong, "dmy"), "none") << wrong;
}

TEST(Csv, ABreakInQuotesIsText) {
  const auto read =
      read_csv("Txn,Value Date,Narration,Ref,Credit\nB1,09/03/2026,\"a\nb \"\"c\"\"\",r,1.00\nB2,09/03/2026,d,r,2.00\n",
               "a.csv", columns(), inr);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].text, "a b \"c\" | r");
  EXPECT_EQ(read->lines[1].at, 4U);
}

TEST(Csv, EqualLinesAreTwoAndABalanceTellsThemApart) {
  const std::string rows =
      "Txn,Value Date,Narration,Ref,Credit,Bal\n0,09/03/2026,a,b,1.00,1\n0,09/03/2026,a,b,1.00,2\n";
  const auto read = read_csv(rows, "a.csv", columns(), inr);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->lines[1].ordinal, 2U);
  Columns with = columns();
  with.balance = "Bal";
  const auto apart = read_csv(rows, "a.csv", with, inr);
  ASSERT_TRUE(apart);
  EXPECT_EQ(apart->lines[1].ordinal, 1U);
  EXPECT_EQ(apart->lines[1].balance, "2");
}

TEST(Csv, AnIdThatStandsAgainWithAllElseTheSameIsACopy) {
  const std::string one = "N334261,09/03/2026,a,b,1.00,1\n";
  const auto read = read_csv("Txn,Value Date,Narration,Ref,Credit,Bal\n" + one + one, "a.csv", columns(), inr);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[1].ordinal, 1U);
}

TEST(Csv, IsTextInWhateverEncoding) {
  const std::string head = "Txn,Value Date,Narration,Ref,Credit\n1,09/03/2026,";
  const auto text_of = [&](const std::string& bytes, const std::string& encoding = "") {
    Columns how = columns();
    how.encoding = encoding;
    const auto read = read_csv(bytes, "a.csv", how, inr);
    return read ? read->lines.at(0).text : std::to_string(read.error().at.line) + " " + read.error().message;
  };
  EXPECT_EQ(text_of(head + "M\xFCller,r,1.00\n"), "Müller | r");
  EXPECT_EQ(text_of(head + "\x80,r,1.00\n"), "€ | r");
  EXPECT_EQ(text_of(head + "M\xC3\xBCller,r,1.00\n"), "Müller | r");
  EXPECT_EQ(text_of(head + "M\xFCller,r,1.00\n", "utf-8").substr(0, 17), "2 this is no text");
  EXPECT_EQ(text_of(head + "a\x1B,r,1.00\n").substr(0, 17), "2 this is no text");
  EXPECT_EQ(text_of(head + "Wyp\xB3"
                           "ata,r,1.00\n",
                    "windows-1250"),
            "Wypłata | r");
  EXPECT_EQ(text_of(head + "\xA3\xF3"
                           "d\xBC,r,1.00\n",
                    "latin-2"),
            "Łódź | r");
  EXPECT_EQ(text_of(head + "=\"0012\",\"=\"\"7\"\"\",1.00\n"), "0012 | 7");
  std::string wide = "\xFF\xFE";
  for (const char c : head + "Muller,r,1.00\n") wide += std::string{c, '\0'};
  EXPECT_EQ(text_of(wide), "Muller | r");
  EXPECT_EQ(text_of(wide.substr(2)), "Muller | r");
}

TEST(Csv, SaysWhereItIsWrong) {
  const auto refused = [](const std::string& rows, std::uint32_t line, const std::string& column) {
    const auto read = read_csv("Txn,Value Date,Narration,Ref,Credit\n" + rows, "a.csv", columns(), inr);
    ASSERT_FALSE(read) << rows;
    EXPECT_EQ(read.error().at.line, line);
    EXPECT_EQ(read.error().at.path, column);
  };
  refused("1,09/03/2026,a,b,12.345\n", 2, "Credit");
  refused("1,09/03/2026,a,b,1.00\n2,03/31/2026,a,b,1.00\n", 3, "Value Date");
  refused("1,soon,a,b,1.00\n", 2, "Value Date");
  refused("1,09/03/2026,a,b,c,1.00\n", 2, "");
  refused("1,09/03/2026,a,1.00\n", 2, "");
  refused("1,09/03/2026,a,b,1.00\nTotal France,1.00\n", 3, "");
  refused("1,09/03/2026,a 5\" pipe,b,1.00\n", 2, "");
  refused("1,09/03/2026,\"a\"b,b,1.00\n", 2, "");
  refused("1,09/03/2026,\"a,b,1.00\n2,09/03/2026,a,b,1.00\n", 2, "");
  refused("1,09/03/2026,a,b,\"1,23\"\n", 2, "Credit");
  const auto other = read_csv("a,b\n1,2\n", "a.csv", columns(), inr);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("'Value Date', 'Credit'"), std::string::npos);
}

TEST(Csv, GarbageIsAnErrorAndNothingElse) {
  std::mt19937 random(7);
  const std::string whole = "Txn,Value Date,Narration,Ref,Credit\n1,09/03/2026,a,\"b\",1.00\n";
  for (int i = 0; i < 3000; ++i) {
    std::string broken = whole;
    for (int n = 0; n < 2; ++n) broken[random() % broken.size()] = static_cast<char>(random() % 256);
    const auto read = read_csv(broken, "a.csv", columns(), inr);
    if (!read) {
      EXPECT_FALSE(read.error().message.empty());
    }
  }
}

TEST(Plain, IsWhatAPayerWroteHoweverItWasSpaced) { EXPECT_EQ(plain("ref: 2a3-b4 / c"), "REF2A3B4C"); }

}  // namespace
}  // namespace florin::statements
