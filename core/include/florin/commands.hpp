#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "florin/apart.hpp"
#include "florin/credits.hpp"
#include "florin/id.hpp"
#include "florin/money.hpp"
#include "florin/time.hpp"

/// The commands that a backend, staff and the host itself may send to an account. A field has the same name in YAML,
/// JSON, the journal and the docs; a command's name there is its type in snake_case: `BuyCredits` is `buy_credits`.
namespace florin {

/// Who sends a command. The role is one of the tenant's YAML, or `staff` for the tenant's own people.
struct Actor {
  std::string role;
  std::string id;
  friend bool operator==(const Actor&, const Actor&) = default;
};

/// A quantity used, in millionths of the base unit: `160 characters`, `61.5 seconds`, `2 minutes` (as seconds).
struct Quantity {
  std::int64_t micro = 0;
  std::string unit;  ///< singular: character, second, message, drop, …

  /// Errors: bad_quantity.
  FLORIN_API static Result<Quantity> parse(std::string_view text);
  FLORIN_API std::string text() const;
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

/// Credits as a person writes them: `500 message`, `0.3000 balance`.
struct CreditAmount {
  Decimal amount;
  CreditType type;

  /// Errors: bad_credits.
  FLORIN_API static Result<CreditAmount> parse(std::string_view text);
  FLORIN_API std::string text() const;
};

/// The discount of a coupon, as a person writes it: `25 percent`, `12.5 percent`, `10.00 USD`.
struct TakesOff {
  Decimal percent;  ///< 0: an amount
  Money amount;

  /// Errors: bad_takes_off.
  FLORIN_API static Result<TakesOff> parse(std::string_view text);
  FLORIN_API std::string text() const;
};

/// A property of a usage or an account that conditions may read: `destination: whitelisted`.
struct Word {
  std::string name;
  std::string value;
  friend bool operator==(const Word&, const Word&) = default;
};

/// How many of an add-on, as a total.
struct AddOnCount {
  AddOnId add_on;
  std::int32_t count = 0;
  friend bool operator==(const AddOnCount&, const AddOnCount&) = default;
};

/// The payer's browser, as EMV 3-D Secure 2 requires. It is sealed before anything is written, reaches only a processor
/// whose manifest asks for it, and is erased once the payment was sent. Unknown values are left out.
struct Browser {
  std::string accept_header;                     ///< the Accept header of its requests: up to 2048 bytes
  std::string user_agent;                        ///< its User-Agent header: up to 2048 bytes
  std::string language;                          ///< `navigator.language`, as de-AT: up to 35 bytes
  std::optional<std::int32_t> color_depth;       ///< bits a pixel: 1, 4, 8, 15, 16, 24, 30, 32 or 48
  std::optional<std::int32_t> screen_height;     ///< pixels: 1 to 999999
  std::optional<std::int32_t> screen_width;      ///< pixels: 1 to 999999
  std::optional<std::int32_t> time_zone_offset;  ///< minutes from local time to UTC: 300 in New York's winter; ±840
  bool java_enabled = false;
  bool javascript_enabled = false;
  std::string ip_address;  ///< as the server saw it, IPv4 or IPv6; in a customer's session the host sets it

