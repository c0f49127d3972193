#include "domain/payments/refund.hpp"

#include <algorithm>

#include "domain/credits/purchase.hpp"
#include "domain/documents/number.hpp"
#include "domain/orders/deliver.hpp"
#include "domain/orders/paid_with.hpp"
#include "domain/orders/place.hpp"
#include "domain/payments/match.hpp"
#include "domain/payments/paid_by.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

Instant window_ends(const Draft& draft, const Guarantee& guarantee) {
  return draft.calendar().after(*draft.account.first_paid_at, guarantee.asked_within);
}

bool covered(const Draft& draft, const Guarantee& guarantee, const Order& order) {
  if (order.state != OrderState::paid || order.total.is_zero()) return false;
  if (window_ends(draft, guarantee) <= *order.paid_at) return false;
  // An upgrade is a payment for the subscription as well.
  const std::string word(order.kind == OrderKind::change ? word_of(OrderKind::subscription) : word_of(order.kind));
  return std::ranges::find(guarantee.covers, word) != guarantee.covers.end();
}

Credits unused_of(const Account& account, OrderId order, const CreditType& type) {
  Credits unused;
  for (const Grant& grant : account.grants)
    if (grant.paid_by == order && grant.type == type) unused += grant.remaining;
  return unused;
}

/// Whether it was bought inside a period that went on: its price is for the rest of that from then on.
bool is_inside_period(const Order& order) {
  return order.kind == OrderKind::change || order.kind == OrderKind::licences || order.kind == OrderKind::addon;
}

/// Where nothing but add-ons by the month was bought on a longer cycle, the price is for the rest of the month.
bool is_for_a_month(const Draft& draft, const Order& order) {
  const auto& running = draft.account.subscription;
  return order.kind == OrderKind::addon && running && std::ranges::all_of(order.lines, [&](const Line& line) {
           const AddOn* add_on = draft.own_catalog().add_on(line.add_on);
           return add_on != nullptr && add_on->by_month_on(running->cycle);
         });
}

/// The first end of a month from `from` on that is after `at`.
Instant month_end_after(const Calendar& calendar, Instant from, Instant at) {
  std::int32_t months = 1;
  while (calendar.boundary(from, 1, months) <= at) ++months;
  return calendar.boundary(from, 1, months);
}

/// Whether it paid for the period that runs, or inside it: no later order began or renewed one.
bool is_for_running_period(const Account& account, const Order& order) {
  if (!account.subscription) return false;
  return std::ranges::none_of(account.orders, [&](const Order& later) {
    const bool of_a_period = later.kind == OrderKind::subscription || later.buys.restarts_cycle;
    return order.id < later.id && of_a_period;
  });
}

/// What of a price that brought no credits is for days that are still to come; all of it where it is for no period.
/// A pause moves the end of the days, and adds none.
Money unused_days_of(const Draft& draft, const Order& order, Money fee) {
  const Calendar calendar = draft.calendar();
  const auto& running = draft.account.subscription;
  std::optional<Instant> from = order.period_from, to = order.period_to;
  if (!to && order.buys.plan && order.paid_at) {
    from = order.paid_at;
    to = calendar.boundary(*order.paid_at, order.buys.months, 1);
  }
  if (!from || !to) return fee;
  const bool inside = is_inside_period(order) && *from < order.placed_at,
             runs = is_for_running_period(draft.account, order);
  const bool as_it_was = running && running->from == *from;
  if (inside && as_it_was) to = running->to;  // a longer cycle may have moved it
  Instant ends = runs && !as_it_was ? running->to : *to;
  if (inside && is_for_a_month(draft, order))
    ends = *(to = std::min(*to, month_end_after(calendar, *from, order.placed_at)));
  if (inside) from = order.placed_at;
  const Instant now = runs && draft.account.pause ? draft.account.pause->since : draft.now;
  if (ends <= now) return Money(0, fee.currency());
  const std::int64_t days = calendar.days_between(*from, *to);
  if (days == 0) return fee;  // today is its only day
  return fee.times({std::min(days, calendar.days_between(now, ends)), days}, Rounding::half_up);
}

/// What of a price is unused: of the credits that it brought, and of what brought none.
struct Unused {
  Money credits, fee;
  Money returned;  ///< the price of credits that were taken back with money that went before
};

