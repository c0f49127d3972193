#include "domain/orders/deliver.hpp"

#include <algorithm>

#include "domain/orders/place.hpp"
#include "domain/payments/refund.hpp"
#include "domain/payments/settle.hpp"

namespace florin {

namespace {

/// Soon at first, then every few hours for as long as it takes.
Duration try_again_after(std::uint32_t tries) {
  constexpr Duration steps[] = {minutes(1), minutes(5), minutes(30), hours(2), hours(6)};
  return steps[std::min<std::size_t>(tries, std::size(steps) - 1)];
}

/// Whether what a paid order bought can still be given: the customer may have left, or the period may be over.
bool deliverable(const Draft& draft, const Order& order) {
  const Account& account = draft.account;
  const auto& running = account.subscription;
  if (account.deleted) return false;
  switch (order.kind) {
    case OrderKind::purchase:
    case OrderKind::recharge: return can_use_bought_credits(draft);
    case OrderKind::minimum:
    case OrderKind::small_amounts: return true;
    case OrderKind::subscription:
      if (order.buys.plan) return !running;
      return renews_running(account, order) && (!order.period_to || draft.now < *order.period_to);
    case OrderKind::change:
    case OrderKind::licences:
    case OrderKind::addon: break;
  }
  return running && running->started_at <= order.placed_at && (!order.period_to || *order.period_to == running->to);
}

void take_down(Draft& draft, OrderId id, PluginFailed why) {
  const Order& order = *draft.account.order(id);
  const std::uint32_t tries = order.undelivered ? order.undelivered->tries : 0;
  draft.add(DeliveryFailed{.order = id,
                           .plugin = std::move(why.plugin),
                           .code = std::move(why.code),
                           .text = std::move(why.text),
                           .try_at = draft.now + try_again_after(tries)});
}

/// What stood against it; none: nothing did.
template <class Does>
std::optional<PluginFailed> failure_of(const Draft& draft, const Does& does) {
  const std::string& policy = draft.catalog().policy_plugin;
  try {
    does();
  } catch (Failed& failed) {
    return std::move(failed.plugin);
  } catch (Refused& refused) {
    const Refusal& said = refused.refusal;
    return PluginFailed{policy, said.code, said.text + (said.rule.empty() ? "" : " (" + said.rule + ")")};
  } catch (const ArithmeticError& error) {
    return PluginFailed{policy, "amount_out_of_range", error.what()};
  }
  return std::nullopt;
}

/// Gives it on a copy, so that half of it never stays. None: it is given.
std::optional<PluginFailed> try_to_deliver(Draft& draft, OrderId id) {
  Draft further = draft;
  auto why = failure_of(draft, [&] {
    if (further.account.order(id)->undelivered) further.add(DeliveryEnded{id, "delivered"});
    deliver_now(further, id);
  });
  if (why)
    draft.skip_answers_to(further);
  else
    draft.take_over(std::move(further));
  return why;
}

/// The tenant's word for money that comes when nothing can be delivered any more: it goes back, or staff decides.
void give_up(Draft& draft, const Order& order) {
  if (draft.catalog().paid_after_closed.otherwise == LateThen::refund) {
    Refund whole = share_of(draft, order, GivesBack::whole);
    if (whole.amount.minor() > 0) return start_refund(draft, std::move(whole));
    return end_delivery(draft, order.id, "given_back");
  }
  draft.add(DeliveryFailed{.order = order.id,
                           .plugin = {},
                           .code = "no_longer_due",
                           .text = "What this order was for cannot be delivered any more: staff decides.",
                           .try_at = never});
}

}  // namespace

void deliver_or_retry(Draft& draft, OrderId id) {
  if (auto why = try_to_deliver(draft, id)) take_down(draft, id, *std::move(why));
}

void retry_delivery(Draft& draft, OrderId id) {
  const Order order = *draft.account.order(id);
  if (!deliverable(draft, order)) return give_up(draft, order);
  deliver_or_retry(draft, id);
}

void deliver_order(Draft& draft, const DeliverOrder& command) {
  const Order* order = draft.account.order(command.order);
  if (order == nullptr) refuse("no_such_order", "There is no such order.");
  if (!order->undelivered) refuse("nothing_to_deliver", "This order is not waiting for delivery.");
  if (!deliverable(draft, *order))
    refuse("no_longer_due", "This order can no longer be delivered. Refund the payment.",
           draft.catalog().paid_after_closed.at);
  deliver_or_retry(draft, command.order);
}

void end_delivery(Draft& draft, OrderId id, std::string_view because) {
  if (draft.account.order(id)->undelivered) draft.add(DeliveryEnded{id, std::string(because)});
}

}  // namespace florin
