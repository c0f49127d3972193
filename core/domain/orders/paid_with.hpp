#pragma once

#include "domain/accounts/account.hpp"

/// What the money of an order paid for, also where small amounts of other orders waited for its invoice.
/// Source   docs/decisions/0130-refunds-of-small-amounts.md
namespace florin {

/// The order, and those before it that came to nothing because their lines waited for this one's invoice.
std::vector<OrderId> paid_with(const Account& account, const Order& order);

/// Whether a grant came with one of them.
bool came_with(const Grant& grant, const std::vector<OrderId>& orders);

/// What of one type they brought.
Credits issued_by(const Account& account, const std::vector<OrderId>& orders, const CreditType& type);

/// The types that they brought.
std::vector<CreditType> types_of(const Account& account, const std::vector<OrderId>& orders);

/// Without tax, and without what it carried for other orders; also where its own lines wait.
Money own_net(const Order& order);

/// What of `own_net` is for one type.
Money own_price_of(const Order& order, const CreditType& type);

}  // namespace florin
