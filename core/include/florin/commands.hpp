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

/// What a backend, the staff and the host itself may ask of an account. A field here is the same word in YAML, JSON,
/// the journal and the docs; a command's name there is its type in lower case: `BuyCredits` is `buy_credits`.
namespace florin {

/// Who asks. The role is a word of the tenant's YAML, or `staff` for the tenant's own people.
struct Actor {
  std::string role;
  std::string id;
  friend bool operator==(const Actor&, const Actor&) = default;
};

/// How much was used, in millionths of the base unit: `160 characters`, `61.5 seconds`, `2 minutes` (as seconds).
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

/// What a coupon takes off, as a person writes it: `25 percent`, `12.5 percent`, `10.00 USD`.
struct TakesOff {
  Decimal percent;  ///< 0: an amount
  Money amount;

  /// Errors: bad_takes_off.
  FLORIN_API static Result<TakesOff> parse(std::string_view text);
  FLORIN_API std::string text() const;
};

/// A word about a usage or an account that conditions may ask for: `destination: whitelisted`.
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

/// The browser of who pays, as EMV 3-D Secure 2 asks for it. It is sealed before anything is written, reaches only a
/// processor whose manifest asks for it, and is forgotten once the payment has left. What is not known is left out.
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
  std::string ip_address;  ///< as the server saw it, IPv4 or IPv6; of a customer's session the host's own word

  std::string sealed{};  ///< the host's: all of the above, sealed, and nothing of it open any more
};

