#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/decision/draft.hpp"

/// From a quote to an order, its payment and what it brings.
namespace florin {

/// An order before it has a number: what is asked for, and what it will bring.
struct Quote {
  OrderKind kind = OrderKind::purchase;
  std::vector<Line> lines;
  Buys buys;
  std::optional<Instant> period_from, period_to;
  std::string
      paid_for;  ///< what makes this order the one it is, whoever computes it again: `subscription 2026-04-10T09:00Z`

  /// Without tax.
  Money net() const;
};

/// The saved methods that an order of this kind tries, in order: the one that the customer picked (`with`: a slot or a
/// kind), else as the tenant's `try` says. Refuses when there is none, or the one picked is not offered to this
/// account. `buying`: a plan that the account will be on then, and by which methods are offered.
std::vector<SavedMethodId> candidates_for(Draft& draft, OrderKind kind, const std::optional<std::string>& with,
                                          const Actor& actor, const Buys* buying = nullptr);

/// Takes the order down, and tries nothing yet. Returns its number.
OrderId take_down_order(Draft& draft, Quote quote, std::vector<SavedMethodId> candidates);

/// Places the order and starts its first attempt; an order of nothing is paid at once and brings what it brings.
void place_order(Draft& draft, Quote quote, std::vector<SavedMethodId> candidates);

/// However an order comes to be tried again, it is tried so often and no more: then it is for a person.
inline constexpr std::size_t most_attempts = 40;

/// Starts the next attempt, on the next candidate. False when none is left.
bool try_next(Draft& draft, OrderId order);

/// Whether another processor can take at once what the last one could not, of a payment that needs nothing kept.
bool may_go_elsewhere(const Draft& draft, const Order& order);

/// Starts another attempt on the method of the last one, which had not reached the provider, to be sent after a while.
/// False when it was removed.
bool try_again(Draft& draft, OrderId order, Duration after);

/// Starts an attempt on the first of the methods that are saved now, whatever was tried before. False when there is
/// none.
bool try_afresh(Draft& draft, OrderId order);

/// Whether the order is for a period of the subscription that runs now, not of one before it.
bool renews_running(const Account& account, const Order& order);

/// The order's money has come: invoice, and everything it bought, in the same step. What cannot be given now, because a
/// plugin refuses or fails, is given later: the money counts all the same.
void fulfil(Draft& draft, OrderId order, std::uint32_t attempt);
/// The same of an order for which nothing had to be paid. Throws when it cannot be given: nothing has happened then.
void fulfil_without_payment(Draft& draft, OrderId order);

/// No candidate is left. What follows depends on what the order was for.
void could_not_be_paid(Draft& draft, OrderId order, std::string_view because);

/// The order's invoice, unless it has one.
void issue_invoice(Draft& draft, OrderId order);

/// The customer pays what was left as an invoice, or is overdue.
void pay_order(Draft& draft, const Actor& actor, const PayOrder& command);

/// The word of a kind of order in `try` and in the guarantee's `covers`.
std::string_view word_of(OrderKind kind);

}  // namespace florin
