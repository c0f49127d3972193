#pragma once

#include <boost/describe/class.hpp>

#include "config/shape.hpp"
#include "domain/catalog/action.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/journal/described.hpp"
#include "florin/languages.hpp"

/// A tenant file as it is written. These shapes read well in a file; `compile` turns them into the catalog, which
/// decides well in memory. Where a word means the same in both, the catalog's own type is used.
namespace florin {

BOOST_DESCRIBE_ENUM(Trial::PlanPicked, starts_when_trial_ends, starts_now)
BOOST_DESCRIBE_ENUM(HoldRule::UsedMore, absorb, owe)
BOOST_DESCRIBE_ENUM(ChangeRule::When, now, next_renewal, now_if_longer)
BOOST_DESCRIBE_ENUM(ChangeRule::Cycle, restarts, keeps)
BOOST_DESCRIBE_ENUM(ChangeRule::Pays, full_price, prorated_difference)
BOOST_DESCRIBE_ENUM(ChangeRule::Gives, full, prorated_difference)
BOOST_DESCRIBE_ENUM(Entitlement::Kind, count, flag, word, number)
BOOST_DESCRIBE_ENUM(Entitlement::OverLimit, refuse_change, suspend_newest)
BOOST_DESCRIBE_ENUM(CancelRule::Then, ended, limited)
BOOST_DESCRIBE_ENUM(CancelRule::KeptCredits, keep, forfeit_all, keep_frozen)
BOOST_DESCRIBE_ENUM(SpentThen, owe, absorb, block)
BOOST_DESCRIBE_ENUM(CreditsThen, take_share, keep, staff_decides)
BOOST_DESCRIBE_ENUM(OnNewVersion::Running, keep_price, at_next_renewal)
BOOST_DESCRIBE_ENUM(OnNewVersion::Meters, at_once, at_next_renewal)
BOOST_DESCRIBE_ENUM(Method::CountsWhen, deposited, cleared)
BOOST_DESCRIBE_ENUM(LateThen, deliver, deliver_if_still_due, refund, staff_decides)

}  // namespace florin

