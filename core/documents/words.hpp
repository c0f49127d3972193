#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

/// What stands on documents beside the tenant's own words. docs/documents.md
namespace florin::documents {

/// Each is a text; `{}` is filled in, in order.
struct Words {
  std::string_view language;
  std::string_view invoice, tax_invoice, pro_forma, credit_note, receipt;
  std::string_view for_order, trading_as, tax_id, billed_to;
  std::string_view issued, supply, order, purchase_order, place_of_supply, reverse_charge, no, due, on_receipt;
  std::string_view irn, acknowledged, acknowledged_on;
  std::string_view for_invoice, reference, transfer_reference, order_reference, paid_with;
  std::string_view description, quantity, price, net, tax_on, total, paid_from_balance;
  std::string_view paid, paid_by, paid_on, refund, reason, no_invoice_but_receipt, no_invoice_but_pro_forma;
  std::string_view pay_by_transfer, page_of_pages;
  std::string_view account_statement, account, amount, balance, opening_balance, closing_balance, in_favour;
  std::string_view payment, payment_returned, refund_paid, refund_returned, withheld_tax, written_off;
  std::string_view written_back, correction, nothing_moved;
  std::array<std::string_view, 12> months;
  std::string_view date;  ///< day, month, year
  double label = 92;      ///< how wide names of rows are, in points
};

/// In a language that documents are written in: en or de; of another one: en.
const Words& words_in(std::string_view language);
bool writes_documents_in(std::string_view language);

std::string filled(std::string_view text, std::initializer_list<std::string_view> values);

/// `1,234.50 USD` of `1234.50 USD`, in German `1.234,50 USD`; of rupees in English `1,23,456.78 INR`.
std::string amount_in(const Words& words, std::string text);
std::string day_in(const Words& words, int year, unsigned month, unsigned day);

/// One part of an order's line that the host has written: `monthly`, `difference for 12 of 31 days`; `name_of` says
/// what an id in it is called. What is not known stays as it is.
std::string line_part_in(const Words& words, std::string_view part,
                         const std::function<std::string(std::string_view id)>& name_of);

}  // namespace florin::documents
