#include "documents/words.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "florin/amount_text.hpp"

namespace florin::documents {

namespace {

constexpr Words english = {
    .language = "en",
    .invoice = "Invoice",
    .tax_invoice = "Tax invoice",
    .pro_forma = "Pro forma invoice",
    .credit_note = "Credit note",
    .receipt = "Payment receipt",
    .for_order = "for order {}",
    .trading_as = "trading as {}",
    .tax_id = "Tax id {}",
    .billed_to = "Billed to",
    .issued = "Issued",
    .supply = "Supply",
    .order = "Order",
    .purchase_order = "Purchase order",
    .place_of_supply = "Place of supply",
    .reverse_charge = "Reverse charge",
    .no = "No",
    .due = "Due",
    .on_receipt = "on receipt",
    .irn = "IRN",
    .acknowledged = "Acknowledgement",
    .acknowledged_on = "{} of {}",
    .for_invoice = "For invoice",
    .reference = "Reference",
    .transfer_reference = "Reference",
    .order_reference = "order {}",
    .paid_with = "Paid with",
    .description = "Description",
    .quantity = "Quantity",
    .price = "Price",
    .net = "Net",
    .tax_on = "{} on {}",
    .total = "Total",
    .paid_from_balance = "Paid from your balance",
    .paid = "Paid {}.",
    .paid_by = "Paid {} by {}.",
    .paid_on = "Paid on {}",
    .refund = "Refund: {}",
    .reason = "Reason: {}",
    .no_invoice_but_receipt = "This is a receipt for a payment, not a tax invoice.",
    .no_invoice_but_pro_forma = "This is a pro forma invoice, not a tax invoice.",
    .pay_by_transfer = "Pay by bank transfer to",
    .page_of_pages = "Page {} of {}",
    .account_statement = "Statement of account",
    .account = "Account",
    .amount = "Amount",
    .balance = "Balance",
    .opening_balance = "Opening balance",
    .closing_balance = "Closing balance",
    .in_favour = "A balance below zero is in your favour.",
    .payment = "Payment",
    .payment_returned = "Payment returned",
    .refund_paid = "Refund paid",
    .refund_returned = "Refund returned",
    .withheld_tax = "Tax withheld",
    .written_off = "Written off",
    .written_back = "No longer written off",
    .correction = "Correction",
    .nothing_moved = "Nothing was invoiced or paid in this period.",
    .months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
    .date = "{} {} {}"};

/// A Gutschrift of German tax law is an invoice that its buyer writes: a credit note is a Rechnungskorrektur.
/// Source   § 14 (2) sentence 2 UStG
constexpr Words german = {
    .language = "de",
    .invoice = "Rechnung",
    .tax_invoice = "Rechnung",
    .pro_forma = "Proforma-Rechnung",
    .credit_note = "Rechnungskorrektur",
    .receipt = "Zahlungsbeleg",
    .for_order = "zu Bestellung {}",
    .trading_as = "handelnd als {}",
    .tax_id = "USt-IdNr./Steuernr. {}",
    .billed_to = "Rechnung an",
    .issued = "Ausgestellt am",
    .supply = "Leistungszeitraum",
    .order = "Bestellung",
    .purchase_order = "Ihre Bestellnummer",
    .place_of_supply = "Leistungsort",
    .reverse_charge = "Steuerschuldnerschaft des Leistungsempfängers",
    .no = "Nein",
    .due = "Fällig",
    .on_receipt = "bei Erhalt",
    .irn = "IRN",
    .acknowledged = "Bestätigung",
    .acknowledged_on = "{} vom {}",
    .for_invoice = "Zu Rechnung",
    .reference = "Referenz",
    .transfer_reference = "Verwendungszweck",
    .order_reference = "Bestellung {}",
    .paid_with = "Bezahlt mit",
    .description = "Beschreibung",
    .quantity = "Menge",
    .price = "Einzelpreis",
    .net = "Netto",
    .tax_on = "{} auf {}",
    .total = "Gesamtbetrag",
    .paid_from_balance = "Aus Ihrem Guthaben bezahlt",
    .paid = "Bezahlt am {}.",
    .paid_by = "Bezahlt am {} mit {}.",
    .paid_on = "Bezahlt am {}",
    .refund = "Erstattung: {}",
    .reason = "Grund: {}",
    .no_invoice_but_receipt = "Dies ist ein Beleg über eine Zahlung, keine Rechnung.",
    .no_invoice_but_pro_forma = "Dies ist eine Proforma-Rechnung. Sie berechtigt nicht zum Vorsteuerabzug.",
    .pay_by_transfer = "Bitte überweisen Sie an",
    .page_of_pages = "Seite {} von {}",
    .account_statement = "Kontoauszug",
    .account = "Kundenkonto",
    .amount = "Betrag",
    .balance = "Saldo",
    .opening_balance = "Anfangssaldo",
    .closing_balance = "Endsaldo",
    .in_favour = "Ein Saldo unter null ist ein Guthaben.",
    .payment = "Zahlung",
    .payment_returned = "Zurückgegangene Zahlung",
    .refund_paid = "Erstattung ausgezahlt",
    .refund_returned = "Zurückgegangene Erstattung",
    .withheld_tax = "Einbehaltene Steuer",
    .written_off = "Ausgebucht",
    .written_back = "Ausbuchung aufgehoben",
    .correction = "Korrektur",
    .nothing_moved = "In diesem Zeitraum wurde nichts berechnet oder bezahlt.",
    .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
               "November", "Dezember"},
    .date = "{}. {} {}",
    .label = 116};

/// What stands between two words of a text that begins and ends so; none: it does not.
std::optional<std::vector<std::string_view>> found_in(std::string_view text, std::string_view pattern) {
  std::vector<std::string_view> values;
  for (std::size_t at = pattern.find("{}"); at != std::string_view::npos; at = pattern.find("{}")) {
    if (!text.starts_with(pattern.substr(0, at))) return std::nullopt;
    text.remove_prefix(at);
    pattern.remove_prefix(at + 2);
    const std::string_view next = pattern.substr(0, pattern.find("{}"));
    const std::size_t end = next.empty() ? text.size() : text.find(next);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    values.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (text != pattern) return std::nullopt;
  return values;
}

struct Part {
  std::string_view english, german;
};
constexpr Part parts[] = {{"monthly", "monatlich"},
                          {"quarterly", "vierteljährlich"},
                          {"half_yearly", "halbjährlich"},
                          {"annual", "jährlich"},
                          {"monthly minimum", "Mindestumsatz des Monats"},
                          {"on the invoice of the next renewal", "auf der Rechnung der nächsten Verlängerung"}};

}  // namespace

const Words& words_in(std::string_view language) { return language == "de" ? german : english; }

bool writes_documents_in(std::string_view language) { return language == "en" || language == "de"; }

std::string filled(std::string_view text, std::initializer_list<std::string_view> values) {
  std::string out;
  for (const std::string_view value : values) {
    const std::size_t at = text.find("{}");
    if (at == std::string_view::npos) break;
    (out += text.substr(0, at)) += value;
    text.remove_prefix(at + 2);
  }
  return out += text;
}

std::string amount_in(const Words& words, std::string text) {
  return florin::amount_in(words.language, std::move(text));
}

std::string day_in(const Words& words, int year, unsigned month, unsigned day) {
  return filled(words.date, {std::to_string(day), words.months[month - 1U], std::to_string(year)});
}

std::string line_part_in(const Words& words, std::string_view part,
                         const std::function<std::string(std::string_view id)>& name_of) {
  if (words.language == "en") return std::string(part);
  for (const Part& one : parts)
    if (one.english == part) return std::string(one.german);
  if (const auto days = found_in(part, "difference for {} of {} days"))
    return filled("Differenz für {} von {} Tagen", {days->at(0), days->at(1)});
  if (const auto days = found_in(part, "less {} of {} days of {}"))
    return filled("abzüglich {} von {} Tagen {}", {days->at(0), days->at(1), name_of(days->at(2))});
  if (const auto missing = found_in(part, "what is missing of {}"))
    return filled("fehlend an {}", {amount_in(words, std::string(missing->at(0)))});
  return std::string(part);
}

}  // namespace florin::documents