namespace florin::config::yaml {

using CycleId = Id<struct CycleTag>;
using PluginId = Id<struct PluginTag>;
using RoleId = Id<struct RoleTag>;
using ApprovalId = Id<struct ApprovalTag>;
using ReasonId = Id<struct ReasonTag>;
using PropertyId = Id<struct PropertyTag>;

/// `1 block`, `0 blocks`.
struct Blocks {
  std::int64_t count = 0;
  static Result<Blocks> parse(std::string_view text);
  std::string text() const;
};

/// `3 failures`.
struct Failures {
  std::int64_t count = 0;
  static Result<Failures> parse(std::string_view text);
  std::string text() const;
};

/// `up_to 10 percent`.
struct UpTo {
  Ratio share;
  std::string written;
  static Result<UpTo> parse(std::string_view text);
  const std::string& text() const { return written; }
};

/// `14 days`, or `until_upgrade`.
struct TrialLength {
  std::optional<Span> span;
  static Result<TrialLength> parse(std::string_view text);
  std::string text() const;
};

/// `500 message`, or for credits that are money `500.00 INR`.
struct CreditsOrMoney {
  std::variant<CreditAmount, Money> amount;
  static Result<CreditsOrMoney> parse(std::string_view text);
  std::string text() const;
};

/// What a plan has of an entitlement, as it is written: `5`, `99.5`, `true`, `unlimited`, `basic`.
struct RowValue {
  std::string written;
  static Result<RowValue> parse(std::string_view text) { return RowValue{std::string(text)}; }
  const std::string& text() const { return written; }
};

/// What a role may do: an action, or `everything`.
struct May {
  std::string word;
};

/// `{plan: enterprise, cycle: [annual, quarterly]}`: all words must hold, each with any of its values.
using ConditionBlock = std::vector<std::pair<std::string, Written<OneOrMany<Written<std::string>>>>>;

struct CreditBlock {
  Written<std::int32_t> decimals;
  std::optional<Written<Currency>> is_money;
  Where at;
};
BOOST_DESCRIBE_STRUCT(CreditBlock, (), (decimals, is_money))

struct MeterBlock {
  Written<CreditAmount> takes;
  Written<Quantity> per_started;
  Written<Blocks> at_least;
  ConditionBlock only_if;
  Where at;
};
BOOST_DESCRIBE_STRUCT(MeterBlock, (), (takes, per_started, at_least, only_if))

struct TrialBlock {
  Written<TrialLength> lasts;
  OneOrMany<Written<CreditAmount>> gives;
  Trial::PlanPicked plan_picked_inside = Trial::PlanPicked::starts_when_trial_ends;
  Where at;
};
BOOST_DESCRIBE_STRUCT(TrialBlock, (), (lasts, gives, plan_picked_inside))

struct CycleBlock {
  Written<Money> price;
  OneOrMany<Written<CreditAmount>> gives;
  std::optional<Written<Span>> every;
  Where at;
};
BOOST_DESCRIBE_STRUCT(CycleBlock, (), (price, gives, every))

struct FirstCreditsBlock {
  Written<Money> at_least;
};
BOOST_DESCRIBE_STRUCT(FirstCreditsBlock, (), (at_least))

/// The keys of a plan that staff may fill in for one account.
enum class PerAccount : std::uint8_t { rank, cycles, credit_price, first_credits, monthly_minimum, meters, agreement };
BOOST_DESCRIBE_ENUM(PerAccount, rank, cycles, credit_price, first_credits, monthly_minimum, meters, agreement)

struct PlanBlock {
  std::optional<Written<std::int32_t>> rank;
  bool by_licence = false;
  std::optional<Written<UnitPrice>> credit_price;
  std::optional<FirstCreditsBlock> first_credits;
  std::vector<std::pair<CycleId, CycleBlock>> cycles;
  ConditionBlock offered_to;
  std::optional<Written<Span>> agreement;
  std::optional<Written<Money>> monthly_minimum;
  std::vector<Written<PerAccount>> per_account;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PlanBlock, (),
                      (rank, by_licence, credit_price, first_credits, cycles, offered_to, agreement, per_account,
                       monthly_minimum))

enum class InsidePeriod : std::uint8_t { whole, prorated };
BOOST_DESCRIBE_ENUM(InsidePeriod, whole, prorated)

struct AddOnBlock {
  std::optional<Written<CreditAmount>> sells;
  std::vector<std::pair<CycleId, Written<Money>>> prices;
  InsidePeriod if_bought_inside_period = InsidePeriod::whole;
  bool renews = true;
  std::vector<std::pair<EntitlementId, Written<RowValue>>> sets;
  std::optional<Written<EntitlementId>> takes_one_of;
  ConditionBlock needs;
  std::vector<std::pair<CycleId, Written<CreditAmount>>> sells_by_cycle;
  Where at;
};
BOOST_DESCRIBE_STRUCT(AddOnBlock, (),
                      (sells, prices, if_bought_inside_period, renews, sets, takes_one_of, needs, sells_by_cycle))

/// A row of the price page: its own keys, then a column for the trial and each plan.
struct EntitlementBlock {
  std::optional<Written<Entitlement::Kind>> kind;
  std::vector<std::string> of;
  std::optional<Written<RowValue>> others;
  std::optional<Written<Entitlement::OverLimit>> over_limit;
  std::optional<Written<Action>> taken_by;
  Rest rest;
  Where at;
};
BOOST_DESCRIBE_STRUCT(EntitlementBlock, (), (kind, of, others, over_limit, taken_by))

struct MembersBlock {
  Written<std::string> take_one_of;
  bool invitation_takes_one = true;
  Where at;
};
BOOST_DESCRIBE_STRUCT(MembersBlock, (), (take_one_of, invitation_takes_one))

struct LicencesBlock {
  InsidePeriod added = InsidePeriod::prorated;
  Where at;
};
BOOST_DESCRIBE_STRUCT(LicencesBlock, (), (added))

enum class Needs : std::uint8_t { plan, nothing };
BOOST_DESCRIBE_ENUM(Needs, plan, nothing)

struct CreditSalesBlock {
  Needs needs = Needs::plan;
  std::optional<Written<UnitPrice>> price;
  Written<CreditsOrMoney> at_least;
  Written<CreditsOrMoney> at_most;
  Written<CreditsOrMoney> step;
  Where at;
};
BOOST_DESCRIBE_STRUCT(CreditSalesBlock, (), (needs, price, at_least, at_most, step))

struct HoldsBlock {
  Written<Span> longest;
  HoldRule::UsedMore used_more_than_held = HoldRule::UsedMore::absorb;
  Where at;
};
BOOST_DESCRIBE_STRUCT(HoldsBlock, (), (longest, used_more_than_held))

enum class WaitsFor : std::uint8_t { renewal, plan_change, past_due };
BOOST_DESCRIBE_ENUM(WaitsFor, renewal, plan_change, past_due)

struct LeastBlock {
  Written<CreditsOrMoney> at_least;
};
BOOST_DESCRIBE_STRUCT(LeastBlock, (), (at_least))

struct RechargeLimits {
  Written<std::int32_t> each_day;
  Written<Failures> suspend_after;
  std::optional<Written<std::vector<Written<Span>>>> backoff;
};
BOOST_DESCRIBE_STRUCT(RechargeLimits, (), (each_day, suspend_after, backoff))

struct AutoRechargeBlock {
  LeastBlock below;
  LeastBlock amount;
  bool also_when_refused = true;
  std::vector<WaitsFor> waits_for;
  RechargeLimits limits;
  Where at;
};
BOOST_DESCRIBE_STRUCT(AutoRechargeBlock, (), (below, amount, also_when_refused, waits_for, limits))

struct ChangeBlock {
  ChangeRule::When when = ChangeRule::When::next_renewal;
  std::optional<ChangeRule::Cycle> cycle;
  std::optional<ChangeRule::Pays> pays;
  std::optional<ChangeRule::Gives> credits;
  Where at;
};
BOOST_DESCRIBE_STRUCT(ChangeBlock, (), (when, cycle, pays, credits))

enum class WithAgreement : std::uint8_t { end_of_agreement, end_of_cycle };
BOOST_DESCRIBE_ENUM(WithAgreement, end_of_agreement, end_of_cycle)

struct CancelBlock {
  CancelRule::Then then = CancelRule::Then::ended;
  Written<CancelRule::KeptCredits> credits;
  std::optional<Written<Span>> keep_for;
  std::optional<WithAgreement> with_agreement;
  Where at;
};
BOOST_DESCRIBE_STRUCT(CancelBlock, (), (then, credits, keep_for, with_agreement))

enum class UsageThen : std::uint8_t { credits_left, refused };
BOOST_DESCRIBE_ENUM(UsageThen, credits_left, refused)
enum class Freezes : std::uint8_t { cycle, credits };
BOOST_DESCRIBE_ENUM(Freezes, cycle, credits)

struct PauseBlock {
  std::vector<Freezes> freezes;
  UsageThen usage = UsageThen::refused;
  Written<Span> longest;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PauseBlock, (), (freezes, usage, longest))

struct ChangesBlock {
  ChangeBlock upgrade;
  ChangeBlock downgrade;
  ChangeBlock cycle_change;
  OrNone<PauseBlock> pause;
  CancelBlock cancel;
};
BOOST_DESCRIBE_STRUCT(ChangesBlock, (), (upgrade, downgrade, cycle_change, pause, cancel))

enum class DunningAct : std::uint8_t { try_, tell, cancel_now };
BOOST_DESCRIBE_ENUM(DunningAct, try_, tell, cancel_now)
enum class BuyingThen : std::uint8_t { allowed, refused };
BOOST_DESCRIBE_ENUM(BuyingThen, allowed, refused)

struct DunningBlock {
  Written<Span> after;
  OneOrMany<DunningAct> do_;
  std::optional<UsageThen> usage;
  std::optional<BuyingThen> buying;
  Where at;
};
BOOST_DESCRIBE_STRUCT(DunningBlock, (), (after, do_, usage, buying))

struct GuaranteeBlock {
  Written<Span> asked_within;
  std::vector<Written<OrderKind>> covers;
  Where at;
};
BOOST_DESCRIBE_STRUCT(GuaranteeBlock, (), (asked_within, covers))

/// `2 business_days`.
struct BusinessDayCount {
  std::int64_t count = 0;
  static Result<BusinessDayCount> parse(std::string_view text);
  std::string text() const;
};

enum class Weekday : std::uint8_t { mon, tue, wed, thu, fri, sat, sun };
BOOST_DESCRIBE_ENUM(Weekday, mon, tue, wed, thu, fri, sat, sun)

struct BusinessDaysBlock {
  std::vector<Weekday> days;
  std::vector<Written<Date>> closed;
  Where at;
};
BOOST_DESCRIBE_STRUCT(BusinessDaysBlock, (), (days, closed))

struct DuplicatesBlock {
  Written<Span> same_amount_within;
};
BOOST_DESCRIBE_STRUCT(DuplicatesBlock, (), (same_amount_within))

struct ReviewBlock {
  std::vector<ReasonId> for_;
  Written<Span> asked_within;
  Written<BusinessDayCount> answered_within;
  DuplicatesBlock flag_duplicates;
  Where at;
};
BOOST_DESCRIBE_STRUCT(ReviewBlock, (), (for_, asked_within, answered_within, flag_duplicates))

struct TakenBackBlock {
  SpentThen spent = SpentThen::absorb;
  Where at;
};
BOOST_DESCRIBE_STRUCT(TakenBackBlock, (), (spent))

enum class Otherwise : std::uint8_t { final, staff_decides };
BOOST_DESCRIBE_ENUM(Otherwise, final, staff_decides)

struct RefundsBlock {
  OrNone<GuaranteeBlock> guarantee;
  std::optional<ReviewBlock> review;
  Written<Otherwise> otherwise;
  TakenBackBlock taken_back;
  std::optional<CreditsThen> made_at_processor;
};
BOOST_DESCRIBE_STRUCT(RefundsBlock, (), (guarantee, review, otherwise, taken_back, made_at_processor))

/// A block that a plugin reads: all but `plugin` is its own.
struct PluginBlock {
  PluginId plugin;
  Rest rest;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PluginBlock, (), (plugin))

/// Where a secret is found. A secret itself is never written in a file of Florin's, and never repeated in an error.
struct SecretPlace {
  std::string text_;
  static Result<SecretPlace> parse(std::string_view text);
  const std::string& text() const { return text_; }
};

/// Beside what the plugin reads: what it may use of the operator's, and where it may send it.
struct ProcessorBlock {
  PluginId plugin;
  std::vector<std::pair<std::string, Written<OneOrMany<SecretPlace>>>> secrets;
  std::vector<std::pair<std::string, Written<std::string>>> endpoints;
  std::vector<std::string> hosts;
  Rest rest;
  Where at;
};
BOOST_DESCRIBE_STRUCT(ProcessorBlock, (), (plugin, secrets, endpoints, hosts))

enum class Slot : std::uint8_t { primary, backup, invoice };
BOOST_DESCRIBE_ENUM(Slot, primary, backup, invoice)
enum class Can : std::uint8_t { one_time, without_customer };
BOOST_DESCRIBE_ENUM(Can, one_time, without_customer)

struct MethodBlock {
  PluginId plugin;
  std::vector<Written<ProcessorId>> through;
  std::vector<std::string> brands;
  std::vector<Slot> slots;
  std::vector<Can> can;
  ConditionBlock offered_to;
  Written<Span> order_open;
  std::optional<Written<Method::CountsWhen>> counts_when;
  Rest rest;
  Where at;
};
BOOST_DESCRIBE_STRUCT(MethodBlock, (), (plugin, through, brands, slots, can, offered_to, order_open, counts_when))

enum class TrySlot : std::uint8_t { primary, backup, chosen, invoice };
BOOST_DESCRIBE_ENUM(TrySlot, primary, backup, chosen, invoice)

struct ShortBlock {
  Written<Money> write_off;
  Written<UpTo> withheld_tax;
  Where at;
};
BOOST_DESCRIBE_STRUCT(ShortBlock, (), (write_off, withheld_tax))

struct PaidAfterClosedBlock {
  std::optional<Written<LateThen>> purchase, recharge, subscription;
  Written<LateThen> otherwise;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PaidAfterClosedBlock, (), (purchase, recharge, subscription, otherwise))

/// Why a charge was refused, where another try may help.
enum class RetriedWhy : std::uint8_t { technical, funds, soft };
BOOST_DESCRIBE_ENUM(RetriedWhy, technical, funds, soft)

struct RefusalsBlock {
  Written<std::int32_t> at_most;
  Written<Span> within;
  Where at;
};
BOOST_DESCRIBE_STRUCT(RefusalsBlock, (), (at_most, within))
struct RestBlock {
  Written<Failures> after;
  Written<Span> lasts;
  Where at;
};
BOOST_DESCRIBE_STRUCT(RestBlock, (), (after, lasts))

/// Of a refusal, the words that say why.
enum class RefusedWhy : std::uint8_t { soft, technical, funds, authenticate, bad_data, hard, fraud };
BOOST_DESCRIBE_ENUM(RefusedWhy, soft, technical, funds, authenticate, bad_data, hard, fraud)

struct PaymentsBlock {
  std::vector<std::pair<ProcessorId, ProcessorBlock>> processors;
  std::vector<std::pair<MethodId, MethodBlock>> methods;
  std::vector<std::pair<OrderKind, Written<std::vector<Written<TrySlot>>>>> try_;
  std::optional<ShortBlock> short_;
  Written<Money> minimum_charge;
  PaidAfterClosedBlock paid_after_closed;
  std::vector<std::pair<RetriedWhy, Written<std::vector<Written<Span>>>>> retries;
  std::optional<RefusalsBlock> refusals;
  std::optional<RestBlock> rest;
  std::optional<Written<std::vector<RefusedWhy>>> next_processor_after;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PaymentsBlock, (),
                      (processors, methods, try_, short_, minimum_charge, paid_after_closed, retries, refusals, rest,
                       next_processor_after))

/// One of the languages that pages are read in, as `de`. Of a text that stands alone: none, it is for every language.
struct Language {
  std::string tag;
  static Result<Language> parse(std::string_view text);
  const std::string& text() const { return tag; }
};
/// `Growth` for everybody, or a text a language: `{en: Growth, de: Wachstum}`.
struct Texts : std::vector<std::pair<Language, Written<std::string>>> {
  using std::vector<std::pair<Language, Written<std::string>>>::vector;
};
/// By the id that they are read in place of.
using TextsById = std::vector<std::pair<std::string, Written<Texts>>>;

struct GateBlock {
  OneOrMany<Action> action;
  ConditionBlock if_;
  ConditionBlock needs;
  bool refuse = false;
  Written<Texts> says;
  Where at;
};
BOOST_DESCRIBE_STRUCT(GateBlock, (), (action, if_, needs, refuse, says))

enum class PaperLanguage : std::uint8_t { en, de };
BOOST_DESCRIBE_ENUM(PaperLanguage, en, de)
enum class Paper : std::uint8_t { a4, letter };
BOOST_DESCRIBE_ENUM(Paper, a4, letter)

struct DocumentsBlock {
  Written<std::string> invoice;
  Written<std::string> credit_note;
  std::optional<Written<std::string>> title;
  std::optional<Written<std::string>> footer;
  std::optional<Paper> paper;
  std::optional<PaperLanguage> language;
  std::optional<Written<std::string>> code;
  std::vector<std::pair<std::string, Written<std::string>>> codes;
};
BOOST_DESCRIBE_STRUCT(DocumentsBlock, (), (invoice, credit_note, title, footer, paper, language, code, codes))

struct TaxIdBlock {
  Written<std::string> kind;
  Written<std::string> id;
};
BOOST_DESCRIBE_STRUCT(TaxIdBlock, (), (kind, id))

/// Who sells, as it stands on documents.
struct SellerBlock {
  Written<std::string> name;
  std::optional<std::string> trading_as;
  OneOrMany<Written<std::string>> address;
  Written<std::string> country;
  std::vector<TaxIdBlock> tax_ids;
  std::optional<std::string> registered;
  std::vector<std::pair<std::string, Written<std::string>>> pay_to;
  std::optional<Written<std::string>> contact;
  std::optional<Written<std::string>> phone;
  Where at;
};
BOOST_DESCRIBE_STRUCT(SellerBlock, (),
                      (name, trading_as, address, country, tax_ids, registered, pay_to, contact, phone))

/// What customers see of pages, beside what the rest of the file says.
struct PortalBlock {
  std::optional<std::string> name;
  std::optional<Written<std::string>> accent;
  std::vector<std::pair<std::string, Written<std::string>>> links;
  TextsById about;
  Written<std::vector<Written<Language>>> languages;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PortalBlock, (), (name, accent, links, about, languages))

struct OnNewVersionBlock {
  OnNewVersion::Running running_subscriptions = OnNewVersion::Running::keep_price;
  OnNewVersion::Meters meters = OnNewVersion::Meters::at_next_renewal;
  Where at;
};
BOOST_DESCRIBE_STRUCT(OnNewVersionBlock, (), (running_subscriptions, meters))

struct BackDatedBlock {
  Written<Span> accept_for;
  Where at;
};
BOOST_DESCRIBE_STRUCT(BackDatedBlock, (), (accept_for))

enum class LetterCase : std::uint8_t { exact, ignored };
BOOST_DESCRIBE_ENUM(LetterCase, exact, ignored)

/// What is said of usages beside their quantity.
struct PropertyBlock {
  std::vector<Written<std::string>> of;
  LetterCase case_ = LetterCase::exact;
  std::optional<Written<std::string>> left_out;
  Where at;
};
BOOST_DESCRIBE_STRUCT(PropertyBlock, (), (of, case_, left_out))

struct UsageBlock {
  std::optional<BackDatedBlock> back_dated;
  std::vector<std::pair<PropertyId, PropertyBlock>> properties;
};
BOOST_DESCRIBE_STRUCT(UsageBlock, (), (back_dated, properties))

enum class NoticeWhen : std::uint8_t {
  order_confirmed,
  upgraded_from_trial,
  past_due,
  credits_used_up,
  recharge_failed,
  subscription_ended
};
BOOST_DESCRIBE_ENUM(NoticeWhen, order_confirmed, upgraded_from_trial, past_due, credits_used_up, recharge_failed,
                    subscription_ended)
enum class NoticeWith : std::uint8_t { invoice };
BOOST_DESCRIBE_ENUM(NoticeWith, invoice)

struct NoticeBlock {
  NoticeWhen when = NoticeWhen::order_confirmed;
  OneOrMany<Written<RoleId>> tell;
  std::optional<Written<NoticeWith>> with;
  Where at;
};
BOOST_DESCRIBE_STRUCT(NoticeBlock, (), (when, tell, with))

struct TenantFile {
  TenantId tenant;
  std::optional<std::string> uses;
  Currency currency;
  Written<std::string> timezone;
  std::vector<std::pair<CreditType, CreditBlock>> credits;
  std::vector<std::pair<MeterId, MeterBlock>> meters;
  std::vector<Written<ApprovalId>> approvals;
  std::optional<TrialBlock> trial;
  std::vector<std::pair<PlanId, PlanBlock>> plans;
  std::vector<std::pair<AddOnId, AddOnBlock>> add_ons;
  std::optional<LicencesBlock> licences;
  std::optional<CreditSalesBlock> credit_sales;
  std::optional<HoldsBlock> holds;
  std::optional<AutoRechargeBlock> auto_recharge;
  std::optional<ChangesBlock> changes;
  std::vector<DunningBlock> dunning;
  RefundsBlock refunds;
  PluginBlock credit_policy;
  PaymentsBlock payments;
  std::vector<GateBlock> gates;
  Written<std::vector<std::pair<RoleId, Written<OneOrMany<May>>>>> roles;
  DocumentsBlock documents;
  PluginBlock tax;
  std::optional<BusinessDaysBlock> business_days;
  std::vector<std::pair<EntitlementId, EntitlementBlock>> entitlements;
  std::optional<MembersBlock> members;
  OnNewVersionBlock on_new_version;
  std::optional<UsageBlock> usage;
  std::vector<NoticeBlock> notifications;
  std::optional<SellerBlock> seller;
  TextsById names;
  std::optional<PortalBlock> portal;
  TextsById messages;
  Where at;
};
BOOST_DESCRIBE_STRUCT(TenantFile, (),
                      (tenant, uses, currency, timezone, credits, meters, approvals, trial, plans, add_ons, licences,
                       credit_sales, holds, auto_recharge, changes, dunning, refunds, credit_policy, payments, gates,
                       roles, documents, tax, business_days, entitlements, members, on_new_version, usage,
                       notifications, seller, names, portal, messages))

inline constexpr Note tenant_file_notes[] = {
    {"tenant", "the id of this tenant; it can never change, since every journal entry contains it"},
    {"uses", "a style in ../policies: its keys apply where this file does not set them"},
    {"currency", "the currency of all prices here (ISO 4217)"},
    {"timezone", "the time zone whose days and months count (IANA name)"},
    {"credits", "the types of credits, and the decimals of each", Note::Presence::required},
    {"meters", "what one usage costs; a started block counts in full"},
    {"approvals", "what staff approves or rejects for an account; conditions may read it"},
    {"trial", "left out: no trial is offered"},
    {"plans", "what is sold for a period; a change to a higher rank is an upgrade; left out: only credits are sold"},
    {"add_ons", "credits or entitlements sold in addition to a plan, renewed with it"},
    {"entitlements", "the entitlements of the plans: one row for each, one column for each plan"},
    {"members", "left out: the number of members is not limited"},
    {"licences", "how the number of licences changes, where plans are sold by licence"},
    {"credit_sales", "left out: credits are not sold"},
    {"holds", "left out: credits cannot be held"},
    {"auto_recharge", "left out: not offered"},
    {"changes", "when a change takes effect, and what it costs; required if there are plans"},
    {"dunning", "what happens after a payment for the subscription failed; required if there are plans"},
    {"refunds", "which payments a customer may get refunded"},
    {"credit_policy",
     "the plugin that decides when credits end and which are spent first; all other keys are the plugin's"},
    {"payments", "the payment methods, to whom each is offered, and which ones are charged"},
    {"gates", "conditions for an action; the sentence of the first that fails is the answer"},
    {"roles", "what the members of an account may do", Note::Presence::required},
    {"documents", "the first number of each series, such as CL-000001"},
    {"business_days", "which days count for deadlines in business days; required by refunds.review"},
    {"tax", "the plugin that computes the tax of a sale, or `plugin: none`; prices are without tax"},
    {"on_new_version", "when subscriptions and meters move from the previous version to this one"},
    {"usage", "left out: usage is reported as it happens"},
    {"notifications", "the notifications that members receive by mail"},
    {"seller", "the seller, as shown on invoices; left out: documents wait until it is set"},
    {"names", "the names of ids of this file for customers: `growth: Growth`, or one text a language"},
    {"portal", "name, colour and links of the pages that customers see"},
    {"messages", "what customers read when something is refused, by the refusal's code: `past_due: Please pay first.`"},
};
inline constexpr Note notice_notes[] = {{"tell", "", Note::Presence::required}, {"with", "what it includes"}};
inline constexpr Note plan_notes[] = {
    {"by_licence", "prices and credits are for one licence", Note::Presence::may_be_left_out},
    {"credit_price", "price of one purchased credit on this plan"},
    {"first_credits", "the minimum purchase of credits with an upgrade from the trial"},
    {"cycles", "price and credits of each period, stated and not derived"},
    {"offered_to", "left out: to everybody"},
    {"monthly_minimum",
     "the minimum usage of each month, counted from the anchor; a shortfall is drawn from credits that are money, then "
     "invoiced"},
    {"agreement", "the term of the agreement, as 12 months; left out: none"},
    {"per_account", "keys that staff sets for one account"},
};
inline constexpr Note cycle_notes[] = {
    {"gives", "credits of each paid period"},
    {"every", "months, when the name is not monthly, quarterly, half_yearly or annual"}};
inline constexpr Note entitlement_notes[] = {
    {"kind",
     "count: items that are occupied by name and released; flag: true or false; number: a figure; left out: one of the "
     "words in `of`"},
    {"of", "the allowed words, except `none` and `add_on`"},
    {"others", "the value for the trial and for plans that this row does not name"},
    {"over_limit", "for a count: what happens to items above the limit after a downgrade"},
    {"taken_by", "for a count: the name of its action in roles and gates; left out: occupy_item"}};
inline constexpr Note members_notes[] = {
    {"take_one_of", "licences, or a counted entitlement"},
    {"invitation_takes_one", "whether an open invitation occupies a place", Note::Presence::required}};
inline constexpr Note add_on_notes[] = {
    {"sells", "credits; left out: none"},
    {"sets", "entitlements that it includes"},
    {"takes_one_of", "the counted entitlement of which each one fills a place"},
    {"needs", "left out: sold with every plan"},
    {"prices", "prices by the cycle of the subscription; it is not sold on other cycles", Note::Presence::required},
    {"if_bought_inside_period", "whole: full price and all credits; prorated: the days that are left"},
    {"renews", "false: it is bought for one period"},
    {"sells_by_cycle", "for cycles with another amount than `sells`, as {annual: 1200 phone}"}};
inline constexpr Note recharge_limits_notes[] = {
    {"backoff", "how long the next recharge waits after the first failure in a row, the second, …; left out: 1 hour"}};
inline constexpr Note sales_notes[] = {{"needs", "nothing: an account without a plan buys credits and uses them"},
                                       {"price", "left out: the plan's credit_price"}};
inline constexpr Note usage_notes[] = {{"properties", "properties of usages; conditions may read those declared here"}};
inline constexpr Note property_notes[] = {
    {"of", "its allowed values; left out: any"},
    {"case", "ignored: `Delivered` equals `delivered`", Note::Presence::may_be_left_out},
    {"left_out", "the value if a usage does not name it; without this key, a usage must name it where it decides"}};
inline constexpr Note recharge_notes[] = {
    {"waits_for", "no recharge while such a payment is open", Note::Presence::required}};
inline constexpr Note cancel_notes[] = {
    {"credits", "for credits that do not end with the cycle: keep, forfeit_all or keep_frozen"},
    {"keep_for", "keep_frozen: how long a new plan restores them; then they are forfeited"},
    {"with_agreement", "required if a plan has an agreement"}};
inline constexpr Note pause_notes[] = {
    {"freezes", "[cycle, credits]: which ends move by the paused time", Note::Presence::required},
    {"longest", "the longest pause; then it resumes automatically"}};
inline constexpr Note changes_notes[] = {{"pause", "none: not offered", Note::Presence::required}};
inline constexpr Note dunning_notes[] = {
    {"do", "", Note::Presence::required},
    {"usage", "from this step on; left out: as in the previous step"},
    {"buying", "purchases of credits, from this step on; left out: refused if usage is, else as in the previous step"}};
inline constexpr Note refunds_notes[] = {
    {"review", "left out: charges are not reviewed"},
    {"otherwise", "final, or staff_decides: staff may refund a payment with a reason"},
    {"taken_back", "for a payment that the customer's bank took back: what happens to its spent credits"},
    {"made_at_processor",
     "for a refund made at the processor: take_share of the credits, keep them, or staff_decides (the default)"}};
inline constexpr Note review_notes[] = {{"for", "the reasons that may be given", Note::Presence::required},
                                        {"asked_within", "of the charge"}};
inline constexpr Note business_days_notes[] = {{"days", "", Note::Presence::required}};
inline constexpr Note guarantee_notes[] = {{"asked_within", "of the first successful payment"},
                                           {"covers", "payments for these orders", Note::Presence::required}};
inline constexpr Note method_notes[] = {
    {"through", "the processors that can charge it, in order of preference", Note::Presence::required},
    {"slots", "left out: it cannot be saved"},
    {"can", "without_customer: renewals and recharges may charge it", Note::Presence::required},
    {"offered_to", "left out: to everybody"},
    {"order_open", "how long an order waits for the customer"},
    {"counts_when", "a cheque: paid once it is deposited, or once it is cleared"}};
inline constexpr Note processor_notes[] = {
    {"secrets", "a reference to each: env:NAME or file:/path; a list while a secret is replaced, the new one first"},
    {"endpoints", "addresses that replace the plugin's own, such as a simulated provider's"},
    {"hosts", "the hosts that it may call, such as api.example.com"}};
inline constexpr Note payments_notes[] = {
    {"processors", "", Note::Presence::required},
    {"methods", "", Note::Presence::required},
    {"try", "which saved methods are charged for each kind of order, in order", Note::Presence::required},
    {"short",
     "for a bank transfer below the total: a larger shortfall leaves the order open; an overpayment is kept for the "
     "account"},
    {"minimum_charge", "the minimum charge: smaller amounts join the invoice of the next renewal"},
    {"paid_after_closed", "what happens to a payment that comes after its order was closed"},
    {"retries",
     "retries of an overdue order beside dunning, by the kind of decline: after the first decline of that kind, the "
     "second, …; left out: only dunning tries again"},
    {"refusals",
     "how many attempts with one method before the host no longer charges it automatically; left out: no limit"},
    {"rest", "the cooldown of a processor that fails; left out: none"},
    {"next_processor_after",
     "declines after which an on-session payment goes to the method's next processor; a request that reached no "
     "processor always does, one with an unknown outcome never does"}};
inline constexpr Note refusals_notes[] = {{"at_most", "card networks allow at most 15"},
                                          {"within", "the period before now that counts"}};
inline constexpr Note rest_notes[] = {{"after", "failures in a row"},
                                      {"lasts", "how long automatic charges wait; customers may still pay"}};
inline constexpr Note short_notes[] = {
    {"write_off", "the shortfall that is written off"},
    {"withheld_tax", "the share of the price without tax that may be withheld, against its certificate"},
    {"more", "what is short by more"}};
inline constexpr Note documents_notes[] = {
    {"title", "of an invoice; left out: Invoice, or Tax invoice where GST is charged"},
    {"footer", "a line at the foot of each page"},
    {"paper", "left out: a4, and letter for a seller in the US or Canada"},
    {"language", "for customers without a language; left out: the first of portal.languages, else en"},
    {"code", "SAC or HSN of the goods or services, shown on each line of a tax invoice of India"},
    {"codes", "another code for a plan, an add-on or a type of credits"}};
inline constexpr Note seller_notes[] = {
    {"name", "the legal name"},
    {"address", "its lines", Note::Presence::required},
    {"country", "ISO 3166, two letters"},
    {"tax_ids", "each with its kind: gstin, vat, ein, …"},
    {"registered", "where the law requires it, as `Handelsregister Berlin, HRB 12345`"},
    {"pay_to", "the bank account for transfers, each field as printed"},
    {"contact", "the email address for customers"},
    {"phone", "the telephone number for customers, as `+49 30 1234567`; required for XRechnung"}};
inline constexpr Note portal_notes[] = {
    {"name", "left out: the seller's"},
    {"accent", "the colour of buttons, as `#0a6e5c`; 4.5:1 on white at least"},
    {"links", "back, terms, privacy, support: https addresses"},
    {"about", "a sentence for a plan, an add-on or a type of credits, by its id"},
    {"languages", "the languages of the pages, the default first; left out: en", Note::Presence::may_be_left_out}};
inline constexpr Note paid_after_closed_notes[] = {
    {"purchase", "deliver: at the order's price, valid from then; left out: as `otherwise`"},
    {"recharge", "left out: as `otherwise`"},
    {"subscription", "deliver_if_still_due: unless the period is over or paid; left out: as `otherwise`"},
    {"otherwise", "refund or staff_decides; also for orders that can no longer be delivered"}};
inline constexpr Note gate_notes[] = {{"action", "", Note::Presence::required},
                                      {"if", "left out: always"},
                                      {"refuse", "true: in every case", Note::Presence::may_be_left_out},
                                      {"says", "the customer's sentence: one text, or one for each language"}};

}  // namespace florin::config::yaml