/// The same of what one order was placed for.
Unused unused_of(const Draft& draft, const Order& order, Money fee, bool fee_whole) {
  const Money none(0, fee.currency());
  Unused unused{none, none, none};
  for (const CreditType& type : order.types()) {
    const Money price = own_price_of(order, type);
    const Credits issued = draft.account.issued_by(order.id, type);
    fee -= price;
    if (issued.is_zero()) continue;
    Credits returned;
    for (const Grant* grant : draft.account.all_grants())
      if (grant->paid_by == order.id && grant->type == type) returned += grant->refunded;
    unused.credits += price.times({unused_of(draft.account, order.id, type).units, issued.units}, Rounding::half_up);
    unused.returned += price.times({returned.units, issued.units}, Rounding::half_up);
  }
  unused.fee = fee_whole ? fee : unused_days_of(draft, order, fee);
  return unused;
}

/// What of an order's price, without tax, went back, is on its way back, or was lost to the customer's bank.
Money gone_net(const Account& account, const Order& order) {
  Money sum(0, order.total.currency());
  for (const Refund& refund : account.refunds)
    if (refund.order == order.id && refund.attempt == 0) sum += refund.net();
  for (const Dispute& dispute : account.disputes)
    if (dispute.order == order.id && dispute.state == DisputeState::lost)
      sum += dispute.amount.times({order.net().minor(), order.total.minor()}, Rounding::half_up);
  return sum;
}

/// Of each type the unused part of its price, and of what brought no credits the unused days, or all of it; also of
/// what waited for its invoice. Days that money went back for are not given back again.
Money unused_net(const Draft& draft, const Order& order, bool fee_whole) {
  Money fee = order.net();
  const Money none(0, fee.currency());
  Unused sum{none, none, none};
  const auto count = [&](const Unused& one) {
    sum.credits += one.credits;
    sum.fee += one.fee;
    sum.returned += one.returned;
  };
  for (const OrderId id : paid_with(draft.account, order)) {
    if (id == order.id) continue;
    const Order& waited = *draft.account.order(id);
    count(unused_of(draft, waited, own_net(waited), fee_whole));
    fee -= own_net(waited);
  }
  count(unused_of(draft, order, fee, fee_whole));
  const Money gone_of_fee = std::max(none, gone_net(draft.account, order) - sum.returned);
  return sum.credits + std::max(none, sum.fee - gone_of_fee);
}

/// An order's price without tax as far as money came for it: what was written off or withheld does not go back.
Money net_that_came(const Order& order) {
  Money came = order.total - order.written_off;
  for (const WithheldTax& tax : order.withheld) came -= tax.amount;
  return order.total.is_zero() ? order.net()
                               : came.times({order.net().minor(), order.total.minor()}, Rounding::half_up);
}

/// One refund of an order's share, or of one attempt's money: whoever computes it again gets the same key.
std::string key_of(const Draft& draft, const Refund& refund) {
  const auto before = std::ranges::count_if(draft.account.refunds, [&](const Refund& earlier) {
    return earlier.order == refund.order && earlier.attempt == refund.attempt;
  });
  return draft.world.provider_key(draft.tenant.id.text() + "/" + draft.account.id.text() + "/refund of " +
                                  draft.account.order(refund.order)->paid_for + "/" + std::to_string(refund.attempt) +
                                  (before == 0 ? "" : "/" + std::to_string(before + 1)));
}

void end_account(Draft& draft) {
  const std::vector<Grant> left = draft.account.grants;
  for (const Grant& grant : left)
    draft.add(GrantForfeited{grant.id, grant.remaining - grant.held, "refunds.guarantee"});
  if (draft.account.subscription) end_subscription(draft, Standing::ended, "refunded");
  draft.add(AccountThawed{});
}

void issue_credit_note(Draft& draft, const Refund& part) {
  const std::uint64_t sequence = draft.tenant.last_credit_note + 1;
  draft.add(CreditNoteIssued{.sequence = sequence,
                             .number = document_number(draft.catalog().credit_note_numbers, sequence),
                             .refund = part.id,
                             .order = part.order,
                             .amount = part.amount});
}

void take_credits_back(Draft& draft, const Refund& part) {
  const std::vector<Grant> grants = draft.account.grants;
  const std::vector<OrderId> orders = paid_with(draft.account, *draft.account.order(part.order));
  Credits left = part.credits;
  for (const Grant& grant : grants) {
    if (!came_with(grant, orders) || left.is_zero()) continue;
    const Credits taken = std::min(left, grant.remaining - grant.held);
    draft.add(GrantRefunded{grant.id, taken, part.id});
    left -= taken;
  }
}

}  // namespace

bool holds_any_of(const Account& account, const Order& order) {
  const std::vector<OrderId> orders = paid_with(account, order);
  return std::ranges::any_of(account.grants,
                             [&](const Grant& grant) { return came_with(grant, orders) && !grant.held.is_zero(); });
}

