/// Invoices for other programs: what the rules of EN 16931 and of INV-01 ask of the figures, held on many invoices, and
/// what is missing said by field.
#include "documents/einvoice.hpp"

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <array>
#include <boost/json.hpp>
#include <memory>
#include <random>

namespace florin::documents {
namespace {

Currency currency_of(const char* code) { return *Currency::parse(code); }
Date date(const char* text) { return *Date::parse(text); }

EInvoice european() {
  EInvoice invoice;
  invoice.number = "CL-000123";
  invoice.issued = date("2026-03-15");
  invoice.due = date("2026-03-29");
  invoice.period = {date("2026-03-15"), date("2026-04-14")};
  invoice.order = "order 12";
  invoice.seller = {.name = "Ruf & Schall GmbH",
                    .trading_as = "",
                    .registered = "HRB 12345",
                    .email = "billing@ruf.example",
                    .address = {"Hauptstraße 1", "10115 Berlin"},
                    .city = "",
                    .postcode = "",
                    .country = "DE",
                    .state = "",
                    .vat = "DE123456789",
                    .gstin = "",
                    .endpoint = "9930:DE123456789"};
  invoice.buyer = {.name = "Ümit <Söhne>",
                   .trading_as = "",
                   .registered = "",
                   .email = "",
                   .address = {"Ring 2"},
                   .city = "Köln",
                   .postcode = "50667",
                   .country = "DE",
                   .state = "",
                   .vat = "",
                   .gstin = "",
                   .endpoint = "0204:991-1234512345-06"};
  const Currency euro = currency_of("EUR");
  invoice.items = {{"Growth, monthly", "", 1, Money(4'900, euro)}, {"Seats", "", 3, Money(1'000, euro)}};
  invoice.net = Money(5'900, euro);
  invoice.taxes = {{"VAT 19%", invoice.net, Money(1'121, euro)}};
  invoice.total = Money(7'021, euro);
  invoice.paid = Money(0, euro);
  invoice.iban = "DE02120300000000202051";
  return invoice;
}

EInvoice indian() {
  EInvoice invoice = european();
  const Currency rupee = currency_of("INR");
  invoice.seller = {.name = "Exotel Private Limited",
                    .trading_as = "Exotel",
                    .registered = "",
                    .email = "",
                    .address = {"12 Residency Road", "Bengaluru 560025", "Karnataka"},
                    .city = "",
                    .postcode = "",
                    .country = "IN",
                    .state = "",
                    .vat = "",
                    .gstin = "29AABCE1234F1Z1",
                    .endpoint = ""};
  invoice.buyer = {.name = "Acme Pvt Ltd",
                   .trading_as = "",
                   .registered = "",
                   .email = "",
                   .address = {"4 MG Road"},
                   .city = "Mysuru",
                   .postcode = "570001",
                   .country = "IN",
                   .state = "Karnataka",
                   .vat = "",
                   .gstin = "29AAACA1234A1Z5",
                   .endpoint = ""};
  invoice.items = {{"Believer", "998419", 1, Money(999'900, rupee)}, {"Number", "998419", 3, Money(100'000, rupee)}};
  invoice.net = Money(1'099'900, rupee);
  invoice.taxes = {{"CGST 9%", invoice.net, Money(98'991, rupee)}, {"SGST 9%", invoice.net, Money(98'991, rupee)}};
  invoice.total = Money(1'297'882, rupee);
  invoice.paid = invoice.total;
  return invoice;
}

/// What stands at a path of the document, whatever its prefixes.
class Read {
 public:
  explicit Read(const std::string& xml)
      : document_(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET),
                  &xmlFreeDoc) {
    if (!document_) throw std::runtime_error("it is no XML");
  }
  std::vector<std::string> all(const std::string& path) const {
    const std::unique_ptr<xmlXPathContext, void (*)(xmlXPathContext*)> context(xmlXPathNewContext(document_.get()),
                                                                               &xmlXPathFreeContext);
    const auto ns = [&](const char* prefix, const char* uri) {
      xmlXPathRegisterNs(context.get(), reinterpret_cast<const xmlChar*>(prefix),
                         reinterpret_cast<const xmlChar*>(uri));
    };
    ns("cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2");
    ns("cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2");
    const std::unique_ptr<xmlXPathObject, void (*)(xmlXPathObject*)> found(
        xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(path.c_str()), context.get()), &xmlXPathFreeObject);
    std::vector<std::string> values;
    for (int i = 0; found && found->nodesetval != nullptr && i < found->nodesetval->nodeNr; ++i) {
      xmlChar* content = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
      values.emplace_back(reinterpret_cast<const char*>(content));
      xmlFree(content);
    }
    return values;
  }
  std::string one(const std::string& path) const {
    const auto values = all(path);
    return values.size() == 1 ? values.front() : std::to_string(values.size()) + " of " + path;
  }

 private:
  std::unique_ptr<xmlDoc, void (*)(xmlDoc*)> document_;
};

std::int64_t cents(const std::string& text) { return Money::parse(text + " EUR")->minor(); }

TEST(Ubl, SaysTheInvoiceByTheNamesOfTheStandard) {
  ASSERT_TRUE(missing_in_ubl(european()).empty());
  const Read read(ubl_of(european()));
  EXPECT_EQ(read.one("/*/cbc:ID"), "CL-000123");
  EXPECT_EQ(read.one("/*/cbc:InvoiceTypeCode"), "380");
  EXPECT_EQ(read.one("/*/cbc:BuyerReference"), "order 12") << "R003: a reference of the buyer's, or an order";
  EXPECT_EQ(read.one("/*/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID"), "DE123456789");
  EXPECT_EQ(read.one("/*/cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID"), "0204");
  EXPECT_EQ(read.one("/*/cac:AccountingCustomerParty//cbc:RegistrationName"), "Ümit <Söhne>");
  EXPECT_EQ(read.one("/*/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID"), "S");
  EXPECT_EQ(read.one("/*/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent"), "19");
  EXPECT_EQ(read.one("/*/cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"), "DE02120300000000202051");
  // 10.00 for three is no whole price of one: 10.00 for each three, and not 3.33.
  EXPECT_EQ(read.all("/*/cac:InvoiceLine/cac:Price/cbc:PriceAmount"), (std::vector<std::string>{"49.00", "10.00"}));
  EXPECT_EQ(read.all("/*/cac:InvoiceLine/cac:Price/cbc:BaseQuantity"), std::vector<std::string>{"3"});
  EXPECT_TRUE(read.all("//*[not(node())]").empty()) << "R008: no element is empty";
}

TEST(Ubl, TheBuyerOwesTheTaxOfAnotherCountryOfTheUnion) {
  EInvoice invoice = european();
  invoice.taxes.clear();
  invoice.total = invoice.net;
  EXPECT_EQ(missing_in_ubl(invoice).front().field, "taxes") << "inside the country nobody knows why";
  invoice.buyer.country = "FR";
  invoice.buyer.vat = "FR12345678901";
  ASSERT_TRUE(missing_in_ubl(invoice).empty());
  const Read abroad(ubl_of(invoice));
  EXPECT_EQ(abroad.one("//cac:TaxCategory/cbc:ID"), "AE") << "and not S with 0 %";
  EXPECT_EQ(abroad.one("//cac:TaxCategory/cbc:TaxExemptionReasonCode"), "VATEX-EU-AE");
  invoice.buyer.country = "US";
  EXPECT_EQ(Read(ubl_of(invoice)).one("//cac:TaxCategory/cbc:ID"), "G");
}

TEST(Ubl, ACreditNoteIsPositiveAndNamesItsInvoice) {
  EInvoice note = european();
  note.credit_note = true;
  note.invoice = "CL-000120";
  note.invoice_issued = date("2026-03-01");
  const Read read(ubl_of(note));
  EXPECT_EQ(read.one("/*/cbc:CreditNoteTypeCode"), "381");
  EXPECT_EQ(read.one("/*/cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"), "CL-000120");
  EXPECT_EQ(read.one("/*/cac:LegalMonetaryTotal/cbc:PayableAmount"), "70.21");
  EXPECT_EQ(read.all("/*/cac:CreditNoteLine").size(), 2U);
}

TEST(Ubl, TheSumsOfTheStandardHold) {
  std::mt19937_64 random(3);
  const Currency euro = currency_of("EUR");
  for (int round = 0; round < 300; ++round) {
    EInvoice invoice = european();
    invoice.items.clear();
    invoice.net = Money(0, euro);
    for (std::size_t lines = 1 + random() % 8; lines > 0; --lines) {
      const auto amount = static_cast<std::int64_t>(random() % 100'000);
      const bool back = random() % 5 == 0 && invoice.net.minor() > amount;
      invoice.items.push_back(
          {"line", "", static_cast<std::int64_t>(1 + random() % 9), Money(back ? -amount : amount, euro)});
      invoice.net += invoice.items.back().net;
    }
    invoice.taxes = {{"VAT 7.7 %", invoice.net, Money(invoice.net.minor() * 77 / 1000, euro)}};
    invoice.total = invoice.net + invoice.taxes.front().amount;
    invoice.paid = Money(static_cast<std::int64_t>(random() % 2) * invoice.total.minor(), euro);
    const Read read(ubl_of(invoice));
    std::int64_t lines = 0;
    const auto nets = read.all("/*/cac:InvoiceLine/cbc:LineExtensionAmount");
    for (std::size_t at = 1; at <= nets.size(); ++at) {
      const std::string line = "/*/cac:InvoiceLine[" + std::to_string(at) + "]/";
      const std::int64_t quantity = std::stoll(read.one(line + "cbc:InvoicedQuantity"));
      const auto base = read.all(line + "cac:Price/cbc:BaseQuantity");
      const std::int64_t price = cents(read.one(line + "cac:Price/cbc:PriceAmount"));
      EXPECT_GE(price, 0) << "BR-27";
      EXPECT_EQ(price * quantity / (base.empty() ? 1 : std::stoll(base.front())), cents(nets[at - 1])) << "R120";
      lines += cents(nets[at - 1]);
    }
    const auto sum = [&](const char* name) {
      return cents(read.one(std::string("/*/cac:LegalMonetaryTotal/cbc:") + name));
    };
    EXPECT_EQ(sum("LineExtensionAmount"), lines) << "BR-CO-10";
    EXPECT_EQ(sum("TaxExclusiveAmount"), lines) << "BR-CO-13";
    EXPECT_EQ(sum("TaxInclusiveAmount"), lines + cents(read.one("/*/cac:TaxTotal/cbc:TaxAmount"))) << "BR-CO-15";
    EXPECT_EQ(sum("PayableAmount"), sum("TaxInclusiveAmount") - invoice.paid.minor()) << "BR-CO-16";
    EXPECT_EQ(read.one("//cac:TaxCategory/cbc:Percent"), "7.7");
  }
}

TEST(Ubl, SaysWhatIsMissingByField) {
  EInvoice invoice = european();
  invoice.seller.endpoint = "DE123";
  invoice.seller.vat.clear();
  invoice.buyer.endpoint = "0204:a b";
  invoice.taxes.push_back(invoice.taxes.front());
  std::vector<std::string> fields;
  for (const Missing& one : missing_in_ubl(invoice)) fields.push_back(one.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"seller.tax_ids", "seller.tax_ids", "buyer.peppol_id", "taxes"}));
}

/// The one thing at a path, where a rule wants it there.
std::string there(const Read& read, const std::string& path, const char* rule) {
  const auto values = read.all(path);
  EXPECT_EQ(values.size(), 1U) << rule << ": " << path;
  return values.empty() ? std::string() : values.front();
}

/// Rules of the one tax that a document has.
void expect_tax_rules(const Read& read, const std::string& line) {
  const std::string subtotal = "/*/cac:TaxTotal/cac:TaxSubtotal/";
  const std::string category = there(read, subtotal + "cac:TaxCategory/cbc:ID", "BR-47, BR-CO-18");
  const std::string percent = there(read, subtotal + "cac:TaxCategory/cbc:Percent", "BR-48");
  EXPECT_EQ(there(read, "/*/cac:TaxTotal/cbc:TaxAmount", "BR-CO-14"), there(read, subtotal + "cbc:TaxAmount", "BR-46"));
  const std::int64_t base = cents(there(read, subtotal + "cbc:TaxableAmount", "BR-45"));
  EXPECT_EQ(base, cents(there(read, "/*/cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "BR-12")))
      << "BR-S-08, BR-Z-08";
  for (const std::string& of : read.all(line + "/cac:Item/cac:ClassifiedTaxCategory/cbc:ID"))
    EXPECT_EQ(of, category) << "BR-S-01, BR-Z-01, BR-AE-01, BR-G-01";
  for (const std::string& of : read.all(line + "/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"))
    EXPECT_EQ(of, percent);
  const auto reasons = read.all(subtotal + "cac:TaxCategory/cbc:TaxExemptionReasonCode").size();
  const std::int64_t tax = cents(there(read, subtotal + "cbc:TaxAmount", "BR-46"));
  there(read, "/*/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID",
        "BR-S-02, BR-Z-02, BR-AE-02, BR-G-02, BR-CO-26");
  if (category == "S") {
    EXPECT_GT(std::stod(percent), 0) << "BR-S-05";
    EXPECT_NEAR(static_cast<double>(tax), static_cast<double>(base) * std::stod(percent) / 100, 1) << "BR-CO-17";
    EXPECT_EQ(reasons, 0U) << "BR-S-10";
  } else {
    EXPECT_EQ(std::stod(percent), 0) << "BR-Z-05, BR-AE-05, BR-G-05";
    EXPECT_EQ(tax, 0) << "BR-Z-09, BR-AE-09, BR-G-09";
    EXPECT_EQ(reasons, category == "Z" ? 0U : 1U) << "BR-Z-10, BR-AE-10, BR-G-10";
  }
  if (category == "AE")
    there(read, "/*/cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID", "BR-AE-02");
}

/// Rules of EN 16931 that hold for each document, by their numbers.
void expect_rules(const std::string& xml) {
  const Read read(xml);
  const bool note = !read.all("/*/cbc:CreditNoteTypeCode").empty();
  const std::string line = note ? "/*/cac:CreditNoteLine" : "/*/cac:InvoiceLine";
  there(read, "/*/cbc:CustomizationID", "BR-01");
  there(read, "/*/cbc:ID", "BR-02");
  there(read, "/*/cbc:IssueDate", "BR-03");
  EXPECT_EQ(there(read, note ? "/*/cbc:CreditNoteTypeCode" : "/*/cbc:InvoiceTypeCode", "BR-04"), note ? "381" : "380");
  const std::string currency = there(read, "/*/cbc:DocumentCurrencyCode", "BR-05");
  for (const std::string& of : read.all("//@currencyID")) EXPECT_EQ(of, currency) << "PEPPOL-EN16931-R051";
  const std::string seller = "/*/cac:AccountingSupplierParty/cac:Party/";
  const std::string buyer = "/*/cac:AccountingCustomerParty/cac:Party/";
  there(read, seller + "cac:PartyLegalEntity/cbc:RegistrationName", "BR-06");
  there(read, buyer + "cac:PartyLegalEntity/cbc:RegistrationName", "BR-07");
  there(read, seller + "cac:PostalAddress/cac:Country/cbc:IdentificationCode", "BR-09");
  there(read, buyer + "cac:PostalAddress/cac:Country/cbc:IdentificationCode", "BR-11");
  EXPECT_FALSE(read.all(line).empty()) << "BR-16";
  const std::size_t lines = read.all(line).size();
  for (const char* part : {"cbc:ID", "cbc:LineExtensionAmount", "cac:Item/cbc:Name", "cac:Price/cbc:PriceAmount",
                           "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"})
    EXPECT_EQ(read.all(line + "/" + part).size(), lines) << "BR-21 to BR-26, BR-CO-04: " << part;
  EXPECT_EQ(read.all("//*[@unitCode]").size(), read.all("//*[@unitCode='C62']").size()) << "BR-CL-23";
  for (const std::string& id : read.all("//cac:PartyTaxScheme/cbc:CompanyID"))
    EXPECT_TRUE(id.size() > 2 && id[0] >= 'A' && id[0] <= 'Z' && id[1] >= 'A' && id[1] <= 'Z') << "BR-CO-09: " << id;
  for (const std::string& amount : read.all("//*[@currencyID]")) {
    const std::size_t point = amount.find('.');
    EXPECT_TRUE(point == std::string::npos || amount.size() - point <= 3) << "BR-DEC-09 to BR-DEC-23: " << amount;
  }
  expect_tax_rules(read, line);
  if (cents(there(read, "/*/cac:LegalMonetaryTotal/cbc:PayableAmount", "BR-15")) > 0) {
    EXPECT_FALSE(read.all("/*/cbc:DueDate | /*/cac:PaymentTerms/cbc:Note").empty()) << "BR-CO-25";
  }
  for (const char* end : {"/*/cac:AccountingSupplierParty", "/*/cac:AccountingCustomerParty"})
    there(read, std::string(end) + "/cac:Party/cbc:EndpointID/@schemeID", "BR-62, BR-63, PEPPOL-EN16931-R010, R020");
  if (note) there(read, "/*/cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID", "BR-55");
  for (const std::string& means : read.all("/*/cac:PaymentMeans/cbc:PaymentMeansCode"))
    if (means == "30" || means == "58")
      there(read, "/*/cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", "BR-50, BR-61");
  const auto from = read.all("/*/cac:InvoicePeriod/cbc:StartDate"), to = read.all("/*/cac:InvoicePeriod/cbc:EndDate");
  if (!from.empty() && !to.empty()) {
    EXPECT_LE(from.front(), to.front()) << "BR-29";
  }
  EXPECT_TRUE(read.all("//*[not(node())]").empty()) << "PEPPOL-EN16931-R008";
}

TEST(Ubl, TheRulesOfTheStandardHoldForEverySale) {
  std::mt19937_64 random(16931);
  const auto one_of = [&](const std::vector<const char*>& all) { return all[random() % all.size()]; };
  int written = 0;
  for (int round = 0; round < 2'000; ++round) {
    EInvoice invoice = european();
    const Currency currency = currency_of(one_of({"EUR", "EUR", "EUR", "KWD"}));
    invoice.seller.country = one_of({"DE", "GB", "FR"});
    invoice.seller.vat = one_of({"DE123456789", "GB123456789", "123456789", ""});
    invoice.buyer.country = one_of({"DE", "FR", "GR", "GB", "US", ""});
    invoice.buyer.vat = one_of({"FR12345678901", "EL123456789", "12-3456789", ""});
    invoice.buyer.name = one_of({"Ümit <Söhne> & Co", "A\x0b\x01 B", "\xe2\x80\xae株式会社"});
    invoice.buyer_reference = one_of({"", "04011000-1234512345-06"});
    invoice.seller.phone = one_of({"+49 30 1234567", ""});
    if (random() % 3 == 0) invoice.period.reset();
    if (random() % 3 == 0) invoice.due.reset();
    if (random() % 4 == 0) invoice.iban.clear();
    invoice.credit_note = random() % 4 == 0;
    if (invoice.credit_note) invoice.invoice = "CL-000120";
    invoice.items.clear();
    invoice.net = Money(0, currency);
    for (std::size_t lines = 1 + random() % 5; lines > 0; --lines) {
      const auto amount = static_cast<std::int64_t>(random() % 100'000);
      invoice.items.push_back({"line", "", static_cast<std::int64_t>(1 + random() % 9), Money(amount, currency)});
      invoice.net += invoice.items.back().net;
    }
    const int rate = std::array{0, 7, 19}[random() % 3];
    invoice.taxes.clear();
    if (random() % 2 == 0)
      invoice.taxes = {
          {"VAT " + std::to_string(rate) + "%", invoice.net, Money((invoice.net.minor() * rate + 50) / 100, currency)}};
    invoice.total = invoice.taxes.empty() ? invoice.net : invoice.net + invoice.taxes.front().amount;
    invoice.paid = Money(random() % 2 == 0 && !invoice.credit_note ? invoice.total.minor() : 0, currency);
    for (const UblProfile profile : {UblProfile::peppol, UblProfile::xrechnung}) {
      if (!missing_in_ubl(invoice, profile).empty()) continue;
      ++written;
      expect_rules(ubl_of(invoice, profile));
      if (testing::Test::HasFailure()) FAIL() << ubl_of(invoice, profile);
    }
  }
  EXPECT_GT(written, 100);
}

TEST(Ubl, ASaleInsideOfACountryOutsideOfTheUnionIsNoExport) {
  EInvoice invoice = european();
  invoice.seller.country = invoice.buyer.country = "GB";
  invoice.seller.vat = "GB123456789";
  invoice.taxes.clear();
  invoice.total = invoice.net;
  ASSERT_EQ(missing_in_ubl(invoice).size(), 1U);
  EXPECT_EQ(missing_in_ubl(invoice).front().field, "taxes") << "nobody knows why no VAT was charged; wrong: G";
}

TEST(Ubl, ATaxIdWithoutItsCountryIsNoVatId) {
  EInvoice invoice = european();
  invoice.buyer.vat = "181/815/08155";  // a number of the German tax office
  EXPECT_TRUE(Read(ubl_of(invoice)).all("/*/cac:AccountingCustomerParty//cac:PartyTaxScheme").empty()) << "BR-CO-09";
  invoice.taxes.clear();
  invoice.total = invoice.net;
  invoice.buyer.country = "FR";
  EXPECT_EQ(missing_in_ubl(invoice).front().field, "taxes") << "BR-AE-02: no reverse charge without the buyer's VAT id";
}

// ---- XRechnung 3: the rules BR-DE of Germany beside those of EN 16931.

EInvoice german() {
  EInvoice invoice = european();
  invoice.buyer_reference = "04011000-1234512345-06";
  invoice.seller.phone = "+49 30 1234567";
  return invoice;
}

TEST(Xrechnung, SaysWhatGermanyAsksForByTheNamesOfTheStandard) {
  ASSERT_TRUE(missing_in_ubl(german(), UblProfile::xrechnung).empty());
  const Read read(ubl_of(german(), UblProfile::xrechnung));
  const std::string seller = "/*/cac:AccountingSupplierParty/cac:Party/";
  EXPECT_EQ(read.one("/*/cbc:CustomizationID"), "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0")
      << "BR-DE-21";
  EXPECT_EQ(read.one("/*/cbc:BuyerReference"), "04011000-1234512345-06") << "BR-DE-15";
  EXPECT_EQ(read.one(seller + "cac:Contact/cbc:Name"), "Ruf & Schall GmbH") << "BR-DE-5";
  EXPECT_EQ(read.one(seller + "cac:Contact/cbc:Telephone"), "+49 30 1234567") << "BR-DE-6";
  EXPECT_EQ(read.one(seller + "cac:Contact/cbc:ElectronicMail"), "billing@ruf.example") << "BR-DE-7";
  EXPECT_EQ(read.one(seller + "cac:PostalAddress/cbc:CityName"), "Berlin") << "BR-DE-3";
  EXPECT_EQ(read.one(seller + "cac:PostalAddress/cbc:PostalZone"), "10115") << "BR-DE-4";
  EXPECT_EQ(read.one(seller + "cac:PostalAddress/cbc:StreetName"), "Hauptstraße 1");
  EXPECT_TRUE(read.all(seller + "cac:PostalAddress/cbc:AdditionalStreetName").empty()) << "its town is not there twice";
  EXPECT_EQ(read.one("/*/cac:PaymentMeans/cbc:PaymentMeansCode"), "58") << "BR-DE-1, BR-DE-19";
  EXPECT_EQ(read.one("/*/cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"), "DE02120300000000202051");
  EXPECT_TRUE(read.all("//*[not(node())]").empty());
  const Read peppol(ubl_of(german()));
  EXPECT_EQ(peppol.one("/*/cac:PaymentMeans/cbc:PaymentMeansCode"), "30") << "the other profile is as before";
  EXPECT_TRUE(peppol.one("/*/cbc:CustomizationID").ends_with("poacc:billing:3.0"));
}

TEST(Xrechnung, WhatIsPaidOrGivenBackHasAMeansWithoutAnAccount) {
  EInvoice paid = german();
  paid.paid = paid.total;
  paid.iban.clear();
  ASSERT_TRUE(missing_in_ubl(paid, UblProfile::xrechnung).empty());
  const Read read(ubl_of(paid, UblProfile::xrechnung));
  EXPECT_EQ(read.one("/*/cac:PaymentMeans/cbc:PaymentMeansCode"), "1");
  EXPECT_TRUE(read.all("/*/cac:PaymentMeans/cac:PayeeFinancialAccount").empty());
  EXPECT_TRUE(read.all("/*/cac:PaymentTerms").empty()) << "nothing is to be paid";
  EInvoice note = german();
  note.credit_note = true;
  note.invoice = "CL-000120";
  EXPECT_EQ(Read(ubl_of(note, UblProfile::xrechnung)).one("/*/cac:PaymentMeans/cbc:PaymentMeansCode"), "1");
  EInvoice undated = german();
  undated.due.reset();
  EXPECT_EQ(Read(ubl_of(undated, UblProfile::xrechnung)).one("/*/cac:PaymentTerms/cbc:Note"), "Due on receipt")
      << "BR-CO-25: a date or terms";
}

TEST(Xrechnung, IsSentByMailWhereNobodyIsInTheNetwork) {
  EInvoice invoice = german();
  invoice.seller.endpoint = "EM:billing@ruf.example";
  invoice.buyer.endpoint = "EM:rechnung@amt.example";
  ASSERT_TRUE(missing_in_ubl(invoice, UblProfile::xrechnung).empty());
  const Read read(ubl_of(invoice, UblProfile::xrechnung));
  EXPECT_EQ(read.one("/*/cac:AccountingCustomerParty/cac:Party/cbc:EndpointID"), "rechnung@amt.example");
  EXPECT_EQ(read.one("/*/cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID"), "EM");
  EXPECT_FALSE(missing_in_ubl(invoice).empty()) << "Peppol delivers no mail";
  for (const char* wrong : {"EM:", "EM:amt", "EM:a@", "EM:@b", "EM:a@b@c", "EM:a b@c"}) {
    invoice.buyer.endpoint = wrong;
    EXPECT_EQ(missing_in_ubl(invoice, UblProfile::xrechnung).size(), 1U) << wrong;
  }
}

TEST(Xrechnung, SaysWhatIsMissingByField) {
  EInvoice invoice = german();
  invoice.buyer_reference.clear();
  invoice.seller.phone.clear();
  invoice.seller.email.clear();
  invoice.seller.address = {"Hauptstraße 1", "Berlin"};
  invoice.buyer.city.clear();
  invoice.buyer.postcode.clear();
  invoice.buyer.endpoint.clear();
  invoice.iban.clear();
  std::vector<std::string> fields;
  for (const Missing& one : missing_in_ubl(invoice, UblProfile::xrechnung)) fields.push_back(one.field);
  EXPECT_EQ(fields,
            (std::vector<std::string>{"buyer.buyer_reference", "seller.contact", "seller.phone", "seller.address",
                                      "buyer.city", "buyer.postcode", "seller.pay_to", "buyer.peppol_id"}));
}

std::string number(const boost::json::value& value) { return boost::json::serialize(value); }

TEST(Inv01, SaysEachLineWithItsShareOfTheTax) {
  ASSERT_TRUE(missing_in_inv01(indian()).empty());
  const std::string text = inv01_of(indian());
  EXPECT_NE(text.find("\"TotInvVal\":12978.82"), text.npos) << "as decimal text: " << text;
  const boost::json::value said = boost::json::parse(text);
  EXPECT_EQ(said.at_pointer("/DocDtls/Dt").as_string(), "15/03/2026");
  EXPECT_EQ(number(said.at_pointer("/SellerDtls/Pin")), "560025");
  EXPECT_EQ(said.at_pointer("/SellerDtls/Loc").as_string(), "Bengaluru");
  EXPECT_EQ(said.at_pointer("/SellerDtls/Stcd").as_string(), "29");
  EXPECT_EQ(said.at_pointer("/BuyerDtls/Pos").as_string(), "29");
  // 989.91 of CGST on 9,999.00 and 1,000.00: 899.91 and 90.00, nothing lost.
  EXPECT_NE(text.find("\"CgstAmt\":899.91,\"SgstAmt\":899.91"), text.npos) << text;
  EXPECT_NE(text.find("\"CgstAmt\":90.00,\"SgstAmt\":90.00"), text.npos) << text;
  EXPECT_NE(text.find("\"GstRt\":18.00"), text.npos) << text;
  // 1,000.00 for three is no whole price of one.
  EXPECT_NE(text.find("\"Qty\":1,\"Unit\":\"OTH\",\"UnitPrice\":1000.00"), text.npos) << text;
  EXPECT_EQ(said.at_pointer("/ItemList/0/IsServc").as_string(), "Y");
}

TEST(Inv01, SaysWhatIsMissingByField) {
  EInvoice invoice = indian();
  invoice.buyer.gstin.clear();
  invoice.buyer.postcode = "5700";
  invoice.items.front().code = "99";
  invoice.seller.address = {"12 Residency Road", "Bengaluru"};
  std::vector<std::string> fields;
  for (const Missing& one : missing_in_inv01(invoice)) fields.push_back(one.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"seller.address", "buyer.tax_id", "buyer.postcode", "documents.code"}));
}

}  // namespace
}  // namespace florin::documents
