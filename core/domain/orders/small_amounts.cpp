#include "domain/orders/small_amounts.hpp"

#include "domain/orders/place.hpp"

namespace florin {

void collect_small_amounts(Draft& draft) {
  if (draft.account.next_invoice.empty()) return;
  Quote quote;
  quote.kind = OrderKind::small_amounts;
  quote.lines = draft.account.next_invoice;
  quote.paid_for = "small amounts " + std::to_string(draft.account.last_order + 1);
  const bool own_rule = draft.catalog().tries_for(word_of(quote.kind)) != nullptr;
  auto candidates = candidates_for(draft, own_rule ? quote.kind : OrderKind::subscription, std::nullopt, {});
  place_order(draft, std::move(quote), std::move(candidates));
}

void write_off_small_amounts(Draft& draft) {
  const Account& account = draft.account;
  if (account.subscription || account.next_invoice.empty()) return;
  // Who buys without a plan goes on, until it has added up.
  const auto& sales = draft.catalog().credit_sales;
  const bool may_buy = account.standing != Standing::limited && sales && !sales->needs_plan;
  const bool over = account.standing == Standing::ended || account.standing == Standing::limited;
  if (!account.deleted && (may_buy || !over)) return;
  Money sum(0, draft.catalog().currency);
  for (const Line& line : account.next_invoice) sum += line.amount;
  draft.add(AmountWrittenOff{.order = {}, .amount = sum, .lines = account.next_invoice, .because = "no_plan"});
}

void write_off_invoice(Draft& draft, OrderId id, std::string_view because) {
  const Order& order = *draft.account.order(id);
  if (order.invoice.empty() || order.reopened || order.state != OrderState::closed) return;
  draft.add(AmountWrittenOff{.order = id, .amount = order.total, .lines = {}, .because = std::string(because)});
}

}  // namespace florin
