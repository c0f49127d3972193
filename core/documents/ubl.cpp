#include <libxml/xmlwriter.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "documents/einvoice.hpp"

namespace florin::documents {

namespace {

constexpr std::array eu = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR",
                           "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

bool in_eu(const std::string& country) { return std::ranges::find(eu, country) != eu.end(); }

/// Categories of UNCL 5305 with the reason that each needs. Source   EN 16931, BG-23
struct Category {
  std::string code, percent, reason_code, reason;
};

/// A VAT id begins with its country; `EL` is Greece. Another tax id is none. Source   BR-CO-09
bool is_vat_id(std::string_view id) {
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  return id.size() > 3 && letter(id[0]) && letter(id[1]);
}

/// Without tax nothing was charged because the buyer owes it, or because it was sold abroad; what else may be the cause
/// is not known here. None: it cannot be said.
std::optional<Category> category_of(const EInvoice& invoice) {
  if (invoice.taxes.size() == 1) {
    std::string percent = rate_in(invoice.taxes.front().name);
    if (percent.empty() || invoice.taxes.front().base != invoice.net) return std::nullopt;
    const bool zero = percent.find_first_not_of("0.") == std::string::npos;
    return Category{zero ? "Z" : "S", std::move(percent), {}, {}};
  }
  if (!invoice.taxes.empty()) return std::nullopt;
  const EInvoice::Party& buyer = invoice.buyer;
  if (buyer.country.empty() || buyer.country == invoice.seller.country) return std::nullopt;
  if (in_eu(buyer.country) && is_vat_id(buyer.vat)) return Category{"AE", "0", "VATEX-EU-AE", "Reverse charge"};
  if (!in_eu(buyer.country)) return Category{"G", "0", "VATEX-EU-G", "Export outside the EU"};
  return std::nullopt;
}

bool is_endpoint(const std::string& text) {
  constexpr std::string_view digits = "0123456789";
  return text.size() > 5 && text.size() <= 60 && text[4] == ':' && text.find_first_not_of(digits) == 4 &&
         std::ranges::all_of(text.substr(5), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
                  c == '_';
         });
}

/// `EM:rechnung@amt.example`: where an XRechnung is sent by mail. Source   EAS code list, EM
bool is_mail_endpoint(const std::string& text) {
  if (!text.starts_with("EM:") || text.size() > 258) return false;
  const std::string_view mail = std::string_view(text).substr(3);
  const std::size_t at = mail.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < mail.size() && mail.find('@', at + 1) == mail.npos &&
         mail.find_first_of(" <>\t") == mail.npos && mail.back() != '.';
}

/// A line such as `10115 Berlin` says where the seller is; an XRechnung has its town apart. Source   BR-DE-3, BR-DE-4
EInvoice::Party with_town(EInvoice::Party party) {
  if (!party.city.empty()) return party;
  for (std::size_t at = party.address.size(); at-- > 0;) {
    std::string_view line = party.address[at];
    if (line.size() > 3 && line[2] == '-' && line.starts_with(party.country)) line.remove_prefix(3);
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    if (digits < 4 || digits > 6 || digits + 1 >= line.size() || line[digits] != ' ') continue;
    party.postcode = line.substr(0, digits);
    party.city = line.substr(digits + 1);
    party.address.erase(party.address.begin() + static_cast<std::ptrdiff_t>(at));
    break;
  }
  return party;
}

std::string digits_of(const Money& money) {
  const std::string text = money.text();
  return text.substr(0, text.find(' '));
}

/// Characters that XML cannot have, not even escaped, are blanks. Source   XML 1.0, 2.2
std::string in_xml(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }, ' ');
  return text;
}

/// Writes by libxml2, which escapes.
class Xml {
 public:
  Xml()
      : buffer_(xmlBufferCreate(), &xmlBufferFree),
        writer_(xmlNewTextWriterMemory(buffer_.get(), 0), &xmlFreeTextWriter) {
    if (!buffer_ || !writer_) throw std::bad_alloc();
    xmlTextWriterSetIndent(writer_.get(), 1);
    done(xmlTextWriterStartDocument(writer_.get(), nullptr, "UTF-8", nullptr));
  }
  template <class Inside>
  void in(const char* name, const Inside& inside) {
    done(xmlTextWriterStartElement(writer_.get(), chars(name)));
    inside();
    done(xmlTextWriterEndElement(writer_.get()));
  }
  void with(const char* name, const std::string& value) {
    done(xmlTextWriterWriteAttribute(writer_.get(), chars(name), chars(value.c_str())));
  }
  void text(const std::string& value) { done(xmlTextWriterWriteString(writer_.get(), chars(in_xml(value).c_str()))); }
  /// Left out when empty: an empty element is an error. Source   PEPPOL-EN16931-R008
  void value(const char* name, const std::string& value) {
    if (!value.empty()) in(name, [&] { text(value); });
  }
  void amount(const char* name, const Money& money) {
    in(name, [&] {
      with("currencyID", std::string(money.currency().code()));
      text(digits_of(money));
    });
  }
  std::string end() {
    done(xmlTextWriterEndDocument(writer_.get()));
    return reinterpret_cast<const char*>(xmlBufferContent(buffer_.get()));
  }

