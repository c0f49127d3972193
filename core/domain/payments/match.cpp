#include "domain/payments/match.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/orders/deliver.hpp"
#include "domain/orders/place.hpp"
#include "domain/payments/settle.hpp"
#include "domain/subscriptions/past_due.hpp"

namespace florin {

namespace {

const BankMoneyRule& rule_of(const Draft& draft) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.bank_receipts)
    refuse("not_by_bank", "Nothing is paid by bank transfer or cheque here.", catalog.methods_at);
  return *catalog.bank_receipts;
}

Receipt& known(Draft& draft, const ReceiptId& id) {
  Receipt* receipt = draft.account.receipt(id);
  if (receipt == nullptr || receipt->moved_on)
    refuse("no_such_receipt", "There is no money '" + id.text() + "' on this account.");
  return *receipt;
}

Order order_of(const Draft& draft, OrderId id) {
  const Order* order = draft.account.order(id);
  if (order == nullptr) refuse("no_such_order", "This account has no order " + std::to_string(id.value) + ".");
  return *order;
}

bool is_for(const Receipt& receipt, OrderId order) { return receipt.order == order && !receipt.moved_on; }

Money sum_of(const std::vector<WithheldTax>& taxes) {
  Money sum;
  for (const WithheldTax& tax : taxes) sum += tax.amount;
  return sum;
}

/// When a cheque counts is the word of the method that its order waits for, else of the first that is paid by cheque.
bool counts_as(const Draft& draft, MoneyKind kind, ChequeState state) {
  if (kind == MoneyKind::transfer) return true;
  const auto& methods = draft.catalog().methods;
  const auto cheque = std::ranges::find(methods, std::string_view("cheque"), &Method::plugin);
  const bool early = cheque != methods.end() && cheque->counts_when == Method::CountsWhen::deposited;
  return state == ChequeState::cleared || (early && state == ChequeState::deposited);
}

void keep_as_account_money(Draft& draft, const ReceiptId& id, Money amount) {
  if (!amount.is_zero()) draft.add(MoneyKept{id, amount});
}

/// Money is on its way, or has come in part: the order no longer closes by itself. Nothing came: it may again.
void mark_attempt(Draft& draft, const Order& order, bool on_its_way) {
  if (order.attempts.empty() || !comes_by_bank(draft, order.attempts.back())) return;
  const Attempt& last = order.attempts.back();
  const AttemptState state = on_its_way ? AttemptState::pending : AttemptState::needs_action;
  if (!last.open() || last.state == state) return;
  draft.add(AttemptMoved{.order = order.id,
                         .attempt = last.number,
                         .state = state,
                         .amount = {},
                         .ask_at = never,
                         .ref = last.ref,
                         .raw = last.raw,
                         .decline = DeclineKind::none,
                         .decline_code = {},
                         .action = last.action,
                         .alarm = {}});
}

/// The try at this money succeeded. Its amount was posted when it came, so that nothing is here.
std::uint32_t capture_attempt(Draft& draft, const Order& order) {
  for (const Attempt& attempt : order.attempts) {
    if (attempt.number != order.attempts.size() || !comes_by_bank(draft, attempt)) continue;
    if (attempt.state == AttemptState::captured || !may_move(attempt.state, AttemptState::captured))
      return attempt.number;
    draft.add(AttemptMoved{.order = order.id,
                           .attempt = attempt.number,
                           .state = AttemptState::captured,
                           .amount = {},
                           .ask_at = never,
                           .ref = attempt.ref,
                           .raw = attempt.raw,
                           .decline = DeclineKind::none,
                           .decline_code = {},
                           .action = {},
                           .alarm = {}});
    return attempt.number;
  }
  return 0;
}

/// What came for an order and has paid nothing yet.
std::vector<Receipt> unused(const Account& account, OrderId order) {
  std::vector<Receipt> came;
  for (const Receipt& receipt : account.receipts)
    if (is_for(receipt, order) && !receipt.left().is_zero()) came.push_back(receipt);
  return came;
}

