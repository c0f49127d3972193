#include "engine/effects.hpp"

#include <algorithm>

namespace florin::engine {

namespace {

Effect effect_of(const TenantId& tenant, const Account& account, const Order& order, const Attempt& attempt,
                 Instant now) {
  Effect effect;
  const bool in_time = now <= attempt.send_before;
  const bool first_time = attempt.state == AttemptState::started && in_time;
  // Once more under its key, when the first sending's answer got lost: the provider makes it act once.
  const bool once_more = attempt.state == AttemptState::unknown && attempt.asked == 1 && in_time &&
                         attempt.ref.empty() && attempt.alarm.empty();
  effect.kind = first_time || once_more ? Effect::Kind::charge : Effect::Kind::status;
  effect.tenant = tenant;
  effect.account = account.id;
  effect.order = order.id;
  effect.attempt = attempt.number;
  effect.processor = attempt.processor;
  if (const SavedMethod* saved = account.method(attempt.method)) effect.method = saved->method;
  effect.token = attempt.token;
  effect.key = attempt.key;
  effect.payment_key = attempt.key;
  effect.ref = attempt.ref;
  effect.amount = attempt.amount;
  effect.decided_at = attempt.started_at;
  effect.customer_present = !order.by_itself();
  effect.asked = attempt.asked;
  if (first_time || once_more) effect.send_before = attempt.send_before;
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
  const Order& order = *account.order(refund.order);
  for (const Attempt& attempt : order.attempts) {
    if (attempt.state != AttemptState::captured || (refund.attempt != 0 && attempt.number != refund.attempt)) continue;
    effect.processor = attempt.processor;
    if (const SavedMethod* saved = account.method(attempt.method)) effect.method = saved->method;
    effect.payment_key = attempt.key;
    effect.ref = attempt.ref;
    break;
  }
  return effect;
}

}  // namespace

std::vector<Effect> effects_due(const TenantId& tenant, const Account& account, Instant now) {
  std::vector<Effect> due;
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      if (attempt.open() && attempt.ask_at <= now) due.push_back(effect_of(tenant, account, order, attempt, now));
  for (const Refund& refund : account.refunds)
    if (refund.ask_at <= now) due.push_back(effect_of(tenant, account, refund));
  return due;
}

std::string name_of(const Effect& effect) {
  return effect.tenant.text() + "/" + effect.account.text() + "/" + effect.key;
}

}  // namespace florin::engine
