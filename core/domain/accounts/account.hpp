#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/accounts/history.hpp"
#include "domain/credits/grant.hpp"
#include "domain/orders/order.hpp"
#include "domain/payments/receipt.hpp"
#include "florin/apart.hpp"
#include "florin/commands.hpp"

namespace florin {

/// What an account is, apart from being past due or frozen. The word `state` of conditions.
enum class Standing : std::uint8_t {
  opened,  ///< no plan and no trial yet
  trial,
  paid,     ///< on a plan
  limited,  ///< cancelled; what it has can be read
  ended,
};

/// A plan that an account is on, and the period that it is in.
struct Subscription {
  PlanId plan;
  std::string cycle;
  std::int32_t months = 1;
  std::int32_t licences = 1;
  std::vector<AddOnCount> add_ons;
  std::uint32_t catalog = 0;  ///< the version whose prices it keeps
  Instant anchor;
  std::int64_t k = 0;              ///< periods before this one
  std::int32_t anchor_months = 0;  ///< from the anchor to `from`: boundaries are computed from the anchor
  Instant from, to;
  Seldom<PendingChange> pending;
  std::optional<Instant> cancelled_at;  ///< asked
  Instant started_at;
  std::optional<Instant> ends_at;         ///< once cancelled: with the first period that is over then
  std::optional<Instant> agreement_ends;  ///< bound until then
  std::uint32_t period_catalog = 0;       ///< the version in force when the period began
  struct Month {
    Instant from, to;
  };
  std::optional<Month> month;  ///< of add-ons that are paid by the month on a longer cycle; none: there are none

  /// Cancelled, and the period that runs is the last one: what waits for the next period waits for an undone
  /// cancellation.
  bool ends_with_period() const { return ends_at && *ends_at <= to; }
};

/// The cycle stands still, and every end with it. Usage and credits as the tenant had it when the pause began.
struct PauseState {
  Instant since;
  Instant resumes_at;  ///< by itself
  bool usage_refused = true;
  bool credits_frozen = true;
};

/// Credits of a cancelled account that stand still until it has a plan again.
struct KeptCredits {
  Instant since;
  Instant until;  ///< then they are forfeited
};

/// What staff filled in of a plan for one account; all else is the catalog's.
struct CustomPlan {
  struct Cycle {
    std::string cycle;
    std::int32_t months = 1;
    Money price;
    std::vector<BoughtCredits> gives;
  };
  struct OwnMeter {
    MeterId meter;
    Credits takes;
  };
  PlanId plan;
  std::optional<std::int32_t> rank;
  std::vector<Cycle> cycles;
  std::optional<UnitPrice> credit_price;
  std::optional<Money> first_credits;
  std::optional<Money> monthly_minimum;
  std::vector<OwnMeter> meters;
  std::optional<Span> agreement;
};

/// What is left of a coupon. It takes something off the periods of a plan that it fits; one that it takes nothing off
/// uses none of it up. Source   docs/decisions/0260-coupons-of-the-system-before.md
struct Coupon {
  std::string coupon;
  TakesOff takes_off;
  std::optional<std::int32_t> periods;  ///< left, after the one that runs; none: no count
  std::optional<Instant> until;         ///< for periods that begin before then
  std::vector<PlanId> plans;            ///< empty: every one
  std::vector<std::string> cycles;      ///< empty: every one
  std::vector<std::string> applies_to;  ///< `plan`, or an add-on; empty: to all that a period costs
  bool runs = false;                    ///< the period that runs was paid with it
};

/// A trial, and the plan picked inside it.
struct TrialState {
  Instant started_at;
  std::optional<Instant> ends_at;  ///< none: until upgrade
  Seldom<PendingChange> picked;
};

struct Take {
  GrantId grant;
  Credits amount;
};

/// Credits kept aside for something that is being sent.
struct Hold {
  HoldId id;
  MeterId meter;
  CreditType type;
  std::vector<Take> takes;
  Instant ends_at;
  Credits amount() const;
};

struct Owed {
  CreditType type;
  Credits amount;
};

struct SavedMethod {
  SavedMethodId id;
  MethodId method;
  std::string slot;
  ProcessorId processor;
  std::string token;
  std::string brand;
  std::string masked;
  /// The entry that holds, sealed, what its plugin made of the customer's input for the processor; none: nothing.
  std::optional<std::uint64_t> details_at{};

