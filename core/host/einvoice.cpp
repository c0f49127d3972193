#include "host/einvoice.hpp"

#include <algorithm>

namespace florin {

namespace {

using documents::EInvoice;

EInvoice::Party seller_of(const config::Presentation& shown) {
  EInvoice::Party party;
  if (!shown.seller) return party;
  party.name = shown.seller->name;
  party.trading_as = shown.seller->trading_as;
  party.registered = shown.seller->registered;
  party.email = shown.seller->contact;
  party.phone = shown.seller->phone;
  party.address = shown.seller->address;
  party.country = shown.seller->country;
  for (const auto& id : shown.seller->tax_ids) {
    if (id.kind == "vat") party.vat = id.id;
    if (id.kind == "gstin") party.gstin = id.id;
    if (id.kind == "peppol") party.endpoint = id.id;
  }
  return party;
}

EInvoice::Party buyer_of(const Account& account, const Issued& issued, const std::vector<Word>& buyer) {
  EInvoice::Party party;
  const std::string company = word_of(buyer, "company"), name = word_of(buyer, "name");
  party.name = !company.empty() ? company : !name.empty() ? name : account.id.text();
  party.email = word_of(buyer, "email");
  for (const char* line : {"address", "address_2"})
    if (const std::string text = word_of(buyer, line); !text.empty()) party.address.push_back(text);
  party.city = word_of(buyer, "city");
  party.postcode = word_of(buyer, "postcode");
  party.country = word_of(buyer, "country").empty() ? issued.country : word_of(buyer, "country");
  party.state = word_of(buyer, "state").empty() ? issued.state : word_of(buyer, "state");
  party.endpoint = word_of(buyer, "peppol_id");
  const std::string tax_id = word_of(buyer, "tax_id");
  (config::is_gstin(tax_id) ? party.gstin : party.vat) = tax_id;
  return party;
}

/// Each tax stands on the document by its own name, as the plugin said it.
std::vector<EInvoice::TaxRow> taxes_of(const std::vector<Tax>& taxes) {
  std::vector<EInvoice::TaxRow> rows;
  for (const Tax& tax : taxes) rows.push_back({tax.name, tax.base, tax.amount});
  return rows;
}

void invoice_in(EInvoice& invoice, const DocumentPage& page, const Issued& issued, const Order& order,
                const config::Presentation& shown, const Calendar& calendar) {
  for (std::size_t at = 0; at < order.lines.size() && at < page.items.size(); ++at)
    invoice.items.push_back(
        {page.items[at].text, shown.code_of(order.lines[at].text), order.lines[at].quantity, order.lines[at].amount});
  invoice.taxes = taxes_of(order.taxes);
  invoice.net = order.net();
  invoice.total = order.total;
  invoice.paid = issued.paid ? order.total : order.account_money;
  if (order.account_money.is_zero() && !issued.paid) invoice.paid = Money(0, order.total.currency());
  if (issued.due != never) invoice.due = calendar.date(issued.due);
  if (order.period_from && order.period_to)
    invoice.period = {calendar.date(*order.period_from), calendar.date(Instant{order.period_to->us - 1})};
}

void credit_note_in(EInvoice& note, const DocumentPage& page, const Refund& refund, const Order& order,
                    const config::Presentation& shown, const Calendar& calendar,
                    std::optional<Instant> invoice_issued) {
  note.credit_note = true;
  note.invoice = order.invoice;
  if (invoice_issued) note.invoice_issued = calendar.date(*invoice_issued);
  const std::string code = order.lines.empty() ? std::string() : shown.code_of(order.lines.front().text);
  note.items.push_back({page.items.empty() ? note.number : page.items.front().text, code, 1, refund.net()});
  note.taxes = taxes_of(refund.taxes);
  note.net = refund.net();
  note.total = refund.amount;
  note.paid = Money(0, refund.amount.currency());
}

}  // namespace

EInvoice einvoice_of(const DocumentPage& page, const Issued& issued, const Account& account,
                     const config::Presentation& shown, const std::vector<Word>& buyer, const Calendar& calendar,
                     std::optional<Instant> invoice_issued) {
  EInvoice invoice;
  invoice.number = page.number;
  invoice.issued = calendar.date(issued.at);
  invoice.purchase_order = word_of(buyer, "purchase_order");
  invoice.buyer_reference = word_of(buyer, "buyer_reference");
  invoice.order = "order " + std::to_string(issued.order.value);
  invoice.seller = seller_of(shown);
  invoice.buyer = buyer_of(account, issued, buyer);
  if (shown.seller)
    for (const auto& [name, value] : shown.seller->pay_to) {
      if (name == "iban") invoice.iban = value;
      if (name == "bic") invoice.bic = value;
    }
  const Order* order = account.order(issued.order);
  if (order == nullptr) return invoice;
  const auto refund = std::ranges::find(account.refunds, issued.refund, &Refund::id);
  if (issued.kind == "credit_note" && refund != account.refunds.end())
    credit_note_in(invoice, page, *refund, *order, shown, calendar, invoice_issued);
  else
    invoice_in(invoice, page, issued, *order, shown, calendar);
  return invoice;
}

}  // namespace florin
