#pragma once

#include "answers/answers.hpp"
#include "domain/entitlements/entitled.hpp"

/// More answers of the HTTP API: what there is to choose from, and rows of tables.
namespace florin::answers {

struct CycleOffer {
  std::string cycle;
  std::int32_t months = 1;
  Money price;  ///< for each licence when the plan is sold by licence
  std::vector<std::string> gives;
};
struct RowValue {
  EntitlementId entitlement;
  std::string value;
};
struct PlanOffer {
  PlanId plan;
  std::int32_t rank = 0;  ///< alone says what is an upgrade
  bool by_licence = false, running = false;
  std::vector<CycleOffer> cycles;
  std::optional<UnitPrice> credit_price;
  std::optional<Money> first_credits, monthly_minimum;
  std::optional<Span> agreement;
  std::vector<RowValue> entitlements;
};
struct AddOnPrice {
  std::string cycle;
  Money price;
  std::optional<std::string> sells;
};
struct AddOnOffer {
  AddOnId add_on;
  std::vector<AddOnPrice> prices;
  bool renews = true;
  std::vector<RowValue> sets;
};
struct CreditsOffer {
  CreditType type;
  std::optional<UnitPrice> price;  ///< none: the plan's
  std::string at_least, at_most, step;
  bool needs_plan = true;
};
struct RechargeOffer {
  CreditType type;
  std::string below_at_least, amount_at_least;
  std::int32_t each_day = 0;
};
struct CreditKind {
  CreditType type;
  std::int32_t decimals = 0;
};
struct MeterOffer {
  MeterId meter;
  std::string takes, per_started;
};
struct MethodOffer {
  MethodId method;
  bool offered = false;
  std::optional<std::string> why;  ///< why it is not
  std::vector<std::string> slots, brands;
  bool by_invoice = false;
};
struct ItemNow {
  std::string item;
  bool suspended = false;
  Instant since;
};
struct EntitlementNow {
  EntitlementId entitlement;
  std::string kind, value;
  std::optional<std::int64_t> limit, taken;  ///< of a count; no limit: as many as they like
  std::vector<ItemNow> items;
};
struct MayNow {
  std::string action;
  bool allowed = false;
  std::optional<std::string> code, why;
};
struct TrialOffer {
  std::optional<Span> lasts;
  std::vector<std::string> gives;
};
struct Offer {
  TenantId tenant;
  std::string currency, time_zone;
  std::vector<CreditKind> credits;
  std::vector<PlanOffer> plans;
  std::vector<AddOnOffer> add_ons;
  std::optional<CreditsOffer> credit_sales;
  std::optional<RechargeOffer> auto_recharge;
  std::optional<TrialOffer> trial;
  std::vector<MeterOffer> meters;
  std::vector<MethodOffer> methods;
  std::vector<EntitlementNow> entitlements;
  std::vector<std::string> roles, review_reasons, approvals;
  std::optional<Span> longest_pause, guarantee;
  std::vector<MayNow> may;
};

struct Members {
  std::vector<MemberNow> data;
  std::optional<std::int64_t> places, occupied;  ///< none: as many as they like
};
struct AccountRow {
  AccountId account;
  std::string state;
  std::optional<PlanId> plan;
  std::optional<std::string> cycle;
  std::vector<CreditsNow> credits;
  std::optional<Instant> past_due_since;
  Money open;  ///< what is asked for and not paid
  bool frozen = false, blocked = false, deleted = false;
  Instant opened_at;
  std::uint64_t position = 0;
};
struct UsageRow {
  std::string day;
  MeterId meter;
  std::int64_t times = 0;
  std::string quantity, credits;
};
struct HistoryRow {
  std::uint64_t position = 0;
  Instant at;
  std::string role;
  std::optional<std::string> actor, key;
  std::string command;
  std::optional<std::string> refused;
  Json entry;
};

BOOST_DESCRIBE_STRUCT(CycleOffer, (), (cycle, months, price, gives))
BOOST_DESCRIBE_STRUCT(RowValue, (), (entitlement, value))
BOOST_DESCRIBE_STRUCT(PlanOffer, (),
                      (plan, rank, by_licence, running, cycles, credit_price, first_credits, monthly_minimum, agreement,
                       entitlements))
BOOST_DESCRIBE_STRUCT(AddOnPrice, (), (cycle, price, sells))
BOOST_DESCRIBE_STRUCT(AddOnOffer, (), (add_on, prices, renews, sets))
BOOST_DESCRIBE_STRUCT(CreditsOffer, (), (type, price, at_least, at_most, step, needs_plan))
BOOST_DESCRIBE_STRUCT(RechargeOffer, (), (type, below_at_least, amount_at_least, each_day))
BOOST_DESCRIBE_STRUCT(CreditKind, (), (type, decimals))
BOOST_DESCRIBE_STRUCT(MeterOffer, (), (meter, takes, per_started))
BOOST_DESCRIBE_STRUCT(MethodOffer, (), (method, offered, why, slots, brands, by_invoice))
BOOST_DESCRIBE_STRUCT(ItemNow, (), (item, suspended, since))
BOOST_DESCRIBE_STRUCT(EntitlementNow, (), (entitlement, kind, value, limit, taken, items))
BOOST_DESCRIBE_STRUCT(MayNow, (), (action, allowed, code, why))
BOOST_DESCRIBE_STRUCT(TrialOffer, (), (lasts, gives))
BOOST_DESCRIBE_STRUCT(Offer, (),
                      (tenant, currency, time_zone, credits, plans, add_ons, credit_sales, auto_recharge, trial, meters,
                       methods, entitlements, roles, review_reasons, approvals, longest_pause, guarantee, may))
BOOST_DESCRIBE_STRUCT(Members, (), (data, places, occupied))
BOOST_DESCRIBE_STRUCT(AccountRow, (),
                      (account, state, plan, cycle, credits, past_due_since, open, frozen, blocked, deleted, opened_at,
                       position))
BOOST_DESCRIBE_STRUCT(UsageRow, (), (day, meter, times, quantity, credits))
BOOST_DESCRIBE_STRUCT(HistoryRow, (), (position, at, role, actor, key, command, refused, entry))

/// account: null: whoever has none yet; then nothing is said of what they may.
Offer offer_of(const TenantState& tenant, const Catalogs& catalogs, const florin::Account* account, const Actor& actor);
Members members_of(const Catalog& catalog, const florin::Account& account);
AccountRow row_of(const Catalog& catalog, const florin::Account& account, Instant now);
std::string as_json(const Offer& offer);
std::string as_json(const Members& members);
std::string as_json(const AccountRow& row);
std::string as_json(const UsageRow& row);
std::string as_json(const HistoryRow& row);
/// JSON Schemas of these answers, by name.
std::vector<std::pair<std::string, std::string>> read_schemas();

}  // namespace florin::answers