 private:
  static const xmlChar* chars(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
  static void done(int result) {
    if (result < 0) throw std::bad_alloc();
  }
  std::unique_ptr<xmlBuffer, void (*)(xmlBuffer*)> buffer_;
  std::unique_ptr<xmlTextWriter, void (*)(xmlTextWriter*)> writer_;
};

void endpoint(Xml& xml, const std::string& scheme_and_id) {
  xml.in("cbc:EndpointID", [&] {
    const std::size_t mark = scheme_and_id.find(':');
    xml.with("schemeID", scheme_and_id.substr(0, mark));
    xml.text(scheme_and_id.substr(mark + 1));
  });
}

void party(Xml& xml, const EInvoice::Party& party) {
  xml.in("cac:Party", [&] {
    endpoint(xml, party.endpoint);
    const std::string shown = party.trading_as.empty() ? party.name : party.trading_as;
    xml.in("cac:PartyName", [&] { xml.value("cbc:Name", shown); });
    xml.in("cac:PostalAddress", [&] {
      const auto line = [&](std::size_t at) { return at < party.address.size() ? party.address[at] : std::string(); };
      xml.value("cbc:StreetName", line(0));
      xml.value("cbc:AdditionalStreetName", line(1));
      xml.value("cbc:CityName", party.city);
      xml.value("cbc:PostalZone", party.postcode);
      xml.value("cbc:CountrySubentity", party.state);
      if (!line(2).empty()) xml.in("cac:AddressLine", [&] { xml.value("cbc:Line", line(2)); });
      xml.in("cac:Country", [&] { xml.value("cbc:IdentificationCode", party.country); });
    });
    if (is_vat_id(party.vat))
      xml.in("cac:PartyTaxScheme", [&] {
        xml.value("cbc:CompanyID", party.vat);
        xml.in("cac:TaxScheme", [&] { xml.value("cbc:ID", "VAT"); });
      });
    xml.in("cac:PartyLegalEntity", [&] {
      xml.value("cbc:RegistrationName", party.name);
      xml.value("cbc:CompanyLegalForm", party.registered);
    });
    if (!party.email.empty())
      xml.in("cac:Contact", [&] {
        if (!party.phone.empty()) xml.value("cbc:Name", shown);
        xml.value("cbc:Telephone", party.phone);
        xml.value("cbc:ElectronicMail", party.email);
      });
  });
}

void tax_category(Xml& xml, const char* name, const Category& category, bool with_reason) {
  xml.in(name, [&] {
    xml.value("cbc:ID", category.code);
    xml.value("cbc:Percent", category.percent);
    if (with_reason) xml.value("cbc:TaxExemptionReasonCode", category.reason_code);
    if (with_reason) xml.value("cbc:TaxExemptionReason", category.reason);
    xml.in("cac:TaxScheme", [&] { xml.value("cbc:ID", "VAT"); });
  });
}

/// A price is never below zero, so what goes back has a quantity below zero; a price that is no whole amount is that of
/// all pieces. Source   BR-27, PEPPOL-EN16931-R120
void item(Xml& xml, const EInvoice& invoice, std::size_t at, const Category& category) {
  const EInvoice::Item& item = invoice.items[at];
  const std::int64_t pieces = item.quantity == 0 ? 1 : std::abs(item.quantity);
  const Money whole = item.net.negative() ? -item.net : item.net;
  const bool even = whole.minor() % pieces == 0;
  const std::string quantity = (item.net.negative() ? "-" : "") + std::to_string(pieces);
  xml.in(invoice.credit_note ? "cac:CreditNoteLine" : "cac:InvoiceLine", [&] {
    xml.value("cbc:ID", std::to_string(at + 1));
    xml.in(invoice.credit_note ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", [&] {
      xml.with("unitCode", "C62");
      xml.text(quantity);
    });
    xml.amount("cbc:LineExtensionAmount", item.net);
    xml.in("cac:Item", [&] {
      xml.value("cbc:Name", item.text);
      tax_category(xml, "cac:ClassifiedTaxCategory", category, false);
    });
    xml.in("cac:Price", [&] {
      xml.amount("cbc:PriceAmount", even ? Money(whole.minor() / pieces, whole.currency()) : whole);
      if (!even)
        xml.in("cbc:BaseQuantity", [&] {
          xml.with("unitCode", "C62");
          xml.text(std::to_string(pieces));
        });
    });
  });
}