/// In the order in which it came, up to `wanted`; what is over is kept.
void settle(Draft& draft, const Order& order, Money wanted, Money written_off) {
  const std::vector<Receipt> came = unused(draft.account, order.id);
  OrderSettled settled{
      .order = order.id, .applied = {}, .written_off = written_off, .withheld = sum_of(order.withheld)};
  for (const Receipt& receipt : came) {
    const Money part = std::min(wanted, receipt.left());
    if (!part.is_zero()) settled.applied.push_back({receipt.id, part});
    wanted -= part;
  }
  draft.add(settled);
  for (const Receipt& receipt : came)
    keep_as_account_money(draft, receipt.id, draft.account.receipt(receipt.id)->left());
}

/// Looks at an order after its money changed: enough, or enough but for what is written off, and it is paid; what is
/// over is the account's for its next order; anything less stays open.
void look_at(Draft& draft, OrderId id) {
  const BankMoneyRule& rule = rule_of(draft);
  const Order order = order_of(draft, id);
  const std::vector<Receipt> came = unused(draft.account, id);
  if (order.state == OrderState::paid) {  // a second payment of one order
    for (const Receipt& receipt : came) keep_as_account_money(draft, receipt.id, receipt.left());
    return;
  }
  const Money open = still_asked(draft.account, order);
  const bool enough = !came.empty() && open <= rule.write_off;
  // What nobody wants any more stays where it is, in the list of a person.
  if (enough && !still_due(draft, order)) return;
  if (!enough) {
    const bool on_its_way = std::ranges::any_of(draft.account.receipts, [&](const Receipt& receipt) {
      return is_for(receipt, id) && receipt.state != ChequeState::bounced && !receipt.still_there().is_zero();
    });
    return mark_attempt(draft, order, on_its_way);
  }
  const Money written_off = std::max(open, Money(0, order.total.currency()));
  settle(draft, order, order.asked() - sum_of(order.withheld) - written_off, written_off);
  fulfil(draft, id, capture_attempt(draft, order));
}

/// What of a lot the order brings again when it is paid again.
void add_to(OrderReopened& reopened, const Grant& lot, Credits amount) {
  if (amount.is_zero()) return;
  const bool bought = lot.source == GrantSource::purchase || lot.source == GrantSource::recharge;
  auto& brings = bought ? reopened.bought : reopened.plan_credits;
  const auto same = std::ranges::find(brings, lot.type, &BoughtCredits::type);
  if (same == brings.end())
    brings.push_back({lot.type, amount});
  else
    same->amount += amount;
}

/// Credits that the order brought and that nobody used, taken back; and what it was, by type. A lot that is held whole
/// is over too: what is released of it goes the same way.
void take_credits_back(Draft& draft, OrderReopened& reopened) {
  const std::vector<Grant> grants = draft.account.grants;
  for (const Grant& grant : grants) {
    const Credits left = grant.remaining - grant.held;
    const bool held_whole = left.is_zero() && !grant.held.is_zero() && grant.over == GrantOver::working;
    if (grant.paid_by != reopened.order || (left.is_zero() && !held_whole)) continue;
    add_to(reopened, grant, left);
    draft.add(GrantForfeited{grant.id, left, "payments.money_taken_back"});
  }
}

/// What an order was paid with is gone: it asks for the money again, and what it brought and is left is taken back. Of
/// a subscription that runs on it the payment is overdue from now.
void reopen(Draft& draft, OrderId id, std::string_view because) {
  const Order order = order_of(draft, id);
  OrderReopened reopened;
  reopened.order = id;
  reopened.because = because;
  for (const Receipt& receipt : draft.account.receipts)
    if (is_for(receipt, id) && !receipt.applied.is_zero()) reopened.given_up.push_back({receipt.id, receipt.applied});
  reopened.written_off = order.written_off;
  reopened.withheld = sum_of(order.withheld);
  const auto& running = draft.account.subscription;
  const bool runs = running && order.kind == OrderKind::subscription && running->from <= *order.paid_at;
  if (runs || (running && order.period_to == running->to)) {
    reopened.period_from = running->from;
    reopened.period_to = running->to;
  } else {
    reopened.period_from = order.period_from;
    reopened.period_to = order.period_to;
  }
  take_credits_back(draft, reopened);
  if (order.undelivered) {
    reopened.plan_credits = order.buys.plan_credits;
    reopened.bought = order.buys.bought;
    end_delivery(draft, id, "taken_back");
  }
  draft.add(std::move(reopened));
  if (renews_running(draft.account, *draft.account.order(id))) fall_past_due(draft, id);
}

