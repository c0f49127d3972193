#include "domain/ledger/postings.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "domain/payments/paid_by.hpp"

namespace florin {

namespace {

std::string_view word_of(GrantSource source) {
  switch (source) {
    case GrantSource::plan: return "plan";
    case GrantSource::rollover: return "rollover";
    case GrantSource::purchase: return "purchase";
    case GrantSource::recharge: return "recharge";
    case GrantSource::addon: return "addon";
    case GrantSource::trial: return "trial";
    case GrantSource::transfer: return "transfer";
    case GrantSource::correction: break;
  }
  return "correction";
}

template <class T>
const T& there(const T* thing) {
  if (thing == nullptr) throw std::logic_error("a fact posts what the account does not have");
  return *thing;
}

struct Posts {
  const Account& before;
  std::vector<Posting> made;

  void move(std::string from, std::string to, const std::string& commodity, std::int64_t amount) {
    if (amount == 0) return;
    made.push_back({std::move(from), commodity, subtract(0, amount)});
    made.push_back({std::move(to), commodity, amount});
  }
  void move(std::string from, std::string to, const Money& money) {
    move(std::move(from), std::move(to), std::string(money.currency().code()), money.minor());
  }
  void leave(GrantId id, Credits amount, std::string to) {
    if (amount.is_zero()) return;  // of a lot that holds nothing any more
    const Grant& grant = there(before.grant(id));
    move("balance:" + std::string(word_of(grant.source)), std::move(to), grant.type.text(), amount.units);
  }

  /// The processor that holds an attempt's money.
  std::string cash(OrderId id, std::uint32_t number) {
    const Order& order = there(before.order(id));
    if (number == 0)
      if (const Attempt* paying = paid_by(before, order)) return "cash:" + paying->processor.text();
    for (const Attempt& attempt : order.attempts)
      if (attempt.number == number) return "cash:" + attempt.processor.text();
    throw std::logic_error("a fact posts money of an attempt that is not there");
  }

  static std::string bank_of(const Receipt& receipt) { return "cash:" + receipt.processor.text(); }

  void operator()(const AttemptMoved& fact) {
    if (fact.state == AttemptState::captured) move("customer", cash(fact.order, fact.attempt), fact.amount);
  }
  /// Once, with its amount; in which payout it is moves nothing.
  void operator()(const FeeTaken& fact) {
    const Order& order = there(before.order(fact.order));
    const Attempt& attempt = order.attempts.at(fact.attempt - 1);
    const bool posted = attempt.fee && attempt.fee->amount.currency();
    if (!posted && fact.fee.amount.currency())
      move("cash:" + attempt.processor.text(), "processor_fees", fact.fee.amount);
  }
  void operator()(const InvoiceIssued& fact) {
    const Order& order = there(before.order(fact.order));
    move("revenue", "customer", order.net());
    for (const Tax& tax : order.taxes) move("tax:" + tax.name, "customer", tax.amount);
  }
  void operator()(const CreditNoteIssued& fact) {
    const auto refund = std::ranges::find(before.refunds, fact.refund, &Refund::id);
    if (refund == before.refunds.end()) throw std::logic_error("a fact posts a refund that is not there");
    move("customer", "revenue", refund->net());
    for (const Tax& tax : refund->taxes) move("customer", "tax:" + tax.name, tax.amount);
  }
  void operator()(const RefundMoved& fact) {
    if (fact.state != AttemptState::captured && !fact.taken_back) return;
    for (const Refund& refund : before.refunds) {
      if (refund.id != fact.refund) continue;
      const std::string held_by =
          refund.paid_out_from.empty() ? cash(refund.order, refund.attempt) : "cash:" + refund.paid_out_from.text();
      return fact.taken_back ? move("customer", held_by, fact.amount) : move(held_by, "customer", fact.amount);
    }
    throw std::logic_error("a fact posts a refund that is not there");
  }

