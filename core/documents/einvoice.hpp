#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "florin/money.hpp"
#include "florin/time.hpp"

/// An invoice or a credit note as other programs read it. Every amount of a credit note is positive.
namespace florin::documents {

struct EInvoice {
  struct Party {
    std::string name, trading_as, registered, email;
    std::vector<std::string> address;  ///< lines; of a buyer without city and postcode
    std::string city, postcode, country, state;
    std::string vat;    ///< with its country, `DE123456789`
    std::string gstin;  ///< of India
    std::string
        endpoint;  ///< of the Peppol network, scheme and id: `0208:0123456789`; of an XRechnung also `EM:` and mail
    std::string phone;
  };
  struct Item {
    std::string text;
    std::string code;  ///< SAC or HSN; empty: none
    std::int64_t quantity = 1;
    Money net;  ///< of the whole line; below zero: something goes back
  };
  /// One row for each tax of the document. Source   domain/taxes/tax.hpp
  struct TaxRow {
    std::string name;  ///< with its rate, `VAT 20%`
    Money base, amount;
  };
  bool credit_note = false;
  std::string number;
  Date issued;
  std::optional<Date> due;
  std::optional<std::pair<Date, Date>> period;  ///< the last day is in it
  std::string purchase_order, order;            ///< the buyer's number, and ours
  std::string invoice;                          ///< of a credit note: what it is for
  std::optional<Date> invoice_issued;
  Party seller, buyer;
  std::vector<Item> items;
  std::vector<TaxRow> taxes;
  Money net, total;
  Money paid;  ///< of the total, when it was issued
  std::string iban, bic;
  std::string buyer_reference;  ///< as the buyer gave it: in Germany's administration its Leitweg-ID
};

/// Which rules beyond those of EN 16931 hold.
enum class UblProfile : std::uint8_t {
  peppol,     ///< Peppol BIS Billing 3
  xrechnung,  ///< XRechnung 3, of Germany
};

/// What the form asks for and the document does not say: the field, and where it comes from.
struct Missing {
  std::string field, where;
};

/// UBL 2.1 by the rules of EN 16931, and by those of Peppol BIS Billing 3 or of XRechnung 3 (BR-DE-1 to BR-DE-28).
/// Source   docs.peppol.eu/poacc/billing/3.0; docs/decisions/0295-e-invoices.md, 0303-xrechnung.md
std::vector<Missing> missing_in_ubl(const EInvoice& invoice, UblProfile profile = UblProfile::peppol);
/// Of one in which nothing is missing.
std::string ubl_of(const EInvoice& invoice, UblProfile profile = UblProfile::peppol);

/// India's INV-01, version 1.1, as the registration portal takes it: without its number, which the portal gives.
/// Source   schema INV-01 of einvoice1.gst.gov.in; docs/decisions/0295-e-invoices.md
std::vector<Missing> missing_in_inv01(const EInvoice& invoice);
std::string inv01_of(const EInvoice& invoice);

/// `9` of `CGST 9%`, as written; empty: it names no rate.
std::string rate_in(const std::string& name);

}  // namespace florin::documents