  std::string sealed{};  ///< set by the host: all of the above, sealed; the open values are then empty
};

/// Opens an account. Its personal data is sealed beside the journal, whose facts say only whether it was given.
struct OpenAccount {
  std::string billing_country;  ///< ISO 3166 alpha-2
  std::optional<std::string> billing_state;
  std::vector<Word> personal_data;  ///< name, email, …: sealed before anything is written
};
struct StartTrial {};
struct Subscribe {
  PlanId plan;
  std::string cycle;
  std::optional<std::int32_t> licences;
  std::vector<AddOnCount> add_ons;
  std::optional<CreditAmount> first_credits;  ///< bought in the same payment
  bool start_now = false;                     ///< in a trial: charge now, whatever the tenant's rule
  /// A slot, a payment method, or a method with its parameter, as `netbanking/HDFC`. None: as the tenant's `try` says.
  std::optional<std::string> pay_with;
  std::optional<Money> agreed{};  ///< the total now, with tax, that the customer confirmed; another total is refused
  Seldom<Browser> browser{};      ///< of the payer; none: unknown
};
/// One checkout of plan, cycle, licences and add-ons together: one payment, all or nothing. Fields that are left out
/// stay as they are.
struct ChangePlan {
  std::optional<PlanId> plan;
  std::optional<std::string> cycle;      ///< none: the current one
  std::optional<std::int32_t> licences;  ///< the total, never an increment
  std::vector<AddOnCount>
      add_ons;  ///< totals from now on; an increase is paid now, a decrease takes effect in the next period
  std::optional<std::string> pay_with;  ///< as in Subscribe
  std::optional<Money> agreed{};        ///< as in Subscribe
  Seldom<Browser> browser{};            ///< as in Subscribe
};
/// Short for a checkout of the total of licences.
struct SetLicences {
  std::int32_t total = 0;
  std::optional<Money> agreed{};  ///< as in Subscribe
  Seldom<Browser> browser{};      ///< as in Subscribe
};
/// Short for a checkout of the total of one add-on.
struct SetAddOn {
  AddOnId add_on;
  std::int32_t total = 0;
  std::optional<Money> agreed{};  ///< as in Subscribe
  Seldom<Browser> browser{};      ///< as in Subscribe
};
struct Cancel {};
struct UndoCancel {};
struct BuyCredits {
  CreditAmount amount;
  std::optional<std::string> pay_with;  ///< as in Subscribe
  std::optional<Money> agreed{};        ///< as in Subscribe
  Seldom<Browser> browser{};            ///< as in Subscribe
};
struct SetAutoRecharge {
  bool active = true;
  std::optional<CreditAmount> below;
  std::optional<CreditAmount> amount;
};
/// A payment method that a processor has stored. `details` has the fields of the method's form (token, brand, last4;
/// address); the method's plugin checks them and derives the rest. What it derives for the processor, such as an
/// account number, is sealed before anything is written, and only that processor receives it.
struct AddPaymentMethod {
  MethodId method;   ///< card, upi
  std::string slot;  ///< primary, backup
  std::vector<Word> details;
  std::string token;   ///< the processor's token, never a card number
  std::string brand;   ///< empty where the method has none
  std::string masked;  ///< the part that may be shown: last four digits, a masked address
  std::optional<ProcessorId>
      through;  ///< the processor whose token it is; none: the first one that the tenant names for the method
};
struct RemovePaymentMethod {
  std::string slot;
};
/// One usage: a message, a call. Its credits are debited in full, or it is refused.
struct Use {
  MeterId meter;
  Quantity quantity;
  std::vector<Word> properties;      ///< outcome, destination, direction, …: what conditions ask for
  std::optional<Instant> used_at{};  ///< when it happened, if it is reported later; none: now
};
/// Reserves credits before a usage.
struct PlaceHold {
  MeterId meter;
  Quantity quantity;
  std::vector<Word> properties;
  std::optional<Span> lasts;
};
/// Debits what was used, more or less than the hold, and releases the rest.
struct CaptureHold {
  HoldId hold;
  Quantity quantity;
  std::vector<Word> properties;  ///< properties that are known only now: outcome, …
};
struct ReleaseHold {
  HoldId hold;
};
struct RequestRefund {};
struct DecideRefund {
  bool approve = false;
  std::string reason;
};
struct SetApproval {
  std::string approval;  ///< kyc, …
  std::string state;     ///< submitted, approved, rejected, expired
};
struct AdjustCredits {
  CreditAmount amount;
  bool take = false;  ///< takes away instead of giving
  std::string reason;
};
/// Staff: erases personal data. Ids and amounts stay in the books.
struct ErasePersonalData {};
/// Pauses the subscription until `resume`, or until the tenant's longest pause ends.
struct Pause {};
struct Resume {
  std::optional<Money> agreed{};  ///< as in Subscribe
  Seldom<Browser> browser{};      ///< as in Subscribe
};
/// A cycle of a custom plan.
struct PricedCycle {
  std::string cycle;
  Money price;
  std::vector<CreditAmount> gives;
};
/// A meter of a custom plan.
struct PricedMeter {
  MeterId meter;
  CreditAmount takes;
};
/// Staff: sets, for one account, exactly the terms that the plan's `per_account` lists.
struct SetCustomPlan {
  PlanId plan;
  std::optional<std::int32_t> rank;
  std::vector<PricedCycle> cycles;
  std::optional<UnitPrice> credit_price;
  std::optional<Money> first_credits;
  std::optional<Money> monthly_minimum;
  std::vector<PricedMeter> meters;
  std::optional<Span> agreement;  ///< `0 months`: none
};
/// Closes the account: its plan, its credits and its unpaid orders end. Payments in flight are settled.
struct DeleteAccount {};
/// Staff: replaces the sealed name or address of an account.
struct SetPersonalData {
  std::vector<Word> personal_data;
};
/// Requests a review of one charge by staff.
struct RequestReview {
  OrderId order;
  std::string reason;  ///< one of the tenant's reasons: duplicate_charge, …
  std::string said;    ///< in the customer's words, without personal data
};
/// How much of a payment is refunded.
enum class GivesBack : std::uint8_t {
  unused_share,  ///< the part whose credits are unused
  whole,         ///< all of it; what was used of its credits is recorded as goodwill
};
struct DecideReview {
  ReviewId review;
  bool approve = false;
  GivesBack gives_back = GivesBack::whole;
  std::string reason;
};
/// Staff refunds a payment, if the tenant allows it.
struct RefundOrder {
  OrderId order;
  GivesBack gives_back = GivesBack::unused_share;
  std::string reason;
};
/// The state of a dispute, in order; the last three are final.
enum class DisputeState : std::uint8_t { warning, needs_response, under_review, won, lost, closed };
/// Records a dispute that the processor reports.
struct RecordDispute {
  OrderId order;
  std::string ref;  ///< the processor's id of the dispute
  DisputeState state = DisputeState::needs_response;
  Money amount;
  std::string reason;  ///< the processor's reason
};
struct Unblock {
  std::string reason;
};
/// Sets where and to whom an account is billed. Fields that are left out stay as they are; the subscription does not
/// change. Taxes of later orders follow it.
struct SetBilling {
  std::optional<std::string> billing_country;  ///< ISO 3166 alpha-2
  std::optional<std::string> billing_state;
  std::vector<Word> personal_data;  ///< name, address, …; each replaces the earlier value of that name; sealed
};
/// Staff: decides about a late payment, where the tenant's rules leave that to staff.
struct DecideLateMoney {
  OrderId order;
  bool deliver = false;  ///< false: refund it
  std::string reason;
};

/// Occupies one item of a counted entitlement by its name, such as a phone number or an inbox.
struct OccupyItem {
  EntitlementId entitlement;
  std::string item;  ///< 1 to 64 printable bytes
};
struct ReleaseItem {
  EntitlementId entitlement;
  std::string item;
};
/// Staff: sets an entitlement of this account, where the tenant's file says `per_account`.
struct SetEntitlement {
  EntitlementId entitlement;
  std::string value;
};
/// Invites a person to the account. If the tenant says so, an open invitation occupies a place.
struct InviteMember {
  MemberId member;
  std::string role;
};
struct AcceptInvitation {
  MemberId member;
};
struct RevokeInvitation {
  MemberId member;
};
struct RemoveMember {
  MemberId member;
};
struct ChangeRole {
  MemberId member;
  std::string role;
};
/// Staff: moves credits, licences and a member to another account of the tenant, all or nothing.
struct Transfer {
  AccountId to;
  std::vector<CreditAmount> credits;  ///< in spending order; held and trial credits stay
  bool all_credits = false;           ///< of every type, in place of `credits`
  std::int32_t licences = 0;
  std::optional<MemberId> member;  ///< the member who holds the licence, with the role
  std::string reason;
};
/// Pays an order that was left as an invoice, or that is overdue, now.
struct PayOrder {
  OrderId order;
  std::optional<std::string> pay_with;
  std::optional<Money> agreed{};  ///< as in Subscribe
  Seldom<Browser> browser{};      ///< as in Subscribe
};
/// Debits several usages, all or none.
struct UseTogether {
  std::vector<Use> usages;
};

/// The scope of a stop: the whole tenant, the accounts of one plan, or one processor.
enum class StopScope : std::uint8_t { tenant, plan, processor };
/// Staff, on the tenant: stops charges until they are lifted. Due charges wait, and payments in flight complete.
struct StopCharges {
  StopScope scope = StopScope::tenant;
  std::optional<std::string> name;  ///< of the plan or the processor
  std::string reason;
};
/// Staff, on the tenant: lifts a stop; the charges that waited are made now, once.
struct LiftCharges {
  StopScope scope = StopScope::tenant;
  std::optional<std::string> name;
  std::string reason;
};

/// A plan that already runs in another system. Its current period is paid, unless it is overdue.
struct ImportedPlan {
  PlanId plan;
  std::string cycle;
  std::optional<std::int32_t> licences;
  std::vector<AddOnCount> add_ons;
  Instant anchor;                         ///< all periods are counted from it
  Instant next_renewal;                   ///< the end of the paid period, as the previous system counted
  std::optional<Instant> agreement_ends;  ///< bound until then
  std::optional<bool> cancelled;          ///< true: it was cancelled; the tenant's rule says when it ends
  std::optional<Instant> overdue_since;   ///< the current period is unpaid: its first payment failed then
  std::optional<Instant> paused_since;    ///< it is paused since then; all ends are written as they were then
  std::optional<Instant> resumes_at;      ///< when it resumes automatically; none: after the tenant's longest pause
};
/// A lot of credits in its current state.
struct ImportedLot {
  std::string source;  ///< plan, rollover, purchase, recharge, addon, trial or correction
  CreditAmount remaining;
  std::optional<Instant> ends_at;  ///< none: lasts until used
  std::optional<Money> paid;       ///< what was paid for what remains, without tax: the month close counts it
};
/// A payment method as its processor stores it.
struct ImportedMethod {
  MethodId method;
  std::string slot;
  std::string token;
  std::string brand;
  std::string masked;
};
/// A member of an account, or an invited person.
struct ImportedMember {
  MemberId member;
  std::string role;
  std::optional<bool> invited;
};
/// What is left of a coupon: it discounts the next periods of the plan.
struct ImportedCoupon {
  std::string coupon;  ///< its name or code, which invoices show
  TakesOff takes_off;
  std::optional<std::int32_t> periods;  ///< how many more, after the current one
  std::optional<Instant> until;         ///< the periods that begin before then
  std::vector<PlanId> plans;            ///< only on these plans; empty: on all
  std::vector<std::string> cycles;      ///< the same for cycles
  std::vector<std::string> applies_to;  ///< `plan`, or an add-on; empty: the whole price of a period
  std::optional<bool> this_period;      ///< false: the current period was paid without it
};
/// Staff: imports an account from another system. It was opened and first paid at the given instants, and has had its
/// trial.
struct ImportAccount {
  std::string billing_country;
  std::optional<std::string> billing_state;
  Instant opened_at;
  std::optional<Instant> first_paid_at;
  std::vector<ImportedMethod> methods;
  std::vector<Word> approvals;
  Seldom<ImportedPlan> subscription;
  std::vector<ImportedLot> lots;
  Seldom<SetCustomPlan> custom_plan;  ///< the plan made for this account
  std::vector<ImportedMember> members;
  std::vector<OccupyItem> items;
  Seldom<SetAutoRecharge> auto_recharge;
  std::vector<ImportedCoupon> coupons;
};
/// Staff, on the tenant, before its first document: the numbers that follow those of the previous system.
struct SetDocumentNumbers {
  std::int64_t next_invoice = 1;
  std::int64_t next_credit_note = 1;
};

/// How money came that no processor collected.
enum class MoneyKind : std::uint8_t { transfer, cheque };
/// Staff, or a line of a bank statement: money came. Without an order it belongs to the account and pays its next
/// order; without an account (an empty `account` in the request) it waits in the list of unmatched receipts for staff.
/// A negative amount is money that the bank took back: a returned transfer, a bounced direct debit.
struct RecordBankReceipt {
  ReceiptId receipt;  ///< unique: a second one of that name changes nothing
  ProcessorId processor;
  MoneyKind kind = MoneyKind::transfer;
  Money amount;
  std::optional<OrderId> order;
  std::string dated;                ///< the value date as the bank says it, the date of a cheque: 2026-03-10
  std::optional<std::string> said;  ///< what the payer wrote
  /// Of money that the bank took back: the receipt of this account whose money it was. What that paid is taken back.
  std::optional<ReceiptId> reverses;
};
/// Staff: assigns a receipt to this account, and to an order or, without one, to its next order. For money that the
/// bank took back: the receipt of this account that it reverses, by its name or by the order that it paid.
struct ApplyCash {
  ReceiptId receipt;
  std::optional<OrderId> order;
  std::optional<ReceiptId> reverses;
};
/// Staff, on the tenant: a line of a bank statement is not from a customer. It leaves the list of unmatched receipts.
struct DismissBankReceipt {
  ReceiptId receipt;
  std::string reason;
};
/// Staff: undoes an assignment. The payment is taken back, and the receipt waits in the list of unmatched receipts.
struct UnapplyCash {
  ReceiptId receipt;
  std::string reason;
};
enum class ChequeState : std::uint8_t { received, deposited, cleared, bounced };
struct MoveCheque {
  ReceiptId receipt;
  ChequeState state = ChequeState::deposited;
  std::optional<std::string> reason;  ///< of a bounce: insufficient_funds, stop_payment, …
};
/// Staff: records tax that the payer withheld from an order, with its certificate.
struct RecordWithheldTax {
  OrderId order;
  Money amount;
  std::string certificate;  ///< its number
};

/// The outcome of a payment that only a person could find out.
enum class PaymentOutcome : std::uint8_t { captured, never_happened };
/// Staff, for a payment whose outcome is unknown: after a look at the processor's dashboard.
struct ResolvePayment {
  OrderId order;
  std::int32_t attempt = 0;
  PaymentOutcome outcome = PaymentOutcome::never_happened;
  std::string ref;  ///< the processor's id of what was captured
  std::string reason;
};
/// Staff: records that a refund which no processor can make was paid out by bank.
struct RecordPayout {
  RefundId refund;
  std::string ref;  ///< the bank's own reference of the transfer
};
/// Staff: the bank returned a refund that was paid out by hand. The receipt is the bank's line of it; the refund waits
/// to be paid out again.
struct RecordReturnedPayout {
  RefundId refund;
  ReceiptId receipt;
};
/// Records a refund that was made at the processor and not through Florin. It becomes a refund of the order that the
/// payment paid.
struct RecordRefund {
  OrderId order;
  std::string ref;  ///< the processor's id of the refund
  Money amount;
  std::string reason;  ///< the processor's reason, or staff's
};
/// Staff: tries again now to deliver a paid order whose delivery failed.
struct DeliverOrder {
  OrderId order;
};
/// Staff, on the tenant: closes a discrepancy between a processor's records and our ledger that was investigated.
struct CloseDiscrepancy {
  std::string difference;  ///< its name
  std::string reason;
};

/// Sets up a payment method at its processor. The account's `set_ups` say what the customer must do; the method is
/// saved once the processor confirms it. Card numbers never come here.
struct SetUpPaymentMethod {
  MethodId method;
  std::string slot;  ///< primary, backup
  std::optional<ProcessorId>
      through;                  ///< none: the first that the tenant names for the method and that is not in cooldown
  std::vector<Word> details{};  ///< what the method's form asks for, as in AddPaymentMethod
  Seldom<Browser> browser{};    ///< as in Subscribe
};

/// The customer is back from the provider's page or form of a payment or of setting up a method: queries the processors
/// now. What a browser brings back proves nothing; `answer` is passed to the processor, if its plugin can do so.
struct CustomerReturned {
  std::optional<OrderId> order;  ///< none: all payments and methods that wait for the customer
  /// What the customer typed (a code that was sent to them) or their browser brought back, by name. Sealed before
  /// anything is written.
  std::vector<Word> answer{};
};

/// A key with which a backend uses the HTTP API of a tenant. The journal holds its digest, never the key.
struct ApiKey {
  std::string id;                   ///< k1, k2, …: its requests' actor is `service:k1`
  std::string name;                 ///< what staff call it
  std::vector<std::string> scopes;  ///< usage, read, write, …: docs/http.md
  std::string digest;               ///< SHA-256 of the key, 64 hexadecimal digits
  bool test = false;                ///< for a sandbox; false: for a host that charges money
  Instant issued_at{};
  std::optional<Instant> ends_at{};  ///< none: until it is rolled or revoked
  std::string issued_by;             ///< role, or role:id

