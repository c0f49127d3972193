#include "domain/entitlements/entitled.hpp"

#include <algorithm>
#include <charconv>

#include "domain/members/members.hpp"

namespace florin {

namespace {

std::string_view column_of(const Account& account) {
  if (account.subscription) return account.subscription->plan.text();
  return account.standing == Standing::trial ? "trial" : "";
}

std::int64_t count_of(const std::vector<AddOnCount>& add_ons, const AddOnId& id) {
  const auto found = std::ranges::find(add_ons, id, &AddOnCount::add_on);
  return found == add_ons.end() ? 0 : found->count;
}

void read_limit(Entitled& entitled, const Entitlement& row) {
  if (row.kind != Entitlement::Kind::count || entitled.value == "unlimited") return;
  std::int64_t limit = 0;
  std::from_chars(entitled.value.data(), entitled.value.data() + entitled.value.size(), limit);
  entitled.limit = limit;
}

}  // namespace

bool Entitled::there() const { return value != "none" && value != "false" && value != "add_on" && value != "0"; }

Entitled entitled_by_plan(const Account& account, const Entitlement& row) {
  Entitled entitled;
  entitled.at = row.at;
  if (const Entitlement::Column* column = row.column(column_of(account))) {
    entitled.value = column->value;
    entitled.at = column->at;
    if (column->value == "per_account") {
      const auto own = std::ranges::find(account.own_entitlements, row.id, &OwnEntitlement::entitlement);
      entitled.value = own == account.own_entitlements.end() ? "none" : own->value;
    }
  }
  read_limit(entitled, row);
  return entitled;
}

Entitled entitled(const Account& account, const Catalog& catalog, const Entitlement& row) {
  Entitled entitled = entitled_by_plan(account, row);
  if (!account.subscription) return entitled;
  for (const AddOn& add_on : catalog.add_ons)
    for (const AddOn::Sets& sets : add_on.sets)
      if (sets.entitlement == row.id && count_of(account.subscription->add_ons, add_on.id) > 0) {
        entitled.value = sets.value;
        entitled.at = add_on.at;
        read_limit(entitled, row);
      }
  return entitled;
}

std::int64_t taken_of(const Account& account, const Catalog& catalog, const Entitlement& row) {
  if (catalog.members && catalog.members->take_one_of == row.id) return places_occupied(account, *catalog.members);
  return std::ranges::count(account.items, row.id, &Item::entitlement);
}

std::optional<std::int64_t> places_bought(const Account& account, const Catalog& catalog, const EntitlementId& count) {
  std::optional<std::int64_t> places;
  if (!account.subscription) return places;
  for (const AddOn& add_on : catalog.add_ons)
    if (add_on.takes_one_of == count) places = places.value_or(0) + count_of(account.subscription->add_ons, add_on.id);
  return places;
}

}  // namespace florin