/// Takes a receipt's money out of everything that it has paid.
void take_out(Draft& draft, const ReceiptId& id, std::string_view because) {
  const Receipt receipt = known(draft, id);
  if (!receipt.applied.is_zero()) reopen(draft, receipt.order, because);
  keep_as_account_money(draft, id, Money() - receipt.kept);
}

bool is_taken_back(const Receipt& receipt) { return receipt.amount.minor() < 0; }

void must_not_be_taken_back(const Receipt& receipt) {
  if (receipt.reversed.currency() && !receipt.reversed.is_zero())
    refuse("taken_back", "The bank took back " + receipt.reversed.text() + " of '" + receipt.id.text() +
                             "'. Unmatch the line by which it did so first.");
}

/// The receipt whose money the bank took back: the one that is named, else the one that brought as much for the order.
/// Of two that did, the one that pays nothing.
Receipt taken_back_of(Draft& draft, const std::optional<ReceiptId>& named, const std::optional<OrderId>& order,
                      Money amount) {
  const auto fits = [&](const Receipt& one) {
    return one.counts && !one.moved_on && one.amount.minor() > 0 && one.amount.currency() == amount.currency() &&
           amount <= one.still_there();
  };
  if (named) {
    const Receipt receipt = known(draft, *named);
    if (!fits(receipt))
      refuse("bad_amount", "The bank took back " + amount.text() + ", and of '" + receipt.id.text() + "' there are " +
                               receipt.still_there().text() + ".");
    return receipt;
  }
  if (!order) refuse("reverses_missing", "Name the receipt that the bank took back, or the order that it had paid.");
  const Receipt* found = nullptr;
  const auto likely = [&](const Receipt& one) {
    return (one.still_there() == amount ? 2 : 0) + (one.applied.is_zero() ? 1 : 0);
  };
  for (const Receipt& receipt : draft.account.receipts) {
    if (!is_for(receipt, *order) || !fits(receipt)) continue;
    if (found == nullptr || likely(*found) < likely(receipt)) found = &receipt;
  }
  if (found == nullptr)
    refuse("no_such_receipt",
           "Nothing that came for order " + std::to_string(order->value) + " is as much as " + amount.text() + ".");
  return *found;
}

/// The bank's line `by` took this receipt's money back: what it paid asks for it again.
void reverse(Draft& draft, const Receipt& receipt, const ReceiptId& by, Money amount) {
  if (!receipt.applied.is_zero()) reopen(draft, receipt.order, "the bank took the money back");
  const Money free = known(draft, receipt.id).left();
  if (free < amount) keep_as_account_money(draft, receipt.id, free - amount);
  draft.add(ReceiptReversed{receipt.id, by, amount});
  if (receipt.order) look_at(draft, receipt.order);
}

/// Staff says whose money the bank took back, and by what it had come.
void apply_taken_back(Draft& draft, Receipt line, const ApplyCash& command) {
  if (!line.reverses.empty())
    refuse("matched_already", "By this line '" + line.reverses.text() + "' was taken back. Unmatch it first.");
  const Receipt receipt = taken_back_of(draft, command.reverses, command.order, -line.amount);
  line.order = {};
  line.moved_on = false;
  draft.add(MoneyIdentified{line});
  reverse(draft, receipt, line.id, -line.amount);
}

void unapply_taken_back(Draft& draft, const Receipt& line, const std::string& reason) {
  if (!line.reverses.empty()) {
    const Receipt receipt = known(draft, line.reverses);
    draft.add(ReversalUndone{receipt.id, line.id, -line.amount});
    if (receipt.order)
      look_at(draft, receipt.order);
    else
      keep_as_account_money(draft, receipt.id, known(draft, receipt.id).left());
  }
  draft.add(MoneyMovedOn{line.id, reason});
}

}  // namespace

