#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/calendar/business_days.hpp"
#include "domain/calendar/zone.hpp"
#include "domain/catalog/name_index.hpp"
#include "florin/apart.hpp"
#include "florin/commands.hpp"
#include "florin/credits.hpp"
#include "florin/id.hpp"
#include "florin/money.hpp"
#include "florin/time.hpp"

/// What a tenant's YAML comes to once it is read: everything a decision may look up, resolved and checked. A catalog is
/// one version of one tenant and never changes. Every rule knows the line that says it, so that a refusal can name it.
namespace florin {

/// One text for all the rules of a file.
class FileName {
 public:
  FileName() = default;
  FileName(std::string name) : name_(std::make_shared<const std::string>(std::move(name))) {}
  FileName(const char* name) : FileName(std::string(name)) {}
  const std::string& text() const { return name_ ? *name_ : none; }
  bool empty() const { return text().empty(); }

 private:
  static inline const std::string none;
  std::shared_ptr<const std::string> name_;
};

/// The line of the operator's own file that a rule stands in.
struct RuleAt {
  FileName file;
  std::uint32_t line = 0;
  std::string text() const { return file.empty() ? std::string() : file.text() + ":" + std::to_string(line); }
};

struct CreditTypeRule {
  CreditType id;
  int decimals = 0;
  Currency is_money;  ///< none: not money
  RuleAt at;
};

/// One word of the condition vocabulary and the values that satisfy it.
struct Need {
  std::string word;  ///< state, plan, cycle, billing_country, actor, meter, an approval, or a property of the usage
  std::vector<std::string> any_of;
  RuleAt at{};
  bool of_usage = false;  ///< a property of the usage
  bool any_case = false;  ///< `Delivered` is `delivered`

  bool met_by(std::string_view value) const;
};
/// All needs must hold; none: always.
using Condition = std::vector<Need>;

/// The price of one usage in credits. A started block counts whole, so a debit never rounds. What a debit looks at lies
/// in two cache lines.
struct alignas(64) Meter {
  MeterId id;
  CreditType type;
  Credits takes;              ///< for each started block
  Quantity per_started;       ///< the size of a block
  std::int64_t at_least = 0;  ///< blocks counted even for an empty usage
  Seldom<Condition> only_if;  ///< on words of the usage; otherwise it costs nothing
  RuleAt at;
};

/// A catalog's meters, in a fixed order and found by their ids: there may be thousands in each of thousands of
/// catalogs, and each usage looks for one.
class Meters {
 public:
  Meters() = default;
  Meters(std::vector<Meter> meters);
  Meters(std::initializer_list<Meter> meters) : Meters(std::vector<Meter>(meters)) {}

  const Meter* find(const MeterId& id) const;
  /// What find() will read, asked for in two steps: where it stands, then itself.
  [[gnu::always_inline]] void prefetch_place(const MeterId& id) const { places_.prefetch(hash_of(id)); }
  void prefetch(const MeterId& id) const;

  std::size_t size() const { return meters_.size(); }
  const Meter& operator[](std::size_t number) const { return meters_[number]; }
  auto begin() const { return meters_.begin(); }
  auto end() const { return meters_.end(); }

 private:
  static std::uint32_t hash_of(const MeterId& id) { return static_cast<std::uint32_t>(std::hash<MeterId>()(id)); }
  NameIndex places_;
  std::vector<Meter> meters_;
};

struct Allowed {
  CreditType type;
  Credits amount;
};

struct KnownCycle {
  std::string_view word;
  std::int32_t months;
};
inline constexpr KnownCycle known_cycles[] = {{"monthly", 1}, {"quarterly", 3}, {"half_yearly", 6}, {"annual", 12}};

struct CycleRule {
  std::string id;  ///< monthly, quarterly, annual
  std::int32_t months = 1;
  Money price;                 ///< for each licence when the plan is sold by licence
  std::vector<Allowed> gives;  ///< likewise
  RuleAt at;
};

struct Plan {
  PlanId id;
  std::int32_t rank = 0;  ///< alone says what is an upgrade
  bool by_licence = false;
  std::optional<UnitPrice> credit_price;  ///< of bought credits while on this plan
  std::optional<Money> first_credits;     ///< what an upgrade from the trial must buy at least
  std::vector<CycleRule> cycles;
  Condition offered_to;
  std::optional<Money> monthly_minimum;
  std::optional<Span> agreement;         ///< bound for so long from its start
  std::vector<std::string> per_account;  ///< keys that staff fills in for one account; empty: as it stands
  RuleAt at;

