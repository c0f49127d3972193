#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/journal/one_of.hpp"

/// What happened: the only thing that changes state. A fact carries what was resolved, so that applying it needs no
/// catalog, clock or calendar. Released facts never change their meaning; they only grow at their end.
namespace florin {

struct AccountOpened {
  std::string billing_country;
  std::string billing_state;
  bool personal_data_sealed = false;
};
struct PersonalDataErased {};

struct TrialStarted {
  std::optional<Instant> ends_at;
};
struct PlanPicked {
  PendingChange plan;
};
struct TrialEnded {};

struct SubscriptionStarted {
  PlanId plan;
  std::string cycle;
  std::int32_t months = 1;
  std::int32_t licences = 1;
  std::vector<AddOnCount> add_ons;
  std::uint32_t catalog = 0;
  Instant anchor;
  Instant to;  ///< end of period 0
  std::optional<Instant> agreement_ends;
};
struct PeriodStarted {
  std::int64_t k = 0;
  std::int32_t anchor_months = 0;
  Instant from, to;
};
/// The plan, cycle, licences or add-ons of a running subscription, from now on.
struct SubscriptionChanged {
  PlanId plan;
  std::string cycle;
  std::int32_t months = 1;
  std::int32_t licences = 1;
  std::vector<AddOnCount> add_ons;
  std::uint32_t catalog = 0;
  std::optional<Instant> to;  ///< the running period's end, where it moves
  std::optional<Instant> agreement_ends;
};
struct ChangeSet {
  PendingChange change;
};
struct ChangeRemoved {};
struct CancelAsked {
  Instant ends_at;
  bool keeps_change = false;  ///< the change that waits goes on waiting: for an undone cancellation
};
struct CancelUndone {};
struct SubscriptionEnded {
  Standing standing = Standing::ended;
  std::string because;                ///< cancelled, past_due, refunded, deleted
  std::optional<Instant> kept_until;  ///< credits stand still until then, and come back with the next plan
};

struct GrantIssued {
  GrantId grant;
  CreditType type;
  GrantSource source = GrantSource::plan;
  std::int32_t priority = 0;
  std::optional<Instant> ends_at;
  Credits amount;
  OrderId paid_by;
  std::string rule;
  Money paid{};  ///< elsewhere, for an imported one
  GrantLife life{};
};
struct CreditsSpent {
  MeterId meter;
  Quantity quantity;
  CreditType type;
  std::vector<Take> takes;
  std::optional<Instant> used_at{};  ///< when it was told later than it happened
};
struct GrantRolled {
  GrantId from;
  GrantId into;
  std::int32_t priority = 0;
  std::optional<Instant> ends_at;
  Credits amount;
  std::string rule;
  std::optional<Credits> more{};  ///< only a part rolls: how much of what comes free later rolls, too; none: all of it
};
struct GrantExpired {
  GrantId grant;
  Credits amount;
  std::string rule;
};
struct GrantForfeited {
  GrantId grant;
  Credits amount;
  std::string rule;
};
struct GrantEndMoved {
  GrantId grant;
  std::optional<Instant> ends_at;
  std::string rule;
};
struct GrantAdjusted {
  GrantId grant;
  Credits amount;
  std::string reason;
};
struct GrantRefunded {
  GrantId grant;
  Credits amount;
  RefundId refund;
};
struct UsageRefused {
  CreditType type;
};
struct HoldPlaced {
  HoldId hold;
  MeterId meter;
  CreditType type;
  std::vector<Take> takes;
  Instant ends_at;
};
/// What a hold came to: `spent` leaves, what is over is free again in its grant.
struct HoldClosed {
  HoldId hold;
  Quantity quantity;
  std::vector<Take> spent;  ///< of the held, and of free credits when more was used
  Credits owed;             ///< used, but not there
  Credits absorbed;         ///< used, not there, and not asked for
  std::string because;      ///< settled, released, timed_out
};
struct CreditsOwedTaken {
  GrantId grant;
  Credits amount;
};

struct PaymentMethodAdded {
  SavedMethod method;
};
struct PaymentMethodRemoved {
  SavedMethodId method;
};
struct RechargeSet {
  Apart<RechargeState> recharge;
};
struct RechargeCounted {
  std::int32_t today = 0;
  Instant day_ends;
};
struct RechargeFailed {
  bool suspended = false;
  Instant not_before{};  ///< the next one is charged then at the earliest
};

struct OrderPlaced {
  Apart<Order> order;
};
struct AttemptStarted {
  OrderId order;
  Apart<Attempt> attempt;
  std::uint32_t next_candidate = 0;   ///< where the next try begins
  std::optional<Instant> open_until;  ///< when the order waits longer for this method than it did
  Seldom<std::string> browser{};      ///< of who asked for it, sealed; none: the order's own, or not known
};
/// A renewal is tried on other methods from now on, from the first.
struct CandidatesChanged {
  OrderId order;
  std::vector<SavedMethodId> candidates;
};
struct AttemptMoved {
  OrderId order;
  std::uint32_t attempt = 0;
  AttemptState state = AttemptState::unknown;
  Money amount;  ///< captured
  Instant ask_at = never;
  std::string ref;
  std::string raw;
  DeclineKind decline = DeclineKind::none;
  std::string decline_code;
  std::string action;
  std::string alarm;                 ///< wrong_amount, impossible_transition: for a person
  std::optional<Instant> sent_at{};  ///< the charge was sent for this
  Duration look_up_lag{};            ///< as its processor declares it; 0: it said nothing
};
struct OrderPaid {
  OrderId order;
  std::uint32_t attempt = 0;  ///< 0: nothing was to be paid
};
struct OrderClosed {
  OrderId order;
  std::string because;
};
struct InvoiceIssued {
  std::uint64_t sequence = 0;
  std::string number;
  OrderId order;
  Money total;
};
struct PastDueEntered {
  OrderId order;
  Instant step_at = never;
  std::optional<Instant> since{};  ///< of an imported account; none: now
};
struct PastDueStepped {
  std::uint32_t step = 0;  ///< the next one
  Instant step_at = never;
  bool usage_refused = false;
  bool buying_refused = false;
};
struct PastDueCleared {};

struct RefundRequested {
  std::vector<Refund> quoted;
};
struct RefundDeclined {
  std::string reason;
};
/// Frozen no more.
struct AccountThawed {};
struct RefundStarted {
  Apart<Refund> refund;
};
struct RefundMoved {
  RefundId refund;
  Money amount;  ///< of the refund
  AttemptState state = AttemptState::unknown;
  Instant ask_at = never;
  std::string ref;
  std::string raw;
  std::string decline_code{};
  std::string alarm{};               ///< wrong_amount, taken_back: for a person
  bool taken_back{};                 ///< it had been paid back, and the money is here again
  std::optional<Instant> sent_at{};  ///< it was sent for this
};
struct CreditNoteIssued {
  std::uint64_t sequence = 0;
  std::string number;
  RefundId refund;
  OrderId order;
  Money amount;
};

struct ApprovalSet {
  ApprovalState approval;
};

struct ReviewRequested {
  Review review;
};
struct ReviewDecided {
  ReviewId review;
  bool approved = false;
  std::string reason;
};
struct DisputeMoved {
  Dispute dispute;
};
/// Credits that a lost payment had bought.
struct CreditsTakenBack {
  GrantId grant;
  Credits amount;
  std::string ref;  ///< of the dispute
};
/// Credits that are owed from now on: a lost payment had bought them, and they were spent.
struct CreditsOwed {
  CreditType type;
  Credits amount;
  std::string ref;
};
struct AccountBlocked {
  std::string because;
};
struct AccountUnblocked {
  std::string reason;
};
struct ItemOccupied {
  EntitlementId entitlement;
  std::string item;
};
struct ItemReleased {
  EntitlementId entitlement;
  std::string item;
};
/// Over the limit of the plan: it stays, is charged as before, and does not work.
struct ItemSuspended {
  EntitlementId entitlement;
  std::string item;
};
struct ItemRestored {
  EntitlementId entitlement;
  std::string item;
};
struct EntitlementSet {
  EntitlementId entitlement;
  std::string value;
};
struct MemberInvited {
  MemberId member;
  std::string role;
};
struct InvitationAccepted {
  MemberId member;
};
struct InvitationRevoked {
  MemberId member;
};
struct MemberRemoved {
  MemberId member;
};
struct RoleChanged {
  MemberId member;
  std::string role;
};

struct GrantTransferred {
  GrantId grant;
  Credits amount;
  AccountId to;
};
/// Credits of another account's grant: type, source, end and cost stay as they were.
struct GrantReceived {
  GrantId grant;
  AccountId from;
  GrantId from_grant;
  CreditType type;
  GrantSource source = GrantSource::transfer;
  std::int32_t priority = 0;
  Instant issued_at;
  std::optional<Instant> ends_at;
  Credits amount;
  Money cost;
  std::string rule;
};
/// A month of a plan with a minimum: usage of `type` counts towards it.
struct MonthStarted {
  Instant from, to;
  CreditType type;
};
struct MonthEnded {};
/// What was missing, as far as credits reach.
struct MinimumTaken {
  CreditType type;
  std::vector<Take> takes;
  Money minimum;
  Credits used;
};
/// Money came by bank: to this account, or with none to the tenant's list.
struct BankReceiptRecorded {
  Receipt receipt;
};
/// Whose money it is, and for which order: of the tenant's list, or of this account already.
struct MoneyIdentified {
  Receipt receipt;
};
/// Off this account again, and into the tenant's list.
struct MoneyMovedOn {
  ReceiptId receipt;
  std::string reason;
};
struct ReceiptMoved {
  ReceiptId receipt;
  ChequeState state = ChequeState::received;
  bool counts = false;
  std::string reason;
};
/// For the account's next order; below 0: no longer.
struct MoneyKept {
  ReceiptId receipt;
  Money amount;
};
struct TaxWithheld {
  OrderId order;
  WithheldTax tax;
};
struct CashApplied {
  ReceiptId receipt;
  Money amount;
};
/// An order's money came by bank: what of which receipt, and why no more is asked for.
struct OrderSettled {
  OrderId order;
  std::vector<CashApplied> applied;
  Money written_off;
  Money withheld;
};
/// The money of a paid order was taken back. It asks for it again, and brings then what was taken with it.
struct OrderReopened {
  OrderId order;
  std::vector<CashApplied> given_up;  ///< by its receipts
  Money written_off;
  Money withheld;
  std::vector<BoughtCredits> plan_credits, bought;
  std::optional<Instant> period_from, period_to;
  std::string because;
};

/// A tenant's: a version of its catalog comes into force.
struct CatalogApplied {
  std::uint32_t version = 0;
  std::string text;  ///< name of the text in the store: its hash
};
/// A tenant's.
struct ChargesStopped {
  ChargeStop stop;
};
struct ChargesLifted {
  StopScope scope = StopScope::tenant;
  std::string name;
  std::string reason;
};
/// An order's next attempt waits until charges are lifted.
struct ChargeWaits {
  OrderId order;
};
struct AccountImported {
  std::string billing_country;
  std::string billing_state;
  Instant opened_at;
  std::optional<Instant> first_paid_at;
};
/// A tenant's.
struct MonthClosed {
  ClosedMonth month;
};
struct DocumentNumbersSet {
  std::uint64_t last_invoice = 0;
  std::uint64_t last_credit_note = 0;
};
/// A shard's: somebody opened its journal and owns it from here.
struct StoreOpened {
  std::uint64_t epoch = 0;
  std::string by;
};

struct SubscriptionPaused {
  Instant resumes_at;  ///< by itself
  bool usage_refused = true;
  bool credits_frozen = true;
  std::optional<Instant> since;  ///< none: since the fact
};
/// Everything of the subscription is as much later as the pause was long; periods count from a new anchor.
struct SubscriptionResumed {
  Instant anchor;
  std::int32_t anchor_months = 0;
  Instant from, to;
  std::optional<Instant> ends_at;
  std::optional<Instant> agreement_ends;
  std::optional<Instant> month_from, month_to;
};
/// A month of the add-ons that are paid by the month on a longer cycle.
struct AddOnMonthStarted {
  Instant from, to;
};
/// The time is over in which kept credits would have come back.
struct KeepingEnded {};
struct CustomPlanSet {
  CustomPlan plan;
};
struct AccountDeleted {};
struct PersonalDataSealed {
  bool beside = false;  ///< each word in place of the earlier one of its name; else in place of all
};

/// An overdue order is tried again then, apart from dunning; never: no more.
struct RetryPlanned {
  OrderId order;
  Instant at = never;
};
/// A tenant's: how a processor has answered of late.
struct ProcessorCounted {
  ProcessorId processor;
  std::int32_t failures = 0;  ///< in a row
  Instant cooldown_until;     ///< till then the host charges nothing through it by itself
};
/// A tenant's.
struct DiscrepancyFound {
  Apart<Discrepancy> difference;
};
struct DiscrepancyClosed {
  std::string difference;
  std::string reason;
};

struct BillingSet {
  std::string billing_country;
  std::string billing_state;
};
/// Money that came for a closed order, and waits for a person.
struct LateMoneyKept {
  OrderId order;
  std::uint32_t attempt = 0;
};
/// What the invoice of the next renewal takes along; all of it, in place of what was there.
struct NextInvoiceSet {
  std::vector<Line> lines;
};

/// An attempt is cancelled at its processor: asked for then, for the first time or again. never: its word is final.
struct CancelPlanned {
  OrderId order;
  std::uint32_t attempt = 0;
  Instant at = never;
  std::uint32_t cancels = 0;  ///< how often it was asked before
  std::string raw;            ///< what it said last
};

/// In place of an earlier one of its slot.
struct SavingStarted {
  Apart<Saving> saving;
};
struct SavingMoved {
  SavingId saving;
  AttemptState state = AttemptState::unknown;
  Instant ask_at = never;
  std::string ref;
  std::string raw;
  DeclineKind decline = DeclineKind::none;
  std::string decline_code;
  std::string action;
};
/// A processor is asked now about what it gave a hint of: of an attempt, a refund or a method that is being saved.
struct LookUpPlanned {
  OrderId order;
  std::uint32_t attempt = 0;
  RefundId refund;
  SavingId saving;
  bool answered = false;  ///< this entry holds, sealed, what its customer answered: the processor hears that first
};

/// What a processor kept of a captured payment, or in which payout it is, is known now.
struct FeeTaken {
  OrderId order;
  std::uint32_t attempt = 0;
  Fee fee;
};

/// A paid order could not be delivered: nothing is charged again, and it is tried again then.
struct DeliveryFailed {
  OrderId order;
  std::string plugin;
  std::string code;
  std::string text;
  Instant try_at = never;
};
/// What a paid order brings is there now, or never will be.
struct DeliveryEnded {
  OrderId order;
  std::string because;  ///< delivered, given_back, taken_back
};
/// The bank took money back: `by` is its line, `receipt` the one whose money it was.
struct ReceiptReversed {
  ReceiptId receipt;
  ReceiptId by;
  Money amount;  ///< more than nothing
};
/// It was not this receipt's money that went back.
struct ReversalUndone {
  ReceiptId receipt;
  ReceiptId by;
  Money amount;
};
/// A tenant's: money on the bank's statement that is no customer's.
struct ReceiptDismissed {
  Apart<Receipt> receipt;
  std::string reason;
};
/// A refund that was paid out from the bank came back: its money is that of this receipt.
struct PayoutReturned {
  RefundId refund;
  Receipt receipt;
};
/// A dispute was won after its money and credits had been taken: what it took of this grant is there again.
struct CreditsGivenBack {
  GrantId grant;
  Credits amount;
  std::string ref;
};
/// What was owed for it, and is still owed, is owed no more.
struct CreditsOwedLess {
  CreditType type;
  Credits amount;
  std::string ref;
};
/// A tenant's: a key works from now on.
struct KeyIssued {
  ApiKey key;
  std::string follows;  ///< id of the key that it is to replace; empty: of none
};
/// A tenant's: a key works until then.
struct KeyEnds {
  std::string key;
  Instant at;
  std::string reason;
};
/// Nobody is asked for it any more: lines that waited for an invoice, or what an invoice of the order asked for.
struct AmountWrittenOff {
  OrderId order;  ///< 0: the lines
  Money amount;   ///< of an order with its tax
  std::vector<Line> lines;
  std::string because;
};
/// Who acts has looked at what is known of the person.
struct PersonalDataViewed {
  std::string what;
  std::string reason;
};

/// The coupons of an account, each with what is left of it.
struct CouponsSet {
  std::vector<Coupon> coupons;
};

/// A document is registered at the government's portal: its number there, and what its QR code says.
struct IrnRecorded {
  std::string document, irn, ack_no;
  Instant ack_at;
  std::string qr;
};

/// In order of release: a new one goes to the end.
using KindsOfFact = std::variant<
    AccountOpened, PersonalDataErased, TrialStarted, PlanPicked, TrialEnded, SubscriptionStarted, PeriodStarted,
    SubscriptionChanged, ChangeSet, ChangeRemoved, CancelAsked, CancelUndone, SubscriptionEnded, GrantIssued,
    CreditsSpent, GrantRolled, GrantExpired, GrantForfeited, GrantEndMoved, GrantAdjusted, GrantRefunded, UsageRefused,
    HoldPlaced, HoldClosed, CreditsOwedTaken, PaymentMethodAdded, PaymentMethodRemoved, RechargeSet, RechargeCounted,
    RechargeFailed, OrderPlaced, AttemptStarted, CandidatesChanged, AttemptMoved, OrderPaid, OrderClosed, InvoiceIssued,
    PastDueEntered, PastDueStepped, PastDueCleared, RefundRequested, RefundDeclined, AccountThawed, RefundStarted,
    RefundMoved, CreditNoteIssued, ApprovalSet, CatalogApplied, StoreOpened, SubscriptionPaused, SubscriptionResumed,
    KeepingEnded, CustomPlanSet, AccountDeleted, PersonalDataSealed, ReviewRequested, ReviewDecided, DisputeMoved,
    CreditsTakenBack, CreditsOwed, AccountBlocked, AccountUnblocked, ChargesStopped, ChargesLifted, ChargeWaits,
    AccountImported, MonthClosed, DocumentNumbersSet, ItemOccupied, ItemReleased, ItemSuspended, ItemRestored,
    EntitlementSet, MemberInvited, InvitationAccepted, InvitationRevoked, MemberRemoved, RoleChanged, GrantTransferred,
    GrantReceived, MonthStarted, MonthEnded, MinimumTaken, BankReceiptRecorded, MoneyIdentified, MoneyMovedOn,
    ReceiptMoved, MoneyKept, TaxWithheld, OrderSettled, OrderReopened, RetryPlanned, ProcessorCounted, DiscrepancyFound,
    DiscrepancyClosed, AddOnMonthStarted, BillingSet, LateMoneyKept, NextInvoiceSet, CancelPlanned, SavingStarted,
    SavingMoved, LookUpPlanned, FeeTaken, DeliveryFailed, DeliveryEnded, ReceiptReversed, ReversalUndone,
    ReceiptDismissed, PayoutReturned, CreditsGivenBack, CreditsOwedLess, KeyIssued, KeyEnds, AmountWrittenOff,
    PersonalDataViewed, CouponsSet, IrnRecorded>;

struct Fact : KindsOfFact {
  using Kinds = KindsOfFact;

  Fact();
  template <class T>
    requires is_kind_of<std::remove_cvref_t<T>, Kinds>
  Fact(T&& kind) : Kinds(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(kind)) {}
  Fact(const Fact& other);
  Fact(Fact&& other) noexcept;
  Fact& operator=(const Fact& other);
  Fact& operator=(Fact&& other) noexcept;
  ~Fact();
};
using Facts = std::vector<Fact>;

}  // namespace florin
