#include "config/command_page.hpp"

#include <boost/describe.hpp>

#include "config/command.hpp"
#include "domain/catalog/action.hpp"
#include "domain/catalog/command_rule.hpp"
#include "domain/journal/described.hpp"

namespace florin::config {

namespace {

struct Sentence {
  std::string_view command, says;
};
constexpr Sentence sentences[] = {
    {"open_account", "Opens an account; all other commands need one. Its personal data is sealed."},
    {"start_trial", "Starts the trial that the tenant offers."},
    {"subscribe",
     "Subscribes to a plan and pays for its first period; in a trial, the tenant's `trial` rules decide when."},
    {"change_plan",
     "Changes plan, cycle, licences and add-ons in one checkout. Fields that are left out stay as they are."},
    {"set_licences", "Sets the total of licences, as a checkout."},
    {"set_add_on", "Sets the total of one add-on, as a checkout."},
    {"cancel", "Cancels the subscription. The tenant's rules decide when it ends, mostly with its period."},
    {"undo_cancel", "Undoes a cancellation before it takes effect."},
    {"buy_credits", "Buys credits; they are granted when the payment succeeds."},
    {"set_auto_recharge", "Sets automatic recharge: credits are bought whenever fewer than `below` are left."},
    {"add_payment_method",
     "Saves a payment method. `details` has the fields of the method's form: `token`, `brand` and `last4` for a card; "
     "`token` and `address` for UPI. Never send a card's number."},
    {"remove_payment_method", "Removes a payment method."},
    {"use", "Debits the credits that one usage costs, all or none."},
    {"place_hold", "Reserves credits before they are used."},
    {"capture_hold", "Debits what was used of a hold, and releases the rest."},
    {"release_hold", "Releases a hold."},
    {"request_refund", "Requests a refund under the money-back guarantee; staff decides."},
    {"decide_refund", "Decides a request for a refund under the guarantee."},
    {"set_approval", "Sets the state of an approval such as `kyc`."},
    {"adjust_credits", "Adds credits, or takes some away."},
    {"erase_personal_data", "Erases the account's personal data; ids and amounts stay."},
    {"pause", "Pauses the subscription until `resume`, or until the longest pause allowed ends."},
    {"resume", "Ends a pause."},
    {"set_custom_plan", "Sets, for one account, the terms that the plan's `per_account` lists."},
    {"delete_account", "Closes the account: its plan, its credits and its unpaid orders end."},
    {"set_personal_data", "Replaces the sealed personal data."},
    {"request_review", "Requests a review of one charge by staff."},
    {"decide_review", "Decides a review."},
    {"refund_order", "Refunds a payment, if the tenant allows staff to do so."},
    {"record_dispute", "Records a dispute that the processor reports."},
    {"unblock", "Unblocks an account that a dispute has blocked."},
    {"stop_charges", "On the tenant: stops charges until `lift_charges`."},
    {"lift_charges", "On the tenant: lifts a stop, and charges the orders that waited, once."},
    {"import_account", "Imports an account from another system; `florin import` does it from a file."},
    {"set_document_numbers", "On the tenant: sets the first numbers of invoices and credit notes."},
    {"occupy_item", "Occupies one item of a counted entitlement by its name, such as a phone number or an inbox."},
    {"release_item", "Releases such an item."},
    {"set_entitlement", "Sets an entitlement of this account, where the tenant's file says `per_account`."},
    {"invite_member", "Invites a person to the account."},
    {"accept_invitation", "The invited person joins the account."},
    {"revoke_invitation", "Revokes an invitation."},
    {"remove_member", "Removes a member from the account."},
    {"change_role", "Gives a member another role."},
    {"use_together", "Debits several usages, all or none."},
    {"transfer", "Moves credits, licences and a member to another account, all or nothing."},
    {"customer_returned", "The customer is back from the page, app or form of a payment: queries the processor now."},
    {"pay_order", "Pays an order now that was left as an invoice or is overdue."},
    {"record_bank_receipt",
     "Records money that came by bank or cheque: for an order, for the next one, or from an unknown payer."},
    {"apply_cash", "Assigns a bank receipt to an account and an order."},
    {"unapply_cash", "Undoes such an assignment; what it had paid is open again."},
    {"move_cheque", "Moves a cheque to its next state."},
    {"record_withheld_tax", "Records tax that the payer withheld, with its certificate."},
    {"resolve_payment", "Records the outcome of a payment that only the processor's dashboard shows."},
    {"close_discrepancy", "On the tenant: closes a discrepancy that was investigated."},
    {"set_billing", "Sets where and to whom the account is billed. Fields that are left out stay as they are."},
    {"decide_late_money", "Decides about money that came after its order was closed."},
    {"set_up_payment_method",
     "Sets up a payment method at its processor; the account's `set_ups` say what the customer must do for it. Never "
     "send a card's number."},
    {"issue_key",
     "On the tenant: issues a key for the HTTP API, of which only the SHA-256 is sent. `florin key` makes both."},
    {"roll_key", "On the tenant: replaces a key; the old one still works for the time that is given."},
    {"revoke_key", "On the tenant: revokes a key at once."},
    {"view_personal_data", "Records that staff has looked at personal data."},
    {"record_irn",
     "Records the answer of India's registration portal for an invoice or a credit note; repeating the same IRN "
     "changes nothing."},
    {"record_payout", "Records that a refund which no processor can make was paid out by bank."},
    {"dismiss_bank_receipt", "On the tenant: marks a line of a bank statement as not from a customer."},
    {"record_returned_payout", "Records that the bank returned a refund which staff had paid out."},
    {"record_refund", "Records a refund that was made at the processor, not through Florin."},
    {"deliver_order", "Tries again now to deliver a paid order whose delivery failed."},
};

/// What a value looks like, as JSON.
std::string looks_like(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::written:
    case Shape::Kind::maybe: return looks_like(shape.inner());
    case Shape::Kind::list: return "[" + looks_like(shape.inner()) + ", …]";
    case Shape::Kind::table: {
      const std::string_view key = shape.key().format.example;
      return "{\"" + (key.empty() ? std::string("name") : std::string(key)) + "\": " + looks_like(shape.inner()) + "}";
    }
    case Shape::Kind::one_of: return "{…}";
    case Shape::Kind::record: {
      std::string text;
      for (const Field& field : shape.fields)
        text += (text.empty() ? "{\"" : ", \"") + std::string(field.name) + "\": " + looks_like(field.shape());
      return text.empty() ? "{}" : text + "}";
    }
    case Shape::Kind::scalar: break;
  }
  if (!shape.words.empty()) {
    std::string text;
    for (const std::string_view word : shape.words) text += (text.empty() ? "\"" : " or \"") + std::string(word) + "\"";
    return text;
  }
  const std::string example(shape.format.example);
  if (shape.format.json == Format::Json::integer || shape.format.json == Format::Json::boolean) return example;
  return "\"" + (example.empty() ? "…" : example) + "\"";
}

bool is_staffs(const std::string& command) {
  const CommandRule* rule = rule_of(std::string_view(command));
  return rule != nullptr && rule->who == Who::staff;
}

}  // namespace

