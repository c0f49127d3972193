#include "answers/answers.hpp"

#include <algorithm>

#include "answers/account.hpp"
#include "answers/account_lists.hpp"
#include "answers/bank_money.hpp"
#include "answers/cases.hpp"
#include "answers/parts.hpp"
#include "answers/payments.hpp"
#include "answers/quote.hpp"
#include "answers/read_answers.hpp"
#include "config/schema.hpp"
#include "config/write_json.hpp"
#include "domain/journal/described.hpp"

namespace florin::answers {

namespace {

/// What a customer reads of a decline: no processor's word, and never why a bank suspects somebody.
std::string sentence_of(DeclineKind kind) {
  switch (kind) {
    case DeclineKind::funds: return "There is not enough money on this payment method.";
    case DeclineKind::authenticate: return "The bank asks you to confirm this payment. Please pay it yourself.";
    case DeclineKind::bad_data: return "Something about this payment method is not right. Please check it.";
    case DeclineKind::mandate_gone:
      return "The permission to charge this payment method has ended. Please add it again.";
    case DeclineKind::customer_gave_up: return "The payment was not completed.";
    case DeclineKind::technical:
    case DeclineKind::misconfigured:
    case DeclineKind::throttled: return "The payment could not be made just now. Please try again later.";
    case DeclineKind::none:
    case DeclineKind::soft:
    case DeclineKind::hard:
    case DeclineKind::fraud: return "The payment was declined. Please use another payment method or ask your bank.";
  }
  return {};
}

/// When the host charges an order again by itself.
std::optional<Instant> next_try(const florin::Account& account, const florin::Order& order) {
  if (!account.past_due || account.past_due->order != order.id) return std::nullopt;
  const Instant next = std::min(account.past_due->retry_at, account.past_due->step_at);
  return next == never ? std::nullopt : std::optional(next);
}

std::string state_of(const florin::Order& order) {
  if (order.state == OrderState::paid) return "paid";
  const auto has = [&](AttemptState state) {
    return std::ranges::any_of(order.attempts, [&](const Attempt& attempt) { return attempt.state == state; });
  };
  if (has(AttemptState::unknown)) return "unknown";
  if (has(AttemptState::started)) return "processing";
  if (has(AttemptState::needs_action)) return "needs_action";
  if (has(AttemptState::pending) || has(AttemptState::authorised)) return "pending";
  // Of one that was taken in part, and so is given back, the reason stays.
  const auto declined = [](const Attempt& last) {
    return last.state != AttemptState::captured || last.decline != DeclineKind::none;
  };
  if (!order.attempts.empty() && declined(order.attempts.back())) return "declined";
  return order.state == OrderState::closed ? "closed" : "open";
}

Now now_as_answer(const florin::Account& account, const florin::Order& order) {
  Now now{.state = state_of(order), .invoice = text_or_none(order.invoice), .action = {}, .decline = {}, .next = {}};
  if (now.state == "needs_action")
    for (const Attempt& attempt : order.attempts)
      if (attempt.state == AttemptState::needs_action) now.action = action_of(attempt.action);
  if (now.state == "declined") {
    now.decline = Decline{order.attempts.back().decline, sentence_of(order.attempts.back().decline)};
    now.next = next_try(account, order);
  }
  return now;
}

Payment payment_of(const florin::Account& account, const Attempt& attempt, Audience whom) {
  Payment payment{.number = attempt.number,
                  .slot = {},
                  .method = {},
                  .amount = attempt.amount,
                  .state = attempt.state,
                  .started_at = attempt.started_at,
                  .decline = decline_of(attempt.state, attempt.decline),
                  .staff = {}};
  if (const SavedMethod* saved = account.method(attempt.method)) {
    payment.slot = saved->slot;
    payment.method = saved->method.text();
  }
  if (whom != Audience::staff) return payment;
  payment.staff = PaymentForStaff{.processor = attempt.processor.text(),
                                  .key = attempt.key,
                                  .reference = attempt.ref,
                                  .raw = attempt.raw,
                                  .decline_code = attempt.decline_code,
                                  .fee = {},
                                  .settlement = {},
                                  .kept = attempt.kept};
  if (attempt.fee) {
    payment.staff->fee = attempt.fee->amount;
    payment.staff->settlement = text_or_none(attempt.fee->settlement);
  }
  return payment;
}

/// The text for the customer. Only staff sees which plugin blocks the delivery.
std::optional<Delivery> delivery_of(const florin::Order& order) {
  if (!order.undelivered) return std::nullopt;
  const bool credits = !order.types().empty();
  return Delivery{.state = "on_its_way",
                  .since = order.undelivered->since,
                  .text = credits ? "Paid. Your credits are on their way." : "Paid. Your order is on its way."};
}

}  // namespace

std::optional<Json> action_of(const std::string& action) {
  if (action.empty() || !config::parse_json(action, "action")) return std::nullopt;
  return Json{action};
}

std::optional<Decline> decline_of(AttemptState state, DeclineKind kind) {
  if (state != AttemptState::declined && state != AttemptState::expired) return std::nullopt;
  return Decline{kind, sentence_of(kind)};
}

Order order_of(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom) {
  const Currency currency = order.total.is_zero() ? catalog.currency : order.total.currency();
  Order answer{.id = order.id,
               .kind = order.kind,
               .state = order.state,
               .total = in_currency(currency, order.total),
               .net = in_currency(currency, order.net()),
               .lines = lines_of(order.lines),
               .taxes = taxes_of(order.taxes),
               .placed_at = order.placed_at,
               .open_until = order.open_until == never ? std::nullopt : std::optional(order.open_until),
               .paid_at = order.paid_at,
               .period_from = order.period_from,
               .period_to = order.period_to,
               .invoice = text_or_none(order.invoice),
               .closed_because = text_or_none(order.closed_because),
               .refunded = in_currency(currency, order.refunded),
               .from_account_money = in_currency(currency, order.account_money),
               .written_off = in_currency(currency, order.written_off),
               .now = now_as_answer(account, order),
               .delivery = delivery_of(order),
               .payments = {},
               .staff = {}};
  for (const Attempt& attempt : order.attempts) answer.payments.push_back(payment_of(account, attempt, whom));
  if (whom == Audience::staff) answer.staff = OrderForStaff{.route = order.route};
  return answer;
}

florin::OrderNow now_of(const florin::Account& account, const florin::Order& order) {
  const OrderNow now{order.id, order.total, now_as_answer(account, order)};
  return {.over = order.state == OrderState::paid || !order.in_flight(), .json = config::write_whole_json(now)};
}

std::string as_json(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom) {
  return config::write_whole_json(order_of(catalog, account, order, whom));
}

std::vector<std::pair<std::string, std::string>> schemas() {
  std::vector<std::pair<std::string, std::string>> all = {{"account", config::schema<Account>("account")},
                                                          {"order", config::schema<Order>("order")},
                                                          {"order_now", config::schema<OrderNow>("order_now")},
                                                          {"quote", config::schema<Quote>("quote")},
                                                          {"payments", config::schema<Payments>("payments")},
                                                          {"bank_money", config::schema<BankMoney>("bank_money")},
                                                          {"case", config::schema<Case>("case")}};
  std::ranges::move(list_schemas(), std::back_inserter(all));
  std::ranges::move(read_schemas(), std::back_inserter(all));
  return all;
}

}  // namespace florin::answers
