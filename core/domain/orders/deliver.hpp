#pragma once

#include "domain/decision/draft.hpp"

/// What a paid order brings: its plan and its credits. Source   docs/decisions/0059-paid-and-not-delivered.md
namespace florin {

/// Gives everything that the order bought, or throws what stands against it: Refused, Failed, ArithmeticError.
void deliver_now(Draft& draft, OrderId order);

/// The same for an order that is paid: when it cannot be given, that is taken down, and it is tried again on a
/// schedule. Money that came is never asked for a second time.
void deliver_or_retry(Draft& draft, OrderId order);

/// What falls due: a paid order that could not be delivered is tried again.
void retry_delivery(Draft& draft, OrderId order);
/// Staff does not wait for it.
void deliver_order(Draft& draft, const DeliverOrder& command);

/// Nothing is delivered any more: the money went back.
void end_delivery(Draft& draft, OrderId order, std::string_view because);

}  // namespace florin
