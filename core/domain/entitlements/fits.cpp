#include <algorithm>

#include "domain/catalog/permission.hpp"
#include "domain/entitlements/entitled.hpp"
#include "domain/entitlements/items.hpp"
#include "domain/members/members.hpp"

namespace florin {

namespace {

/// A plan that a decision leads to.
struct Towards {
  const PlanId& plan;
  const std::string& cycle;
  std::int32_t licences;
  const std::vector<AddOnCount>& add_ons;
  std::uint32_t catalog;
};

std::vector<Towards> towards(const Fact& fact) {
  const auto waiting = [](const PendingChange& change) {
    return Towards{change.plan, change.cycle, change.licences, change.add_ons, change.catalog};
  };
  if (const auto* set = std::get_if<ChangeSet>(&fact)) return {waiting(set->change)};
  if (const auto* picked = std::get_if<PlanPicked>(&fact)) return {waiting(picked->plan)};
  const auto* placed = std::get_if<OrderPlaced>(&fact);
  if (placed == nullptr || !placed->order->buys.plan) return {};
  const Buys& buys = placed->order->buys;
  std::vector<Towards> plans = {{*buys.plan, buys.cycle, buys.licences, buys.add_ons, buys.catalog}};
  if (buys.from_next_period) plans.push_back(waiting(*buys.from_next_period));
  return plans;
}

std::string names_of_items(const Account& account, const EntitlementId& id) {
  std::string names;
  for (const Item& item : account.items)
    if (item.entitlement == id) names += (names.empty() ? "" : ", ") + item.name;
  return names;
}

/// The account as it would be on that plan.
Account as_on(const Account& account, const Towards& plan) {
  Account then = account;
  then.standing = Standing::paid;
  if (!then.subscription) then.subscription.emplace();
  then.subscription->plan = plan.plan;
  then.subscription->cycle = plan.cycle;
  then.subscription->licences = plan.licences;
  then.subscription->add_ons = plan.add_ons;
  return then;
}

void must_hold_counts(const Account& now, const Account& then, const Catalog& catalog) {
  for (const Entitlement& row : catalog.entitlements) {
    if (row.kind != Entitlement::Kind::count) continue;
    const Entitled limit = entitled(then, catalog, row);
    if (!limit.limit) continue;
    const bool by_members = catalog.members && catalog.members->take_one_of == row.id;
    const std::int64_t taken = taken_of(then, catalog, row);
    if (row.over_limit == Entitlement::OverLimit::refuse_change && *limit.limit < taken)
      refuse("over_limit",
             "This plan has " + std::to_string(*limit.limit) + " " + row.id.text() + ", and " + std::to_string(taken) +
                 " are in use: " + (by_members ? names_of_members(now) : names_of_items(now, row.id)) + ".",
             limit.at);
    const auto bought = places_bought(then, catalog, row.id), had = places_bought(now, catalog, row.id);
    if (bought && had.value_or(0) < *bought && *limit.limit < *bought)
      refuse("over_limit",
             "This plan has " + std::to_string(*limit.limit) + " " + row.id.text() + ", and " +
                 std::to_string(*bought) + " would be bought.",
             limit.at);
  }
}

/// What each add-on needs, beside the plan that it would stand on.
void must_take_add_ons(const Account& then, const Catalog& catalog, const Actor& actor) {
  std::vector<Word> rows;
  for (const Entitlement& row : catalog.entitlements)
    rows.push_back({row.id.text(), entitled_by_plan(then, row).value});
  for (const AddOnCount& wanted : then.subscription->add_ons) {
    const AddOn* add_on = catalog.add_on(wanted.add_on);
    if (add_on == nullptr || holds(add_on->needs, then, actor, rows)) continue;
    refuse("add_on_not_offered",
           "'" + wanted.add_on.text() + "' is not sold beside this plan. Ask for 0 of it in the same change.",
           add_on->at);
  }
}

/// What pays for one of a count needs what taking one needs, before it is charged. Source   EX-02
void must_be_able_to_take(const Account& now, const Account& then, const Catalog& catalog, const Actor& actor) {
  for (const Entitlement& row : catalog.entitlements) {
    const auto bought = places_bought(then, catalog, row.id);
    if (!bought || *bought <= places_bought(now, catalog, row.id).value_or(0)) continue;
    const bool by_members = catalog.members && catalog.members->take_one_of == row.id;
    must_be_allowed(then, catalog, actor, by_members ? "change_members" : row.taken_by, {});
  }
}

void must_hold_members(const Account& now, const Account& then, const Catalog& catalog) {
  if (!catalog.members || catalog.members->take_one_of) return;
  const std::int64_t occupied = places_occupied(now, *catalog.members);
  if (occupied <= then.subscription->licences) return;
  refuse("licences_in_use",
         std::to_string(then.subscription->licences) + " licences are fewer than the " + std::to_string(occupied) +
             " in use: " + names_of_members(now) + ".",
         catalog.members->at);
}

}  // namespace

void must_hold_what_is_used(const Draft& draft, const Actor& actor) {
  for (const Fact& fact : draft.facts)
    for (const Towards& plan : towards(fact)) {
      const Catalog& catalog = draft.world.catalogs.at(plan.catalog);
      const Account then = as_on(draft.account, plan);
      must_hold_members(draft.account, then, catalog);
      must_hold_counts(draft.account, then, catalog);
      must_take_add_ons(then, catalog, actor);
      must_be_able_to_take(draft.account, then, catalog, actor);
    }
}

}  // namespace florin
