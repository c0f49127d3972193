#include "domain/entitlements/items.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/catalog/permission.hpp"
#include "domain/entitlements/entitled.hpp"

namespace florin {

namespace {

std::string names_of_counts(const Catalog& catalog) {
  std::string names;
  for (const Entitlement& row : catalog.entitlements)
    if (row.kind == Entitlement::Kind::count && !(catalog.members && catalog.members->take_one_of == row.id))
      names += (names.empty() ? "" : ", ") + row.id.text();
  return names.empty() ? "nothing" : names;
}

const Entitlement& count_named(const Catalog& catalog, const EntitlementId& id) {
  const Entitlement* row = catalog.entitlement(id);
  const bool by_members = catalog.members && catalog.members->take_one_of == id;
  if (by_members)
    refuse("unknown_entitlement",
           "'" + id.text() + "' is taken by members: who is invited takes one, and nothing is taken by name.",
           catalog.at);
  if (row == nullptr || row->kind != Entitlement::Kind::count)
    refuse("unknown_entitlement",
           "There is no " + quoted_with_nearest(id.text(), catalog.entitlements) +
               " that can be taken. What can be: " + names_of_counts(catalog) + ".",
           catalog.at);
  return *row;
}

bool can_be_a_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::vector<Item>::const_iterator find(const Account& account, const EntitlementId& entitlement,
                                       const std::string& name) {
  return std::ranges::find_if(account.items,
                              [&](const Item& item) { return item.entitlement == entitlement && item.name == name; });
}

}  // namespace

void occupy_item(Draft& draft, const Actor& actor, const OccupyItem& command) {
  const Catalog& catalog = draft.own_catalog();
  const Entitlement& row = count_named(catalog, command.entitlement);
  must_be_allowed(draft.account, draft.catalog(), actor, row.taken_by, {});
  const std::string& name = row.id.text();
  if (!can_be_a_name(command.item)) refuse("bad_item", "The name of an item must have 1 to 64 printable bytes.");
  if (find(draft.account, row.id, command.item) != draft.account.items.end())
    refuse("item_occupied", "'" + command.item + "' is taken already.");
  const Entitled limit = entitled(draft.account, catalog, row);
  const std::int64_t taken = taken_of(draft.account, catalog, row);
  if (limit.limit && *limit.limit <= taken)
    refuse("over_limit",
           "This account may have " + std::to_string(*limit.limit) + " " + name + ", and " + std::to_string(taken) +
               " are taken.",
           limit.at);
  const auto places = places_bought(draft.account, catalog, row.id);
  if (places && *places <= taken)
    refuse("add_on_needed",
           std::to_string(*places) + " " + name + " are paid for, and " + std::to_string(taken) +
               " are taken. Buy one more first.",
           std::ranges::find(catalog.add_ons, row.id, &AddOn::takes_one_of)->at);
  draft.add(ItemOccupied{row.id, command.item});
}

void release_item(Draft& draft, const ReleaseItem& command) {
  if (find(draft.account, command.entitlement, command.item) == draft.account.items.end())
    refuse("no_such_item", "'" + command.item + "' is not an item of this account.");
  draft.add(ItemReleased{command.entitlement, command.item});
}

void set_entitlement(Draft& draft, const SetEntitlement& command) {
  const Entitlement* row = draft.catalog().entitlement(command.entitlement);
  if (row == nullptr)
    refuse("unknown_entitlement",
           "There is no entitlement " + quoted_with_nearest(command.entitlement.text(), draft.catalog().entitlements) +
               ".",
           draft.catalog().at);
  if (std::ranges::find(row->columns, "per_account", &Entitlement::Column::value) == row->columns.end())
    refuse("not_per_account", "'" + row->id.text() + "' is the plan's, for every account.", row->at);
  if (!row->fits(command.value))
    refuse("bad_value", "'" + command.value.substr(0, 40) + "' is no " + row->id.text() + ".", row->at);
  draft.add(EntitlementSet{row->id, command.value});
}

void keep_limits(Draft& draft) {
  if (draft.account.items.empty()) return;
  for (const Entitlement& row : draft.own_catalog().entitlements) {
    if (row.kind != Entitlement::Kind::count || row.over_limit != Entitlement::OverLimit::suspend_newest) continue;
    const Entitled limit = entitled(draft.account, draft.own_catalog(), row);
    std::int64_t working = 0;
    const std::vector<Item> items = draft.account.items;
    for (const Item& item : items) {
      if (item.entitlement != row.id) continue;
      const bool works = !limit.limit || working < *limit.limit;
      if (works) ++working;
      if (works && item.suspended) draft.add(ItemRestored{row.id, item.name});
      if (!works && !item.suspended) draft.add(ItemSuspended{row.id, item.name});
    }
  }
}

}  // namespace florin
