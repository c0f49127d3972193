#include "answers/read_answers.hpp"

#include <algorithm>
#include <boost/mp11.hpp>

#include "answers/may.hpp"
#include "answers/parts.hpp"
#include "config/scalar.hpp"
#include "config/schema.hpp"
#include "config/write_json.hpp"
#include "domain/catalog/permission.hpp"
#include "domain/entitlements/may.hpp"
#include "domain/members/members.hpp"
#include "domain/orders/place.hpp"
#include "domain/subscriptions/custom_plan.hpp"

namespace florin::answers {

namespace {

CycleOffer cycle_offer(const Catalog& catalog, const CycleRule& rule) {
  CycleOffer cycle{
      .cycle = rule.id, .months = rule.months, .price = in_currency(catalog.currency, rule.price), .gives = {}};
  for (const Allowed& given : rule.gives) cycle.gives.push_back(amount_text(catalog, given.type, given.amount));
  return cycle;
}

PlanOffer plan_offer(const Catalog& catalog, const Plan& plan, bool running) {
  PlanOffer offer{.plan = plan.id,
                  .rank = plan.rank,
                  .by_licence = plan.by_licence,
                  .running = running,
                  .cycles = {},
                  .credit_price = plan.credit_price,
                  .first_credits = plan.first_credits,
                  .monthly_minimum = plan.monthly_minimum,
                  .agreement = plan.agreement,
                  .entitlements = {}};
  for (const CycleRule& cycle : plan.cycles) offer.cycles.push_back(cycle_offer(catalog, cycle));
  for (const Entitlement& row : catalog.entitlements)
    if (const auto* column = row.column(plan.id.text())) offer.entitlements.push_back({row.id, column->value});
  return offer;
}

AddOnOffer add_on_offer(const Catalog& catalog, const florin::AddOn& add_on) {
  AddOnOffer offer{.add_on = add_on.id, .prices = {}, .renews = add_on.renews, .sets = {}};
  for (const auto& price : add_on.prices) {
    const bool sells = !add_on.sells.type.empty();
    const Credits amount = price.sells.value_or(add_on.sells.amount);
    offer.prices.push_back({price.cycle, in_currency(catalog.currency, price.price),
                            sells ? std::optional(amount_text(catalog, add_on.sells.type, amount)) : std::nullopt});
  }
  for (const auto& set : add_on.sets) offer.sets.push_back({set.entitlement, set.value});
  return offer;
}

void add_plans(Offer& offer, const Catalog& catalog, const florin::Account* account, const Actor& actor) {
  for (const Plan& listed : catalog.plans) {
    if (account == nullptr) {
      if (listed.per_account.empty()) offer.plans.push_back(plan_offer(catalog, listed, false));
      continue;
    }
    const Plan plan = plan_for(*account, catalog, listed.id).value_or(listed);
    const bool running = account->subscription && account->subscription->plan == plan.id;
    if (running || (is_made(*account, plan) && holds(plan.offered_to, *account, actor, {})))
      offer.plans.push_back(plan_offer(catalog, plan, running));
  }
}

void add_credits(Offer& offer, const Catalog& catalog) {
  for (const CreditTypeRule& type : catalog.credits) offer.credits.push_back({type.id, type.decimals});
  if (const auto& sales = catalog.credit_sales)
    offer.credit_sales = CreditsOffer{.type = sales->type,
                                      .price = sales->price,
                                      .at_least = amount_text(catalog, sales->type, sales->at_least),
                                      .at_most = amount_text(catalog, sales->type, sales->at_most),
                                      .step = amount_text(catalog, sales->type, sales->step),
                                      .needs_plan = sales->needs_plan};
  if (const auto& recharge = catalog.auto_recharge)
    offer.auto_recharge =
        RechargeOffer{.type = recharge->type,
                      .below_at_least = amount_text(catalog, recharge->type, recharge->threshold_at_least),
                      .amount_at_least = amount_text(catalog, recharge->type, recharge->amount_at_least),
                      .each_day = recharge->each_day};
  if (const auto& trial = catalog.trial) {
    offer.trial = TrialOffer{.lasts = trial->lasts, .gives = {}};
    for (const Allowed& given : trial->gives)
      offer.trial->gives.push_back(amount_text(catalog, given.type, given.amount));
  }
  for (const Meter& meter : catalog.meters)
    offer.meters.push_back({meter.id, amount_text(catalog, meter.type, meter.takes), meter.per_started.text()});
}

EntitlementNow entitlement_of(const Catalog& catalog, const florin::Account& account, const Entitlement& row) {
  const Entitled has = entitled(account, catalog, row);
  static constexpr std::string_view kinds[] = {"count", "flag", "word", "number"};
  EntitlementNow now{.entitlement = row.id,
                     .kind = std::string(kinds[static_cast<std::size_t>(row.kind)]),
                     .value = has.value,
                     .limit = has.limit,
                     .taken = {},
                     .items = {}};
  if (row.kind != Entitlement::Kind::count) return now;
  now.taken = taken_of(account, catalog, row);
  for (const Item& item : account.items)
    if (item.entitlement == row.id) now.items.push_back({item.name, item.suspended, item.taken_at});
  return now;
}

void add_may(Offer& offer, const TenantState& tenant, const Catalogs& catalogs, const florin::Account& account,
             const Actor& actor) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Action>>([&](auto action) {
    if (is_for_staff(action.value)) return;
    const MayAnswer answer = may_do(account, tenant, catalogs, actor, action.name);
    MayNow may{.action = action.name, .allowed = !answer.refusal, .code = {}, .why = {}};
    if (answer.refusal) {
      may.code = answer.refusal->code;
      may.why = answer.refusal->text;
    }
    offer.may.push_back(std::move(may));
  });
}

}  // namespace

