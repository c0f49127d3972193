/// Files in the layouts of banks, with data of our own: what is read of each.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "statements/statement.hpp"

namespace florin::statements {
namespace {

std::string bytes_of(const std::string& name) {
  std::ifstream file(FLORIN_BANKS "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// `2026-11-30 49.00 EUR the text`; `<` before the amount: the bank calls it a return.
std::vector<std::string> told(const Result<Statement>& read) {
  if (!read) return {"line " + std::to_string(read.error().at.line) + ": " + read.error().message};
  std::vector<std::string> lines;
  for (const Line& line : read->lines)
    lines.push_back(line.dated.text() + (line.returned ? " <" : " ") + line.amount.text() + " " + line.text);
  return lines;
}
using Told = std::vector<std::string>;

Columns european() {
  Columns columns;
  columns.separator = ';';
  columns.decimal = ',';
  columns.date_order = "dmy";
  return columns;
}

Told csv(const std::string& name, const Columns& columns, const char* currency) {
  return told(read_csv(bytes_of(name), name, columns, *Currency::parse(currency)));
}

TEST(Banks, Hdfc) {
  Columns columns;
  columns.dated = "Value Dat";
  columns.date_order = "dmy";
  columns.amount = "Credit Amount";
  columns.debit = "Debit Amount";
  columns.text = {"Narration"};
  columns.id = "Chq/Ref Number";
  columns.balance = "Closing Balance";
  EXPECT_EQ(csv("hdfc.csv", columns, "INR"),
            (Told{"2026-11-30 141560.00 INR NEFT CR-SBIN0000001-MOHAN TRADERS, PUNE-2345-6789-AB2",
                  "2026-11-30 1234.56 INR IMPS-333312345678-RAVI-ICIC-XX12", "2026-11-30 -590.00 INR ATM FEE"}));
}

TEST(Banks, StateBankOfIndia) {
  Columns columns;
  columns.separator = '\t';
  columns.dated = "Value Date";
  columns.date_order = "dmy";
  columns.amount = "Credit";
  columns.debit = "Debit";
  columns.text = {"Description", "Ref No./Cheque No."};
  columns.ignore = {"**"};
  EXPECT_EQ(csv("sbi.tsv", columns, "INR"),
            (Told{"2026-11-30 5000.00 INR BY TRANSFER-NEFT*HDFC0000001*N334*2345-6789-AB2-- | TRANSFER FROM 97 /",
                  "2026-12-01 -2500.50 INR CHQ RETURN | 101"}));
}

TEST(Banks, AxisWithMarksInTheAmount) {
  Columns columns;
  columns.dated = "Trans. Date";
  columns.date_order = "dmy";
  columns.amount = "Amount";
  columns.credit_mark = "CR";
  columns.debit_mark = "DR";
  columns.text = {"Particulars"};
  columns.id = "Reference";
  columns.ignore = {"grand total"};
  const Told right = {"2026-11-30 1234.56 INR UPI/633312345678/2345-6789-AB2", "2026-11-30 -26.00 INR CHARGES"};
  EXPECT_EQ(csv("axis.csv", columns, "INR"), right);
  columns.credit_column = "Dr/Cr";
  columns.credit_word = "CR";
  EXPECT_EQ(csv("axis.csv", columns, "INR"), right);
  columns.ignore.clear();  // "Grand Total" is a bank's own word
  EXPECT_EQ(csv("axis.csv", columns, "INR"), right);
}

TEST(Banks, SparkasseInLatin1) {
  Columns columns = european();
  columns.dated = "Valutadatum";
  columns.amount = "Betrag";
  columns.currency = "Waehrung";
  columns.text = {"Verwendungszweck", "Beguenstigter/Zahlungspflichtiger"};
  columns.id = "Kundenreferenz (End-to-End)";
  EXPECT_EQ(csv("sparkasse.csv", columns, "EUR"),
            (Told{"2026-11-30 1234.56 EUR Rechnung 17 2345-6789-AB2 | Müller & Söhne",
                  "2026-12-01 -45.00 EUR Strom; November | Stadtwerke"}));
}

TEST(Banks, DkbWithAPreambleAndASignOfCurrency) {
  Columns columns = european();
  columns.dated = "Wertstellung";
  columns.amount = "Betrag (€)";
  columns.text = {"Verwendungszweck", "Zahlungspflichtige*r"};
  EXPECT_EQ(csv("dkb.csv", columns, "EUR"), (Told{"2026-11-30 1234.56 EUR Danke 2345-6789-AB2 | Asha \"Muster\"",
                                                  "2026-11-30 -850.00 EUR Miete | Example GmbH"}));
}

TEST(Banks, IngInGermanyWithAQuoteInItsPreamble) {
  Columns columns = european();
  columns.dated = "Wertstellungsdatum";
  columns.amount = "Betrag";
  columns.currency = "Währung";
  columns.text = {"Verwendungszweck", "Auftraggeber/Empfänger"};
  EXPECT_EQ(csv("ing_de.csv", columns, "EUR"), (Told{"2026-11-30 49.00 EUR 2345-6789-AB2 | Jörg Beispiel",
                                                     "2026-11-30 -1234.56 EUR Kontoführung | Bank"}));
}

TEST(Banks, RabobankWhoseNumbersRun) {
  Columns columns;
  columns.decimal = ',';
  columns.dated = "Rentedatum";
  columns.amount = "Bedrag";
  columns.currency = "Munt";
  columns.text = {"Omschrijving-1", "Omschrijving-2", "Naam tegenpartij"};
  columns.id = "Volgnr";
  columns.balance = "Saldo na trn";
  const std::string file = bytes_of("rabobank.csv");
  const auto read = read_csv(file, "rabobank.csv", columns, *Currency::parse("EUR"));
  EXPECT_EQ(told(read),
            (Told{"2026-11-30 1234.56 EUR 2345-6789- | AB2 | De Vries B.V.", "2026-11-30 -26.00 EUR Kosten | Bank"}));
  EXPECT_EQ(read->lines[0].id, "");
}

TEST(Banks, IngInTheNetherlands) {
  Columns columns = european();
  columns.date_order = "ymd";
  columns.dated = "Datum";
  columns.amount = "Bedrag (EUR)";
  columns.text = {"Mededelingen"};
  columns.credit_column = "Af Bij";
  columns.credit_word = "bij";
  EXPECT_EQ(
      csv("ing_nl.csv", columns, "EUR"),
      (Told{"2026-11-30 1234.56 EUR Naam: De Vries Omschrijving: 2345-6789-AB2", "2026-11-30 -26.00 EUR Kosten"}));
}

TEST(Banks, BankOfAmericaWithTotalsAboveAndABalanceInBetween) {
  Columns columns;
  columns.dated = "Date";
  columns.date_order = "mdy";
  columns.amount = "Amount";
  columns.text = {"Description"};
  columns.balance = "Running Bal.";
  EXPECT_EQ(csv("bofa.csv", columns, "USD"),
            (Told{"2026-11-30 49.00 USD Zelle payment from ASHA RAO for \"2345-6789-AB2\"",
                  "2026-11-30 -12.30 USD Wire fee"}));
}

TEST(Banks, RevolutWithSeveralCurrencies) {
  Columns columns;
  columns.dated = "Completed Date";
  columns.amount = "Amount";
  columns.currency = "Currency";
  columns.text = {"Description"};
  EXPECT_EQ(csv("revolut.csv", columns, "EUR"),
            (Told{"2026-11-30 49.00 EUR Payment from A. Rao 2345-6789-AB2", "2026-11-30 -7.50 EUR To Vendor",
                  "2026-11-30 5.00 GBP Payment from A. Rao in pounds"}));
}

TEST(Banks, UbsWithApostrophes) {
  Columns columns;
  columns.separator = ';';
  columns.dated = "Valutadatum";
  columns.amount = "Gutschrift";
  columns.debit = "Belastung";
  columns.text = {"Beschreibung1", "Beschreibung3"};
  columns.id = "Transaktions-Nr.";
  EXPECT_EQ(csv("ubs.csv", columns, "CHF"),
            (Told{"2026-11-30 12345.60 CHF Muster AG;Zürich | 2345-6789-AB2", "2026-11-30 -26.00 CHF Spesen"}));
}

TEST(Banks, RabobankInCamt053) {
  const auto read = read_camt(bytes_of("rabobank_053.xml"), "rabobank_053.xml");
  EXPECT_EQ(told(read), (Told{"2026-11-30 1234.56 EUR 2345-6789-AB2 | De Vries B.V.",
                              "2026-11-30 1234.56 EUR 2345-6789-AB2 | De Vries B.V.", "2026-11-30 -26.00 EUR Kosten"}));
  EXPECT_EQ(read->lines[1].ordinal, 2U);  // the balances prove that there are two
}

TEST(Banks, PostFinanceInCamt054) {
  const auto read = read_camt(bytes_of("postfinance_054.xml"), "postfinance_054.xml");
  EXPECT_EQ(told(read), (Told{"2026-11-30 100.00 CHF 210000000003139471430009017 | ?REJECT?0 | Pia Muster",
                              "2026-11-30 200.50 CHF 210000000003139471430009025"}));
  EXPECT_EQ(read->kind, Kind::notification);
}

TEST(Banks, AbnAmroInMt940) {
  const auto read = read_mt940(bytes_of("abnamro.sta"), "abnamro.sta");
  EXPECT_EQ(told(read), (Told{"2026-11-30 1234.56 EUR /TRTP/SEPA OVERBOEKING/IBAN/NL44RABO0123456789/BIC/RABONL2U/NAME/"
                              "DE VRIES/REMI/2345-6789-AB2/EREF/NOTPROVIDED",
                              "2026-11-30 -26.00 EUR ABN AMRO BANK BASISPAKKET"}));
  EXPECT_EQ(read->lines[0].account, "517852257");
}

TEST(Banks, CommerzbankInMt940WithWordsCutAnywhere) {
  const auto read = read_mt940(bytes_of("commerzbank.sta"), "commerzbank.sta");
  EXPECT_EQ(told(read),
            (Told{"2026-11-30 1234.56 EUR EREF+NOTPROVIDEDSVWZ+Rechnung 17 2345-6789-AB2 | Müller und Söhne",
                  "2026-11-30 <49.00 EUR SVWZ+IBAN FALSCH", "2026-11-30 <-10.00 EUR irrig"}));
  EXPECT_EQ(read->lines[0].id, "POS 4711");
}

TEST(Banks, IngInMt940WithWordsCutAt65Characters) {
  const auto read = read_mt940(bytes_of("ing_nl.sta"), "ing_nl.sta");
  EXPECT_EQ(told(read),
            (Told{"2026-11-30 1.56 EUR /EREF/EV12341REP1231456T1234//CNTP/NL32INGB0000012345/INGBNL2 A/ING BANK NV "
                  "INZAKE WEB///REMI/USTD//2345-6789-AB2/ | /TRCD/00100/ | EREF",
                  "2026-11-30 -1.57 EUR /REMI/USTD//EV10001REP1000000T1000/ | PREF"}));
}

/// A bank that gives each message of a day one number: they follow each other by their balances.
TEST(Mt940, MessagesOfOneNumberAreNoCopies) {
  const auto message = [](const std::string& from, const std::string& to) {
    return ":20:A\n:25:517852257\n:28C:1\n:60F:C261130EUR" + from +
           "\n:61:2611301130C10,00NTRFNONREF\n:86:same words\n:62F:C261130EUR" + to + "\n-\n";
  };
  const auto read = read_mt940(message("0,", "10,00") + message("10,00", "20,00") + message("0,", "10,00"), "a.sta");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->lines.size(), 3U);
  EXPECT_EQ(read->lines[0].ordinal, 1U);
  EXPECT_EQ(read->lines[1].ordinal, 2U);
  EXPECT_EQ(read->lines[2].ordinal, 1U);  // the first one again
}

TEST(Mt940, APageOfAMessageGoesOnFromItsOwnBalance) {
  const std::string first =
      ":20:A\n:25:517852257\n:28C:1/1\n:60F:C261129EUR100,00\n:61:2611301130C50,00NTRFNONREF\n"
      ":62M:C261130EUR150,00\n:60M:C261130EUR150,00\n";
  EXPECT_EQ(told(read_mt940(first + ":61:2611301130RD10,00NTRFNONREF\n:62F:C261130EUR160,00\n-\n", "a.sta")).size(),
            2U);
  EXPECT_FALSE(read_mt940(first + ":61:2611301130RD10,00NTRFNONREF\n:62F:C261130EUR170,00\n-\n", "a.sta"));
}

/// Only two digits behind a `?` are a code: a letter of two bytes is never cut in half.
TEST(Mt940, AQuestionMarkIsText) {
  const std::string head = ":20:A\n:25:517852257\n:28C:1/1\n:60F:C261129EUR10,00\n:61:2611301130C1,00NTRFNONREF\n";
  EXPECT_EQ(told(read_mt940(head + ":86:166?00GUTSCHRIFT?20Wie?2\xC3\xBC und?21 so??32Otto?\n", "a.sta")),
            Told{"2026-11-30 1.00 EUR Wie?2ü und so? | Otto?"});
}

TEST(Mt940, SaysWhereItIsWrong) {
  const auto refused = [](const std::string& text, std::uint32_t line, const char* field) {
    const auto read = read_mt940(text, "a.sta");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().at.line, line) << read.error().message;
    EXPECT_EQ(read.error().at.path, field) << read.error().message;
  };
  const std::string head = ":20:A\n:25:517852257\n:28C:1/1\n:60F:C261129EUR10,00\n";
  refused("", 1, ":20:");
  refused("no statement", 1, ":20:");
  refused(head + ":61:2611301130C1.234,56NTRFNONREF\n", 5, ":61:");
  refused(head + ":61:2611311130C1,00NTRFNONREF\n", 5, ":61:");
  refused(head + ":61:2611301130X1,00NTRFNONREF\n", 5, ":61:");
  refused(head + ":61:2611301130C1,001NTRFNONREF\n", 5, ":61:");
  refused(head + ":61:2611301130C1,00NTRFNONREF\n:62F:C261130EUR12,00\n", 6, ":62F:");
  refused(":20:A\n:61:2611301130C1,00NTRFNONREF\n", 2, ":61:");
  refused(":20:A\n:60F:C261129EUX10,00\n", 2, ":60F:");
}

}  // namespace
}  // namespace florin::statements