  /// One-time method: only the processor is stored.
  bool once() const { return slot == "once"; }
};

/// A method that is being saved at its processor, with whatever its customer has to do for that.
struct Saving {
  SavingId id;
  MethodId method;
  std::string slot;
  ProcessorId processor;
  std::string key;
  AttemptState state = AttemptState::started;  ///< captured: it is saved
  Instant started_at;
  Instant send_before;
  Instant until;  ///< so long its customer is waited for
  Instant ask_at = never;
  std::uint32_t asked = 0;
  std::string ref;
  std::string raw;
  DeclineKind decline = DeclineKind::none;
  std::string decline_code;
  std::string action;                         ///< JSON: what the customer must do
  std::optional<std::uint64_t> details_at{};  ///< as of a SavedMethod
  std::optional<std::uint64_t> answer_at{};   ///< as of an Attempt
  Seldom<std::string> browser{};              ///< as of an Order

  bool open() const {
    return state == AttemptState::started || state == AttemptState::unknown || state == AttemptState::pending ||
           state == AttemptState::needs_action;
  }
};

/// The account's own setting, with the tenant's limits as they were when it was set.
struct RechargeState {
  bool active = false;
  CreditType type;
  Credits below;
  Credits amount;
  bool also_when_refused = false;
  bool waits_for_renewal = false, waits_for_plan_change = false, waits_for_past_due = false;
  std::int32_t each_day = 0;
  std::int32_t suspend_after = 0;

  bool refused_for_credits = false;  ///< a usage was refused since credits last came
  std::int32_t today = 0;            ///< orders placed in the local day that ends at `day_ends`
  Instant day_ends;
  std::int32_t failures = 0;        ///< in a row
  bool suspended = false;           ///< until the payment method changes
  std::uint32_t count = 0;          ///< of all recharges: part of the provider's key
  Instant not_before;               ///< the last one failed: none is charged till then
  bool without_plan = false;        ///< credits are sold without a plan here; agreed to again after a plan has ended
  bool not_when_cancelled = false;  ///< what a cancelled plan leaves is forfeited: nothing is bought in its last period
};

struct PastDue {
  Instant since;
  OrderId order;
  std::uint32_t step = 0;  ///< the next dunning step
  Instant step_at = never;
  bool usage_refused = false;
  bool buying_refused = false;
  Instant retry_at = never;  ///< tried again apart from dunning
};

/// Money on its way back to a customer.
struct Refund {
  RefundId id;
  OrderId order;
  std::uint32_t attempt = 0;  ///< the one whose money goes back whole, without credits: nobody wanted it; 0: a share
  bool guarantee = false;
  Money amount;
  Credits credits;  ///< what is taken back with it
  std::string key;
  AttemptState state = AttemptState::started;  ///< captured: paid back
  Instant ask_at = never;
  std::uint32_t asked = 0;
  std::string ref;
  std::string credit_note;
  std::vector<Tax> taxes;  ///< in `amount`, of an order that had tax
  std::optional<Instant> credit_noted_at{};

  Credits goodwill;    ///< that the payment had bought, and that were used: given back in money all the same
  std::string reason;  ///< of a person's decision
  std::string raw;     ///< the provider's own status
  std::string decline_code;
  std::string alarm;  ///< what a person has to look into
  Instant started_at{};
  ProcessorId
      paid_out_from{};    ///< the bank account from which a person pays it out; empty: its processor gives it back
  bool made_elsewhere{};  ///< at the processor itself, and not by us
  Instant sent_at{};      ///< when it was last sent; zero: it is not known