/// Source   PEPPOL-EN16931-R004; BR-DE-21
const char* specification(UblProfile profile) {
  return profile == UblProfile::xrechnung
             ? "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
             : "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";
}

/// What the buyer asked to be named; else its order, or ours. Source   BR-DE-15; PEPPOL-EN16931-R003
std::string reference(const EInvoice& invoice) {
  if (!invoice.buyer_reference.empty()) return invoice.buyer_reference;
  return invoice.purchase_order.empty() ? invoice.order : invoice.purchase_order;
}

void head(Xml& xml, const EInvoice& invoice, UblProfile profile) {
  xml.value("cbc:CustomizationID", specification(profile));
  xml.value("cbc:ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0");
  xml.value("cbc:ID", invoice.number);
  xml.value("cbc:IssueDate", invoice.issued.text());
  if (invoice.due && !invoice.credit_note) xml.value("cbc:DueDate", invoice.due->text());
  xml.value(invoice.credit_note ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode",
            invoice.credit_note ? "381" : "380");
  xml.value("cbc:DocumentCurrencyCode", std::string(invoice.total.currency().code()));
  xml.value("cbc:BuyerReference", reference(invoice));
  if (invoice.period)
    xml.in("cac:InvoicePeriod", [&] {
      xml.value("cbc:StartDate", invoice.period->first.text());
      xml.value("cbc:EndDate", invoice.period->second.text());
    });
  if (!invoice.purchase_order.empty())
    xml.in("cac:OrderReference", [&] { xml.value("cbc:ID", invoice.purchase_order); });
  if (!invoice.invoice.empty())
    xml.in("cac:BillingReference", [&] {
      xml.in("cac:InvoiceDocumentReference", [&] {
        xml.value("cbc:ID", invoice.invoice);
        if (invoice.invoice_issued) xml.value("cbc:IssueDate", invoice.invoice_issued->text());
      });
    });
}

/// Nothing is left to be paid by a transfer.
bool asks_for_nothing(const EInvoice& invoice) { return invoice.credit_note || invoice.paid == invoice.total; }

/// Each XRechnung says one. What was paid already, by card or by whatever else, has no account to pay to.
/// Source   BR-DE-1, BR-DE-19, BR-DE-23; UNTDID 4461
void payment_means(Xml& xml, const EInvoice& invoice, UblProfile profile) {
  const bool german = profile == UblProfile::xrechnung;
  if (asks_for_nothing(invoice) && german)
    return xml.in("cac:PaymentMeans", [&] { xml.value("cbc:PaymentMeansCode", "1"); });  // not defined
  if (asks_for_nothing(invoice) || invoice.iban.empty()) return;
  xml.in("cac:PaymentMeans", [&] {
    xml.value("cbc:PaymentMeansCode", german ? "58" : "30");  // SEPA credit transfer, credit transfer
    xml.value("cbc:PaymentID", invoice.number);
    xml.in("cac:PayeeFinancialAccount", [&] {
      xml.value("cbc:ID", invoice.iban);
      if (!invoice.bic.empty()) xml.in("cac:FinancialInstitutionBranch", [&] { xml.value("cbc:ID", invoice.bic); });
    });
  });
}

/// What is to be paid says until when. Source   BR-CO-25
void payment_terms(Xml& xml, const EInvoice& invoice) {
  const bool says_when = invoice.due && !invoice.credit_note;
  if (says_when || (invoice.total - invoice.paid).minor() <= 0) return;
  xml.in("cac:PaymentTerms", [&] { xml.value("cbc:Note", invoice.credit_note ? "Paid back" : "Due on receipt"); });
}

void sums(Xml& xml, const EInvoice& invoice, const Category& category) {
  const Money tax = invoice.total - invoice.net;
  xml.in("cac:TaxTotal", [&] {
    xml.amount("cbc:TaxAmount", tax);
    xml.in("cac:TaxSubtotal", [&] {
      xml.amount("cbc:TaxableAmount", invoice.net);
      xml.amount("cbc:TaxAmount", tax);
      tax_category(xml, "cac:TaxCategory", category, true);
    });
  });
  xml.in("cac:LegalMonetaryTotal", [&] {
    xml.amount("cbc:LineExtensionAmount", invoice.net);
    xml.amount("cbc:TaxExclusiveAmount", invoice.net);
    xml.amount("cbc:TaxInclusiveAmount", invoice.total);
    if (!invoice.paid.is_zero()) xml.amount("cbc:PrepaidAmount", invoice.paid);
    xml.amount("cbc:PayableAmount", invoice.total - invoice.paid);
  });
}

}  // namespace

