#include "statements/statement.hpp"

#include <gtest/gtest.h>

#include <random>

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
  EXPECT_EQ(read->account, "50200012345678");
  ASSERT_EQ(read->lines.size(), 1U);
  const Line& line = read->lines[0];
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
  EXPECT_EQ(read->lines[0].id, "B/1");
  EXPECT_EQ(read->lines[1].id, "B/2");
  EXPECT_EQ(read->lines[1].amount.text(), "20.00 INR");
  const auto wrong = read_camt(camt(entry("B", "31.00", detail("10.00") + detail("20.00"))), "a.xml");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().at.path, "TxDtls");
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