std::string command_page() {
  std::string page =
      R"(# Commands

Everything that a host can be asked to do. Send a command by `florin submit DATA TENANT ACCOUNT '{"buy_credits": {"amount":
"500 message"}}' --key k1 --as service`, by `Host::submit_json`, over HTTP, or as a step of a story in YAML. ACCOUNT is `-` for
commands on the whole tenant. A command uses up its key, even if it is refused. `florin quote` shows what a command would do.
`florin commands` generates this page.
)";
  for (const Alternative& command : command_shape().alternatives) {
    const std::string name(command.name);
    page += "\n## " + name + "\n\n";
    for (const Sentence& sentence : sentences)
      if (sentence.command == name) page += std::string(sentence.says) + (is_staffs(name) ? " For staff." : "") + "\n";
    const Shape& shape = command.shape();
    if (shape.fields.empty()) {
      page += "\n`{\"" + name + "\": {}}`\n";
      continue;
    }
    page += "\n| field | looks like | |\n|---|---|---|\n";
    for (const Field& field : shape.fields) {
      std::string says = field.required ? "" : "may be left out";
      if (!field.says.empty()) says += (says.empty() ? "" : "; ") + std::string(field.says);
      page += "| `" + std::string(field.name) + "` | `" + looks_like(field.shape()) + "` | " + says + " |\n";
    }
  }
  return page;
}

}  // namespace florin::config