Offer offer_of(const TenantState& tenant, const Catalogs& catalogs, const florin::Account* account,
               const Actor& actor) {
  const Catalog& catalog = catalogs.at(tenant.catalog);
  Offer offer{
      .tenant = catalog.tenant, .currency = std::string(catalog.currency.code()), .time_zone = catalog.zone.name};
  add_credits(offer, catalog);
  add_plans(offer, catalog, account, actor);
  for (const florin::AddOn& add_on : catalog.add_ons) offer.add_ons.push_back(add_on_offer(catalog, add_on));
  for (const Role& role : catalog.roles) offer.roles.push_back(role.id);
  if (catalog.review) offer.review_reasons = catalog.review->reasons;
  offer.approvals = catalog.approvals;
  if (catalog.pause) offer.longest_pause = catalog.pause->longest;
  if (catalog.guarantee) offer.guarantee = catalog.guarantee->asked_within;
  for (const Method& method : catalog.methods) {
    MethodOffer one{.method = method.id,
                    .offered = true,
                    .why = {},
                    .slots = method.slots,
                    .brands = method.brands,
                    .by_invoice = method.by_invoice()};
    offer.methods.push_back(std::move(one));
  }
  if (account == nullptr) return offer;
  const auto offered = methods_of(*account, catalog, actor);
  for (std::size_t i = 0; i < offered.size() && i < offer.methods.size(); ++i) {
    offer.methods[i].offered = offered[i].offered;
    offer.methods[i].why = text_or_none(offered[i].why);
  }
  for (const Entitlement& row : catalog.entitlements)
    offer.entitlements.push_back(entitlement_of(catalog, *account, row));
  add_may(offer, tenant, catalogs, *account, actor);
  return offer;
}

Members members_of(const Catalog& catalog, const florin::Account& account) {
  Members members;
  for (const Member& one : account.members)
    members.data.push_back({one.id, one.role, one.invited ? "invited" : "active", one.since});
  if (!catalog.members) return members;
  members.occupied = places_occupied(account, *catalog.members);
  if (catalog.members->take_one_of)
    members.places = entitled(account, catalog, *catalog.entitlement(*catalog.members->take_one_of)).limit;
  else
    members.places = account.subscription ? account.subscription->licences : 0;
  return members;
}

AccountRow row_of(const Catalog& catalog, const florin::Account& account, Instant now) {
  AccountRow row{.account = account.id,
                 .state = account.state_word(),
                 .plan = {},
                 .cycle = {},
                 .credits = {},
                 .past_due_since = account.past_due ? std::optional(account.past_due->since) : std::nullopt,
                 .open = Money(0, catalog.currency),
                 .frozen = account.frozen,
                 .blocked = account.blocked,
                 .deleted = account.deleted,
                 .opened_at = account.opened_at,
                 .position = account.position};
  if (account.subscription) {
    row.plan = account.subscription->plan;
    row.cycle = account.subscription->cycle;
  }
  for (const CreditTypeRule& type : catalog.credits)
    row.credits.push_back({type.id, amount_text(catalog, type.id, account.available(type.id, now))});
  for (const florin::Order& order : account.orders)
    if (order.state == OrderState::open && !order.total.is_zero()) row.open = row.open + order.total;
  return row;
}

std::string as_json(const Offer& offer) { return config::write_whole_json(offer); }
std::string as_json(const Members& members) { return config::write_whole_json(members); }
std::string as_json(const AccountRow& row) { return config::write_whole_json(row); }
std::string as_json(const UsageRow& row) { return config::write_whole_json(row); }
std::string as_json(const HistoryRow& row) { return config::write_whole_json(row); }

std::vector<std::pair<std::string, std::string>> read_schemas() {
  return {{"catalog", config::schema<Offer>("catalog")},
          {"members", config::schema<Members>("members")},
          {"account_row", config::schema<AccountRow>("account_row")},
          {"usage_row", config::schema<UsageRow>("usage_row")},
          {"history_row", config::schema<HistoryRow>("history_row")}};
}

}  // namespace florin::answers