namespace florin::config {

template <>
inline constexpr std::span<const Note> notes<yaml::TenantFile> = yaml::tenant_file_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::PlanBlock> = yaml::plan_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::CycleBlock> = yaml::cycle_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::AddOnBlock> = yaml::add_on_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::EntitlementBlock> = yaml::entitlement_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::MembersBlock> = yaml::members_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::CreditSalesBlock> = yaml::sales_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::UsageBlock> = yaml::usage_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::PropertyBlock> = yaml::property_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::AutoRechargeBlock> = yaml::recharge_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::RechargeLimits> = yaml::recharge_limits_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::CancelBlock> = yaml::cancel_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::PauseBlock> = yaml::pause_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::ChangesBlock> = yaml::changes_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::DunningBlock> = yaml::dunning_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::GuaranteeBlock> = yaml::guarantee_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::RefundsBlock> = yaml::refunds_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::ReviewBlock> = yaml::review_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::BusinessDaysBlock> = yaml::business_days_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::MethodBlock> = yaml::method_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::ProcessorBlock> = yaml::processor_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::PaymentsBlock> = yaml::payments_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::ShortBlock> = yaml::short_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::PaidAfterClosedBlock> = yaml::paid_after_closed_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::RefusalsBlock> = yaml::refusals_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::RestBlock> = yaml::rest_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::DocumentsBlock> = yaml::documents_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::SellerBlock> = yaml::seller_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::PortalBlock> = yaml::portal_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::GateBlock> = yaml::gate_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::NoticeBlock> = yaml::notice_notes;

template <>
inline constexpr Format format_of<yaml::RowValue> = {.json = Format::Json::any, .example = "5"};
template <>
inline constexpr Format format_of<yaml::SecretPlace> = {.example = "env:STRIPE_API_KEY",
                                                        .pattern = "^(env:[A-Za-z0-9_]{1,128}|file:/.+)$"};
template <>
inline constexpr Format format_of<yaml::Blocks> = {.example = "1 block", .pattern = "^[0-9]+ blocks?$"};
template <>
inline constexpr Format format_of<yaml::Failures> = {.example = "3 failures", .pattern = "^[0-9]+ failures?$"};
template <>
inline constexpr Format format_of<yaml::BusinessDayCount> = {.example = "2 business_days",
                                                             .pattern = "^[0-9]+ business_days?$"};
template <>
inline constexpr Format format_of<yaml::UpTo> = {.example = "up_to 10 percent",
                                                 .pattern = "^up_to [0-9]+(\\.[0-9]+)? percent$"};
template <>
inline constexpr Format format_of<yaml::TrialLength> = {
    .example = "14 days", .pattern = "^(until_upgrade|[0-9]+ (second|minute|hour|day|week|month|year)s?)$"};
template <>
inline constexpr Format format_of<yaml::CreditsOrMoney> = {
    .example = "500 message", .pattern = "^(0|[1-9][0-9]*)(\\.[0-9]+)? ([a-z0-9_-]{1,64}|[A-Z]{3})$"};

template <>
inline constexpr Format format_of<yaml::Language> = {.example = "de"};
template <>
struct Scalar<yaml::Language> {
  static Result<yaml::Language> parse(std::string_view text) { return yaml::Language::parse(text); }
  static std::string text(const yaml::Language& value) { return value.tag; }
  static std::span<const std::string_view> words() { return known_languages; }
};

/// A table that one text may stand in for.
template <>
inline const Shape& shape_of<yaml::Texts>() {
  static const Shape shape = [] {
    Shape table = detail::list_shape<yaml::Texts>();
    table.one_may_stand_alone = true;
    return table;
  }();
  return shape;
}

template <>
struct Scalar<yaml::May> {
  static Result<yaml::May> parse(std::string_view text);
  static std::string text(const yaml::May& value) { return value.word; }
  static std::span<const std::string_view> words();
};

}  // namespace florin::config