Refund share_of(const Draft& draft, const Order& order, GivesBack share, bool fee_whole) {
  Refund refund;
  refund.order = order.id;
  const std::vector<OrderId> orders = paid_with(draft.account, order);
  for (const Grant& grant : draft.account.grants)
    if (came_with(grant, orders)) refund.credits += grant.remaining;
  const Money gone = gone_net(draft.account, order);
  const Money left = net_that_came(order) - gone;
  // Of what was not delivered everything is unused.
  const bool whole = share == GivesBack::whole || order.undelivered;
  const Money net = whole ? left : std::min(left, unused_net(draft, order, fee_whole));
  if (whole) {
    for (const OrderId id : orders)
      refund.goodwill += draft.account.order(id)->issued - draft.account.order(id)->credits_refunded;
    refund.goodwill -= refund.credits;
  }
  refund.taxes = taxes_refunded(order.taxes, order.net(), gone, net);
  refund.amount = net + sum_of(refund.taxes);
  return refund;
}

void must_not_be_disputed(const Account& account, OrderId order) {
  const auto& disputes = account.disputes;
  const auto open = std::ranges::find_if(disputes, [&](const Dispute& dispute) {
    return dispute.order == order &&
           (dispute.state == DisputeState::needs_response || dispute.state == DisputeState::under_review);
  });
  if (open != disputes.end())
    refuse("dispute_open", "A dispute over " + open->amount.text() + " of order " + std::to_string(order.value) +
                               " is open: its money may go back by that. Decide when the dispute has ended.");
}

void start_refund(Draft& draft, Refund refund) {
  refund.id = {draft.account.last_refund + 1};
  refund.key = key_of(draft, refund);
  // Nobody is asked for what came by bank: a person pays it out.
  const auto bank = refund.attempt == 0 ? bank_of(draft, *draft.account.order(refund.order)) : std::nullopt;
  refund.paid_out_from = bank.value_or(ProcessorId());
  refund.ask_at = bank ? never : draft.now;
  draft.add(RefundStarted{refund});
  if (refund.attempt == 0) end_delivery(draft, refund.order, "given_back");
  if (refund.guarantee || refund.attempt != 0) return;
  end_recharge_after(draft, refund.order);
  take_credits_back(draft, refund);
}

std::vector<Refund> unused_shares(const Draft& draft) {
  std::vector<Refund> shares;
  for (const Order& order : draft.account.orders) {
    if (!covered(draft, *draft.catalog().guarantee, order)) continue;
    Refund share = share_of(draft, order, GivesBack::unused_share, true);
    share.guarantee = true;
    share.goodwill = {};
    if (share.amount.minor() > 0) shares.push_back(std::move(share));
  }
  return shares;
}

void request_refund(Draft& draft) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.guarantee) refuse("not_refundable", "Payments are final here.", catalog.refunds_at);
  const Guarantee& guarantee = *catalog.guarantee;
  if (draft.account.guarantee) refuse("guarantee_used", "The guarantee can be used only once.", guarantee.at);
  if (!draft.account.first_paid_at) refuse("nothing_paid", "Nothing was paid yet.", guarantee.at);
  const Instant ends = window_ends(draft, guarantee);
  if (ends <= draft.now)
    refuse("guarantee_over",
           "The guarantee ended on " + draft.calendar().date(ends).text() + "; after it payments are final.",
           guarantee.at);
  draft.add(RefundRequested{unused_shares(draft)});
}

void decide_refund(Draft& draft, const DecideRefund& command) {
  if (!draft.account.guarantee || draft.account.guarantee->decided)
    refuse("no_refund_asked", "No refund is waiting for a decision.");
  if (!command.approve) return draft.add(RefundDeclined{command.reason});
  if (!draft.account.holds.empty())
    refuse("holds_open", "Credits are still held. Decide when they are settled or released.");
  for (const Order& order : draft.account.orders.open())
    if (order.in_flight()) refuse("payment_under_way", "The outcome of a payment is not known yet. Decide when it is.");
  const std::vector<Refund> shares = unused_shares(draft);
  if (shares.empty()) return end_account(draft);
  for (const Refund& share : shares) must_not_be_disputed(draft.account, share.order);
  for (const Refund& share : shares) start_refund(draft, share);
}