void go_until_paid_again(Draft& draft, const Grant& lot, Credits loose) {
  draft.add(GrantForfeited{lot.id, loose, lot.rule});
  const Order* order = draft.account.order(lot.paid_by);
  if (order == nullptr || !order->reopened || order->state != OrderState::open) return;
  OrderReopened again;
  again.order = order->id;
  again.plan_credits = order->buys.plan_credits;
  again.bought = order->buys.bought;
  again.period_from = order->period_from;
  again.period_to = order->period_to;
  again.because = "a hold was closed";
  add_to(again, lot, loose);
  draft.add(std::move(again));
}

bool comes_by_bank(const Draft& draft, const Attempt& attempt) {
  const SavedMethod* saved = draft.account.method(attempt.method);
  const Method* method = saved == nullptr ? nullptr : draft.catalog().method(saved->method);
  if (method != nullptr) return method->by_invoice();
  // The account has another way to pay now; what was sent before is waited for as it was.
  const auto& methods = draft.catalog().methods;
  return std::ranges::any_of(methods, [&](const Method& one) {
    return one.by_invoice() && std::ranges::find(one.through, attempt.processor) != one.through.end();
  });
}

std::optional<ProcessorId> bank_of(const Draft& draft, const Order& order) {
  const auto& receipts = draft.account.receipts;
  for (const Receipt& receipt : receipts)
    if (is_for(receipt, order.id) && !receipt.applied.is_zero()) return receipt.processor;
  if (order.account_money.is_zero()) return std::nullopt;
  const auto kept = std::ranges::find_if(receipts, [](const Receipt& receipt) { return !receipt.kept.is_zero(); });
  return kept == receipts.end() ? std::nullopt : std::optional(kept->processor);
}

Money still_asked(const Account& account, const Order& order) {
  Money open = order.asked() - sum_of(order.withheld);
  for (const Receipt& receipt : account.receipts)
    if (is_for(receipt, order.id) && receipt.counts) open -= receipt.still_there() - receipt.kept;
  return open;
}

void apply_what_came(Draft& draft, OrderId id, Money captured) {
  const Order order = order_of(draft, id);
  if (order.withheld.empty() && unused(draft.account, id).empty()) return;
  const Money rest = order.asked() - sum_of(order.withheld) - captured;
  settle(draft, order, std::max(rest, Money(0, order.total.currency())), Money(0, order.total.currency()));
}

void record_bank_receipt(Draft& draft, const RecordBankReceipt& command) {
  rule_of(draft);
  const Catalog& catalog = draft.catalog();
  const auto same = [&](const Receipt& one) { return one.id == command.receipt; };
  const auto& identified = draft.tenant.identified;
  const bool nobodys = draft.account.id.empty();
  if (command.receipt.empty())
    refuse("bad_receipt", "A receipt needs a unique name, such as the reference of its bank line.");
  if (std::ranges::any_of(draft.account.receipts, same) || std::ranges::any_of(draft.tenant.unmatched, same) ||
      std::ranges::find(identified, command.receipt) != identified.end())
    refuse("known_already", "This receipt is already recorded.");
  if (command.amount.is_zero()) refuse("bad_amount", "The amount of a receipt must not be zero.");
  const bool taken_back = command.amount.minor() < 0;
  if (taken_back && command.kind == MoneyKind::cheque)
    refuse("bad_amount", "A cheque that bounces is moved with move_cheque; its amount is above zero.");
  if (command.reverses && (!taken_back || nobodys))
    refuse("bad_amount", "Only money that an account's bank took back, an amount below zero, reverses a receipt.");
  if (std::ranges::find(catalog.processors, command.processor, &Processor::id) == catalog.processors.end())
    refuse("unknown_processor",
           "There is no processor " + quoted_with_nearest(command.processor.text(), catalog.processors) + ".",
           catalog.methods_at);
  if (!nobodys && command.amount.currency() != catalog.currency)
    refuse("wrong_currency",
           "This account pays in " + std::string(catalog.currency.code()) +
               ". Nothing is converted here: the money waits in the list until a person has spoken with the payer.");
  if (command.order) (void)order_of(draft, *command.order);
  std::optional<Receipt> reversed;
  if (taken_back && !nobodys) reversed = taken_back_of(draft, command.reverses, command.order, -command.amount);
  const ChequeState state = command.kind == MoneyKind::cheque ? ChequeState::received : ChequeState::cleared;
  draft.add(BankReceiptRecorded{{.id = command.receipt,
                                 .processor = command.processor,
                                 .kind = command.kind,
                                 .state = state,
                                 .amount = command.amount,
                                 .dated = command.dated,
                                 .said = command.said.value_or(""),
                                 .order = taken_back ? OrderId() : command.order.value_or(OrderId()),
                                 .counts = counts_as(draft, command.kind, state),
                                 .moved_on = false,
                                 .applied = Money(0, command.amount.currency()),
                                 .kept = Money(0, command.amount.currency())}});
  if (nobodys) return;
  if (reversed) return reverse(draft, *reversed, command.receipt, -command.amount);
  if (command.order) return look_at(draft, *command.order);
  keep_as_account_money(draft, command.receipt, draft.account.receipt(command.receipt)->left());
}

