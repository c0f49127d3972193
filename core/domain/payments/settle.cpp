#include "domain/payments/settle.hpp"

#include <algorithm>

#include "domain/orders/deliver.hpp"
#include "domain/orders/place.hpp"
#include "domain/payments/cancel.hpp"
#include "domain/payments/in_part.hpp"
#include "domain/payments/match.hpp"
#include "domain/payments/methods.hpp"
#include "domain/payments/refund.hpp"
#include "domain/payments/retry.hpp"

namespace florin {

namespace {

/// How long something done may still look absent at a provider that does not say.
constexpr Duration usual_look_up_lag = minutes(5);

/// As its processor declared it last.
Duration look_up_lag_of(const Attempt& attempt, const ProviderReport& said) {
  if (said.look_up_lag.us > 0) return said.look_up_lag;
  return attempt.look_up_lag.us > 0 ? attempt.look_up_lag : usual_look_up_lag;
}

bool final_no(AttemptState state) {
  return state == AttemptState::declined || state == AttemptState::not_sent || state == AttemptState::expired ||
         state == AttemptState::voided;
}

/// How often one method is tried again because nothing had reached the provider.
constexpr std::uint32_t most_not_sent = 3;

/// How long until the method of the last attempt is tried again; none: it is not. What is set up wrongly is as wrong a
/// minute later.
std::optional<Duration> same_again_after(const Order& order) {
  const Attempt& last = order.attempts.back();
  if (last.state != AttemptState::not_sent || last.decline == DeclineKind::misconfigured) return std::nullopt;
  std::uint32_t lost = 0;
  for (const Attempt& attempt : order.attempts)
    if (attempt.method == last.method && attempt.state == AttemptState::not_sent) ++lost;
  if (lost >= most_not_sent) return std::nullopt;
  return lost == 1 ? minutes(1) : minutes(5);
}

/// What the processor kept of a captured payment, and in which payout it is. The first word of each counts; one that
/// differs later is found when books are compared. False: it says nothing new.
bool take_fee(Draft& draft, const PaymentReported& command, const Attempt& captured) {
  Fee fee = captured.fee ? *captured.fee : Fee();
  if (!fee.amount.currency()) fee.amount = command.said.fee;
  if (fee.settlement.empty()) fee.settlement = command.said.settlement;
  if (fee == (captured.fee ? *captured.fee : Fee())) return false;
  draft.add(FeeTaken{command.order, command.attempt, std::move(fee)});
  return true;
}

/// Whether the processor gave an answer, whatever it was; none: nobody asked it.
std::optional<bool> answered(const PaymentReported& command) {
  const ProviderReport& said = command.said;
  if (said.absent) return true;
  if (said.state != AttemptState::unknown && said.state != AttemptState::not_sent) return true;
  const bool held_back = said.decline_code.starts_with(person_missing);
  if (!command.sent || held_back || said.text.starts_with("wrong_amount")) return std::nullopt;
  return said.decline == DeclineKind::misconfigured || said.decline == DeclineKind::throttled;
}

/// Whether the lines that a closed order carried wait for an invoice again, and nothing else has charged them.
bool carried_lines_wait(const Account& account, const Order& order) {
  std::vector<Line> waiting = account.next_invoice;
  for (std::size_t i = order.lines.size() - order.carries; i < order.lines.size(); ++i) {
    const auto found = std::ranges::find(waiting, order.lines[i]);
    if (found == waiting.end()) return false;
    waiting.erase(found);
  }
  return true;
}

}  // namespace

Duration ask_again_after(std::uint32_t asked) {
  constexpr Duration steps[] = {minutes(1), minutes(5), hours(1), hours(6)};
  return asked < std::size(steps) ? steps[asked] : hours(24);
}

bool can_use_bought_credits(const Draft& draft) {
  return draft.account.standing != Standing::ended || draft.catalog().sells_without_plan();
}

bool still_due(const Draft& draft, const Order& order) {
  const Account& account = draft.account;
  // What of the account's own money was for it may have paid another order since.
  if (order.state == OrderState::closed && account.money < order.account_money) return false;
  if (order.state == OrderState::closed && !carried_lines_wait(account, order)) return false;
  const auto& running = account.subscription;
  switch (order.kind) {
    case OrderKind::purchase:
    case OrderKind::recharge: return can_use_bought_credits(draft);
    case OrderKind::minimum: return order.state != OrderState::closed;  // closed: it was written off
    case OrderKind::small_amounts: return true;
    case OrderKind::subscription:
      // The bank took the money of what was delivered: its invoice is owed, also when the plan is over.
      if (order.state == OrderState::open && order.reopened) return true;
      return order.buys.plan ? !running : renews_running(account, order);
    case OrderKind::change:
    case OrderKind::licences:
    case OrderKind::addon: break;
  }
  if (order.state != OrderState::open || !running || order.placed_at < running->started_at) return false;
  return !order.period_to || *order.period_to == running->to;
}

namespace {

std::optional<LateThen> word_for(const PaidAfterClosed& rule, const Order& order) {
  switch (order.kind) {
    case OrderKind::purchase: return rule.purchase;
    case OrderKind::recharge: return rule.recharge;
    case OrderKind::subscription: return rule.subscription;
    case OrderKind::minimum:
    case OrderKind::small_amounts: return LateThen::deliver;  // of what is over: it stays due
    case OrderKind::change:
    case OrderKind::licences:
    case OrderKind::addon: break;
  }
  return std::nullopt;
}

/// The payment pays for the order, together with the account's own money that was set aside for it.
void deliver(Draft& draft, const Order& order, std::uint32_t attempt) {
  const OrderId id = order.id;
  apply_what_came(draft, id, order.attempts[attempt - 1].amount);
  fulfil(draft, id, attempt);
}

/// A late payment: its order is closed. Money is never kept silently: the order is delivered, the payment is refunded,
/// or it waits for staff.
void money_came_late(Draft& draft, OrderId id, std::uint32_t attempt) {
  const Order& order = *draft.account.order(id);
  const PaidAfterClosed& rule = draft.catalog().paid_after_closed;
  LateThen then = word_for(rule, order).value_or(rule.otherwise);
  if (then == LateThen::deliver || then == LateThen::deliver_if_still_due) {
    if (still_due(draft, order)) return deliver(draft, order, attempt);
    then = rule.otherwise;
  }
  if (then == LateThen::refund) return give_back_whole(draft, id, attempt);
  draft.add(LateMoneyKept{id, attempt});
}

void money_came(Draft& draft, OrderId id, std::uint32_t attempt) {
  const Order& order = *draft.account.order(id);
  if (order.state == OrderState::paid) return give_back_whole(draft, id, attempt);  // a second capture of one order
  if (order.state == OrderState::open && still_due(draft, order)) return deliver(draft, order, attempt);
  if (order.state == OrderState::open) {
    draft.add(OrderClosed{id, "no_longer_due"});
    cancel_at_processor(draft, id, attempt);
  }
  money_came_late(draft, id, attempt);
}

}  // namespace

bool may_move(AttemptState from, AttemptState to) {
  using enum AttemptState;
  switch (from) {
    case started: return to != started;
    case unknown: return to != started;
    case pending: return to != started && to != not_sent;
    case needs_action: return to != started && to != not_sent;
    case authorised: return to == authorised || to == captured || to == voided || to == expired || to == unknown;
    case not_sent:
    case declined: return to == captured || to == authorised;  // late success: it happens, and the money counts
    case expired: return to == captured || to == authorised || to == voided;
    case captured:
    case voided: return false;
  }
  return false;
}

namespace {

/// A report as it came, before it is compared with what is known of the attempt.
AttemptMoved as_reported(const Draft& draft, const PaymentReported& command) {
  const ProviderReport& said = command.said;
  AttemptMoved moved{.order = command.order,
                     .attempt = command.attempt,
                     .state = said.state,
                     .amount = {},
                     .ask_at = never,
                     .ref = said.ref,
                     .raw = said.raw,
                     .decline = said.decline,
                     .decline_code = said.decline_code,
                     .action = said.action,
                     .alarm = said.text.starts_with("wrong_amount") ? said.text : std::string()};
  if (command.sent) moved.sent_at = draft.now;
  moved.look_up_lag = said.look_up_lag;
  return moved;
}

/// The instant until which the processor may not show yet what was sent last.
Instant lag_ends(const Attempt& attempt, const AttemptMoved& moved, const ProviderReport& said) {
  const Instant last_sent = std::max({attempt.started_at, attempt.sent_at, moved.sent_at.value_or(Instant())});
  return last_sent + look_up_lag_of(attempt, said);
}

/// Absence counts as proof only after the provider's own delay; until then the attempt stays unknown. Absence proves
/// nothing about an attempt that the provider has reported before.
AttemptState absent_state(const Draft& draft, const Attempt& attempt, Instant lag_ends) {
  const bool never_heard = attempt.state == AttemptState::started || attempt.state == AttemptState::unknown;
  const bool proved = never_heard && attempt.ref.empty() && lag_ends <= draft.now;
  return proved ? AttemptState::not_sent : AttemptState::unknown;
}

/// Refuses a report without news. An impossible claim raises an alarm for staff. For an open attempt, the host asks
/// again later, but not for ever.
void must_be_possible(const Attempt& attempt, AttemptMoved& moved) {
  if (may_move(attempt.state, moved.state)) return;
  const bool nothing_new = moved.alarm.empty() && !attempt.open();
  if (nothing_new || attempt.state == AttemptState::captured)
    refuse("stale_claim", "The outcome of this attempt is already recorded.");
  if (moved.alarm.empty()) moved.alarm = "impossible_transition";
  moved.state = attempt.state;
}

/// When to ask the processor next; `never`: do not ask.
Instant next_question(const Draft& draft, const Attempt& attempt, const AttemptMoved& moved,
                      const ProviderReport& said) {
  using enum AttemptState;
  // The bank's statement reports payments by invoice; nobody is asked.
  if ((moved.state == pending || moved.state == needs_action) && comes_by_bank(draft, attempt)) return never;
  // A payment that was just authorised is captured now.
  if (moved.state == authorised && attempt.state != authorised) return draft.now;
  if (moved.state != unknown && moved.state != pending && moved.state != needs_action && moved.state != authorised)
    return never;
  const Instant lag = lag_ends(attempt, moved, said);
  if (said.absent && draft.now < lag) return lag;
  return draft.now + (said.ask_after.us > 0 ? said.ask_after : ask_again_after(attempt.asked));
}

/// The report's result for this attempt. Refuses a report without news.
AttemptMoved as_it_counts(const Draft& draft, const PaymentReported& command, const Attempt& attempt) {
  const ProviderReport& said = command.said;
  AttemptMoved moved = as_reported(draft, command);
  if (said.absent) moved.state = absent_state(draft, attempt, lag_ends(attempt, moved, said));
  const bool in_part = moved.state == AttemptState::captured && is_part(said, attempt.amount);
  if (moved.state == AttemptState::captured && said.amount != attempt.amount && !in_part) {
    moved.state = AttemptState::unknown;
    moved.alarm = "wrong_amount: " + said.amount.text() + " instead of " + attempt.amount.text();
  }
  must_be_possible(attempt, moved);
  // The customer action stays until the processor asks for another one.
  if (moved.state == AttemptState::needs_action && moved.action.empty()) moved.action = attempt.action;
  moved.ask_at = next_question(draft, attempt, moved, said);
  if (moved.state == AttemptState::captured) moved.amount = said.amount;
  if (in_part) moved.decline = DeclineKind::funds;
  if (moved.state == AttemptState::not_sent && said.decline == DeclineKind::misconfigured) {
    const bool coded = !said.decline_code.empty() && !said.decline_code.starts_with(person_missing);
    moved.alarm = "misconfigured: " + (coded ? said.decline_code : said.text);
  }
  return moved;
}

/// The attempt has failed: try the next candidate, or the same one again, or end the order.
void went_nowhere(Draft& draft, OrderId id, const Attempt& attempt) {
  const Order& order = *draft.account.order(id);
  if (attempt.cancelling() && !still_due(draft, order)) return draft.add(OrderClosed{id, "no_longer_due"});
  // The customer was asked to pay a last time, and is not charged after that.
  if (!order.by_itself() && order.open_until <= draft.now) return could_not_be_paid(draft, id, "not_paid_in_time");
  if (!may_go_elsewhere(draft, order))
    if (const auto wait = same_again_after(order); wait && try_again(draft, id, *wait)) return;
  if (!try_next(draft, id)) could_not_be_paid(draft, id, "declined");
}

/// A partial capture does not pay the order: it is refunded, and the order continues as after a decline for
/// insufficient funds. Source   docs/decisions/0312-captured-in-part.md
void came_in_part(Draft& draft, OrderId id, const Attempt& attempt) {
  give_back_whole(draft, id, attempt.number);
  const Order& order = *draft.account.order(id);
  if (order.state == OrderState::open && !order.in_flight() && attempt.open()) went_nowhere(draft, id, attempt);
}

}  // namespace

void payment_reported(Draft& draft, const PaymentReported& command) {
  const Order* order = draft.account.order(command.order);
  if (order == nullptr || command.attempt == 0 || command.attempt > order->attempts.size())
    refuse("no_such_attempt", "There is no such attempt.");
  const Attempt attempt = order->attempts[command.attempt - 1];
  const ProviderReport& said = command.said;
  const bool again = attempt.state == AttemptState::captured && said.state == AttemptState::captured;
  if (again && said.amount == attempt.amount && take_fee(draft, command, attempt)) return;
  const AttemptMoved moved = as_it_counts(draft, command, attempt);
  draft.add(moved);
  if (const auto there = answered(command)) count_answer(draft, attempt.processor, *there);
  if (moved.state == AttemptState::captured) {
    take_fee(draft, command, attempt);
    if (moved.amount < attempt.amount) return came_in_part(draft, command.order, attempt);
    keep_charged(draft, *draft.account.order(command.order), attempt, said);
    return money_came(draft, command.order, command.attempt);
  }
  const Order& after = *draft.account.order(command.order);
  const bool over = final_no(moved.state) && after.state == OrderState::open && !after.in_flight();
  // The results of an attempt that ended before have already followed.
  if (over && attempt.open()) went_nowhere(draft, command.order, attempt);
}

void resolve_payment(Draft& draft, const ResolvePayment& command) {
  const Order* order = draft.account.order(command.order);
  const auto number = static_cast<std::uint32_t>(command.attempt);
  if (order == nullptr || command.attempt < 1 || number > order->attempts.size())
    refuse("no_such_attempt", "There is no such attempt.");
  const Attempt& attempt = order->attempts[number - 1];
  if (!attempt.open()) refuse("outcome_known", "The outcome of this attempt is known.");
  if (attempt.state != AttemptState::unknown)
    refuse("still_under_way", "The processor or the customer is still working on it. Wait for the processor's report.");
  if (command.reason.empty()) refuse("reason_missing", "Give the reason: what the processor's dashboard shows.");
  const bool captured = command.outcome == PaymentOutcome::captured;
  if (captured && command.ref.empty()) refuse("ref_missing", "A captured payment needs the processor's id of it.");
  // Till then a request of ours may still arrive.
  const Instant last_sent = std::max(attempt.started_at, attempt.sent_at);
  const Instant certain = std::max(last_sent + look_up_lag_of(attempt, {}), attempt.send_before);
  if (!captured && draft.now < certain)
    refuse("too_early", "A request may still arrive. Look again after " + certain.text() + ".");
  ProviderReport said;
  said.state = captured ? AttemptState::captured : AttemptState::not_sent;
  said.amount = attempt.amount;
  said.ref = command.ref;
  said.raw = "settled by staff: " + command.reason;
  payment_reported(draft, {.order = command.order, .attempt = number, .said = std::move(said)});
}

void decide_late_money(Draft& draft, const DecideLateMoney& command) {
  const Order* found = draft.account.order(command.order);
  const Order order = found == nullptr ? Order() : *found;
  const auto kept = std::ranges::find_if(order.attempts, &Attempt::kept);
  if (order.undelivered && !command.reason.empty()) {
    if (command.deliver) return deliver_order(draft, {order.id});
    return start_refund(draft, share_of(draft, order, GivesBack::whole));
  }
  if (kept == order.attempts.end() && !order.undelivered)
    refuse("no_money_kept", "This order has no late payment that waits for a decision.");
  if (command.reason.empty()) refuse("reason_missing", "A decision about money needs a reason.");
  if (!command.deliver) return give_back_whole(draft, order.id, kept->number);
  if (order.state == OrderState::paid || !still_due(draft, order))
    refuse("no_longer_due", "This order can no longer be delivered. Refund the payment.",
           draft.catalog().paid_after_closed.at);
  deliver(draft, order, kept->number);
}

void expire_attempts(Draft& draft, OrderId id) {
  const Order order = *draft.account.order(id);
  for (const Attempt& last : order.attempts) {
    if (!last.open()) continue;
    draft.add(AttemptMoved{.order = id,
                           .attempt = last.number,
                           .state = AttemptState::expired,
                           .amount = {},
                           .ask_at = never,
                           .ref = last.ref,
                           .raw = last.raw,
                           .decline = DeclineKind::customer_gave_up,
                           .decline_code = {},
                           .action = {},
                           .alarm = {}});
  }
  cancel_at_processor(draft, id);
}

void close_order(Draft& draft, OrderId id) {
  expire_attempts(draft, id);
  could_not_be_paid(draft, id, "not_paid_in_time");
}

}  // namespace florin