  /// Only with the first payment: of an order that was reopened it stays where it went.
  void operator()(const OrderPaid& fact) {
    const Order& order = there(before.order(fact.order));
    if (!order.reopened) move("customer", "account_money", order.account_money);
  }
  void operator()(const BankReceiptRecorded& fact) {
    const Receipt& receipt = fact.receipt;
    if (receipt.counts) move(before.id.empty() ? "unmatched" : "unapplied", bank_of(receipt), receipt.amount);
  }
  void operator()(const MoneyIdentified& fact) {
    const Receipt* known = before.receipt(fact.receipt.id);
    const bool from_list = known == nullptr || known->moved_on;
    if (from_list && fact.receipt.counts) move("unapplied", "unmatched", fact.receipt.amount);
  }
  void operator()(const MoneyMovedOn& fact) {
    const Receipt& receipt = there(before.receipt(fact.receipt));
    if (receipt.counts) move("unmatched", "unapplied", receipt.amount);
  }
  void operator()(const ReceiptMoved& fact) {
    const Receipt& receipt = there(before.receipt(fact.receipt));
    if (fact.counts && !receipt.counts) move("unapplied", bank_of(receipt), receipt.amount);
    if (!fact.counts && receipt.counts) move(bank_of(receipt), "unapplied", receipt.amount);
  }
  void operator()(const ReceiptDismissed& fact) {
    if (fact.receipt->counts) move("not_customers", "unmatched", fact.receipt->amount);
  }
  /// The refund's own fact brings the whole of it back to the bank that paid it out: the line of the bank is no other
  /// money, and what is missing of it is what the banks kept.
  void operator()(const PayoutReturned& fact) {
    const auto refund = std::ranges::find(before.refunds, fact.refund, &Refund::id);
    if (refund == before.refunds.end()) throw std::logic_error("a fact posts a refund that is not there");
    const std::string bank = "cash:" + refund->paid_out_from.text();
    move(bank, "unmatched", fact.receipt.amount);
    move(bank, "bank_fees", refund->amount - fact.receipt.amount);
  }
  void operator()(const MoneyKept& fact) { move("account_money", "unapplied", fact.amount); }
  void operator()(const OrderSettled& fact) {
    for (const CashApplied& part : fact.applied) move("customer", "unapplied", part.amount);
    move("customer", "written_off", fact.written_off);
    move("customer", "withheld_tax", fact.withheld);
  }
  /// Lines that waited were never invoiced: they become revenue and are written off at once.
  void operator()(const AmountWrittenOff& fact) {
    move(fact.order ? "customer" : "revenue", "written_off", fact.amount);
  }
  void operator()(const OrderReopened& fact) {
    for (const CashApplied& part : fact.given_up) move("unapplied", "customer", part.amount);
    move("written_off", "customer", fact.written_off);
    move("withheld_tax", "customer", fact.withheld);
  }

  void operator()(const GrantIssued& fact) {
    const std::string source(word_of(fact.source));
    move("issued:" + source, "balance:" + source, fact.type.text(), fact.amount.units);
  }
  void operator()(const CreditsSpent& fact) {
    for (const Take& take : fact.takes) leave(take.grant, take.amount, "spent");
  }
  /// What was owed or absorbed is spent as well; nobody had it.
  void operator()(const HoldClosed& fact) {
    for (const Take& take : fact.spent) leave(take.grant, take.amount, "spent");
    for (const Hold& hold : before.holds) {
      if (hold.id != fact.hold) continue;
      move("owed", "spent", hold.type.text(), fact.owed.units);
      move("absorbed", "spent", hold.type.text(), fact.absorbed.units);
    }
  }
  void operator()(const MinimumTaken& fact) {
    for (const Take& take : fact.takes) leave(take.grant, take.amount, "spent");
  }
  void operator()(const GrantTransferred& fact) { leave(fact.grant, fact.amount, "transferred"); }
  void operator()(const GrantReceived& fact) {
    move("transferred", "balance:" + std::string(word_of(fact.source)), fact.type.text(), fact.amount.units);
  }
  void operator()(const CreditsOwedTaken& fact) { leave(fact.grant, fact.amount, "owed"); }
  void operator()(const GrantRolled& fact) { leave(fact.from, fact.amount, "balance:rollover"); }
  void operator()(const GrantExpired& fact) { leave(fact.grant, fact.amount, "expired"); }
  void operator()(const GrantForfeited& fact) { leave(fact.grant, fact.amount, "forfeited"); }
  void operator()(const GrantRefunded& fact) { leave(fact.grant, fact.amount, "refunded"); }
  void operator()(const GrantAdjusted& fact) { leave(fact.grant, fact.amount, "corrected"); }

  /// One that is won after it was lost brings its money back.
  void operator()(const DisputeMoved& fact) {
    const auto known = std::ranges::find(before.disputes, fact.dispute.ref, &Dispute::ref);
    const bool was_lost = known != before.disputes.end() && known->state == DisputeState::lost;
    const bool is_lost = fact.dispute.state == DisputeState::lost;
    if (is_lost && !was_lost) move(cash(fact.dispute.order, 0), "lost_disputes", fact.dispute.amount);
    if (was_lost && !is_lost) move("lost_disputes", cash(fact.dispute.order, 0), known->amount);
  }
  /// Into the lot that they came from, which may hold nothing by now.
  void operator()(const CreditsGivenBack& fact) {
    const auto& closed = before.closed_grants;
    const auto found = std::ranges::find(closed, fact.grant, &Grant::id);
    const Grant& grant = found != closed.end() ? *found : there(before.grant(fact.grant));
    move("refunded", "balance:" + std::string(word_of(grant.source)), grant.type.text(), fact.amount.units);
  }
  void operator()(const CreditsOwedLess& fact) { move("taken_back", "owed", fact.type.text(), fact.amount.units); }
  void operator()(const CreditsTakenBack& fact) { leave(fact.grant, fact.amount, "refunded"); }
  void operator()(const CreditsOwed& fact) { move("owed", "taken_back", fact.type.text(), fact.amount.units); }

  /// All others say what is or will be, and move neither money nor credits.
  template <class Other>
  void operator()(const Other&) {}
};

}  // namespace

std::vector<Posting> postings(const Fact& fact, const Account& before) {
  Posts posts{before, {}};
  std::visit(posts, fact);
  return std::move(posts.made);
}

}  // namespace florin