/// Personal data go to a vault beside the journal, which keeps only that they were given.
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
  bool start_now = false;                     ///< inside a trial: charge now, whatever the plan's rule
  /// A slot; a method's kind; a kind with what it asks for, as `netbanking/HDFC`. None: as the tenant's `try` says.
  std::optional<std::string> pay_with;
  std::optional<Money> agreed{};  ///< what is charged now, with tax, as it was confirmed; another total is refused
  Seldom<Browser> browser{};      ///< of the customer who pays; none: not known
};
/// One checkout: plan, cycle, licences and add-ons together, one payment, all or nothing. What is not named stays.
struct ChangePlan {
  std::optional<PlanId> plan;
  std::optional<std::string> cycle;      ///< none: the one that runs
  std::optional<std::int32_t> licences;  ///< the total, never an increment
  std::vector<AddOnCount> add_ons;       ///< totals from now on; more is paid for now, fewer from the next period
  std::optional<std::string> pay_with;   ///< as in Subscribe
  std::optional<Money> agreed{};         ///< as in Subscribe
  Seldom<Browser> browser{};             ///< as in Subscribe
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
/// A method that a processor has stored. `details` is what the method's form asks for (token, brand, last4; address);
/// its plugin checks them and makes the rest. What it makes for the processor, such as an account's number, is sealed
/// before anything is written, and reaches that processor alone.
struct AddPaymentMethod {
  MethodId method;   ///< card, upi
  std::string slot;  ///< primary, backup
  std::vector<Word> details;
  std::string token;                   ///< the processor's own, never a number
  std::string brand;                   ///< empty where the method has none
  std::string masked;                  ///< what may be shown: last four, a masked address
  std::optional<ProcessorId> through;  ///< whose token it is; none: of the first that the tenant names for the method
};
struct RemovePaymentMethod {
  std::string slot;
};
/// One message, call or drop. Taken whole or refused whole.
struct Use {
  MeterId meter;
  Quantity quantity;
  std::vector<Word> properties;      ///< outcome, destination, direction, …: what conditions ask for
  std::optional<Instant> used_at{};  ///< when it happened, if it is told later; none: now
};
/// Reserves credits before something is sent.
struct PlaceHold {
  MeterId meter;
  Quantity quantity;
  std::vector<Word> properties;
  std::optional<Span> lasts;
};
/// Takes what was really used, more or less than held; the rest goes back.
struct CaptureHold {
  HoldId hold;
  Quantity quantity;
  std::vector<Word> properties;  ///< what is known only now: outcome, …
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
/// Staff: forget a person's data. The books keep ids and amounts.
struct ErasePersonalData {};
/// Stops the cycle until `resume`, or until the tenant's longest pause is over.
struct Pause {};
struct Resume {
  std::optional<Money> agreed{};  ///< as in Subscribe
  Seldom<Browser> browser{};      ///< as in Subscribe
};
/// A cycle of a plan that is made for one account.
struct PricedCycle {
  std::string cycle;
  Money price;
  std::vector<CreditAmount> gives;
};
/// A meter as it counts for one account.
struct PricedMeter {
  MeterId meter;
  CreditAmount takes;
};
/// Staff: fills in, for one account, exactly the keys that the plan's `per_account` names.
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
/// Ends the account's life here: its plan, its credits, whatever is not paid. What is in flight is settled.
struct DeleteAccount {};
/// Staff: another name or address for an account, in place of what was sealed before.
struct SetPersonalData {
  std::vector<Word> personal_data;
};
/// A person is to look at one charge.
struct RequestReview {
  OrderId order;
  std::string reason;  ///< a word of the tenant's: duplicate_charge, …
  std::string said;    ///< in the customer's words; keep persons out of it
};
/// How much of a payment goes back.
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
/// Staff gives back a payment, where the tenant lets them.
struct RefundOrder {
  OrderId order;
  GivesBack gives_back = GivesBack::unused_share;
  std::string reason;
};
/// How far a dispute is, in order; the last three are final.
enum class DisputeState : std::uint8_t { warning, needs_response, under_review, won, lost, closed };
/// A payment is disputed at its processor.
struct RecordDispute {
  OrderId order;
  std::string ref;  ///< the processor's id of the dispute
  DisputeState state = DisputeState::needs_response;
  Money amount;
  std::string reason;  ///< the processor's word
};
struct Unblock {
  std::string reason;
};
/// Where an account is billed and to whom. What is not named stays; nothing of the subscription moves. Taxes of orders
/// from now on follow it.
struct SetBilling {
  std::optional<std::string> billing_country;  ///< ISO 3166 alpha-2
  std::optional<std::string> billing_state;
  std::vector<Word> personal_data;  ///< name, address, …, each in place of what was given under its name; sealed
};
/// Staff: what becomes of money that came when its order was closed, and that the tenant does not decide by a word.
struct DecideLateMoney {
  OrderId order;
  bool deliver = false;  ///< else it goes back
  std::string reason;
};

/// Takes one of a count, by its own name: a number, an inbox.
struct OccupyItem {
  EntitlementId entitlement;
  std::string item;  ///< 1 to 64 bytes that can be printed
};
struct ReleaseItem {
  EntitlementId entitlement;
  std::string item;
};
/// Staff: what an entitlement is for this account, where the price page says `per_account`.
struct SetEntitlement {
  EntitlementId entitlement;
  std::string value;
};
/// Invites a person into the account. An open invitation occupies a place, where the tenant says so.
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
/// Staff: moves credits, licences and a member to another account of the tenant; all of it, or nothing.
struct Transfer {
  AccountId to;
  std::vector<CreditAmount> credits;  ///< in spending order; what is held and what a trial gave stays
  bool all_credits = false;           ///< of every type, in place of `credits`
  std::int32_t licences = 0;
  std::optional<MemberId> member;  ///< who sits on the licence, with the role
  std::string reason;
};
/// Pays an order that was left as an invoice, or that is overdue, now.
struct PayOrder {
  OrderId order;
  std::optional<std::string> pay_with;
  std::optional<Money> agreed{};  ///< as in Subscribe
  Seldom<Browser> browser{};      ///< as in Subscribe
};
/// Several usages: all are taken, or none.
struct UseTogether {
  std::vector<Use> usages;
};

/// What charges are stopped of: all of a tenant's, those of one plan's accounts, or those through one processor.
enum class StopScope : std::uint8_t { tenant, plan, processor };
/// Staff, of the tenant: nothing is charged until it is lifted. What falls due waits, and money in flight lands.
struct StopCharges {
  StopScope scope = StopScope::tenant;
  std::optional<std::string> name;  ///< of the plan or the processor
  std::string reason;
};
/// Staff, of the tenant: everything that waited is charged now, once.
struct LiftCharges {
  StopScope scope = StopScope::tenant;
  std::optional<std::string> name;
  std::string reason;
};

/// A plan that runs already elsewhere. Its present period is paid, unless it is overdue.
struct ImportedPlan {
  PlanId plan;
  std::string cycle;
  std::optional<std::int32_t> licences;
  std::vector<AddOnCount> add_ons;
  Instant anchor;                         ///< all periods are counted from it
  Instant next_renewal;                   ///< what runs is paid until then, as the system before counted
  std::optional<Instant> agreement_ends;  ///< bound until then
  std::optional<bool> cancelled;          ///< true: it was asked for, and works as the tenant's word is
  std::optional<Instant> overdue_since;   ///< the present period is not paid: its first payment failed then
  std::optional<Instant> paused_since;    ///< it stands still since then; all ends are written as they were then
  std::optional<Instant> resumes_at;      ///< by itself; none: as late as a pause may last here
};
/// A lot of credits as it is now.
struct ImportedLot {
  std::string source;  ///< plan, rollover, purchase, recharge, addon, trial or correction
  CreditAmount remaining;
  std::optional<Instant> ends_at;  ///< none: lasts until used
  std::optional<Money> paid;       ///< what was paid for what remains, without tax: the month close counts it
};
/// A method as its processor keeps it.
struct ImportedMethod {
  MethodId method;
  std::string slot;
  std::string token;
  std::string brand;
  std::string masked;
};
/// Who is in an account, or invited into it.
struct ImportedMember {
  MemberId member;
  std::string role;
  std::optional<bool> invited;
};
/// What is left of a coupon: it takes something off the next periods of the plan.
struct ImportedCoupon {
  std::string coupon;  ///< its name or code: invoices say it
  TakesOff takes_off;
  std::optional<std::int32_t> periods;  ///< so many more, after the one that runs
  std::optional<Instant> until;         ///< those that begin before then
  std::vector<PlanId> plans;            ///< on these alone; none named: on every one
  std::vector<std::string> cycles;      ///< the same of cycles
  std::vector<std::string> applies_to;  ///< `plan`, or an add-on; none named: to all that a period costs
  std::optional<bool> this_period;      ///< false: the period that runs was paid without it
};
/// Staff: an account that lived elsewhere, whole. It was opened and first paid when it says; it had its trial.
struct ImportAccount {
  std::string billing_country;
  std::optional<std::string> billing_state;
  Instant opened_at;
  std::optional<Instant> first_paid_at;
  std::vector<ImportedMethod> methods;
  std::vector<Word> approvals;
  Seldom<ImportedPlan> subscription;
  std::vector<ImportedLot> lots;
  Seldom<SetCustomPlan> custom_plan;  ///< the plan that is made for this account
  std::vector<ImportedMember> members;
  std::vector<OccupyItem> items;
  Seldom<SetAutoRecharge> auto_recharge;
  std::vector<ImportedCoupon> coupons;
};
/// Staff, of the tenant, before its first document: the numbers that follow those of the system before.
struct SetDocumentNumbers {
  std::int64_t next_invoice = 1;
  std::int64_t next_credit_note = 1;
};

/// How money came that no processor took for us.
enum class MoneyKind : std::uint8_t { transfer, cheque };
/// Staff, or a line of a bank statement: money is there. Without an order it is the account's, kept for its next one;
/// of no account (an empty `account` in the request) it waits in the list of unmatched money for a person.
/// An amount below zero is money that the bank took back: a transfer that was returned, a direct debit that bounced.
struct RecordBankReceipt {
  ReceiptId receipt;  ///< once and for all: a second one of that name changes nothing
  ProcessorId processor;
  MoneyKind kind = MoneyKind::transfer;
  Money amount;
  std::optional<OrderId> order;
  std::string dated;                ///< the value date as the bank says it, the date of a cheque: 2026-03-10
  std::optional<std::string> said;  ///< what the payer wrote
  /// Of money that the bank took back: the receipt of this account whose money it was. What that paid is taken back.
  std::optional<ReceiptId> reverses;
};
/// Staff: this money is this account's, for that order, or without one for its next.
/// Of money that the bank took back: which receipt of this account it takes back, by its name or by what it paid.
struct ApplyCash {
  ReceiptId receipt;
  std::optional<OrderId> order;
  std::optional<ReceiptId> reverses;
};
/// Staff, of the tenant: a line of a statement is no customer's money. It leaves the list of unmatched money.
struct DismissBankReceipt {
  ReceiptId receipt;
  std::string reason;
};
/// Staff: it was not. What it had paid is taken back, and it waits in the list of unmatched money.
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
/// Staff: the payer kept back this much tax of an order, and its certificate is here.
struct RecordWithheldTax {
  OrderId order;
  Money amount;
  std::string certificate;  ///< its number
};

/// What a payment came to whose outcome only a person could find out.
enum class PaymentOutcome : std::uint8_t { captured, never_happened };
/// Staff, of a payment whose outcome is unknown: after a look into the processor's own pages.
struct ResolvePayment {
  OrderId order;
  std::int32_t attempt = 0;
  PaymentOutcome outcome = PaymentOutcome::never_happened;
  std::string ref;  ///< the processor's id of what was captured
  std::string reason;
};
/// Staff: a refund that no processor can give back was paid out from the bank.
struct RecordPayout {
  RefundId refund;
  std::string ref;  ///< the bank's own reference of the transfer
};
/// Staff: the bank sent back a refund that a person had paid out. The receipt is the bank's line of it; the refund
/// waits to be paid out again.
struct RecordReturnedPayout {
  RefundId refund;
  ReceiptId receipt;
};
/// A refund that was made at the processor itself and not by us: it becomes a refund of the order that its payment
/// paid.
struct RecordRefund {
  OrderId order;
  std::string ref;  ///< the processor's id of the refund
  Money amount;
  std::string reason;  ///< the processor's word, or staff's
};
/// Staff: tries now to deliver a paid order that could not be delivered.
struct DeliverOrder {
  OrderId order;
};
/// Staff, of the tenant: a difference between a processor's books and ours was looked into.
struct CloseDiscrepancy {
  std::string difference;  ///< its name
  std::string reason;
};

/// A method is to be saved at its processor. What its customer must do for that stands in the account's `set_ups`; the
/// method is there once the processor says that it is. No number ever comes here.
struct SetUpPaymentMethod {
  MethodId method;
  std::string slot;                    ///< primary, backup
  std::optional<ProcessorId> through;  ///< none: the first that the tenant names for the method and that does not rest
  std::vector<Word> details{};         ///< what the method's form asks for, as in AddPaymentMethod
  Seldom<Browser> browser{};           ///< as in Subscribe
};

/// The customer came back from where a payment, or the saving of a method, had sent them, or did what was asked: their
/// processors are asked now. What a browser brings along proves nothing: `answer` is for the processor, where its
/// plugin can hand it over.
struct CustomerReturned {
  std::optional<OrderId> order;  ///< none: everything that waits for its customer
  /// What the customer typed (a code that was sent to them) or their browser brought back, by name. Sealed before
  /// anything is written.
  std::vector<Word> answer{};
};

/// A key by which a backend asks things of a tenant over HTTP. The books keep its digest, never the key.
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
/// Staff, of the tenant: a new key, of which only the digest comes here.
struct IssueKey {
  std::string name;
  std::vector<std::string> scopes;
  std::string digest;
  bool test = false;
  std::optional<Span> lasts;  ///< none: until it is rolled or revoked
};
/// Staff, of the tenant: a successor with the same name and scopes. The old key works beside it for a while.
struct RollKey {
  std::string key;  ///< id of the old one
  std::string digest;
  std::optional<Span> old_ends_in;  ///< none: the old key ends at once
};
/// Staff, of the tenant: a key ends at once.
struct RevokeKey {
  std::string key;  ///< its id
  std::string reason;
};

/// Staff: somebody has looked at what is known of the person. The host's HTTP interface asks it before it shows any,
/// at most once an hour for each who looks.
struct ViewPersonalData {
  std::string what;    ///< personal_data, export
  std::string reason;  ///< for the books
};

/// Staff, or the seller's backend: what India's registration portal answered for an invoice or a credit note. The same
/// IRN again changes nothing; another one is refused.
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

/// A command with who asks it of which account, and the key under which it happens once.
struct Request {
  TenantId tenant;
  AccountId account;  ///< empty for what is asked of the whole tenant
  Actor actor;
  std::string key;                  ///< 1 to 255 bytes; the same key and content: the same answer, once
  std::optional<Instant> asked_at;  ///< none: now
  Command command;
  /// The account's last entry as whoever asks has seen it: after another one nothing is decided, `moved_on`. None: it
  /// does not matter.
  std::optional<std::uint64_t> expects{};
};

/// What a backend asks around every message: a debit, or a hold and what becomes of it.
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
