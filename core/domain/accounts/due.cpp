#include "domain/accounts/due.hpp"

#include <algorithm>

namespace florin {

namespace {

void earliest(std::optional<Due>& first, const Due& due) {
  if (due.at == never) return;
  if (!first || due.at < first->at || (due.at == first->at && due.kind < first->kind)) first = due;
}

/// The order waits for the customer, so it may close without them. An order that a provider or a bank is working on
/// stays open.
bool waits_for_customer(const Order& order) {
  return order.state == OrderState::open && !order.waits_for_lift && (!order.in_flight() || order.waits_for_customer());
}

/// While the outcome of a renewal's payment is unknown, or charges are stopped, dunning waits: no step starts or ends.
bool renewal_in_flight(const Account& account) {
  return std::ranges::any_of(account.orders.open(), [](const Order& order) {
    return order.renewal() && (order.in_flight() || order.waits_for_lift);
  });
}

/// A grant that ends with the period waits with it, whatever else a pause freezes.
bool ends_with_paused_period(const Account& account, const Grant& grant) {
  return account.pause && account.ends_with_period(grant);
}

/// The order is paid, and the host is still trying to deliver it.
bool waits_for_delivery(const Order& order) { return order.undelivered && order.undelivered->try_at != never; }

bool credits_on_their_way(const Account& account) {
  return std::ranges::any_of(account.orders.open(), [&](const Order& order) {
    const bool paid = waits_for_delivery(order);
    if (order.state != OrderState::open && !paid) return false;
    switch (order.kind) {
      case OrderKind::recharge: return true;
      case OrderKind::purchase: return paid;
      case OrderKind::subscription: return account.recharge.waits_for_renewal && (paid || order.in_flight());
      case OrderKind::change: return account.recharge.waits_for_plan_change && (paid || order.in_flight());
      default: return false;
    }
  });
}

/// A paid change of the subscription is not delivered yet: meanwhile the old terms are not charged again.
bool change_waits_for_delivery(const Account& account) {
  return std::ranges::any_of(account.orders.open(), [](const Order& order) {
    return waits_for_delivery(order) && order.kind != OrderKind::purchase && order.kind != OrderKind::recharge;
  });
}

}  // namespace

bool wants_recharge(const Account& account) {
  const RechargeState& recharge = account.recharge;
  if (!recharge.active || recharge.suspended || account.frozen || account.blocked) return false;
  const bool no_plan = account.standing == Standing::opened || account.standing == Standing::ended;
  if (account.standing != Standing::paid && !(no_plan && recharge.without_plan)) return false;
  if (account.pause) return false;
  if (recharge.not_when_cancelled && account.subscription && account.subscription->ends_with_period()) return false;
  if (account.past_due && recharge.waits_for_past_due) return false;
  const bool low = account.available(recharge.type, account.last_at) < recharge.below;
  const bool refused = recharge.also_when_refused && recharge.refused_for_credits;
  return (low || refused) && !credits_on_their_way(account);
}

std::optional<Due> next_due(const Account& account) {
  std::optional<Due> first;
  for (const Hold& hold : account.holds) earliest(first, {hold.ends_at, DueKind::hold_times_out, hold.id.value});
  if (account.trial && account.trial->ends_at) earliest(first, {*account.trial->ends_at, DueKind::trial_ends});
  if (account.pause) earliest(first, {account.pause->resumes_at, DueKind::pause_ends});
  if (account.kept) earliest(first, {account.kept->until, DueKind::keeping_ends});
  // Renewals wait while a refund is being decided, and in a pause.
  const bool cycle_stands = account.frozen || account.pause || change_waits_for_delivery(account);
  if (account.month && !cycle_stands) earliest(first, {account.month->to, DueKind::month_ends});
  if (account.subscription && !cycle_stands) earliest(first, {account.subscription->to, DueKind::period_ends});
  if (account.subscription && account.subscription->month && !cycle_stands &&
      account.subscription->month->to < account.subscription->to)
    earliest(first, {account.subscription->month->to, DueKind::add_on_month_ends});
  // So do grants' ends: the refund is computed from what was there when it was asked for.
  const bool grants_stand = account.frozen || account.kept || (account.pause && account.pause->credits_frozen);
  for (const Grant& grant : account.grants)
    if (grant.over == GrantOver::working && grant.ends_at && !grants_stand && !ends_with_paused_period(account, grant))
      earliest(first, {*grant.ends_at, DueKind::grant_ends, grant.id.value});
  if (account.past_due && !cycle_stands && !renewal_in_flight(account)) {
    earliest(first, {account.past_due->step_at, DueKind::past_due_step});
    earliest(first, {account.past_due->retry_at, DueKind::payment_retry});
  }
  for (const Order& order : account.orders.open())
    if (waits_for_customer(order)) earliest(first, {order.open_until, DueKind::order_closes, order.id.value});
  for (const Saving& saving : account.savings)
    if (saving.open()) earliest(first, {saving.until, DueKind::saving_closes, saving.id.value});
  if (wants_recharge(account)) {
    const RechargeState& recharge = account.recharge;
    const bool day_is_full = recharge.today >= recharge.each_day && account.last_at < recharge.day_ends;
    const Instant at = std::max(day_is_full ? recharge.day_ends : account.last_at, recharge.not_before);
    earliest(first, {at, DueKind::recharge});
  }
  for (const Order& order : account.orders.open())
    if (order.undelivered) earliest(first, {order.undelivered->try_at, DueKind::delivery, order.id.value});
  return first;
}

Instant next_ask(const Account& account) {
  Instant first = never;
  for (const Order& order : account.orders.open())
    for (const Attempt& attempt : order.attempts) {
      if (attempt.open()) first = std::min(first, attempt.ask_at);
      if (attempt.cancelling()) first = std::min(first, attempt.cancel_at);
    }
  for (const Refund& refund : account.refunds) first = std::min(first, refund.ask_at);
  for (const Saving& saving : account.savings)
    if (saving.open()) first = std::min(first, saving.ask_at);
  return first;
}

}  // namespace florin
