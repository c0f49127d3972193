#include "domain/documents/irn.hpp"

#include <algorithm>

namespace florin {

namespace {

constexpr std::size_t longest_ack_no = 20;
constexpr std::size_t longest_qr = 2'000;  // the largest code holds 2,331 bytes

bool consists_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

bool is_of(const Account& account, const std::string& document) {
  if (document.empty()) return false;
  return std::ranges::any_of(account.orders, [&](const Order& order) { return order.invoice == document; }) ||
         std::ranges::any_of(account.refunds, [&](const Refund& refund) { return refund.credit_note == document; });
}

/// Compact JSON web signature: three parts of base64url. Source   RFC 7515, 3.1
bool is_signed_text(std::string_view text) {
  return text.size() <= longest_qr && std::ranges::count(text, '.') == 2 && !text.starts_with('.') &&
         !text.ends_with('.') && text.find("..") == std::string_view::npos &&
         consists_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
}

}  // namespace

bool is_irn(std::string_view text) { return text.size() == 64 && consists_of(text, "0123456789abcdef"); }

void record_irn(Draft& draft, const RecordIrn& command) {
  const auto& tax = draft.catalog().tax;
  if (!tax || !tax->registers)
    refuse("not_registered_here", "This tenant's invoices are not registered: they have no GST of India.",
           tax ? tax->at : draft.catalog().at);
  if (!is_of(draft.account, command.document))
    refuse("no_such_document",
           "There is no invoice or credit note '" + command.document.substr(0, 64) + "' of this account.");
  if (!is_irn(command.irn)) refuse("bad_irn", "An IRN has 64 hexadecimal digits, 0 to 9 and a to f.");
  if (command.ack_no.empty() || command.ack_no.size() > longest_ack_no || !consists_of(command.ack_no, "0123456789"))
    refuse("bad_value", "The number of an acknowledgement has 1 to 20 digits.");
  if (!is_signed_text(command.qr))
    refuse("bad_value",
           "The text of the QR code is what the portal signed: three parts of base64url with dots between.");
  const auto& registered = draft.account.registered.all();
  const auto known = std::ranges::find(registered, command.document, &RegisteredDocument::document);
  if (known != registered.end()) {
    if (known->irn == command.irn) return;
    refuse("irn_recorded", command.document + " is registered already, as " + known->irn + ".");
  }
  const auto taken = std::ranges::find(registered, command.irn, &RegisteredDocument::irn);
  if (taken != registered.end()) refuse("irn_of_another", "This is the IRN of " + taken->document + ".");
  draft.add(IrnRecorded{command.document, command.irn, command.ack_no, command.ack_at, command.qr});
}

}  // namespace florin
