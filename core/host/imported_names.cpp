#include "host/imported_names.hpp"

#include <algorithm>

#include "config/hint.hpp"

namespace florin {

namespace {

using config::Node;
using Known = std::vector<std::string_view>;

Known ids_of(const auto& rules) {
  Known ids;
  for (const auto& rule : rules) ids.push_back(rule.id.text());
  return ids;
}

class Names {
 public:
  Names(std::string account, Errors& errors) : account_(std::move(account)), errors_(errors) {}

  void check(std::string_view what, const Node* named, const std::string& path, const Known& known) {
    if (named == nullptr || named->kind != Node::Kind::scalar) return;
    check(what, named->text, named->where(account_ + "." + path), known);
  }
  void check_keys(std::string_view what, const Node* map, const std::string& path, const Known& known) {
    if (map == nullptr || map->kind != Node::Kind::map) return;
    for (const Node& child : map->children)
      check(what, child.key, child.where_key(account_ + "." + path + "." + child.key), known);
  }
  /// One field of each in a list.
  template <class Check>
  void each(const Node* list, const std::string& path, const Check& check_one) {
    if (list == nullptr || list->kind != Node::Kind::list) return;
    for (std::size_t i = 0; i < list->children.size(); ++i)
      check_one(list->children[i], path + "[" + std::to_string(i) + "]");
  }

 private:
  void check(std::string_view what, std::string_view name, Where at, const Known& known) {
    if (std::ranges::find(known, name) != known.end()) return;
    errors_.push_back({.code = "unknown_name",
                       .message = "there is no " + std::string(what) + " '" + std::string(name.substr(0, 64)) +
                                  "' here" + config::did_you_mean(name, known),
                       .at = std::move(at)});
  }

  const std::string account_;
  Errors& errors_;
};

/// Of one plan; of all when there is no such plan.
Known cycles_of(const Catalog& catalog, const Node* plan) {
  Known cycles;
  const auto add = [&](const Plan& one) {
    for (const CycleRule& cycle : one.cycles) cycles.push_back(cycle.id);
  };
  for (const Plan& one : catalog.plans)
    if (plan != nullptr && one.id.text() == plan->text) add(one);
  if (cycles.empty()) std::ranges::for_each(catalog.plans, add);
  return cycles;
}

void names_of_plan(Names& names, const Node& fields, const Catalog& catalog) {
  const Node* plan = fields.child("subscription");
  if (plan == nullptr || plan->kind != Node::Kind::map) return;
  const Node* id = plan->child("plan");
  names.check("plan", id, "subscription.plan", ids_of(catalog.plans));
  const bool made = fields.child("custom_plan") != nullptr;  // it brings its own cycles
  if (!made) names.check("cycle", plan->child("cycle"), "subscription.cycle", cycles_of(catalog, id));
  names.check_keys("add-on", plan->child("add_ons"), "subscription.add_ons", ids_of(catalog.add_ons));
}

}  // namespace

Errors unknown_names(const config::ImportedRecord& record, const Catalog& catalog) {
  Errors errors;
  Names names(record.account.text(), errors);
  const Node& fields = record.fields;
  names_of_plan(names, fields, catalog);
  names.each(fields.child("methods"), "methods", [&](const Node& one, const std::string& path) {
    names.check("payment method", one.child("method"), path + ".method", ids_of(catalog.methods));
  });
  names.each(fields.child("lots"), "lots", [&](const Node& one, const std::string& path) {
    Node type;
    if (const Node* remaining = one.child("remaining")) type = *remaining;
    type.text.erase(0, std::min(type.text.rfind(' ') + 1, type.text.size()));
    names.check("credit type", &type, path + ".remaining", ids_of(catalog.credits));
  });
  names.each(fields.child("coupons"), "coupons", [&](const Node& one, const std::string& path) {
    names.each(one.child("plans"), path + ".plans",
               [&](const Node& plan, const std::string& at) { names.check("plan", &plan, at, ids_of(catalog.plans)); });
    names.each(one.child("cycles"), path + ".cycles", [&](const Node& cycle, const std::string& at) {
      names.check("cycle", &cycle, at, cycles_of(catalog, nullptr));
    });
    Known things = ids_of(catalog.add_ons);
    things.push_back("plan");
    names.each(one.child("applies_to"), path + ".applies_to",
               [&](const Node& thing, const std::string& at) { names.check("add-on", &thing, at, things); });
  });
  names.check_keys("approval", fields.child("approvals"), "approvals",
                   Known(catalog.approvals.begin(), catalog.approvals.end()));
  names.each(fields.child("items"), "items", [&](const Node& one, const std::string& path) {
    names.check("entitlement", one.child("entitlement"), path + ".entitlement", ids_of(catalog.entitlements));
  });
  Known roles;
  for (const Role& role : catalog.roles) roles.push_back(role.id);
  names.each(fields.child("members"), "members", [&](const Node& one, const std::string& path) {
    names.check("role", one.child("role"), path + ".role", roles);
  });
  return errors;
}

}  // namespace florin