namespace {

/// What XRechnung asks for beyond EN 16931. Source   xeinkauf.de, XRechnung 3.0, BR-DE-1 to BR-DE-28
void missing_in_xrechnung(const EInvoice& invoice, std::vector<Missing>& missing) {
  const EInvoice::Party seller = with_town(invoice.seller);
  const auto lacks = [&](const std::string& value, const char* field, const char* where) {
    if (value.empty()) missing.push_back({field, where});
  };
  lacks(invoice.buyer_reference, "buyer.buyer_reference",
        "what the buyer asks to be named, such as its Leitweg-ID 04011000-12345-06: set_billing, "
        "personal_data.buyer_reference");
  const bool one_at =
      std::ranges::count(seller.email, '@') == 1 && seller.email.find('@') > 0 && !seller.email.ends_with('@');
  if (!one_at) missing.push_back({"seller.contact", "the seller's mail address: seller.contact"});  // BR-DE-7, BR-DE-28
  if (std::ranges::count_if(seller.phone, [](char c) { return c >= '0' && c <= '9'; }) < 3)         // BR-DE-6, BR-DE-27
    missing.push_back({"seller.phone", "the seller's telephone: seller.phone"});
  lacks(seller.city, "seller.address", "a line of seller.address with postcode and town, such as 10115 Berlin");
  lacks(invoice.buyer.city, "buyer.city", "the buyer's town: set_billing, personal_data.city");
  lacks(invoice.buyer.postcode, "buyer.postcode", "the buyer's postcode: set_billing, personal_data.postcode");
  if (!asks_for_nothing(invoice))
    lacks(invoice.iban, "seller.pay_to", "the account that a transfer goes to: seller.pay_to.iban");
}

}  // namespace

std::vector<Missing> missing_in_ubl(const EInvoice& invoice, UblProfile profile) {
  std::vector<Missing> missing;
  const auto reachable = [&](const EInvoice::Party& party) {
    return is_endpoint(party.endpoint) || (profile == UblProfile::xrechnung && is_mail_endpoint(party.endpoint));
  };
  if (profile == UblProfile::xrechnung) missing_in_xrechnung(invoice, missing);
  if (!reachable(invoice.seller))
    missing.push_back({"seller.tax_ids",
                       "the seller's address in the Peppol network: tax_ids: [{kind: peppol, id: "
                       "\"0208:0123456789\"}]"});
  if (!is_vat_id(invoice.seller.vat))
    missing.push_back(
        {"seller.tax_ids", "the seller's VAT id with its country: tax_ids: [{kind: vat, id: DE123456789}]"});
  if (!reachable(invoice.buyer))
    missing.push_back({"buyer.peppol_id",
                       "the buyer's address in the Peppol network, such as 0208:0123456789: "
                       "set_billing, personal_data.peppol_id"});
  if (invoice.buyer.country.empty()) missing.push_back({"buyer.country", "the billing country: set_billing"});
  // Amounts have two decimals at most. Source   BR-DEC-09 to BR-DEC-23
  if (invoice.total.currency().exponent() > 2) missing.push_back({"currency", "a currency of at most two decimals"});
  if (!category_of(invoice))
    missing.push_back({"taxes", invoice.taxes.empty()
                                    ? "why no VAT was charged: nothing here says it of a sale inside the country"
                                    : "one tax on all lines whose name says its rate, such as VAT 20%"});
  return missing;
}

std::string ubl_of(const EInvoice& given, UblProfile profile) {
  EInvoice invoice = given;
  if (profile == UblProfile::xrechnung) invoice.seller = with_town(std::move(invoice.seller));
  const Category category = category_of(invoice).value();
  const std::string kind = invoice.credit_note ? "CreditNote" : "Invoice";
  Xml xml;
  xml.in(kind.c_str(), [&] {
    xml.with("xmlns", "urn:oasis:names:specification:ubl:schema:xsd:" + kind + "-2");
    xml.with("xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2");
    xml.with("xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2");
    head(xml, invoice, profile);
    xml.in("cac:AccountingSupplierParty", [&] { party(xml, invoice.seller); });
    xml.in("cac:AccountingCustomerParty", [&] { party(xml, invoice.buyer); });
    payment_means(xml, invoice, profile);
    payment_terms(xml, invoice);
    sums(xml, invoice, category);
    for (std::size_t at = 0; at < invoice.items.size(); ++at) item(xml, invoice, at, category);
  });
  return xml.end();
}

std::string rate_in(const std::string& name) {
  const std::size_t sign = name.find('%');
  if (sign == std::string::npos) return {};
  std::size_t end = sign;
  while (end > 0 && name[end - 1] == ' ') --end;
  std::size_t from = end;
  while (from > 0 && ((name[from - 1] >= '0' && name[from - 1] <= '9') || name[from - 1] == '.')) --from;
  return name.substr(from, end - from);
}

}  // namespace florin::documents