  /// Without tax.
  Money net() const { return amount - sum_of(taxes); }
};
/// A charge that a person is to decide about.
struct Review {
  ReviewId id;
  OrderId order;
  std::string reason;
  std::string said;
  Instant asked_at;
  Instant due_at;        ///< when the answer is promised
  OrderId duplicate_of;  ///< another charge that looks the same; 0: none
  bool decided = false;
  bool approved = false;
  std::string decision;  ///< its reason
};
/// A payment that its customer's bank takes back, or may. What was taken with it stands here, so that a dispute that is
/// won after all gives back exactly that.
struct Dispute {
  std::string ref;
  OrderId order;
  Money amount;
  DisputeState state = DisputeState::needs_response;
  std::string reason;
  Instant opened_at;
  Instant moved_at;
  std::vector<Take> taken{};  ///< credits that went with the money
  std::vector<Owed> owed{};   ///< that had been spent, and are owed
};
/// The one guarantee of a customer, from the request on.
struct GuaranteeCase {
  Instant asked_at;
  bool decided = false;
};

struct ApprovalState {
  std::string approval;
  std::string state;
};

/// One of a count that an account has taken.
struct Item {
  EntitlementId entitlement;
  std::string name;
  Instant taken_at;
  bool suspended = false;  ///< over the limit: it is still charged until given back
};

/// What staff said an entitlement is for this account.
struct OwnEntitlement {
  EntitlementId entitlement;
  std::string value;
};

/// A person of the account, or one who is invited.
struct Member {
  MemberId id;
  std::string role;  ///< a word of the tenant's `roles`
  bool invited = true;
  Instant since;  ///< invited, then a member
};

/// A month of a plan with a minimum, from the anchor.
struct MonthState {
  Instant from, to;
  CreditType type;
  Credits used;
};

/// The entries whose commands hold its person, sealed; each word in place of an earlier one of its name. None: they
/// were erased.
struct PersonAt {
  std::vector<std::uint64_t> entries;
};

/// The newest attempts with one kept method, as they were started: what its card's rules count is found without a walk
/// over all orders.
struct Tries {
  static constexpr std::size_t most = 64;
  struct Of {
    OrderId order;
    std::uint32_t attempt = 0;
  };
  SavedMethodId method;
  std::vector<Of> attempts;
};

/// An invoice or a credit note that the government's portal knows by that number.
struct RegisteredDocument {
  std::string document, irn;
};

/// Nothing becomes of it by itself any more: it is paid or closed, what it brings is there, and nobody waits for a
/// provider. What may still be reported of it opens it again.
bool is_settled(const Order& order);

/// Everything that a decision about an account may look at: the fold of its facts.
struct Account {
  // First what a debit looks at, in three cache lines: to the recharge's first field.
  AccountId id;
  Standing standing = Standing::opened;
  bool frozen = false;   ///< from the guarantee's request to its end
  bool blocked = false;  ///< a lost payment's credits were spent: no usage until staff lifts it
  bool deleted = false;
  bool had_trial = false;
  bool personal_data_sealed = false;
  Instant opened_at;
  Instant last_at;             ///< of its last entry; its time never runs back
  Instant due_at = never;      ///< when something falls due next: next_due() of all the rest
  std::uint64_t position = 0;  ///< of its last entry
  std::vector<Grant> grants;   ///< those that hold credits, in spending order
  Seldom<Subscription> subscription;
  Seldom<PastDue> past_due;
  Seldom<PauseState> pause;
  Seldom<KeptCredits> kept;
  Seldom<MonthState> month;
  SeldomList<CustomPlan> custom_plans;
  SeldomList<Member> members;
  RechargeState recharge;

  std::string billing_country;
  std::string billing_state;
  LongList<Grant> closed_grants;
  SeldomList<Hold> holds;
  SeldomList<Owed> owed;  ///< used more than held, to be taken from the next grant
  Seldom<TrialState> trial;
  std::vector<SavedMethod> methods;
  History<Order> orders;
  std::optional<Instant> first_paid_at;
  SeldomList<Refund> refunds;
  Seldom<GuaranteeCase> guarantee;
  SeldomList<ApprovalState> approvals;
  SeldomList<Item> items;  ///< the oldest first
  SeldomList<OwnEntitlement> own_entitlements;
  SeldomList<Receipt> receipts;
  Money money;  ///< kept for the next order; below 0 when a bounced cheque had been spent

  SeldomList<Line> next_invoice;  ///< was too little to charge: the next renewal's invoice takes it along
  SeldomList<Review> reviews;
  SeldomList<Dispute> disputes;
  std::uint32_t last_review = 0;

  std::uint32_t last_grant = 0, last_hold = 0, last_order = 0, last_method = 0, last_refund = 0;
  std::optional<Instant> imported_at;  ///< it lived elsewhere before
  SeldomList<Saving> savings;          ///< of each slot the last one
  std::uint32_t last_saving = 0;
  Seldom<PersonAt> person_at;  ///< none: nobody was ever named
  SeldomList<Tries> tries;     ///< with kept methods
  SeldomList<Coupon> coupons;  ///< of the system before, until they are used up or the plan ends
  SeldomList<RegisteredDocument> registered;

