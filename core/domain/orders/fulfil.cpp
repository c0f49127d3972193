#include <algorithm>

#include "domain/credits/lifecycle.hpp"
#include "domain/documents/number.hpp"
#include "domain/orders/deliver.hpp"
#include "domain/orders/place.hpp"
#include "domain/payments/cancel.hpp"
#include "domain/subscriptions/past_due.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

void bring(Draft& draft, const Order& order, MomentKind kind, const std::vector<BoughtCredits>& credits, Instant from,
           Instant to) {
  if (credits.empty()) return;
  if (to.us != 0 && to <= draft.now) return;  // the period that they were for is over
  follow_policy(draft, {.kind = kind, .includes = credits, .paid_by = order.id, .period_from = from, .period_to = to});
}

}  // namespace

void issue_invoice(Draft& draft, OrderId id) {
  const Order& order = *draft.account.order(id);
  if (order.total.is_zero() || !order.invoice.empty()) return;
  const std::uint64_t sequence = draft.tenant.last_invoice + 1;
  draft.add(InvoiceIssued{sequence, document_number(draft.catalog().invoice_numbers, sequence), id, order.total});
}

namespace {

void take_payment(Draft& draft, OrderId id, std::uint32_t attempt) {
  draft.add(OrderPaid{id, attempt});
  cancel_at_processor(draft, id, attempt);
  issue_invoice(draft, id);
}

}  // namespace

void fulfil(Draft& draft, OrderId id, std::uint32_t attempt) {
  take_payment(draft, id, attempt);
  deliver_or_retry(draft, id);
  after_a_renewal_paid(draft, id);
}

void fulfil_without_payment(Draft& draft, OrderId id) {
  take_payment(draft, id, 0);
  deliver_now(draft, id);
  after_a_renewal_paid(draft, id);
}

void deliver_now(Draft& draft, OrderId id) {
  const Order order = *draft.account.order(id);
  const bool begins = order.buys.plan && (!draft.account.subscription || order.buys.restarts_cycle);
  const auto& subscription = draft.account.subscription;
  // A pending change or cancellation gives way to the change that is paid; a cancellation asked for since then stays.
  const bool cancelled_since =
      subscription && subscription->cancelled_at && order.placed_at < *subscription->cancelled_at;
  if (begins) begin_subscription(draft, order.buys);
  if (begins && order.buys.from_next_period) draft.add(ChangeSet{*order.buys.from_next_period});
  if (begins && cancelled_since) draft.add(CancelAsked{cancelled_for(draft), true});
  if (order.buys.plan && !begins) {
    change_subscription(draft, order.buys);
    if (order.buys.from_next_period)
      draft.add(ChangeSet{*order.buys.from_next_period});
    else if (subscription->pending)
      draft.add(ChangeRemoved{});
    // Who chose a plan after cancelling wants to stay; more licences or an add-on until the end say nothing of it.
    const bool chose_plan = order.kind == OrderKind::change;
    if (chose_plan && subscription->cancelled_at && !cancelled_since) draft.add(CancelUndone{});
    // It ends with a period that this payment made longer.
    if (subscription->ends_at && *subscription->ends_at < cancelled_for(draft))
      draft.add(CancelAsked{cancelled_for(draft), true});
  }

  const bool own_period = order.period_to && order.renewal();
  const Instant from = own_period ? *order.period_from : subscription ? subscription->from : Instant();
  const Instant to = own_period ? *order.period_to : subscription ? subscription->to : Instant();
  const bool whole_period = begins || order.kind == OrderKind::subscription;
  bring(draft, order, whole_period ? MomentKind::period_paid : MomentKind::change_paid, order.buys.plan_credits, from,
        to);
  bring(draft, order, MomentKind::addon_paid, order.buys.addon_credits, from, to);
  if (subscription && subscription->month)
    bring(draft, order, MomentKind::addon_paid, order.buys.month_credits, from,
          order.buys.month_ends.value_or(subscription->month->to));
  const auto bought = order.kind == OrderKind::recharge ? MomentKind::recharged : MomentKind::purchased;
  bring(draft, order, bought, order.buys.bought, from, Instant());
}

}  // namespace florin