  const CycleRule* cycle(std::string_view id) const;
};

struct AddOn {
  AddOnId id;
  Allowed sells;  ///< for each one bought; of no type: no credits
  struct Price {
    std::string cycle;
    Money price;
    std::optional<Credits> sells{};  ///< on this cycle, where it is not `sells`
  };
  std::vector<Price> prices;        ///< by the subscription's cycle
  bool whole_inside_period = true;  ///< false: by the day
  bool renews = true;               ///< false: bought for one period
  /// What one of it costs and brings on a cycle, or in each month of one that it has no price of. Null: not sold there.
  const Price* price_on(std::string_view cycle) const;
  /// Sold by the month only: on a longer cycle it is paid each month.
  bool by_month_on(std::string_view cycle) const;
  RuleAt at;
  struct Sets {
    EntitlementId entitlement;
    std::string value;
  };
  std::vector<Sets> sets{};                     ///< entitlements that it brings
  std::optional<EntitlementId> takes_one_of{};  ///< the count of which each one fills a place
  Condition needs{};
};

/// One row of the operator's price page: what each plan has of it. Source   EX-01, EX-03, CL-14
struct Entitlement {
  enum class Kind : std::uint8_t {
    count,   ///< so many, each taken by its name and given back
    flag,    ///< there or not
    word,    ///< one of `of`; `none` and `add_on` are not there
    number,  ///< a figure: days, percent
  };
  /// What becomes of what is over the limit of another plan.
  enum class OverLimit : std::uint8_t {
    refuse_change,   ///< nothing: the change is refused until it is given back
    suspend_newest,  ///< the oldest work on, the newest wait
  };
  struct Column {
    std::string plan;   ///< a plan's id, or `trial`
    std::string value;  ///< `5`, `unlimited`, `true`, `basic`, `99.5`, `per_account`
    RuleAt at;
  };
  EntitlementId id;
  Kind kind = Kind::flag;
  std::vector<std::string> of;
  std::vector<Column> columns;  ///< one for the trial, where there is one, and one a plan
  OverLimit over_limit = OverLimit::refuse_change;
  std::string taken_by = "occupy_item";  ///< the word of Action that takes one of a count
  RuleAt at;

