#include "domain/reviews/review.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/payments/refund.hpp"

namespace florin {

namespace {

const Order& charged_order(const Draft& draft, OrderId id) {
  const Order* order = draft.account.order(id);
  if (order == nullptr) refuse("no_such_order", "There is no such order.");
  if (order->state != OrderState::paid || order->total.is_zero())
    refuse("nothing_charged", "Nothing was charged for this order.");
  return *order;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// What goes back by a person's decision: the money, the credits that remain of it, and what was used of them besides.
void give_back(Draft& draft, OrderId order, GivesBack share, const std::string& reason) {
  if (reason.empty()) refuse("reason_missing", "A refund needs a reason.");
  if (holds_any_of(draft.account, *draft.account.order(order)))
    refuse("holds_open", "Credits of this payment are still held. Decide when they are settled or released.");
  Refund refund = share_of(draft, *draft.account.order(order), share);
  if (refund.amount.minor() <= 0) refuse("nothing_to_give_back", "Nothing of this payment is left to give back.");
  must_not_be_disputed(draft.account, order);
  refund.reason = reason;
  start_refund(draft, std::move(refund));
}

}  // namespace

OrderId likely_duplicate_of(const Account& account, const ReviewRule& rule, const Order& order) {
  for (const Order& other : account.orders) {
    if (other.id == order.id || other.state != OrderState::paid || other.total != order.total) continue;
    const Duration apart =
        other.paid_at < order.paid_at ? *order.paid_at - *other.paid_at : *other.paid_at - *order.paid_at;
    if (apart <= rule.duplicates_within) return other.id;
  }
  return {};
}

void request_review(Draft& draft, const RequestReview& command) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.review) refuse("no_reviews", "Charges are not reviewed here.", catalog.refunds_at);
  const ReviewRule& rule = *catalog.review;
  const Order& order = charged_order(draft, command.order);
  if (std::ranges::find(rule.reasons, command.reason) == rule.reasons.end())
    refuse("unknown_reason",
           "There is no reason " + quoted_with_nearest(command.reason, rule.reasons) +
               " for a review. Reasons: " + listed(rule.reasons) + ".",
           rule.at);
  for (const Review& review : draft.account.reviews)
    if (review.order == command.order && !review.decided)
      refuse("review_open", "This charge is under review already.", rule.at);
  const Calendar calendar = draft.calendar();
  const Instant ends = calendar.after(*order.paid_at, rule.asked_within);
  if (ends <= draft.now)
    refuse("review_over", "A review of this charge could be asked for until " + calendar.date(ends).text() + ".",
           rule.at);
  draft.add(
      ReviewRequested{{.id = {draft.account.last_review + 1},
                       .order = command.order,
                       .reason = command.reason,
                       .said = command.said,
                       .asked_at = draft.now,
                       .due_at = calendar.after_business_days(draft.now, rule.answered_within, catalog.business_days),
                       .duplicate_of = likely_duplicate_of(draft.account, rule, order)}});
}

void decide_review(Draft& draft, const DecideReview& command) {
  const auto review = std::ranges::find(draft.account.reviews, command.review, &Review::id);
  if (review == draft.account.reviews.end()) refuse("no_such_review", "There is no such review.");
  if (review->decided) refuse("review_decided", "This review is decided already.");
  if (command.reason.empty()) refuse("reason_missing", "A decision needs a reason.");
  const OrderId order = review->order;
  draft.add(ReviewDecided{command.review, command.approve, command.reason});
  if (command.approve) give_back(draft, order, command.gives_back, command.reason);
}

void refund_order(Draft& draft, const RefundOrder& command) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.staff_may_refund) refuse("not_refundable", "Payments are final here.", catalog.refunds_at);
  (void)charged_order(draft, command.order);
  give_back(draft, command.order, command.gives_back, command.reason);
}

}  // namespace florin
