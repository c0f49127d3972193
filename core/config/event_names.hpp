#pragma once

#include <string_view>

#include "florin/result.hpp"

/// Types of events by which everybody may build: what `events` of an endpoint and `types` of /events name.
namespace florin::config {

inline constexpr std::string_view event_names[] = {"account.opened",
                                                   "account.blocked",
                                                   "order.paid",
                                                   "order.closed",
                                                   "subscription.started",
                                                   "subscription.renewed",
                                                   "subscription.changed",
                                                   "subscription.cancelled",
                                                   "subscription.paused",
                                                   "subscription.resumed",
                                                   "subscription.ended",
                                                   "dunning.step_reached",
                                                   "credits.granted",
                                                   "credits.expired",
                                                   "credits.adjusted",
                                                   "invoice.issued",
                                                   "credit_note.issued",
                                                   "payment_method.added",
                                                   "payment_method.removed",
                                                   "member.invited",
                                                   "member.joined",
                                                   "member.removed",
                                                   "review.requested",
                                                   "review.decided",
                                                   "approval.changed",
                                                   "personal_data.viewed",
                                                   "bank_receipt.recorded",
                                                   "charges.stopped",
                                                   "charges.lifted",
                                                   "payment.needs_action",
                                                   "payment.declined",
                                                   "refund.paid",
                                                   "refund.failed",
                                                   "dispute.opened",
                                                   "dispute.won",
                                                   "dispute.lost"};

/// Errors: unknown_event_type, with the one that was probably meant.
Status is_event_pattern(std::string_view pattern);

}  // namespace florin::config
