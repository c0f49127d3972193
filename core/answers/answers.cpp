#include "answers/answers.hpp"

#include <algorithm>

#include "answers/bank_money.hpp"
#include "answers/cases.hpp"
#include "answers/parts.hpp"
#include "answers/payments.hpp"
#include "answers/read_answers.hpp"
#include "config/schema.hpp"
#include "config/write_json.hpp"
#include "domain/calendar/calendar.hpp"
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

std::optional<std::string> said(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

std::optional<Json> action_of(const std::string& action) {
  if (action.empty() || !config::parse_json(action, "action")) return std::nullopt;
  return Json{action};
}

Money in(Currency currency, const Money& money) { return money.is_zero() ? Money(0, currency) : money; }

std::optional<Decline> decline_of(AttemptState state, DeclineKind kind) {
  if (state != AttemptState::declined && state != AttemptState::expired) return std::nullopt;
  return Decline{kind, sentence_of(kind)};
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
  Now now{.state = state_of(order), .invoice = said(order.invoice), .action = {}, .decline = {}, .next = {}};
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
    payment.staff->settlement = said(attempt.fee->settlement);
  }
  return payment;
}

Order order_of(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom) {
  const Currency currency = order.total.is_zero() ? catalog.currency : order.total.currency();
  Order answer{.id = order.id,
               .kind = order.kind,
               .state = order.state,
               .total = in(currency, order.total),
               .net = in(currency, order.net()),
               .lines = lines_of(order.lines),
               .taxes = taxes_of(order.taxes),
               .placed_at = order.placed_at,
               .open_until = order.open_until == never ? std::nullopt : std::optional(order.open_until),
               .paid_at = order.paid_at,
               .period_from = order.period_from,
               .period_to = order.period_to,
               .invoice = said(order.invoice),
               .closed_because = said(order.closed_because),
               .refunded = in(currency, order.refunded),
               .from_account_money = in(currency, order.account_money),
               .written_off = in(currency, order.written_off),
               .now = now_as_answer(account, order),
               .payments = {}};
  for (const Attempt& attempt : order.attempts) answer.payments.push_back(payment_of(account, attempt, whom));
  return answer;
}

std::optional<PlanNow> plan_of(const florin::Account& account) {
  if (!account.subscription) return std::nullopt;
  const Subscription& running = *account.subscription;
  PlanNow plan{.plan = running.plan,
               .cycle = running.cycle,
               .licences = running.licences,
               .add_ons = add_ons_of(running.add_ons),
               .period_from = running.from,
               .period_to = running.to,
               .cancelled = running.cancelled_at.has_value(),
               .ends_at = running.ends_at,
               .agreement_ends = running.agreement_ends,
               .paused_since = {},
               .resumes_at = {}};
  if (account.pause) {
    plan.paused_since = account.pause->since;
    plan.resumes_at = account.pause->resumes_at;
  }
  return plan;
}

std::vector<SetUp> set_ups_of(const florin::Account& account) {
  std::vector<SetUp> all;
  for (const Saving& saving : account.savings)
    all.push_back({.id = saving.id,
                   .method = saving.method,
                   .slot = saving.slot,
                   .state = saving.state == AttemptState::captured ? std::string("saved") : word_text(saving.state),
                   .until = saving.until,
                   .action = action_of(saving.action),
                   .decline = decline_of(saving.state, saving.decline)});
  return all;
}

/// By the schedule as it stands, from the step that the account has come to.
std::optional<DunningNow> dunning_of(const Catalog& catalog, const florin::Account& account) {
  if (!account.past_due) return std::nullopt;
  const PastDue& due = *account.past_due;
  DunningNow now{.usage_stopped = due.usage_refused,
                 .buying_stopped = due.buying_refused,
                 .next_step_at = due.step_at == never ? std::nullopt : std::optional(due.step_at),
                 .usage_stops_at = {},
                 .buying_stops_at = {},
                 .plan_ends_at = {}};
  const Calendar calendar(catalog.zone);
  const auto sooner = [](std::optional<Instant>& stops, bool stopped, Instant at) {
    if (!stops && !stopped) stops = at;
  };
  for (std::size_t step = due.step; step < catalog.past_due.size(); ++step) {
    const PastDueStep& rule = catalog.past_due[step];
    const Instant at = calendar.after(due.since, rule.after);
    if (rule.usage_refused.value_or(false)) sooner(now.usage_stops_at, now.usage_stopped, at);
    if (rule.buying_refused.value_or(false)) sooner(now.buying_stops_at, now.buying_stopped, at);
    if (rule.cancel) sooner(now.plan_ends_at, false, at);
  }
  return now;
}

