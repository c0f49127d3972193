#pragma once

#include "domain/decision/draft.hpp"

/// What providers say, and what follows. Source   docs/decisions/0005-payments.md
namespace florin {

/// Moves one attempt by what was said of it; its order follows: paid, the next candidate, or the end of its tries.
/// While an attempt is unknown no other one starts. What comes late is taken: money is never kept silently.
void payment_reported(Draft& draft, const PaymentReported& command);

/// What a person found out of an attempt whose outcome is not known.
void resolve_payment(Draft& draft, const ResolvePayment& command);
/// Staff decides about money that came when its order was closed: one payment a time, the earliest first.
void decide_late_money(Draft& draft, const DecideLateMoney& command);

/// Whether an attempt may move from one state to another. A claim that would move it otherwise changes nothing.
bool may_move(AttemptState from, AttemptState to);

/// When to ask a provider again about what is still open: soon at first, then once a day.
Duration ask_again_after(std::uint32_t asked);

/// Whether what the order bought can still be delivered. A change fits only the subscription and the period that it was
/// computed for.
bool still_due(const Draft& draft, const Order& order);
/// Bought credits still serve this account: it has a plan or had a trial, or the tenant sells credits without a plan.
bool can_use_bought_credits(const Draft& draft);

/// Nobody waits any more for what the customer has still to do for an order.
void expire_attempts(Draft& draft, OrderId order);
/// The customer's time for an order has run out.
void close_order(Draft& draft, OrderId order);

}  // namespace florin