void apply_cash(Draft& draft, const ApplyCash& command) {
  rule_of(draft);
  if (command.order) (void)order_of(draft, *command.order);
  const auto waiting = std::ranges::find(draft.tenant.unmatched, command.receipt, &Receipt::id);
  Receipt receipt = waiting != draft.tenant.unmatched.end() ? *waiting : known(draft, command.receipt);
  if (receipt.amount.currency() != draft.catalog().currency)
    refuse("wrong_currency", "This account pays in " + std::string(draft.catalog().currency.code()) + ".");
  if (is_taken_back(receipt)) return apply_taken_back(draft, std::move(receipt), command);
  if (command.reverses) refuse("bad_amount", "'" + receipt.id.text() + "' is money that came: it takes nothing back.");
  if (draft.account.deleted) refuse("account_deleted", "This account was deleted.");
  must_not_be_taken_back(receipt);
  if (!receipt.applied.is_zero())
    refuse("matched_already",
           "This money has paid order " + std::to_string(receipt.order.value) + ". Unmatch it first.");
  if (!receipt.kept.is_zero() && draft.account.money < receipt.kept)
    refuse("spent_already", "This receipt was kept for the next order, and has paid it.");
  const OrderId before = receipt.order;
  keep_as_account_money(draft, receipt.id, Money() - receipt.kept);
  receipt.kept = Money(0, receipt.amount.currency());
  receipt.order = command.order.value_or(OrderId());
  receipt.moved_on = false;
  draft.add(MoneyIdentified{receipt});
  if (before && before != receipt.order && draft.account.order(before)->state == OrderState::open)
    look_at(draft, before);
  if (command.order) return look_at(draft, *command.order);
  keep_as_account_money(draft, receipt.id, draft.account.receipt(receipt.id)->left());
}

void unapply_cash(Draft& draft, const UnapplyCash& command) {
  rule_of(draft);
  const Receipt receipt = known(draft, command.receipt);
  if (is_taken_back(receipt)) return unapply_taken_back(draft, receipt, command.reason);
  must_not_be_taken_back(receipt);
  take_out(draft, receipt.id, command.reason);
  draft.add(MoneyMovedOn{receipt.id, command.reason});
  if (receipt.order && draft.account.order(receipt.order)->state == OrderState::open) look_at(draft, receipt.order);
}

void dismiss_bank_receipt(Draft& draft, const DismissBankReceipt& command) {
  rule_of(draft);
  const auto waiting = std::ranges::find(draft.tenant.unmatched, command.receipt, &Receipt::id);
  if (waiting == draft.tenant.unmatched.end())
    refuse("no_such_receipt", "There is no money '" + command.receipt.text() + "' in the list of unmatched money.");
  if (command.reason.empty()) refuse("reason_missing", "Give a reason, such as interest or another business's money.");
  draft.add(ReceiptDismissed{*waiting, command.reason});
}