void refund_reported(Draft& draft, const RefundReported& command) {
  const Refund* found = draft.account.refund(command.refund);
  if (found == nullptr) refuse("no_such_refund", "There is no such refund.");
  const Refund refund = *found;
  const ProviderReport& said = command.said;
  const bool was_paid = refund.state == AttemptState::captured;
  const bool fails = said.state == AttemptState::declined;
  if (was_paid && !fails) refuse("stale_claim", "The outcome of this refund is already recorded.");
  const bool other_amount = said.state == AttemptState::captured && said.amount != refund.amount;
  const bool paid = said.state == AttemptState::captured && !other_amount;
  // A refund that was refused or got lost is asked again with its own key until the provider has paid it. One that was
  // paid and came back is for a person.
  Duration wait = refund.asked == 0 ? minutes(5) : hours(24);
  // What is not there yet is looked for again when it has to be.
  if (said.absent && said.look_up_lag.us > 0)
    wait = std::max(minutes(5), std::max(refund.started_at, refund.sent_at) + said.look_up_lag - draft.now);
  RefundMoved moved{.refund = refund.id,
                    .amount = refund.amount,
                    .state = paid           ? AttemptState::captured
                             : other_amount ? AttemptState::unknown
                                            : said.state,
                    .ask_at = paid || was_paid ? never : draft.now + wait,
                    .ref = said.ref,
                    .raw = said.raw};
  moved.decline_code = said.decline_code;
  moved.taken_back = was_paid;
  if (command.sent) moved.sent_at = draft.now;
  if (was_paid) moved.alarm = "taken_back: the provider could not pay it out";
  if (other_amount) moved.alarm = "wrong_amount: " + said.amount.text() + " instead of " + refund.amount.text();
  draft.add(moved);
  if (!paid || refund.attempt != 0) return;  // money that nobody wanted has no invoice to correct
  if (!refund.credit_note.empty()) return;   // it came back, and was paid out again
  issue_credit_note(draft, refund);
  if (!refund.guarantee) return;
  take_credits_back(draft, refund);
  const bool all = std::ranges::all_of(
      draft.account.refunds, [](const Refund& r) { return !r.guarantee || r.state == AttemptState::captured; });
  if (all) end_account(draft);
}

namespace {

/// Whether it came to nothing in the end: the money is here, and only a person sends it again.
bool has_failed(const Refund& refund) { return refund.state == AttemptState::declined && refund.ask_at == never; }

/// What of an order's money went back by refunds that were made at the processor, or was to: those have taken their
/// credits, and were booked back.
Money refunded_elsewhere(const Account& account, const Order& order, bool failed) {
  Money sum(0, order.total.currency());
  for (const Refund& refund : account.refunds)
    if (refund.order == order.id && refund.attempt == 0 && refund.made_elsewhere && has_failed(refund) == failed)
      sum += refund.amount;
  return sum;
}

/// The share of each type that the money had bought, as far as it is left. Several refunds take together what one over
/// all of their money would have taken, to the last credit. `amount` is the newest of them.
std::vector<Take> share_of_credits(const Account& account, const Order& order, Money amount) {
  std::vector<Take> takes;
  const Money all = refunded_elsewhere(account, order, false);
  // One that failed has taken its credits: who makes it again takes them no second time.
  const Money took = std::min(order.total, all - amount + refunded_elsewhere(account, order, true));
  const std::vector<OrderId> orders = paid_with(account, order);
  for (const CreditType& type : types_of(account, orders)) {
    const Credits issued = issued_by(account, orders, type);
    const auto part_of = [&](Money money) {
      return Credits{Ratio{money.minor(), order.total.minor()}.of(issued.units, Rounding::half_up)};
    };
    Credits left = std::max(Credits(), part_of(all) - part_of(took));
    for (const Grant& grant : account.grants) {
      if (!came_with(grant, orders) || grant.type != type) continue;
      const Credits taken = std::min(left, grant.remaining - grant.held);
      if (!taken.is_zero()) takes.push_back({grant.id, taken});
      left -= taken;
    }
  }
  return takes;
}

/// An order's refund as the processor made it: of its money without tax the same part.
Refund refund_as_made(const Draft& draft, const Order& order, const Attempt& paid, Money amount) {
  if (order.state != OrderState::paid) {
    Refund unwanted;
    unwanted.order = order.id;
    unwanted.attempt = paid.number;
    unwanted.amount = amount;
    return unwanted;
  }
  Refund refund = share_of(draft, order, GivesBack::whole);
  if (refund.amount == amount) return refund;
  const Money net = amount.times({order.net().minor(), order.total.minor()}, Rounding::half_up);
  refund.taxes = taxes_refunded(order.taxes, order.net(), gone_net(draft.account, order), net);
  refund.amount = amount;
  refund.credits = refund.goodwill = {};
  return refund;
}

/// What came by this payment and did not go back yet.
Money left_of(const Account& account, const Order& order, const Attempt& paid) {
  Money left = paid.amount;
  for (const Refund& refund : account.refunds)
    if (refund.order == order.id && (refund.attempt == 0 || refund.attempt == paid.number) && !has_failed(refund))
      left -= refund.amount;
  for (const Dispute& dispute : account.disputes)
    if (dispute.order == order.id && dispute.state == DisputeState::lost) left -= dispute.amount;
  return left;
}

void decide_credits(Draft& draft, const Refund& made, const RecordRefund& command, const ProcessorId& processor) {
  const Order order = *draft.account.order(made.order);
  switch (draft.catalog().refunded_elsewhere) {
    case CreditsThen::keep: return;
    case CreditsThen::take_share:
      // What is held may still be used: staff decides when that is known.
      if (holds_any_of(draft.account, order)) break;
      end_recharge_after(draft, order.id);
      for (const Take& take : share_of_credits(draft.account, order, command.amount))
        draft.add(GrantRefunded{take.grant, take.amount, made.id});
      return;
    case CreditsThen::staff_decides: break;
  }
  draft.add(DiscrepancyFound{Discrepancy{.name = "refund_made_elsewhere/" + command.ref,
                                         .processor = processor,
                                         .what = "refund_made_elsewhere",
                                         .key = made.key,
                                         .ref = command.ref,
                                         .ours = "order " + std::to_string(order.id.value) + " of " +
                                                 draft.account.id.text() + ": its credits are as they were",
                                         .theirs = command.amount.text() + " went back to the customer",
                                         .found_by = "refund",
                                         .found_at = draft.now}});
}

}  // namespace

