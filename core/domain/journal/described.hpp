#pragma once

#include <boost/describe.hpp>

#include "domain/journal/entry.hpp"

/// The one place where the fields of commands, facts and state are listed. Codec, JSON and schema follow from it.
/// Fields stand in the order of release; a new one goes to the end, here and in its struct.
namespace florin {

BOOST_DESCRIBE_ENUM(GrantSource, plan, rollover, purchase, recharge, addon, trial, transfer, correction)
BOOST_DESCRIBE_ENUM(GrantOver, working, rolled, expired, forfeited, refunded)
BOOST_DESCRIBE_ENUM(OrderKind, subscription, change, purchase, recharge, licences, addon, minimum, small_amounts)
BOOST_DESCRIBE_ENUM(GrantLife, unsaid, with_period, own, brought)
BOOST_DESCRIBE_ENUM(OrderState, open, paid, closed)
BOOST_DESCRIBE_ENUM(AttemptState, started, unknown, not_sent, pending, needs_action, authorised, captured, declined,
                    expired, voided)
BOOST_DESCRIBE_ENUM(DeclineKind, none, soft, technical, funds, authenticate, bad_data, hard, fraud, mandate_gone,
                    customer_gave_up, misconfigured, throttled)
BOOST_DESCRIBE_ENUM(GivesBack, unused_share, whole)
BOOST_DESCRIBE_ENUM(DisputeState, warning, needs_response, under_review, won, lost, closed)
BOOST_DESCRIBE_ENUM(MoneyKind, transfer, cheque)
BOOST_DESCRIBE_ENUM(ChequeState, received, deposited, cleared, bounced)
BOOST_DESCRIBE_ENUM(Standing, opened, trial, paid, limited, ended)

BOOST_DESCRIBE_STRUCT(Actor, (), (role, id))
BOOST_DESCRIBE_STRUCT(Word, (), (name, value))
BOOST_DESCRIBE_STRUCT(AddOnCount, (), (add_on, count))
// Not `sealed`: nobody writes that, and no book shows it.
BOOST_DESCRIBE_STRUCT(Browser, (),
                      (accept_header, user_agent, language, color_depth, screen_height, screen_width, time_zone_offset,
                       java_enabled, javascript_enabled, ip_address))

BOOST_DESCRIBE_STRUCT(OpenAccount, (), (billing_country, billing_state, personal_data))
BOOST_DESCRIBE_STRUCT(StartTrial, (), ())
BOOST_DESCRIBE_STRUCT(Subscribe, (),
                      (plan, cycle, licences, add_ons, first_credits, start_now, pay_with, agreed, browser))
BOOST_DESCRIBE_STRUCT(ChangePlan, (), (plan, cycle, licences, add_ons, pay_with, agreed, browser))
BOOST_DESCRIBE_STRUCT(SetLicences, (), (total, agreed, browser))
BOOST_DESCRIBE_STRUCT(SetAddOn, (), (add_on, total, agreed, browser))
BOOST_DESCRIBE_STRUCT(Cancel, (), ())
BOOST_DESCRIBE_STRUCT(UndoCancel, (), ())
BOOST_DESCRIBE_STRUCT(BuyCredits, (), (amount, pay_with, agreed, browser))
BOOST_DESCRIBE_STRUCT(SetAutoRecharge, (), (active, below, amount))
BOOST_DESCRIBE_STRUCT(AddPaymentMethod, (), (method, slot, details, token, brand, masked, through))
BOOST_DESCRIBE_STRUCT(RemovePaymentMethod, (), (slot))
BOOST_DESCRIBE_STRUCT(Use, (), (meter, quantity, properties, used_at))
BOOST_DESCRIBE_STRUCT(PlaceHold, (), (meter, quantity, properties, lasts))
BOOST_DESCRIBE_STRUCT(CaptureHold, (), (hold, quantity, properties))
BOOST_DESCRIBE_STRUCT(ReleaseHold, (), (hold))
BOOST_DESCRIBE_STRUCT(RequestRefund, (), ())
BOOST_DESCRIBE_STRUCT(DecideRefund, (), (approve, reason))
BOOST_DESCRIBE_STRUCT(SetApproval, (), (approval, state))
BOOST_DESCRIBE_STRUCT(AdjustCredits, (), (amount, take, reason))
BOOST_DESCRIBE_STRUCT(ErasePersonalData, (), ())
BOOST_DESCRIBE_STRUCT(Pause, (), ())
BOOST_DESCRIBE_STRUCT(Resume, (), (agreed, browser))
BOOST_DESCRIBE_STRUCT(PricedCycle, (), (cycle, price, gives))
BOOST_DESCRIBE_STRUCT(PricedMeter, (), (meter, takes))
BOOST_DESCRIBE_STRUCT(SetCustomPlan, (),
                      (plan, rank, cycles, credit_price, first_credits, monthly_minimum, meters, agreement))
BOOST_DESCRIBE_STRUCT(DeleteAccount, (), ())
BOOST_DESCRIBE_STRUCT(SetPersonalData, (), (personal_data))
BOOST_DESCRIBE_STRUCT(SetBilling, (), (billing_country, billing_state, personal_data))
BOOST_DESCRIBE_STRUCT(DecideLateMoney, (), (order, deliver, reason))
BOOST_DESCRIBE_STRUCT(RequestReview, (), (order, reason, said))
BOOST_DESCRIBE_STRUCT(DecideReview, (), (review, approve, gives_back, reason))
BOOST_DESCRIBE_STRUCT(RefundOrder, (), (order, gives_back, reason))
BOOST_DESCRIBE_STRUCT(RecordDispute, (), (order, ref, state, amount, reason))
BOOST_DESCRIBE_STRUCT(Unblock, (), (reason))
BOOST_DESCRIBE_STRUCT(OccupyItem, (), (entitlement, item))
BOOST_DESCRIBE_STRUCT(ReleaseItem, (), (entitlement, item))
BOOST_DESCRIBE_STRUCT(SetEntitlement, (), (entitlement, value))
BOOST_DESCRIBE_STRUCT(InviteMember, (), (member, role))
BOOST_DESCRIBE_STRUCT(AcceptInvitation, (), (member))
BOOST_DESCRIBE_STRUCT(RevokeInvitation, (), (member))
BOOST_DESCRIBE_STRUCT(RemoveMember, (), (member))
BOOST_DESCRIBE_STRUCT(ChangeRole, (), (member, role))
BOOST_DESCRIBE_STRUCT(UseTogether, (), (usages))
BOOST_DESCRIBE_STRUCT(Transfer, (), (to, credits, all_credits, licences, member, reason))
BOOST_DESCRIBE_STRUCT(PayOrder, (), (order, pay_with, agreed, browser))
BOOST_DESCRIBE_STRUCT(ReceiveTransfer, (), (from))
BOOST_DESCRIBE_ENUM(StopScope, tenant, plan, processor)
BOOST_DESCRIBE_STRUCT(StopCharges, (), (scope, name, reason))
BOOST_DESCRIBE_STRUCT(LiftCharges, (), (scope, name, reason))
BOOST_DESCRIBE_STRUCT(ImportedPlan, (),
                      (plan, cycle, licences, add_ons, anchor, next_renewal, agreement_ends, cancelled, overdue_since,
                       paused_since, resumes_at))
BOOST_DESCRIBE_STRUCT(ImportedLot, (), (source, remaining, ends_at, paid))
BOOST_DESCRIBE_STRUCT(ImportedMethod, (), (method, slot, token, brand, masked))
BOOST_DESCRIBE_STRUCT(ImportedMember, (), (member, role, invited))
BOOST_DESCRIBE_STRUCT(ImportedCoupon, (), (coupon, takes_off, periods, until, plans, cycles, applies_to, this_period))
BOOST_DESCRIBE_STRUCT(ImportAccount, (),
                      (billing_country, billing_state, opened_at, first_paid_at, methods, approvals, subscription, lots,
                       custom_plan, members, items, auto_recharge, coupons))
BOOST_DESCRIBE_STRUCT(SetDocumentNumbers, (), (next_invoice, next_credit_note))
BOOST_DESCRIBE_STRUCT(RecordBankReceipt, (), (receipt, processor, kind, amount, order, dated, said, reverses))
BOOST_DESCRIBE_STRUCT(ApplyCash, (), (receipt, order, reverses))
BOOST_DESCRIBE_STRUCT(DismissBankReceipt, (), (receipt, reason))
BOOST_DESCRIBE_STRUCT(RecordReturnedPayout, (), (refund, receipt))
BOOST_DESCRIBE_STRUCT(RecordRefund, (), (order, ref, amount, reason))
BOOST_DESCRIBE_STRUCT(DeliverOrder, (), (order))
BOOST_DESCRIBE_STRUCT(UnapplyCash, (), (receipt, reason))
BOOST_DESCRIBE_STRUCT(MoveCheque, (), (receipt, state, reason))
BOOST_DESCRIBE_STRUCT(RecordWithheldTax, (), (order, amount, certificate))
BOOST_DESCRIBE_ENUM(PaymentOutcome, captured, never_happened)
BOOST_DESCRIBE_STRUCT(ResolvePayment, (), (order, attempt, outcome, ref, reason))
BOOST_DESCRIBE_STRUCT(RecordPayout, (), (refund, ref))
BOOST_DESCRIBE_STRUCT(ApiKey, (), (id, name, scopes, digest, test, issued_at, ends_at, issued_by))
BOOST_DESCRIBE_STRUCT(IssueKey, (), (name, scopes, digest, test, lasts))
BOOST_DESCRIBE_STRUCT(RollKey, (), (key, digest, old_ends_in))
BOOST_DESCRIBE_STRUCT(RevokeKey, (), (key, reason))
BOOST_DESCRIBE_STRUCT(ViewPersonalData, (), (what, reason))
BOOST_DESCRIBE_STRUCT(RecordIrn, (), (document, irn, ack_no, ack_at, qr))
BOOST_DESCRIBE_STRUCT(CloseDiscrepancy, (), (difference, reason))
BOOST_DESCRIBE_STRUCT(Discrepancy, (), (name, processor, what, key, ref, ours, theirs, found_by, found_at))
BOOST_DESCRIBE_STRUCT(ProcessorHealth, (), (processor, failures, cooldown_until))
BOOST_DESCRIBE_STRUCT(RecordDiscrepancy, (), (difference))

BOOST_DESCRIBE_STRUCT(ProviderReport, (),
                      (state, absent, amount, ref, raw, decline, decline_code, text, action, ask_after, token, brand,
                       masked, fee, settlement, looked_up, look_up_lag, in_part))
BOOST_DESCRIBE_STRUCT(FallDue, (), ())
BOOST_DESCRIBE_STRUCT(PaymentReported, (), (order, attempt, said, sent))
BOOST_DESCRIBE_STRUCT(RefundReported, (), (refund, said, sent))
BOOST_DESCRIBE_STRUCT(CancelReported, (), (order, attempt, said))
BOOST_DESCRIBE_STRUCT(SetUpPaymentMethod, (), (method, slot, through, details, browser))
BOOST_DESCRIBE_STRUCT(CustomerReturned, (), (order, answer))
BOOST_DESCRIBE_STRUCT(SetUpReported, (), (saving, said))
BOOST_DESCRIBE_STRUCT(LookUp, (), (order, attempt, refund, saving))
BOOST_DESCRIBE_STRUCT(ApplyCatalog, (), (version, text, again))
BOOST_DESCRIBE_STRUCT(ResumeCharges, (), ())
BOOST_DESCRIBE_STRUCT(OpenStore, (), (epoch, by))

BOOST_DESCRIBE_STRUCT(Line, (), (text, quantity, amount, add_on, brings))
BOOST_DESCRIBE_STRUCT(Tax, (), (name, base, amount))
BOOST_DESCRIBE_STRUCT(Receipt, (),
                      (id, processor, kind, state, amount, dated, said, order, counts, moved_on, applied, kept,
                       reverses, reversed))
BOOST_DESCRIBE_STRUCT(WithheldTax, (), (amount, certificate))
BOOST_DESCRIBE_STRUCT(BoughtCredits, (), (type, amount))
BOOST_DESCRIBE_STRUCT(PendingChange, (), (plan, cycle, licences, add_ons, catalog))
BOOST_DESCRIBE_STRUCT(Buys, (),
                      (plan_credits, addon_credits, bought, plan, cycle, months, licences, add_ons, restarts_cycle,
                       catalog, from_next_period, month_credits, month_ends))
BOOST_DESCRIBE_STRUCT(Fee, (), (amount, settlement))
BOOST_DESCRIBE_STRUCT(Attempt, (),
                      (number, method, processor, token, key, amount, state, started_at, send_before, ask_at, asked,
                       ref, raw, decline, decline_code, action, sent_at, alarm, kept, cancel_at, cancels, fee,
                       look_up_lag, answer_at))
BOOST_DESCRIBE_STRUCT(Undelivered, (), (since, try_at, tries, plugin, code, text))
BOOST_DESCRIBE_STRUCT(Order, (),
                      (id, kind, lines, total, buys, placed_at, open_until, period_from, period_to, state, candidates,
                       next_candidate, paid_for, attempts, paid_at, invoice, closed_because, issued, refunded,
                       credits_refunded, taxes, waits_for_lift, account_money, written_off, withheld, reopened, route,
                       undelivered, carries, browser))

BOOST_DESCRIBE_STRUCT(Received, (), (from_account, from, cost, at))
BOOST_DESCRIBE_STRUCT(Grant, (),
                      (id, type, source, priority, issued_at, ends_at, paid_by, rolled_from, rule, granted, remaining,
                       held, spent, expired, rolled, forfeited, refunded, transferred, corrected, over, received, paid,
                       life, rolls_more))
BOOST_DESCRIBE_STRUCT(Subscription::Month, (), (from, to))
BOOST_DESCRIBE_STRUCT(Subscription, (),
                      (plan, cycle, months, licences, add_ons, catalog, anchor, k, anchor_months, from, to, pending,
                       cancelled_at, started_at, ends_at, agreement_ends, period_catalog, month))
BOOST_DESCRIBE_STRUCT(PauseState, (), (since, resumes_at, usage_refused, credits_frozen))
BOOST_DESCRIBE_STRUCT(KeptCredits, (), (since, until))
BOOST_DESCRIBE_STRUCT(CustomPlan::Cycle, (), (cycle, months, price, gives))
BOOST_DESCRIBE_STRUCT(CustomPlan::OwnMeter, (), (meter, takes))
BOOST_DESCRIBE_STRUCT(CustomPlan, (),
                      (plan, rank, cycles, credit_price, first_credits, monthly_minimum, meters, agreement))
BOOST_DESCRIBE_STRUCT(TrialState, (), (started_at, ends_at, picked))
BOOST_DESCRIBE_STRUCT(Take, (), (grant, amount))
BOOST_DESCRIBE_STRUCT(Hold, (), (id, meter, type, takes, ends_at))
BOOST_DESCRIBE_STRUCT(Owed, (), (type, amount))
BOOST_DESCRIBE_STRUCT(SavedMethod, (), (id, method, slot, processor, token, brand, masked, details_at))
BOOST_DESCRIBE_STRUCT(Saving, (),
                      (id, method, slot, processor, key, state, started_at, send_before, until, ask_at, asked, ref, raw,
                       decline, decline_code, action, details_at, answer_at, browser))
BOOST_DESCRIBE_STRUCT(RechargeState, (),
                      (active, type, below, amount, also_when_refused, waits_for_renewal, waits_for_plan_change,
                       waits_for_past_due, each_day, suspend_after, refused_for_credits, today, day_ends, failures,
                       suspended, count, not_before, without_plan, not_when_cancelled))
BOOST_DESCRIBE_STRUCT(PastDue, (), (since, order, step, step_at, usage_refused, buying_refused, retry_at))
BOOST_DESCRIBE_STRUCT(Refund, (),
                      (id, order, attempt, guarantee, amount, credits, key, state, ask_at, asked, ref, credit_note,
                       taxes, credit_noted_at, goodwill, reason, raw, decline_code, alarm, started_at, paid_out_from,
                       made_elsewhere, sent_at))
BOOST_DESCRIBE_STRUCT(Review, (),
                      (id, order, reason, said, asked_at, due_at, duplicate_of, decided, approved, decision))
BOOST_DESCRIBE_STRUCT(Dispute, (), (ref, order, amount, state, reason, opened_at, moved_at, taken, owed))
BOOST_DESCRIBE_STRUCT(GuaranteeCase, (), (asked_at, decided))
BOOST_DESCRIBE_STRUCT(ApprovalState, (), (approval, state))
BOOST_DESCRIBE_STRUCT(Item, (), (entitlement, name, taken_at, suspended))
BOOST_DESCRIBE_STRUCT(OwnEntitlement, (), (entitlement, value))
BOOST_DESCRIBE_STRUCT(Member, (), (id, role, invited, since))
BOOST_DESCRIBE_STRUCT(MonthState, (), (from, to, type, used))
BOOST_DESCRIBE_STRUCT(PersonAt, (), (entries))
BOOST_DESCRIBE_STRUCT(Tries::Of, (), (order, attempt))
BOOST_DESCRIBE_STRUCT(Tries, (), (method, attempts))
BOOST_DESCRIBE_STRUCT(Coupon, (), (coupon, takes_off, periods, until, plans, cycles, applies_to, runs))
BOOST_DESCRIBE_STRUCT(RegisteredDocument, (), (document, irn))
BOOST_DESCRIBE_STRUCT(Account, (),
                      (id, billing_country, billing_state, standing, opened_at, position, last_at, due_at, grants,
                       closed_grants, holds, owed, trial, had_trial, subscription, past_due, recharge, methods, orders,
                       first_paid_at, refunds, guarantee, frozen, approvals, personal_data_sealed, last_grant,
                       last_hold, last_order, last_method, last_refund, pause, kept, custom_plans, deleted, reviews,
                       disputes, blocked, last_review, items, own_entitlements, members, month, imported_at, receipts,
                       money, next_invoice, savings, last_saving, person_at, tries, coupons, registered))
BOOST_DESCRIBE_STRUCT(ChargeStop, (), (scope, name, reason, since))
BOOST_DESCRIBE_STRUCT(MonthLine, (),
                      (type, before, issued, used, gone, returned, after, before_money, issued_money, used_money,
                       gone_money, returned_money, after_money))
BOOST_DESCRIBE_STRUCT(ClosedMonth, (), (month, up_to, lines, written_off))
BOOST_DESCRIBE_STRUCT(CloseMonth, (), (month))
BOOST_DESCRIBE_STRUCT(TenantState, (),
                      (id, position, catalog, catalog_texts, last_invoice, last_credit_note, catalog_since, stops,
                       closed_months, invoices_before, credit_notes_before, unmatched, identified, discrepancies,
                       processors, keys, last_key))

BOOST_DESCRIBE_STRUCT(AccountOpened, (), (billing_country, billing_state, personal_data_sealed))
BOOST_DESCRIBE_STRUCT(PersonalDataErased, (), ())
BOOST_DESCRIBE_STRUCT(TrialStarted, (), (ends_at))
BOOST_DESCRIBE_STRUCT(PlanPicked, (), (plan))
BOOST_DESCRIBE_STRUCT(TrialEnded, (), ())
BOOST_DESCRIBE_STRUCT(SubscriptionStarted, (),
                      (plan, cycle, months, licences, add_ons, catalog, anchor, to, agreement_ends))
BOOST_DESCRIBE_STRUCT(PeriodStarted, (), (k, anchor_months, from, to))
BOOST_DESCRIBE_STRUCT(SubscriptionChanged, (), (plan, cycle, months, licences, add_ons, catalog, to, agreement_ends))
BOOST_DESCRIBE_STRUCT(ChangeSet, (), (change))
BOOST_DESCRIBE_STRUCT(ChangeRemoved, (), ())
BOOST_DESCRIBE_STRUCT(CancelAsked, (), (ends_at, keeps_change))
BOOST_DESCRIBE_STRUCT(CancelUndone, (), ())
BOOST_DESCRIBE_STRUCT(SubscriptionEnded, (), (standing, because, kept_until))
BOOST_DESCRIBE_STRUCT(GrantIssued, (), (grant, type, source, priority, ends_at, amount, paid_by, rule, paid, life))
BOOST_DESCRIBE_STRUCT(CreditsSpent, (), (meter, quantity, type, takes, used_at))
BOOST_DESCRIBE_STRUCT(GrantRolled, (), (from, into, priority, ends_at, amount, rule, more))
BOOST_DESCRIBE_STRUCT(GrantExpired, (), (grant, amount, rule))
BOOST_DESCRIBE_STRUCT(GrantForfeited, (), (grant, amount, rule))
BOOST_DESCRIBE_STRUCT(GrantEndMoved, (), (grant, ends_at, rule))
BOOST_DESCRIBE_STRUCT(GrantAdjusted, (), (grant, amount, reason))
BOOST_DESCRIBE_STRUCT(GrantRefunded, (), (grant, amount, refund))
BOOST_DESCRIBE_STRUCT(UsageRefused, (), (type))
BOOST_DESCRIBE_STRUCT(HoldPlaced, (), (hold, meter, type, takes, ends_at))
BOOST_DESCRIBE_STRUCT(HoldClosed, (), (hold, quantity, spent, owed, absorbed, because))
BOOST_DESCRIBE_STRUCT(CreditsOwedTaken, (), (grant, amount))
BOOST_DESCRIBE_STRUCT(PaymentMethodAdded, (), (method))
BOOST_DESCRIBE_STRUCT(PaymentMethodRemoved, (), (method))
BOOST_DESCRIBE_STRUCT(RechargeSet, (), (recharge))
BOOST_DESCRIBE_STRUCT(RechargeCounted, (), (today, day_ends))
BOOST_DESCRIBE_STRUCT(RechargeFailed, (), (suspended, not_before))
BOOST_DESCRIBE_STRUCT(OrderPlaced, (), (order))
BOOST_DESCRIBE_STRUCT(AttemptStarted, (), (order, attempt, next_candidate, open_until, browser))
BOOST_DESCRIBE_STRUCT(CandidatesChanged, (), (order, candidates))
BOOST_DESCRIBE_STRUCT(AttemptMoved, (),
                      (order, attempt, state, amount, ask_at, ref, raw, decline, decline_code, action, alarm, sent_at,
                       look_up_lag))
BOOST_DESCRIBE_STRUCT(OrderPaid, (), (order, attempt))
BOOST_DESCRIBE_STRUCT(OrderClosed, (), (order, because))
BOOST_DESCRIBE_STRUCT(InvoiceIssued, (), (sequence, number, order, total))
BOOST_DESCRIBE_STRUCT(PastDueEntered, (), (order, step_at, since))
BOOST_DESCRIBE_STRUCT(PastDueStepped, (), (step, step_at, usage_refused, buying_refused))
BOOST_DESCRIBE_STRUCT(PastDueCleared, (), ())
BOOST_DESCRIBE_STRUCT(RefundRequested, (), (quoted))
BOOST_DESCRIBE_STRUCT(RefundDeclined, (), (reason))
BOOST_DESCRIBE_STRUCT(AccountThawed, (), ())
BOOST_DESCRIBE_STRUCT(RefundStarted, (), (refund))
BOOST_DESCRIBE_STRUCT(RefundMoved, (),
                      (refund, amount, state, ask_at, ref, raw, decline_code, alarm, taken_back, sent_at))
BOOST_DESCRIBE_STRUCT(CreditNoteIssued, (), (sequence, number, refund, order, amount))
BOOST_DESCRIBE_STRUCT(ApprovalSet, (), (approval))
BOOST_DESCRIBE_STRUCT(ItemOccupied, (), (entitlement, item))
BOOST_DESCRIBE_STRUCT(ItemReleased, (), (entitlement, item))
BOOST_DESCRIBE_STRUCT(ItemSuspended, (), (entitlement, item))
BOOST_DESCRIBE_STRUCT(ItemRestored, (), (entitlement, item))
BOOST_DESCRIBE_STRUCT(EntitlementSet, (), (entitlement, value))
BOOST_DESCRIBE_STRUCT(MemberInvited, (), (member, role))
BOOST_DESCRIBE_STRUCT(InvitationAccepted, (), (member))
BOOST_DESCRIBE_STRUCT(InvitationRevoked, (), (member))
BOOST_DESCRIBE_STRUCT(MemberRemoved, (), (member))
BOOST_DESCRIBE_STRUCT(RoleChanged, (), (member, role))
BOOST_DESCRIBE_STRUCT(GrantTransferred, (), (grant, amount, to))
BOOST_DESCRIBE_STRUCT(GrantReceived, (),
                      (grant, from, from_grant, type, source, priority, issued_at, ends_at, amount, cost, rule))
BOOST_DESCRIBE_STRUCT(MonthStarted, (), (from, to, type))
BOOST_DESCRIBE_STRUCT(MonthEnded, (), ())
BOOST_DESCRIBE_STRUCT(MinimumTaken, (), (type, takes, minimum, used))
BOOST_DESCRIBE_STRUCT(BankReceiptRecorded, (), (receipt))
BOOST_DESCRIBE_STRUCT(MoneyIdentified, (), (receipt))
BOOST_DESCRIBE_STRUCT(MoneyMovedOn, (), (receipt, reason))
BOOST_DESCRIBE_STRUCT(ReceiptMoved, (), (receipt, state, counts, reason))
BOOST_DESCRIBE_STRUCT(MoneyKept, (), (receipt, amount))
BOOST_DESCRIBE_STRUCT(TaxWithheld, (), (order, tax))
BOOST_DESCRIBE_STRUCT(CashApplied, (), (receipt, amount))
BOOST_DESCRIBE_STRUCT(OrderSettled, (), (order, applied, written_off, withheld))
BOOST_DESCRIBE_STRUCT(OrderReopened, (),
                      (order, given_up, written_off, withheld, plan_credits, bought, period_from, period_to, because))
BOOST_DESCRIBE_STRUCT(RetryPlanned, (), (order, at))
BOOST_DESCRIBE_STRUCT(ProcessorCounted, (), (processor, failures, cooldown_until))
BOOST_DESCRIBE_STRUCT(DiscrepancyFound, (), (difference))
BOOST_DESCRIBE_STRUCT(DiscrepancyClosed, (), (difference, reason))
BOOST_DESCRIBE_STRUCT(CatalogApplied, (), (version, text))
BOOST_DESCRIBE_STRUCT(StoreOpened, (), (epoch, by))
BOOST_DESCRIBE_STRUCT(SubscriptionPaused, (), (resumes_at, usage_refused, credits_frozen, since))
BOOST_DESCRIBE_STRUCT(SubscriptionResumed, (),
                      (anchor, anchor_months, from, to, ends_at, agreement_ends, month_from, month_to))
BOOST_DESCRIBE_STRUCT(KeepingEnded, (), ())
BOOST_DESCRIBE_STRUCT(CustomPlanSet, (), (plan))
BOOST_DESCRIBE_STRUCT(AccountDeleted, (), ())
BOOST_DESCRIBE_STRUCT(PersonalDataSealed, (), (beside))
BOOST_DESCRIBE_STRUCT(BillingSet, (), (billing_country, billing_state))
BOOST_DESCRIBE_STRUCT(LateMoneyKept, (), (order, attempt))
BOOST_DESCRIBE_STRUCT(CancelPlanned, (), (order, attempt, at, cancels, raw))
BOOST_DESCRIBE_STRUCT(SavingStarted, (), (saving))
BOOST_DESCRIBE_STRUCT(SavingMoved, (), (saving, state, ask_at, ref, raw, decline, decline_code, action))
BOOST_DESCRIBE_STRUCT(LookUpPlanned, (), (order, attempt, refund, saving, answered))
BOOST_DESCRIBE_STRUCT(FeeTaken, (), (order, attempt, fee))
BOOST_DESCRIBE_STRUCT(AmountWrittenOff, (), (order, amount, lines, because))
BOOST_DESCRIBE_STRUCT(NextInvoiceSet, (), (lines))
BOOST_DESCRIBE_STRUCT(DeliveryFailed, (), (order, plugin, code, text, try_at))
BOOST_DESCRIBE_STRUCT(DeliveryEnded, (), (order, because))
BOOST_DESCRIBE_STRUCT(ReceiptReversed, (), (receipt, by, amount))
BOOST_DESCRIBE_STRUCT(ReversalUndone, (), (receipt, by, amount))
BOOST_DESCRIBE_STRUCT(ReceiptDismissed, (), (receipt, reason))
BOOST_DESCRIBE_STRUCT(PayoutReturned, (), (refund, receipt))
BOOST_DESCRIBE_STRUCT(CreditsGivenBack, (), (grant, amount, ref))
BOOST_DESCRIBE_STRUCT(CreditsOwedLess, (), (type, amount, ref))
BOOST_DESCRIBE_STRUCT(KeyIssued, (), (key, follows))
BOOST_DESCRIBE_STRUCT(KeyEnds, (), (key, at, reason))
BOOST_DESCRIBE_STRUCT(PersonalDataViewed, (), (what, reason))
BOOST_DESCRIBE_STRUCT(ReviewRequested, (), (review))
BOOST_DESCRIBE_STRUCT(ReviewDecided, (), (review, approved, reason))
BOOST_DESCRIBE_STRUCT(DisputeMoved, (), (dispute))
BOOST_DESCRIBE_STRUCT(CreditsTakenBack, (), (grant, amount, ref))
BOOST_DESCRIBE_STRUCT(CreditsOwed, (), (type, amount, ref))
BOOST_DESCRIBE_STRUCT(AccountBlocked, (), (because))
BOOST_DESCRIBE_STRUCT(AccountUnblocked, (), (reason))
BOOST_DESCRIBE_STRUCT(ChargesStopped, (), (stop))
BOOST_DESCRIBE_STRUCT(ChargesLifted, (), (scope, name, reason))
BOOST_DESCRIBE_STRUCT(ChargeWaits, (), (order))
BOOST_DESCRIBE_STRUCT(AccountImported, (), (billing_country, billing_state, opened_at, first_paid_at))
BOOST_DESCRIBE_STRUCT(MonthClosed, (), (month))
BOOST_DESCRIBE_STRUCT(DocumentNumbersSet, (), (last_invoice, last_credit_note))
BOOST_DESCRIBE_STRUCT(AddOnMonthStarted, (), (from, to))
BOOST_DESCRIBE_STRUCT(CouponsSet, (), (coupons))
BOOST_DESCRIBE_STRUCT(IrnRecorded, (), (document, irn, ack_no, ack_at, qr))

BOOST_DESCRIBE_STRUCT(Refusal, (), (code, text, rule, values))
BOOST_DESCRIBE_STRUCT(Entry, (), (tenant, account, actor, key, asked_at, at, catalog, command, refusal, facts))

}  // namespace florin
