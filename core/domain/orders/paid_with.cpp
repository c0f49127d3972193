#include "domain/orders/paid_with.hpp"

#include <algorithm>

namespace florin {

namespace {

/// Its last line says that the others wait for an invoice.
bool waits(const Order& order) {
  return order.total.is_zero() && !order.lines.empty() && order.lines.back().amount.negative();
}

/// The lines that it was placed for.
std::size_t own_lines(const Order& order) { return order.lines.size() - order.carries - (waits(order) ? 1U : 0U); }

}  // namespace

std::vector<OrderId> paid_with(const Account& account, const Order& order) {
  std::vector<OrderId> orders = {order.id};
  std::vector<const Order*> before;
  if (order.carries > 0)
    for (const Order& other : account.orders)
      if (other.id < order.id && waits(other)) before.push_back(&other);
  std::ranges::sort(before, [](const Order* a, const Order* b) { return b->id < a->id; });
  std::size_t lines = 0;
  for (auto one = before.begin(); one != before.end() && lines < order.carries; ++one) {
    lines += own_lines(**one);
    orders.push_back((*one)->id);
  }
  return orders;
}

bool came_with(const Grant& grant, const std::vector<OrderId>& orders) {
  return std::ranges::find(orders, grant.paid_by) != orders.end();
}

Credits issued_by(const Account& account, const std::vector<OrderId>& orders, const CreditType& type) {
  Credits sum;
  for (const OrderId id : orders) sum += account.issued_by(id, type);
  return sum;
}

std::vector<CreditType> types_of(const Account& account, const std::vector<OrderId>& orders) {
  std::vector<CreditType> types;
  for (const Grant* grant : account.all_grants())
    if (came_with(*grant, orders) && std::ranges::find(types, grant->type) == types.end()) types.push_back(grant->type);
  return types;
}

Money own_net(const Order& order) {
  Money sum(0, order.total.currency());
  for (std::size_t i = 0; i < own_lines(order); ++i) sum += order.lines[i].amount;
  return sum;
}

Money own_price_of(const Order& order, const CreditType& type) {
  Order own = order;
  own.lines.resize(own_lines(order));
  own.taxes.clear();
  own.total = own_net(order);
  return own.price_of(type);
}

}  // namespace florin