  const Column* column(std::string_view plan) const;
  /// Whether `value` is one that this row may have; `per_account` is none.
  bool fits(std::string_view value) const;
};

/// What the members of an account occupy. Source   KA-05, CL-14
struct MembersRule {
  std::optional<EntitlementId> take_one_of;  ///< a count; none: a licence of the plan
  bool invitation_takes_one = true;
  RuleAt at;
};

struct Trial {
  std::optional<Span> lasts;  ///< none: until upgrade
  std::vector<Allowed> gives;
  enum class PlanPicked : std::uint8_t { starts_when_trial_ends, starts_now };
  PlanPicked plan_picked_inside = PlanPicked::starts_when_trial_ends;
  RuleAt at;
};

struct CreditSales {
  bool needs_plan = true;
  CreditType type;
  std::optional<UnitPrice> price;  ///< none: the plan's credit_price
  Credits at_least, at_most, step;
  RuleAt at;
};

struct HoldRule {
  Span longest;
  enum class UsedMore : std::uint8_t { absorb, owe };
  UsedMore used_more_than_held = UsedMore::absorb;
  RuleAt at;
};

struct AutoRecharge {
  CreditType type;
  Credits threshold_at_least;
  Credits amount_at_least;  ///< for a type that is money: its value
  bool also_when_refused = true;
  std::vector<std::string> waits_for;  ///< renewal, plan_change, past_due
  std::int32_t each_day = 0;           ///< at most so many orders in a local day
  std::int32_t suspend_after = 0;      ///< failures in a row
  RuleAt at;
  std::vector<Span> backoff;  ///< the nth failure in a row waits the nth of these, later ones the last; never empty
};

/// A change of plan, in four separate decisions.
struct ChangeRule {
  enum class When : std::uint8_t { now, next_renewal, now_if_longer };
  enum class Cycle : std::uint8_t { restarts, keeps };
  enum class Pays : std::uint8_t { full_price, prorated_difference };
  enum class Gives : std::uint8_t { full, prorated_difference };
  When when = When::next_renewal;
  Cycle cycle = Cycle::keeps;
  Pays pays = Pays::full_price;
  Gives credits = Gives::full;
  RuleAt at;
};

/// None in the catalog: not offered.
struct PauseRule {
  bool freezes_credits = true;  ///< every end of credits moves, not only those that end with the period
  bool usage_refused = true;
  Span longest;  ///< then it resumes by itself
  RuleAt at;
};

struct CancelRule {
  enum class Then : std::uint8_t { ended, limited };
  enum class KeptCredits : std::uint8_t { keep, forfeit_all, keep_frozen };
  Then then = Then::ended;
  KeptCredits credits = KeptCredits::keep;  ///< of what does not end with the cycle anyway
  Span keep_for;                            ///< of keep_frozen: then they are forfeited
  bool waits_for_agreement = true;
  RuleAt at;
};

struct LicenceRule {
  bool added_by_day = true;  ///< false: whole price
  RuleAt at;
};

/// A step of dunning, from the first failed payment.
struct PastDueStep {
  Span after;
  bool try_again = false;
  bool tell = false;
  bool cancel = false;
  std::optional<bool> usage_refused;   ///< from here on
  std::optional<bool> buying_refused;  ///< likewise
  RuleAt at;
};
/// The dunning step that refuses usage (or buying) for an account that has come through `steps` of them.
RuleAt refusing_dunning_step(const std::vector<PastDueStep>& schedule, std::size_t steps,
                             std::optional<bool> PastDueStep::* refused);

struct Guarantee {
  Span asked_within;                ///< from the first successful payment
  std::vector<std::string> covers;  ///< subscription, purchase, recharge, …
  RuleAt at;
};

/// Charges that a person may be asked to look at.
struct ReviewRule {
  std::vector<std::string> reasons;  ///< duplicate_charge, technical_failure, …
  Span asked_within;                 ///< from the charge
  std::int32_t answered_within = 1;  ///< business days
  Duration duplicates_within;        ///< two equal charges no further apart are flagged
  RuleAt at;
};

/// What becomes of an order's credits when its money was given back at the processor itself.
enum class CreditsThen : std::uint8_t { take_share, keep, staff_decides };
/// What becomes of credits that were spent before their payment was taken back.
enum class SpentThen : std::uint8_t { owe, absorb, block };
struct TakenBack {
  SpentThen spent = SpentThen::absorb;
  RuleAt at;
};

struct Processor {
  ProcessorId id;
  std::string plugin;
  std::string config;  ///< JSON of the block for the plugin; secrets by reference
  RuleAt at;
};

struct Method {
  MethodId id;
  std::string plugin;
  std::string config;
  std::vector<ProcessorId> through;
  std::vector<std::string> brands;  ///< empty: all
  std::vector<std::string> slots;   ///< primary, backup; empty: not kept
  bool without_customer = false;    ///< may be charged when the customer is not there
  Condition offered_to;
  Span order_open;  ///< how long an order waits for the customer
  RuleAt at;
  /// Of a method whose money comes by bank: when a cheque counts.
  enum class CountsWhen : std::uint8_t { deposited, cleared };
  CountsWhen counts_when = CountsWhen::cleared;