void add_credits(Account& answer, const Catalog& catalog, const florin::Account& account, Instant now) {
  constexpr std::size_t most_grants = 20;
  for (const CreditTypeRule& type : catalog.credits)
    answer.credits.push_back({type.id, amount_text(catalog, type.id, account.available(type.id, now))});
  for (const Grant& grant : account.grants) {
    if (answer.grants.size() == most_grants) break;
    answer.grants.push_back({.id = grant.id,
                             .source = grant.source,
                             .granted = amount_text(catalog, grant.type, grant.granted),
                             .remaining = amount_text(catalog, grant.type, grant.remaining),
                             .issued_at = grant.issued_at,
                             .ends_at = grant.ends_at});
  }
  answer.more_grants = account.grants.size() - answer.grants.size();
}

void add_people_and_methods(Account& answer, const Catalog& catalog, const florin::Account& account) {
  for (const SavedMethod& saved : account.methods)
    if (!saved.once())
      answer.payment_methods.push_back({saved.slot, saved.method, said(saved.brand), said(saved.masked)});
  answer.set_ups = set_ups_of(account);
  for (const ApprovalState& one : account.approvals) answer.approvals.push_back({one.approval, one.state});
  for (const Member& one : account.members)
    answer.members.push_back({one.id, one.role, one.invited ? "invited" : "active", one.since});
  const RechargeState& recharge = account.recharge;
  if (recharge.active)
    answer.auto_recharge = Recharge{amount_text(catalog, recharge.type, recharge.below),
                                    amount_text(catalog, recharge.type, recharge.amount), recharge.suspended};
}

}  // namespace

florin::OrderNow now_of(const florin::Account& account, const florin::Order& order) {
  const OrderNow now{order.id, order.total, now_as_answer(account, order)};
  return {.over = order.state == OrderState::paid || !order.in_flight(), .json = config::write_whole_json(now)};
}

std::string as_json(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom) {
  return config::write_whole_json(order_of(catalog, account, order, whom));
}

std::string orders_as_json(const Catalog& catalog, const florin::Account& account, OrderId before, std::size_t most,
                           Audience whom) {
  std::string data;
  std::size_t count = 0;
  OrderId last;
  bool more = false;
  for (auto order = account.orders.rbegin(); order != account.orders.rend(); ++order) {
    if (before && order->id >= before) continue;
    if (count == most) {
      more = true;
      break;
    }
    data += (count++ == 0 ? "" : ",") + as_json(catalog, account, *order, whom);
    last = order->id;
  }
  return "{\"data\":[" + data + "],\"next\":" + (more ? "\"" + std::to_string(last.value) + "\"" : "null") + "}";
}

std::string as_json(const Catalog& catalog, const florin::Account& account, Instant now,
                    const std::optional<NextPeriod>& next, Audience whom) {
  Account answer{.account = account.id,
                 .state = account.state_word(),
                 .position = account.position,
                 .etag = etag_of({account.position, account.due_at}),
                 .opened_at = account.opened_at,
                 .billing_country = account.billing_country,
                 .billing_state = said(account.billing_state),
                 .frozen = account.frozen,
                 .blocked = account.blocked,
                 .deleted = account.deleted,
                 .past_due_since = account.past_due ? std::optional(account.past_due->since) : std::nullopt,
                 .trial_ends_at = account.trial ? account.trial->ends_at : std::nullopt,
                 .subscription = plan_of(account),
                 .next = {},
                 .credits = {},
                 .grants = {},
                 .more_grants = 0,
                 .open_orders = {},
                 .payment_methods = {},
                 .set_ups = {},
                 .account_money = in(catalog.currency, account.money),
                 .auto_recharge = {},
                 .approvals = {},
                 .members = {},
                 .dunning = dunning_of(catalog, account)};
  if (next) {
    NextCharge charge{next->at, in(catalog.currency, Money()), {}, {}};
    if (next->order) {
      charge.total = in(catalog.currency, next->order->total);
      charge.lines = lines_of(next->order->lines);
      for (const Tax& tax : next->order->taxes) charge.taxes.push_back({tax.name, tax.base, tax.amount});
    }
    answer.next = std::move(charge);
  }
  add_credits(answer, catalog, account, now);
  for (const florin::Order& order : account.orders)
    if (order.state == OrderState::open) answer.open_orders.push_back(order_of(catalog, account, order, whom));
  add_people_and_methods(answer, catalog, account);
  return config::write_whole_json(answer);
}

std::vector<std::pair<std::string, std::string>> schemas() {
  std::vector<std::pair<std::string, std::string>> all = {{"account", config::schema<Account>("account")},
                                                          {"order", config::schema<Order>("order")},
                                                          {"order_now", config::schema<OrderNow>("order_now")},
                                                          {"quote", config::schema<Quote>("quote")},
                                                          {"payments", config::schema<Payments>("payments")},
                                                          {"bank_money", config::schema<BankMoney>("bank_money")},
                                                          {"case", config::schema<Case>("case")}};
  std::ranges::move(read_schemas(), std::back_inserter(all));
  return all;
}

}  // namespace florin::answers