namespace {

/// Banks keep fees of what they send back: less may come than was paid out, never more.
void must_be_sent_back(const Receipt& line, const Refund& refund) {
  const std::string paid_out = refund.amount.text() + " were paid out";
  if (line.amount.currency() != refund.amount.currency())
    refuse("wrong_currency", "The bank sent back " + line.amount.text() + ", and " + paid_out + ".");
  if (line.amount.minor() <= 0)
    refuse("bad_amount", "'" + line.id.text() + "' is money that the bank took: nothing of a payout came back by it.");
  if (refund.amount < line.amount)
    refuse("bad_amount", "The bank sent back " + line.amount.text() + ", and only " + paid_out + ".");
}

}  // namespace

void record_returned_payout(Draft& draft, const RecordReturnedPayout& command) {
  rule_of(draft);
  const Refund* refund = draft.account.refund(command.refund);
  if (refund == nullptr) refuse("no_such_refund", "There is no such refund.");
  if (refund->paid_out_from.empty()) refuse("not_by_hand", "The processor makes this refund automatically.");
  if (refund->state != AttemptState::captured) refuse("not_paid_out", "This refund was not paid out.");
  const auto waiting = std::ranges::find(draft.tenant.unmatched, command.receipt, &Receipt::id);
  if (waiting == draft.tenant.unmatched.end())
    refuse("no_such_receipt", "There is no money '" + command.receipt.text() + "' in the list of unmatched money.");
  must_be_sent_back(*waiting, *refund);
  const Receipt line = *waiting;
  const Refund returned = *refund;
  draft.add(PayoutReturned{returned.id, line});
  draft.add(RefundMoved{.refund = returned.id,
                        .amount = returned.amount,
                        .state = AttemptState::declined,
                        .ask_at = never,
                        .ref = returned.ref,
                        .raw = returned.amount == line.amount
                                   ? "returned by the bank"
                                   : "returned by the bank less " + (returned.amount - line.amount).text() + " of fees",
                        .alarm = "taken_back: the bank sent it back; pay it out again, then say so with record_payout",
                        .taken_back = true});
}

void move_cheque(Draft& draft, const MoveCheque& command) {
  rule_of(draft);
  const Receipt cheque = known(draft, command.receipt);
  must_not_be_taken_back(cheque);
  if (cheque.kind != MoneyKind::cheque) refuse("no_cheque", "'" + cheque.id.text() + "' is a transfer, not a cheque.");
  const bool onward = cheque.state != ChequeState::bounced && cheque.state < command.state;
  if (!onward)
    refuse("wrong_state", "A cheque is received, then deposited, then cleared; it may bounce after each of them.");
  const bool counts = counts_as(draft, cheque.kind, command.state);
  if (command.state == ChequeState::bounced) take_out(draft, cheque.id, "bounced");
  draft.add(ReceiptMoved{cheque.id, command.state, counts, command.reason.value_or("")});
  if (cheque.order) return look_at(draft, cheque.order);
  if (counts) keep_as_account_money(draft, cheque.id, draft.account.receipt(cheque.id)->left());
}

void record_withheld_tax(Draft& draft, const RecordWithheldTax& command) {
  const BankMoneyRule& rule = rule_of(draft);
  const Order order = order_of(draft, command.order);
  if (command.certificate.empty())
    refuse("certificate_missing", "Withheld tax needs the number of its certificate.", rule.at);
  if (command.amount.minor() <= 0 || command.amount.currency() != order.total.currency())
    refuse("bad_amount", "The withheld tax must be in the order's currency.");
  if (order.state != OrderState::open) refuse("not_open", "This order has no open amount.");
  for (const WithheldTax& tax : order.withheld)
    if (tax.certificate == command.certificate)
      refuse("known_already", "The certificate " + tax.certificate + " is in the books already.");
  // The share is of the price without tax.
  const Money most = order.net().times(rule.withheld_tax, Rounding::down);
  if (most < sum_of(order.withheld) + command.amount)
    refuse("withheld_too_much", "Of this order at most " + most.text() + " of tax may be withheld.", rule.at);
  draft.add(TaxWithheld{order.id, {command.amount, command.certificate}});
  look_at(draft, order.id);
}

}  // namespace florin
