#pragma once

#include "domain/decision/draft.hpp"

/// Money that goes back. Source   CL-16, CL-17; docs/decisions/0005-payments.md
namespace florin {

/// The guarantee: quoted, and the account frozen, until staff decides.
void request_refund(Draft& draft);
void decide_refund(Draft& draft, const DecideRefund& command);
/// What the provider says of a refund. When all of a guarantee's are paid, access and credits end.
void refund_reported(Draft& draft, const RefundReported& command);
/// A refund that somebody made at the processor itself: the money is gone, so it becomes a refund of that order, with
/// its credit note. What becomes of its credits is the tenant's word, or an item for staff.
void record_refund(Draft& draft, const RecordRefund& command);
/// What came by bank no processor gives back: a person pays it out, and says so here.
void record_payout(Draft& draft, const RecordPayout& command);

/// Each covered payment's unused share, as of now. Roll-over counts as unused of the payment behind it.
std::vector<Refund> unused_shares(const Draft& draft);

/// What an order gives back now: its unused share, or all that did not go back yet. Of its credits what remains is
/// taken; used ones that are paid back all the same are goodwill.
/// The unused share: of each type of credits the unused part of the lines that paid for it; of what brought no credits
/// the days of its period that are still to come, today counted, or with `fee_whole` all of it. Each half up.
Refund share_of(const Draft& draft, const Order& order, GivesBack share, bool fee_whole = false);
/// Whether a hold still keeps some of what its money bought.
bool holds_any_of(const Account& account, const Order& order);
/// Refuses while a dispute over some of an order's money is open: it may go back to the customer by that.
void must_not_be_disputed(const Account& account, OrderId order);
/// Starts it: its key is durable before the provider is asked. Its credits go at once, unless it is of the guarantee.
void start_refund(Draft& draft, Refund refund);

/// A second capture of one order, or one that nobody wants any more: all of it goes back.
void give_back_whole(Draft& draft, OrderId order, std::uint32_t attempt);

}  // namespace florin
