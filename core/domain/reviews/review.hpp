#pragma once

#include "domain/decision/draft.hpp"

/// Cases that a person decides: a charge that should not have been. Source   CL-19; docs/decisions/0010-reviews.md
namespace florin {

/// A customer asks for a review of one charge, within the tenant's days after it, for one of the tenant's reasons.
void request_review(Draft& draft, const RequestReview& command);
/// Staff approves, and the charge goes back whole or by its unused share; or declines. A reason is kept either way.
void decide_review(Draft& draft, const DecideReview& command);
/// Staff gives a payment back where the tenant's word is `otherwise: staff_decides`.
void refund_order(Draft& draft, const RefundOrder& command);

/// Another charge of the same amount close to this one, by the tenant's words; none: 0. Both are flagged.
OrderId likely_duplicate_of(const Account& account, const ReviewRule& rule, const Order& order);

}  // namespace florin