void record_refund(Draft& draft, const RecordRefund& command) {
  const Order* found = draft.account.order(command.order);
  const Attempt* captured = found == nullptr ? nullptr : paid_by(draft.account, *found);
  if (captured == nullptr) refuse("no_such_payment", "There is no payment for this order.");
  const Order order = *found;
  const Attempt paid = *captured;
  if (command.ref.empty()) refuse("ref_missing", "A refund needs the processor's id of it.");
  for (const Refund& refund : draft.account.refunds)
    if (refund.order == order.id && refund.ref == command.ref)
      refuse("known_already", "The refund " + command.ref + " is in the books already.");
  const Money left = left_of(draft.account, order, paid);
  if (command.amount.minor() <= 0 || command.amount.currency() != order.total.currency() || left < command.amount)
    refuse("bad_amount", "Of this payment at most " + left.text() + " can go back.");
  Refund made = refund_as_made(draft, order, paid, command.amount);
  made.id = {draft.account.last_refund + 1};
  made.key = draft.world.provider_key(draft.tenant.id.text() + "/" + draft.account.id.text() +
                                      "/refund made elsewhere/" + paid.processor.text() + "/" + command.ref);
  made.reason = command.reason;
  made.made_elsewhere = true;
  made.credits = {};
  draft.add(RefundStarted{made});
  const bool whole = left == command.amount;
  if (whole && made.attempt == 0) end_delivery(draft, order.id, "given_back");
  draft.add(RefundMoved{.refund = made.id,
                        .amount = made.amount,
                        .state = AttemptState::captured,
                        .ask_at = never,
                        .ref = command.ref,
                        .raw = "made at the processor"});
  if (made.attempt != 0) return;  // money that nobody wanted has no invoice to correct
  issue_credit_note(draft, made);
  decide_credits(draft, made, command, paid.processor);
}

void record_payout(Draft& draft, const RecordPayout& command) {
  const Refund* refund = draft.account.refund(command.refund);
  if (refund == nullptr) refuse("no_such_refund", "There is no such refund.");
  if (refund->paid_out_from.empty()) refuse("not_by_hand", "The processor makes this refund automatically.");
  if (refund->state == AttemptState::captured) refuse("paid_out_already", "This refund was paid out already.");
  if (command.ref.empty()) refuse("ref_missing", "A transfer needs the bank's reference.");
  if (draft.account.order(refund->order)->state != OrderState::paid)
    refuse("not_paid", "The money of order " + std::to_string(refund->order.value) +
                           " was taken back: nothing of it is there to pay out.");
  ProviderReport said;
  said.state = AttemptState::captured;
  said.amount = refund->amount;
  said.ref = command.ref;
  refund_reported(draft, {.refund = refund->id, .said = std::move(said)});
}

void give_back_whole(Draft& draft, OrderId id, std::uint32_t attempt) {
  Refund refund;
  refund.order = id;
  refund.attempt = attempt;
  refund.amount = draft.account.order(id)->attempts[attempt - 1].amount;
  start_refund(draft, std::move(refund));
}

}  // namespace florin