  /// To change it. What it gives stays good while other orders come.
  Order* order(OrderId order_id) { return orders.change(order_id); }
  const Order* order(OrderId order_id) const { return orders.find(order_id); }
  Grant* grant(GrantId grant_id);
  const Grant* grant(GrantId grant_id) const;
  /// Nothing of its past is away: whoever looks at any of it meets no PageAway.
  bool is_whole() const { return orders.pages().away() + closed_grants.pages().away() == 0; }
  /// Also those that hold nothing any more.
  std::vector<const Grant*> all_grants() const;
  Hold* hold(HoldId hold_id);
  const SavedMethod* method(SavedMethodId method_id) const;
  Refund* refund(RefundId refund_id);
  Saving* saving(SavingId saving_id);
  Receipt* receipt(const ReceiptId& receipt_id);
  const Receipt* receipt(const ReceiptId& receipt_id) const;
  const SavedMethod* slot(const std::string& name) const;

  /// Credits of `type` that a payment brought, whatever became of them.
  Credits issued_by(OrderId order, const CreditType& type) const;
  /// Credits of `type` that may be spent at `now`: remaining less held, of grants that work.
  Credits available(const CreditType& type, Instant now) const;
  /// The same of one grant. Credits that stand still in a pause are there; those that are kept without a plan are not.
  Credits available(const Grant& grant, Instant now) const;
  /// Whether it ends with the period that runs, and moves with its end.
  bool ends_with_period(const Grant& grant) const;
  /// What of `type` was used before it was there.
  Credits owes(const CreditType& type) const;
  /// Its standing as the word `state` of conditions.
  std::string state_word() const;
};

/// Nothing of its scope is charged.
struct ChargeStop {
  StopScope scope = StopScope::tenant;
  std::string name;
  std::string reason;
  Instant since;
};

/// What one type of credits came to in a month, in credits and in the money that was paid for them.
/// before + issued = used + gone + returned + after, in both.
struct MonthLine {
  CreditType type;
  Credits before, issued, used, gone, returned, after;
  Money before_money, issued_money, used_money, gone_money, returned_money, after_money;
  friend bool operator==(const MonthLine&, const MonthLine&) = default;
};
struct ClosedMonth {
  std::string month;        ///< 2026-03
  std::uint64_t up_to = 0;  ///< position of the last entry that counts in it
  std::vector<MonthLine> lines;
  Money written_off;  ///< what customers owed and are not asked for any more, without a payment
};

/// Where a processor's books and ours differ: an item of its own until a person closes it.
struct Discrepancy {
  std::string name;  ///< the same difference found again is the same item
  ProcessorId processor;
  std::string what;  ///< only_theirs, only_ours, other_amount, other_state
  std::string key;   ///< of the payment or refund, ours
  std::string ref;   ///< the provider's
  std::string ours;  ///< what our books say, for people
  std::string theirs;
  std::string found_by;  ///< webhook, reconciliation
  Instant found_at;
};
/// How a processor has answered of late.
struct ProcessorHealth {
  ProcessorId processor;
  std::int32_t failures = 0;
  Instant cooldown_until;
};

/// What is a tenant's own, apart from its accounts.
struct TenantState {
  TenantId id;
  std::uint64_t position = 0;
  std::uint32_t catalog = 0;              ///< the version in force
  SharedList<std::string> catalog_texts;  ///< of version n at n - 1: its name in the store
  std::uint64_t last_invoice = 0;
  std::uint64_t last_credit_note = 0;
  SharedList<Instant> catalog_since;  ///< of version n at n - 1: when it came into force
  SharedList<ChargeStop> stops;
  SharedList<ClosedMonth> closed_months;
  std::uint64_t invoices_before = 0, credit_notes_before = 0;  ///< numbered by the system before
  SharedList<Receipt> unmatched;                               ///< money of which nobody knows yet whose it is
  LongList<ReceiptId> identified;          ///< what was in that list before, so that its line is known
  SharedList<Discrepancy> discrepancies;   ///< that nobody has closed
  SharedList<ProcessorHealth> processors;  ///< that failed of late
  SharedList<ApiKey> keys;                 ///< ended ones too, for the record
  std::uint64_t last_key = 0;

  /// Till when the host charges nothing through it by itself; in the past: it is well.
  Instant cooldown_until(const ProcessorId& processor) const;
};

}  // namespace florin