  /// What is paid by it is invoiced, then waited for; nothing is kept and nobody is asked for a token.
  bool by_invoice() const { return std::find(slots.begin(), slots.end(), "invoice") != slots.end(); }
};

/// Less came by bank than an order asks for. What is over is kept as the account's money. Source   EX-16
struct BankMoneyRule {
  Money write_off;           ///< at most this much is not asked for any more
  Ratio withheld_tax{0, 1};  ///< at most this part of the order's price without tax, against its certificate
  RuleAt at;
};

/// What is done with money that comes when its order was closed already.
enum class LateThen : std::uint8_t {
  deliver,               ///< at the order's price, its life from now
  deliver_if_still_due,  ///< the period that it is for runs, or would begin, and nothing else has paid for it
  refund,
  staff_decides,  ///< kept, in view, until staff delivers it or gives it back
};
struct PaidAfterClosed {
  std::optional<LateThen> purchase, recharge, subscription;
  LateThen otherwise = LateThen::refund;  ///< also of what cannot be delivered any more
  RuleAt at;
};

/// Which plugin says what tax is on a sale. Prices are without it.
struct TaxRule {
  std::string plugin;
  std::string config;  ///< JSON of the block for the plugin
  RuleAt at;
  bool registers = false;  ///< its law has invoices registered at the government's portal: India's GST
};

/// Which saved methods are tried, in order, for a kind of order. `chosen` is the one the customer picked.
struct TryRule {
  std::string order;  ///< subscription, recharge, purchase, change
  std::vector<std::string> slots;
  RuleAt at;
};

/// When an overdue order is tried again apart from dunning, by why it was refused.
struct RetryRule {
  std::string why;          ///< a word of DeclineKind: technical, funds, soft
  std::vector<Span> after;  ///< the nth refusal of that kind; after the last one only dunning tries
  RuleAt at;
};
/// After which answers a payment that needs nothing kept goes to the next processor of its method.
struct ElsewhereRule {
  std::vector<std::string> after;  ///< words of DeclineKind; what never reached a processor always does
  RuleAt at;
};
/// What card networks ask: no more than so many refusals of one method.
struct RefusalCap {
  std::int32_t at_most = 0;
  Span within;
  RuleAt at;
};
/// A processor that fails again and again is left alone for a while.
struct RestRule {
  std::int32_t after = 0;  ///< failures in a row
  Span lasts;
  RuleAt at;
};

struct Gate {
  std::vector<std::string> actions;  ///< words of Action
  Condition applies_if;
  Condition needs;
  bool refuse = false;  ///< whatever holds
  std::string says;     ///< what the customer reads
  RuleAt at;
};

struct Role {
  std::string id;
  std::vector<std::string> may;  ///< words of Action, or `everything`
  RuleAt at;
};

/// How what runs already comes to a new version of the file.
struct OnNewVersion {
  enum class Running : std::uint8_t { keep_price, at_next_renewal };
  enum class Meters : std::uint8_t { at_once, at_next_renewal };
  Running running_subscriptions = Running::keep_price;
  Meters meters = Meters::at_next_renewal;
  RuleAt at;
};

/// A property of usages, as conditions read it. Source   docs/decisions/0063-properties.md
struct PropertyRule {
  std::string name;                     ///< outcome, direction, …
  std::vector<std::string> of;          ///< its values; empty: any
  bool any_case = false;                ///< `Delivered` is `delivered`
  std::optional<std::string> left_out;  ///< what it is where a usage does not name it; none: it has to be named
  RuleAt at;

