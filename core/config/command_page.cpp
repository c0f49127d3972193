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
    {"open_account", "Begins an account: everything else is asked of one that is there. Its person is sealed."},
    {"start_trial", "Begins the trial that the tenant gives."},
    {"subscribe", "Picks a plan, and pays for its first period; inside a trial as the plan says."},
    {"change_plan", "One checkout: plan, cycle, licences and add-ons together. What is not named stays."},
    {"set_licences", "A checkout of the total of licences."},
    {"set_add_on", "A checkout of the total of one add-on."},
    {"cancel", "Ends the subscription as the tenant says: mostly with its period."},
    {"undo_cancel", "Takes a cancellation back while the period runs."},
    {"buy_credits", "Buys credits; they come with the payment."},
    {"set_auto_recharge", "Buys credits by itself whenever fewer than `below` are left."},
    {"add_payment_method",
     "Saves a payment method. `details` is what the method's form asks for: of a card `token`, `brand`, `last4`; "
     "of UPI `token`, `address`. Never a card's number."},
    {"remove_payment_method", "Forgets a payment method."},
    {"use", "Debits the credits that one usage costs; all of them, or none."},
    {"place_hold", "Keeps credits aside before something is sent."},
    {"capture_hold", "Takes what was really used of a hold; the rest goes back."},
    {"release_hold", "Gives a hold back whole."},
    {"request_refund", "Asks for the money-back guarantee; a person decides."},
    {"decide_refund", "Decides a request for the guarantee."},
    {"set_approval", "Says how far an approval such as `kyc` is."},
    {"adjust_credits", "Gives credits, or takes them away."},
    {"erase_personal_data", "Forgets a person's data; the books keep ids and amounts."},
    {"pause", "Stops the cycle until `resume`, or until the longest pause is over."},
    {"resume", "Ends a pause."},
    {"set_custom_plan", "Fills in, for one account, the keys that the plan's `per_account` names."},
    {"delete_account", "Ends the account: its plan, its credits, whatever is not paid."},
    {"set_personal_data", "Another name or address in place of what was sealed before."},
    {"request_review", "Asks a person to look at one charge."},
    {"decide_review", "Decides a review."},
    {"refund_order", "Gives a payment back, where the tenant lets staff do it."},
    {"record_dispute", "A payment is disputed at its processor."},
    {"unblock", "Lets an account be used again that a dispute has blocked."},
    {"stop_charges", "Of the tenant: nothing is charged until it is lifted."},
    {"lift_charges", "Of the tenant: what waited is charged, once."},
    {"import_account", "Takes an account over that lived elsewhere; `florin import` does it from a file."},
    {"set_document_numbers", "Of the tenant: the first numbers of invoices and credit notes."},
    {"occupy_item", "Takes one of a count, by its own name: a number, an inbox."},
    {"release_item", "Gives it back."},
    {"set_entitlement", "What an entitlement is for this account, where the price page says `per_account`."},
    {"invite_member", "Invites a person into the account."},
    {"accept_invitation", "The person comes in."},
    {"revoke_invitation", "Takes an invitation back."},
    {"remove_member", "Takes a person out of the account."},
    {"change_role", "Gives a member another role."},
    {"use_together", "Several usages: all of them, or none."},
    {"transfer", "Moves credits, licences and a member to another account; all of it, or nothing."},
    {"customer_returned", "The customer came back from a payment's page, app or form: its processor is asked now."},
    {"pay_order", "Pays an order that was left as an invoice, or is overdue, now."},
    {"record_bank_receipt", "Money came by bank or cheque: for an order, for the next one, or of nobody known."},
    {"apply_cash", "Says whose money it is, and for which order."},
    {"unapply_cash", "It was not: what it had paid is taken back."},
    {"move_cheque", "Says how far a cheque is."},
    {"record_withheld_tax", "The payer kept tax back, and its certificate is here."},
    {"resolve_payment", "What became of a payment whose outcome only the processor's own pages say."},
    {"close_discrepancy", "Of the tenant: a difference between two books was looked into."},
    {"set_billing", "Where the account is billed and to whom. What is not named stays."},
    {"decide_late_money", "What becomes of money that came when its order was closed."},
    {"set_up_payment_method",
     "Saves a method at its processor; what its customer must do for it stands in the account's `set_ups`. Never a "
     "number."},
    {"issue_key", "Of the tenant: a new key for the HTTP API; only its SHA-256 comes here. `florin key` makes both."},
    {"roll_key", "Of the tenant: a successor of a key; the old one works beside it as long as it is said to."},
    {"revoke_key", "Of the tenant: a key ends at once."},
    {"view_personal_data", "Somebody of staff has looked at what is known of the person: for the books."},
    {"record_irn",
     "What India's registration portal answered for an invoice or a credit note; the same IRN again changes nothing."},
    {"record_payout", "A refund that no processor can give back was paid out from the bank."},
    {"dismiss_bank_receipt", "Of the tenant: a line of a statement is no customer's money."},
    {"record_returned_payout", "The bank sent a refund back that a person had paid out."},
    {"record_refund", "A refund that was made at the processor itself, and not by us."},
    {"deliver_order", "Tries now to deliver a paid order that could not be delivered."},
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

What a host is asked to do: `florin submit DATA TENANT ACCOUNT '{"buy_credits": {"amount": "500 message"}}' --key k1
--as service`, `Host::submit_json`, and as YAML the steps of a story. ACCOUNT is `-` for what is asked of the whole tenant.
A key is used up by its command, also by one that is refused. `florin quote` says beforehand what a command would do.
Made by `florin commands`.
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
