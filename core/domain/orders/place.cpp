#include "domain/orders/place.hpp"

#include <algorithm>
#include <boost/describe.hpp>

#include "domain/catalog/permission.hpp"
#include "domain/journal/described.hpp"
#include "domain/payments/match.hpp"
#include "domain/payments/offered.hpp"
#include "domain/payments/retry.hpp"
#include "domain/payments/stop.hpp"
#include "domain/subscriptions/past_due.hpp"

namespace florin {

namespace {

const SavedMethod* saved_as(const Account& account, const std::string& slot_or_kind) {
  if (const SavedMethod* saved = account.slot(slot_or_kind)) return saved;
  const auto found = std::ranges::find_if(
      account.methods, [&](const SavedMethod& m) { return m.method.text() == slot_or_kind && !m.once(); });
  return found == account.methods.end() ? nullptr : &*found;
}

/// Intent first: the attempt and its key are durable before any request leaves. The key is derived from what is paid
/// for. While charges are stopped, the order waits instead. `after`: the delay before it is sent.
void start_attempt(Draft& draft, const Order& order, const SavedMethod& method, std::uint32_t next_candidate,
                   Duration after = {}) {
  if (stop_of(draft.tenant, draft.account, order, method.processor) != nullptr) return draft.add(ChargeWaits{order.id});
  Attempt attempt;
  attempt.number = static_cast<std::uint32_t>(order.attempts.size()) + 1;
  attempt.method = method.id;
  attempt.processor = method.processor;
  attempt.token = method.token;
  attempt.amount = still_asked(draft.account, order);
  attempt.key = draft.world.provider_key(draft.tenant.id.text() + "/" + draft.account.id.text() + "/" + order.paid_for +
                                         "/" + std::to_string(attempt.number));
  attempt.started_at = draft.now;
  attempt.ask_at = draft.now + after;
  // Automatic charges skip a processor in cooldown. A customer's own payment still goes through and serves as the
  // probe.
  if (order.by_itself()) attempt.ask_at = std::max(attempt.ask_at, draft.tenant.cooldown_until(method.processor));
  attempt.send_before = attempt.ask_at + send_window;
  // An invoice stays open longer than a card that was tried before it. So does a renewal's invoice: after that it is
  // overdue.
  const Method* kind = draft.catalog().method(method.method);
  std::optional<Instant> open_until;
  if (kind != nullptr && kind->by_invoice()) open_until = draft.calendar().after(draft.now, kind->order_open);
  draft.add(AttemptStarted{.order = order.id,
                           .attempt = std::move(attempt),
                           .next_candidate = next_candidate,
                           .open_until = open_until,
                           .browser = draft.browser});
}

/// A payment by invoice has no saved method: the first such method that is offered is recorded for the account.
const SavedMethod* invoiced(Draft& draft, const Account& as_bought, const std::optional<std::string>& wanted,
                            const Actor& actor) {
  for (const Method& method : draft.catalog().methods) {
    if (!method.by_invoice() || (wanted && method.id.text() != *wanted)) continue;
    if (!holds(method.offered_to, as_bought, actor, {})) continue;
    const SavedMethod* saved = draft.account.slot("invoice");
    if (saved != nullptr && saved->method == method.id) return saved;
    draft.add(PaymentMethodAdded{{.id = {draft.account.last_method + 1},
                                  .method = method.id,
                                  .slot = "invoice",
                                  .processor = method.through.front(),
                                  .token = {},
                                  .brand = {},
                                  .masked = {}}});
    return draft.account.slot("invoice");
  }
  return nullptr;
}

bool is_stopped(const Draft& draft, const ProcessorId& processor) {
  return std::ranges::any_of(draft.tenant.stops, [&](const ChargeStop& stop) {
    return stop.scope == StopScope::processor && stop.name == processor.text();
  });
}

/// The processors that may take what the customer pays there and then, in the order they are asked: as the tenant names
/// them, but who rests comes last, and who is stopped is left out while another one is not. `but`: not this one.
std::vector<SavedMethodId> once_by(Draft& draft, const Method& method, const std::string& brand,
                                   const ProcessorId& but = {}) {
  std::vector<ProcessorId> processors = method.through;
  std::erase(processors, but);
  std::ranges::stable_partition(processors,
                                [&](const ProcessorId& one) { return draft.tenant.cooldown_until(one) <= draft.now; });
  if (!std::ranges::all_of(processors, [&](const ProcessorId& one) { return is_stopped(draft, one); }))
    std::erase_if(processors, [&](const ProcessorId& one) { return is_stopped(draft, one); });
  std::vector<SavedMethodId> candidates;
  for (const ProcessorId& processor : processors) {
    const auto known = std::ranges::find_if(draft.account.methods, [&](const SavedMethod& saved) {
      return saved.once() && saved.method == method.id && saved.processor == processor && saved.brand == brand;
    });
    if (known != draft.account.methods.end()) {
      candidates.push_back(known->id);
      continue;
    }
    const SavedMethodId id{draft.account.last_method + 1};
    draft.add(PaymentMethodAdded{{.id = id,
                                  .method = method.id,
                                  .slot = "once",
                                  .processor = processor,
                                  .token = {},
                                  .brand = brand,
                                  .masked = {}}});
    candidates.push_back(id);
  }
  return candidates;
}

/// What is paid by invoice, then the same through its other processors: they are asked where to pay when the first one
/// certainly was not.
std::vector<SavedMethodId> in_turn(Draft& draft, const SavedMethod& by_invoice) {
  std::vector<SavedMethodId> candidates = {by_invoice.id};
  const Method& method = *draft.catalog().method(by_invoice.method);
  if (method.through.size() < 2) return candidates;
  const std::vector<SavedMethodId> others = once_by(draft, method, {}, ProcessorId(by_invoice.processor));
  candidates.insert(candidates.end(), others.begin(), others.end());
  return candidates;
}

/// Of candidates of that kind, in words: who is asked in which order, and why not as the tenant names them.
std::string route_of(const Draft& draft, const std::vector<SavedMethodId>& candidates) {
  std::string text;
  for (const SavedMethodId id : candidates) {
    const SavedMethod* saved = draft.account.method(id);
    if (saved == nullptr || (!saved->once() && (saved->slot != "invoice" || candidates.size() < 2))) return {};
    text += (text.empty() ? saved->method.text() + ": " : ", then ") + saved->processor.text();
    if (const Instant rests = draft.tenant.cooldown_until(saved->processor); draft.now < rests)
      text += " (rests until " + rests.text() + ")";
  }
  const Method* method =
      candidates.empty() ? nullptr : draft.catalog().method(draft.account.method(candidates[0])->method);
  if (method == nullptr) return text;
  for (const ProcessorId& left_out : method->through)
    if (std::ranges::none_of(candidates,
                             [&](SavedMethodId id) { return draft.account.method(id)->processor == left_out; }))
      text += "; not " + left_out.text() + ", whose charges are stopped";
  return text;
}

/// Whether an order goes on to this candidate after its last answer. Another processor of the same method helps where
/// nothing had reached the one before, or after a refusal that the tenant names: never after what is not known.
bool may_follow(const Draft& draft, const Order& order, const SavedMethod& next) {
  if (order.attempts.empty() || !next.once()) return true;
  const Attempt& last = order.attempts.back();
  const SavedMethod* before = draft.account.method(last.method);
  if (before == nullptr || before->method != next.method) return false;
  if (last.state == AttemptState::not_sent) return true;
  const auto& rule = draft.catalog().next_processor;
  const std::string_view why = boost::describe::enum_to_string(last.decline, "");
  return rule && last.state == AttemptState::declined && std::ranges::find(rule->after, why) != rule->after.end();
}

/// The account as it will be with the plan that is being bought: what is offered goes by that one.
Account with_plan(const Account& account, const Buys* buying) {
  Account bought = account;
  if (buying == nullptr || !buying->plan) return bought;
  if (!bought.subscription) bought.subscription.emplace();
  bought.subscription->plan = *buying->plan;
  bought.subscription->cycle = buying->cycle;
  return bought;
}

Money sum_of(const std::vector<Line>& lines) {
  Money sum;
  for (const Line& line : lines) sum += line.amount;
  return sum;
}

/// Of an order of nothing there is no tax, and nobody is asked.
std::vector<Tax> taxes_of(Draft& draft, const Order& order) {
  const auto& rule = draft.catalog().tax;
  if (!rule || sum_of(order.lines).is_zero()) return {};
  Sale sale{.lines = {},
            .kind = std::string(word_of(order.kind)),
            .on = draft.calendar().date(draft.now),
            .billing_country = draft.account.billing_country,
            .billing_state = draft.account.billing_state};
  for (const Line& line : order.lines) sale.lines.push_back(line.amount);
  const TaxAnswer answer = draft.ask(sale);
  if (!answer.refused_rule.empty())
    throw Refused{{"refused_by_tax", answer.refused_text, rule->at.text() + " " + answer.refused_rule}};
  return taxes_on(sale.lines, answer.rates);
}

/// Less than any provider charges: nobody is asked, the order brings what it brings, and its lines wait for the invoice
/// of the next renewal. Returns these lines; the order itself comes to nothing.
/// Source   docs/decisions/0017-small-and-late-money.md
std::vector<Line> put_off(Draft& draft, Order& order, std::size_t own, bool along) {
  std::vector<Line> waiting = order.lines;
  for (std::size_t i = 0; i < own; ++i) {
    waiting[i].text = draft.calendar().date(draft.now).text() + ": " + waiting[i].text;
    waiting[i].brings.clear();  // this order brings them
  }
  if (!along) waiting.insert(waiting.begin(), draft.account.next_invoice.begin(), draft.account.next_invoice.end());
  order.lines.push_back({"on the invoice of the next renewal", 1, -sum_of(order.lines)});
  order.taxes.clear();
  order.total = sum_of(order.lines);
  return waiting;
}

/// A renewal, and what takes its place: a plan that begins, or a change that begins a new cycle. The next renewal may
/// be a year away.
bool begins_period(const Order& order) {
  const bool begins = order.kind == OrderKind::subscription || order.buys.restarts_cycle;
  return order.renewal() || (begins && !sum_of(order.lines).is_zero());
}

/// Adds what waits for the next invoice: to the order that begins a period, or to one that it lifts over the minimum.
void take_along(Draft& draft, Order& order) {
  const std::vector<Line> waiting = draft.account.next_invoice;
  order.lines.insert(order.lines.end(), waiting.begin(), waiting.end());
  order.carries = static_cast<std::uint32_t>(waiting.size());
  order.taxes = taxes_of(draft, order);
  order.total = sum_of(order.lines) + sum_of(order.taxes);
}

/// Taxes and total of an order, and what of the account's small amounts is on it. Returns what waits from now on.
std::vector<Line> ask_for_enough(Draft& draft, Order& order) {
  const std::size_t own = order.lines.size();
  const std::vector<Line> waiting = draft.account.next_invoice;
  const auto too_little = [&](const Order& one) {
    return !one.total.is_zero() && one.total < draft.catalog().minimum_charge;
  };
  if (begins_period(order)) {
    take_along(draft, order);
    if (!too_little(order)) return {};
    order.carries = 0;
    return put_off(draft, order, own, true);
  }
  order.taxes = taxes_of(draft, order);
  order.total = sum_of(order.lines) + sum_of(order.taxes);
  if (order.kind == OrderKind::small_amounts) {
    order.carries = static_cast<std::uint32_t>(own);
    return {};
  }
  if (!too_little(order)) return waiting;
  if (!waiting.empty()) {
    Order together = order;
    take_along(draft, together);
    if (!too_little(together)) {
      order = std::move(together);
      return {};
    }
  }
  return put_off(draft, order, own, false);
}

}  // namespace

Money Quote::net() const { return sum_of(lines); }

std::string_view word_of(OrderKind kind) {
  switch (kind) {
    case OrderKind::subscription: return "subscription";
    case OrderKind::change: return "change";
    case OrderKind::purchase: return "purchase";
    case OrderKind::recharge: return "recharge";
    case OrderKind::licences: return "licences";
    case OrderKind::addon: return "addon";
    case OrderKind::minimum: return "minimum";
    case OrderKind::small_amounts: return "small_amounts";
  }
  return "";
}

std::vector<SavedMethodId> candidates_for(Draft& draft, OrderKind kind, const std::optional<std::string>& with,
                                          const Actor& actor, const Buys* buying) {
  const Catalog& catalog = draft.catalog();
  const Account as_bought = with_plan(draft.account, buying);
  const auto offered = [&](const SavedMethod& saved) {
    const Method* method = catalog.method(saved.method);
    return method != nullptr && excluded_by(*method, as_bought, actor) == nullptr;
  };
  if (with) {
    const std::string named = with->substr(0, with->find('/'));
    const std::string brand = named.size() < with->size() ? with->substr(named.size() + 1) : std::string();
    const auto method = std::ranges::find(catalog.methods, named, [](const Method& one) { return one.id.text(); });
    if (method != catalog.methods.end() && method->by_invoice()) {
      if (const SavedMethod* by_invoice = invoiced(draft, as_bought, named, actor)) return in_turn(draft, *by_invoice);
      refuse("method_not_offered", "This payment method is not offered to this account.", method->at);
    }
    const SavedMethod* saved = saved_as(draft.account, *with);
    if (saved == nullptr && method != catalog.methods.end()) {
      must_be_offered(*method, as_bought, actor);
      // The brand of a card that is used once shows in its provider's form; what is only ever used once is named here.
      if (!brand.empty() || method->slots.empty()) must_take(*method, brand);
      return once_by(draft, *method, brand);
    }
    if (saved == nullptr)
      refuse("no_payment_method", "There is no payment method '" + *with + "' on this account.", catalog.methods_at);
    if (const Method* its = catalog.method(saved->method)) must_be_offered(*its, as_bought, actor);
    if (!offered(*saved))
      refuse("method_not_offered", "This payment method is not offered any more.", catalog.methods_at);
    return {saved->id};
  }
  const TryRule* rule = catalog.tries_for(word_of(kind));
  std::vector<SavedMethodId> found;
  if (rule != nullptr) {
    for (const std::string& slot : rule->slots) {
      if (slot == "invoice") {
        if (const SavedMethod* by_invoice = invoiced(draft, as_bought, std::nullopt, actor))
          std::ranges::copy(in_turn(draft, *by_invoice), std::back_inserter(found));
        continue;
      }
      const SavedMethod* saved = draft.account.slot(slot == "chosen" ? "primary" : slot);
      const bool may = saved != nullptr && (!actor.role.empty() || may_try_by_itself(draft, *saved));
      if (may && offered(*saved)) found.push_back(saved->id);
    }
  }
  return found;
}

OrderId take_down_order(Draft& draft, Quote quote, std::vector<SavedMethodId> candidates) {
  Order order;
  order.id = {draft.account.last_order + 1};
  order.kind = quote.kind;
  order.lines = std::move(quote.lines);
  order.buys = std::move(quote.buys);
  std::vector<Line> waiting = ask_for_enough(draft, order);
  order.placed_at = draft.now;
  order.period_from = quote.period_from;
  order.period_to = quote.period_to;
  order.candidates = std::move(candidates);
  order.route = route_of(draft, order.candidates);
  // An earlier overpayment by bank pays first.
  if (draft.account.money.minor() > 0 && order.total.minor() > 0)
    order.account_money = std::min(draft.account.money, order.total);
  order.paid_for = std::move(quote.paid_for);
  const OrderId id = order.id;
  if (!order.renewal() && !order.left_as_invoice() && !order.candidates.empty()) {
    const SavedMethod* first = draft.account.method(order.candidates.front());
    order.open_until = draft.calendar().after(draft.now, draft.catalog().method(first->method)->order_open);
  }
  // Automatic charges wait for the end of a stop; a customer gets a refusal.
  const bool asked_by_person = !order.by_itself();
  if (asked_by_person && !order.asked().is_zero() && !order.candidates.empty() &&
      stop_of(draft.tenant, draft.account, order, draft.account.method(order.candidates.front())->processor) != nullptr)
    refuse("charges_stopped", "Payments are stopped at the moment. Nothing was charged; please try again later.");
  draft.add(OrderPlaced{std::move(order)});
  if (waiting != draft.account.next_invoice.all()) draft.add(NextInvoiceSet{std::move(waiting)});
  return id;
}

void place_order(Draft& draft, Quote quote, std::vector<SavedMethodId> candidates) {
  const OrderId id = take_down_order(draft, std::move(quote), std::move(candidates));
  if (draft.account.order(id)->asked().is_zero()) return fulfil_without_payment(draft, id);
  if (!try_next(draft, id)) could_not_be_paid(draft, id, "no_payment_method");
}

bool try_next(Draft& draft, OrderId id) {
  const Order& order = *draft.account.order(id);
  if (order.attempts.size() >= most_attempts) return false;
  for (std::uint32_t next = order.next_candidate; next < order.candidates.size(); ++next)
    if (const SavedMethod* saved = draft.account.method(order.candidates[next]);
        saved != nullptr && may_follow(draft, order, *saved)) {
      start_attempt(draft, order, *saved, next + 1);
      return true;
    }
  return false;
}

bool may_go_elsewhere(const Draft& draft, const Order& order) {
  for (std::size_t next = order.next_candidate; next < order.candidates.size(); ++next)
    if (const SavedMethod* saved = draft.account.method(order.candidates[next]))
      if (saved->once() && may_follow(draft, order, *saved)) return true;
  return false;
}

bool try_again(Draft& draft, OrderId id, Duration after) {
  const Order& order = *draft.account.order(id);
  const SavedMethod* saved = draft.account.method(order.attempts.back().method);
  if (saved == nullptr || order.attempts.size() >= most_attempts) return false;
  start_attempt(draft, order, *saved, order.next_candidate, after);
  return true;
}

bool try_afresh(Draft& draft, OrderId id) {
  const Order order = *draft.account.order(id);
  auto candidates = candidates_for(draft, order.kind, std::nullopt, {});
  // Its invoice was sent; it is not sent again.
  if (std::ranges::any_of(order.attempts, [&](const Attempt& sent) { return comes_by_bank(draft, sent); }))
    std::erase_if(candidates, [&](SavedMethodId one) {
      const Method* its = draft.catalog().method(draft.account.method(one)->method);
      return its != nullptr && its->by_invoice();
    });
  draft.add(CandidatesChanged{id, std::move(candidates)});
  return try_next(draft, id);
}

bool renews_running(const Account& account, const Order& order) {
  return order.renewal() && account.subscription &&
         (order.reopened || account.subscription->started_at <= order.placed_at);
}

namespace {

/// However many usages are refused meanwhile, one decline is one try. Source   CL-08
Instant next_recharge(const Draft& draft, std::int32_t failures_before) {
  const auto& rule = draft.catalog().auto_recharge;
  if (!rule || rule->backoff.empty()) return draft.now;
  const std::size_t last = rule->backoff.size() - 1;
  return draft.calendar().after(draft.now, rule->backoff[std::min(last, static_cast<std::size_t>(failures_before))]);
}

}  // namespace

void could_not_be_paid(Draft& draft, OrderId id, std::string_view because) {
  const Order& order = *draft.account.order(id);
  if (renews_running(draft.account, order)) {
    fall_past_due(draft, id);
    return plan_retry(draft, id);
  }
  if (order.left_as_invoice()) return issue_invoice(draft, id);
  const bool recharge = order.kind == OrderKind::recharge;
  draft.add(OrderClosed{id, std::string(because)});
  if (!recharge) return;
  const RechargeState& setting = draft.account.recharge;
  draft.add(RechargeFailed{.suspended = setting.failures + 1 >= setting.suspend_after,
                           .not_before = next_recharge(draft, setting.failures)});
}

void pay_order(Draft& draft, const Actor& actor, const PayOrder& command) {
  const Order* order = draft.account.order(command.order);
  if (order == nullptr) refuse("no_such_order", "There is no such order.");
  const bool overdue = draft.account.past_due && draft.account.past_due->order == order->id;
  if (order->state != OrderState::open || (!order->left_as_invoice() && !overdue))
    refuse("nothing_to_pay", "This order is not waiting for a payment.");
  if (order->in_flight()) refuse("payment_under_way", "A payment of this order is under way.");
  if (order->attempts.size() >= most_attempts)
    refuse("tried_too_often", "This order was tried too often. Please ask our support.");
  auto candidates = candidates_for(draft, order->kind, command.pay_with, actor);
  if (candidates.empty()) refuse("no_payment_method", "Please add a payment method first.", draft.catalog().methods_at);
  const OrderId id = order->id;
  draft.add(CandidatesChanged{id, std::move(candidates)});
  // What was chosen now is tried, whatever became of the payment before it: only what follows it goes by a rule.
  const Order& chosen = *draft.account.order(id);
  start_attempt(draft, chosen, *draft.account.method(chosen.candidates.front()), 1);
}

}  // namespace florin