  bool knows(std::string_view value) const;
};

/// Usage that is told after it happened.
struct BackDated {
  Span accept_for;
  RuleAt at;
};

/// What somebody is to be told by mail.
struct NoticeRule {
  std::string when;                ///< order_confirmed, past_due, …
  std::vector<std::string> roles;  ///< of the account
  bool with_invoice = false;
  RuleAt at;
};

struct Catalog {
  // First what a debit looks at, in two cache lines.
  Meters meters;
  std::vector<Gate> gates;
  OnNewVersion on_new_version;

  TenantId tenant;
  RuleAt at;  ///< where the file begins: it decides what is not in it
  std::uint32_t version = 0;
  Currency currency;
  Zone zone;
  std::vector<CreditTypeRule> credits;
  std::optional<Trial> trial;
  std::vector<Plan> plans;
  std::vector<AddOn> add_ons;
  std::optional<CreditSales> credit_sales;
  std::optional<HoldRule> holds;
  std::optional<AutoRecharge> auto_recharge;
  ChangeRule upgrade, downgrade, cycle_change;
  std::optional<PauseRule> pause;
  CancelRule cancel;
  std::optional<LicenceRule> licences;
  std::vector<PastDueStep> past_due;
  std::optional<Guarantee> guarantee;
  std::optional<ReviewRule> review;
  bool staff_may_refund = false;  ///< outside guarantee and review
  TakenBack taken_back;
  CreditsThen refunded_elsewhere = CreditsThen::staff_decides;
  BusinessDays business_days;
  RuleAt refunds_at;  ///< where the file says that nothing else is refunded
  std::vector<Processor> processors;
  std::vector<Method> methods;
  std::vector<TryRule> tries;
  std::vector<std::string> approvals;  ///< kyc, …
  std::vector<Role> roles;
  std::string invoice_numbers;  ///< pattern such as CL-000001
  std::string credit_note_numbers;
  std::string policy_plugin;
  std::string policy_config;  ///< JSON of the credit_policy block
  RuleAt policy_at;
  std::optional<TaxRule> tax;  ///< none: the file says that there is none
  PaidAfterClosed paid_after_closed;
  Money minimum_charge;  ///< what comes to less waits for the invoice of the next renewal
  RuleAt roles_at;
  RuleAt methods_at;
  bool has_minimum = false;  ///< a plan has a monthly minimum, or may be given one for an account
  std::vector<Entitlement> entitlements;
  std::optional<MembersRule> members;   ///< none: as many as they like
  std::optional<BackDated> back_dated;  ///< none: usage is told as it happens
  std::vector<NoticeRule> notifications;
  std::optional<BankMoneyRule> bank_receipts;  ///< none: no method is paid by bank
  std::vector<RetryRule> retries;              ///< none: only dunning tries again
  std::optional<RefusalCap> refusals;
  std::optional<RestRule> rest;
  std::optional<ElsewhereRule> next_processor;  ///< none: no method has several
  std::vector<PropertyRule> properties;
  std::vector<Word> messages;  ///< by a refusal's code: what customers read in place of Florin's sentence

  /// Whether an account without a plan may buy credits, and use them.
  bool sells_without_plan() const { return credit_sales && !credit_sales->needs_plan; }
  const CreditTypeRule* credit_type(const CreditType& id) const;
  const Meter* meter(const MeterId& id) const { return meters.find(id); }
  const Plan* plan(const PlanId& id) const;
  const AddOn* add_on(const AddOnId& id) const;
  const Entitlement* entitlement(const EntitlementId& id) const;
  const Method* method(const MethodId& id) const;
  const TryRule* tries_for(std::string_view order) const;
  /// How long a cycle of that name is: monthly, quarterly, half_yearly, annual, or one that a plan here has. None: no
  /// such cycle.
  std::optional<std::int32_t> months_of(std::string_view cycle) const;
};

}  // namespace florin