  bool works(Instant now) const { return !ends_at || now < *ends_at; }
};
/// Staff, on the tenant: issues a key, of which only the digest is sent.
struct IssueKey {
  std::string name;
  std::vector<std::string> scopes;
  std::string digest;
  bool test = false;
  std::optional<Span> lasts;  ///< none: until it is rolled or revoked
};
/// Staff, on the tenant: replaces a key by one with the same name and scopes. The old key still works for a while.
struct RollKey {
  std::string key;  ///< id of the old one
  std::string digest;
  std::optional<Span> old_ends_in;  ///< none: the old key ends at once
};
/// Staff, on the tenant: revokes a key at once.
struct RevokeKey {
  std::string key;  ///< its id
  std::string reason;
};

/// Staff: records a look at personal data. The HTTP server sends it before it shows any, at most once an hour for each
/// reader.
struct ViewPersonalData {
  std::string what;    ///< personal_data, export
  std::string reason;  ///< is recorded
};

/// Staff, or the seller's backend: records the answer of India's registration portal for an invoice or a credit note.
/// Repeating the same IRN changes nothing; another IRN is refused.
struct RecordIrn {
  std::string document;  ///< number of the invoice or the credit note
  std::string irn;       ///< invoice reference number: 64 hexadecimal digits, in lower case
  std::string ack_no;    ///< number of the acknowledgement: 1 to 20 digits
  Instant ack_at;        ///< when the portal acknowledged it
  std::string qr;        ///< the signed text of the QR code, as the portal gave it
};

using Command =
    std::variant<OpenAccount, StartTrial, Subscribe, ChangePlan, SetLicences, SetAddOn, Cancel, UndoCancel, BuyCredits,
                 SetAutoRecharge, AddPaymentMethod, RemovePaymentMethod, Use, PlaceHold, CaptureHold, ReleaseHold,
                 RequestRefund, DecideRefund, SetApproval, AdjustCredits, ErasePersonalData, Pause, Resume,
                 SetCustomPlan, DeleteAccount, SetPersonalData, RequestReview, DecideReview, RefundOrder, RecordDispute,
                 Unblock, StopCharges, LiftCharges, ImportAccount, SetDocumentNumbers, OccupyItem, ReleaseItem,
                 SetEntitlement, InviteMember, AcceptInvitation, RevokeInvitation, RemoveMember, ChangeRole,
                 UseTogether, Transfer, PayOrder, RecordBankReceipt, ApplyCash, UnapplyCash, MoveCheque,
                 RecordWithheldTax, ResolvePayment, CloseDiscrepancy, SetBilling, DecideLateMoney, SetUpPaymentMethod,
                 RecordPayout, CustomerReturned, DismissBankReceipt, RecordReturnedPayout, RecordRefund, DeliverOrder,
                 IssueKey, RollKey, RevokeKey, ViewPersonalData, RecordIrn>;

/// A command with its actor, its account, and the key under which it takes effect once.
struct Request {
  TenantId tenant;
  AccountId account;  ///< empty for commands on the whole tenant
  Actor actor;
  std::string key;  ///< 1 to 255 bytes; the same key and content take effect once, and get the same answer
  std::optional<Instant> asked_at;  ///< none: now
  Command command;
  /// The account's last entry that the caller has seen. If there is a later one, nothing is decided: `moved_on`. None:
  /// not checked.
  std::optional<std::uint64_t> expects{};
};

/// A request for usage: a debit, or a hold and its capture or release.
using UsageCommand = std::variant<Use, PlaceHold, CaptureHold, ReleaseHold, UseTogether>;
struct UsageRequest {
  TenantId tenant;
  AccountId account;
  Actor actor;
  std::string key;                  ///< as in a Request
  std::optional<Instant> asked_at;  ///< none: now
  UsageCommand command;
};

}  // namespace florin
