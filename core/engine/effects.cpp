#include "engine/effects.hpp"

#include <algorithm>

#include "domain/payments/methods.hpp"
#include "domain/payments/paid_by.hpp"
#include "engine/provider_key.hpp"

namespace florin::engine {

namespace {

Effect effect_of(const TenantId& tenant, const Account& account, const Order& order, const Attempt& attempt,
                 Instant now) {
  Effect effect;
  // Nothing is charged for an order that nobody waits for any more.
  const bool in_time = now <= attempt.send_before && order.state == OrderState::open && attempt.cancel_at == never;
  const bool first_time = attempt.state == AttemptState::started && in_time;
  // Once more under its key, when the first sending's answer got lost, and only where the provider makes it act once:
  // what its plugin says is to be sent once is looked up in its place.
  const bool once_more = attempt.state == AttemptState::unknown && attempt.asked == 1 && in_time &&
                         attempt.ref.empty() && attempt.alarm.empty();
  effect.kind = first_time || once_more ? Effect::Kind::charge : Effect::Kind::status;
  effect.tenant = tenant;
  effect.account = account.id;
  effect.order = order.id;
  effect.attempt = attempt.number;
  effect.processor = attempt.processor;
  if (const SavedMethod* saved = account.method(attempt.method)) {
    effect.method = saved->method;
    effect.brand = saved->brand;
    effect.details_at = saved->details_at;
    effect.keeps_method = may_be_kept(account, order, *saved);
  }
  effect.token = attempt.token;
  if (!order.lines.empty()) effect.description = order.lines.front().text;
  if (account.person_at) effect.person_at = account.person_at->entries;
  effect.key = attempt.key;
  effect.payment_key = attempt.key;
  effect.ref = attempt.ref;
  effect.amount = attempt.amount;
  effect.decided_at = attempt.started_at;
  if (order.browser) effect.browser = *order.browser;
  // Whoever pays what is overdue is there, though the renewal fell due by itself.
  effect.customer_present = !order.by_itself() || order.browser.has_value();
  effect.asked = attempt.asked;
  if (first_time || once_more) effect.send_before = attempt.send_before;
  effect.in_doubt = once_more;
  effect.begun_at = attempt.started_at;
  effect.sent_at = attempt.sent_at;
  return effect;
}

/// Something done to a payment that is there. Under another key each time: a provider repeats under a key what it said
/// before, and the payment may have moved since.
Effect done_to(Effect payment, Effect::Kind kind, const char* what, std::uint32_t times) {
  payment.kind = kind;
  payment.key = provider_key(payment.payment_key + "/" + what + "/" + std::to_string(times));
  payment.asked = times;
  payment.send_before = never;
  return payment;
}

/// What its customer answered, to be handed over once. Each answer has a key of its own.
Effect answered(Effect payment, std::uint64_t answer_at) {
  payment.kind = Effect::Kind::confirm;
  payment.key = confirm_key(payment.payment_key, answer_at);
  payment.answer_at = answer_at;
  payment.asked = 0;
  payment.send_before = never;
  payment.in_doubt = false;
  return payment;
}

/// Money that is held for an order that waits for it, and for no other attempt.
bool wants_capture(const Order& order, const Attempt& attempt) {
  return attempt.state == AttemptState::authorised && order.state == OrderState::open &&
         std::ranges::count_if(order.attempts, &Attempt::open) == 1;
}

Effect next_of(const TenantId& tenant, const Account& account, const Order& order, const Attempt& attempt,
               Instant now) {
  Effect effect = effect_of(tenant, account, order, attempt, now);
  if (attempt.cancelling() && attempt.cancel_at <= now)
    return done_to(std::move(effect), Effect::Kind::cancel, "cancel", attempt.cancels);
  if (attempt.answer_at) return answered(std::move(effect), *attempt.answer_at);
  if (wants_capture(order, attempt)) return done_to(std::move(effect), Effect::Kind::capture, "capture", attempt.asked);
  return effect;
}

Effect effect_of(const TenantId& tenant, const Account& account, const Saving& saving, Instant now) {
  Effect effect;
  // Once more under its key when its answer got lost: the provider makes it act once, and no money moves by it.
  const bool in_time = now <= saving.send_before;
  const bool sends = in_time && (saving.state == AttemptState::started ||
                                 (saving.state == AttemptState::unknown && saving.ref.empty()));
  effect.kind = sends ? Effect::Kind::save_method : Effect::Kind::saving_status;
  effect.tenant = tenant;
  effect.account = account.id;
  effect.saving = saving.id;
  effect.processor = saving.processor;
  effect.method = saving.method;
  if (account.person_at) effect.person_at = account.person_at->entries;
  for (const SavedMethod& kept : account.methods)
    if (kept.processor == saving.processor && kept.method == saving.method) effect.token = kept.token;
  effect.key = saving.key;
  effect.payment_key = saving.key;
  effect.ref = saving.ref;
  effect.decided_at = saving.started_at;
  effect.customer_present = true;
  effect.asked = saving.asked;
  if (sends) effect.send_before = saving.send_before;
  effect.in_doubt = saving.state == AttemptState::unknown;
  effect.begun_at = saving.started_at;
  effect.details_at = saving.details_at;
  if (saving.browser) effect.browser = *saving.browser;
  if (saving.answer_at) return answered(std::move(effect), *saving.answer_at);
  return effect;
}

Effect effect_of(const TenantId& tenant, const Account& account, const Refund& refund) {
  Effect effect;
  effect.kind = Effect::Kind::refund;
  effect.tenant = tenant;
  effect.account = account.id;
  effect.order = refund.order;
  effect.refund = refund.id;
  effect.key = refund.key;
  effect.amount = refund.amount;
  effect.decided_at = account.order(refund.order)->placed_at;
  effect.asked = refund.asked;
  effect.in_doubt = refund.state == AttemptState::unknown || refund.state == AttemptState::pending;
  effect.begun_at = refund.started_at;
  effect.sent_at = refund.sent_at;
  const Order& order = *account.order(refund.order);
  const Attempt* of = refund.attempt == 0 ? paid_by(account, order) : &order.attempts.at(refund.attempt - 1);
  if (of == nullptr || of->state != AttemptState::captured) return effect;
  effect.processor = of->processor;
  if (const SavedMethod* saved = account.method(of->method)) effect.method = saved->method;
  effect.payment_key = of->key;
  effect.ref = of->ref;
  return effect;
}

}  // namespace

std::vector<Effect> effects_due(const TenantId& tenant, const Account& account, Instant now) {
  std::vector<Effect> due;
  for (const Order& order : account.orders.open())
    for (const Attempt& attempt : order.attempts)
      if ((attempt.cancelling() && attempt.cancel_at <= now) || (attempt.open() && attempt.ask_at <= now))
        due.push_back(next_of(tenant, account, order, attempt, now));
  for (const Refund& refund : account.refunds)
    if (refund.ask_at <= now) due.push_back(effect_of(tenant, account, refund));
  for (const Saving& saving : account.savings)
    if (saving.open() && saving.ask_at <= now) due.push_back(effect_of(tenant, account, saving, now));
  return due;
}

std::string confirm_key(const std::string& payment_key, std::uint64_t answer_at) {
  return provider_key(payment_key + "/confirm/" + std::to_string(answer_at));
}

std::string name_of(const Effect& effect) {
  return effect.tenant.text() + "/" + effect.account.text() + "/" + effect.key;
}

}  // namespace florin::engine
