#include "domain/entitlements/may.hpp"

#include <algorithm>
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include "domain/catalog/action.hpp"
#include "domain/catalog/nearest.hpp"
#include "domain/catalog/permission.hpp"
#include "domain/decision/messages.hpp"
#include "domain/entitlements/entitled.hpp"

namespace florin {

namespace {

std::optional<Refusal> refusal_of(const Account& account, const Catalog& catalog, const Actor& actor,
                                  std::string_view action) {
  try {
    must_be_allowed(account, catalog, actor, action, {});
  } catch (const Refused& refused) {
    return refused.refusal;
  }
  return std::nullopt;
}

Refusal not_there(const Entitlement& row, const Entitled& has) {
  const std::string& name = row.id.text();
  if (has.value == "add_on") return {"add_on_needed", "'" + name + "' can be added to this plan.", has.at.text()};
  return {"not_in_plan", "'" + name + "' is not part of this plan.", has.at.text()};
}

Refusal unknown(const Catalog& catalog, std::string_view what) {
  std::vector<std::string_view> known;
  for (const Entitlement& row : catalog.entitlements) known.push_back(row.id.text());
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Action>>(
      [&](auto action) { known.emplace_back(action.name); });
  const std::string meant = nearest(what, known);
  return {
      "unknown_action",
      "There is no entitlement and no action of that name" + (meant.empty() ? "." : ". Did you mean '" + meant + "'?"),
      ""};
}

MayAnswer may_by_rules(const Account& account, const TenantState& tenant, const Catalogs& catalogs, const Actor& actor,
                       std::string_view what) {
  const Catalog& catalog = catalogs.at(tenant.catalog);
  const Catalog& own = account.subscription ? catalogs.at(account.subscription->catalog) : catalog;
  MayAnswer answer;
  const auto row = std::ranges::find_if(own.entitlements, [&](const Entitlement& e) { return e.id.text() == what; });
  if (row == own.entitlements.end()) {
    Action action{};
    if (!boost::describe::enum_from_string(std::string(what).c_str(), action)) {
      answer.refusal = unknown(own, what);
      return answer;
    }
    answer.refusal = refusal_of(account, catalog, actor, what);
    if (answer.refusal) answer.rule = answer.refusal->rule;
    return answer;
  }
  const Entitled has = entitled(account, own, *row);
  answer.value = has.value;
  answer.limit = has.limit;
  answer.rule = has.at.text();
  if (row->kind == Entitlement::Kind::count) answer.taken = taken_of(account, own, *row);
  if (!has.there())
    answer.refusal = not_there(*row, has);
  else if (row->kind == Entitlement::Kind::count)
    answer.refusal = refusal_of(account, catalog, actor, row->taken_by);
  if (!answer.refusal && has.limit && *has.limit <= answer.taken)
    answer.refusal = Refusal{"over_limit",
                             "This account may have " + std::to_string(*has.limit) + " " + row->id.text() + ", and " +
                                 std::to_string(answer.taken) + " are taken.",
                             answer.rule};
  return answer;
}

}  // namespace

MayAnswer may_do(const Account& account, const TenantState& tenant, const Catalogs& catalogs, const Actor& actor,
                 std::string_view what) {
  MayAnswer answer = may_by_rules(account, tenant, catalogs, actor, what);
  if (answer.refusal) answer.refusal = in_own_words(*std::move(answer.refusal), catalogs.at(tenant.catalog), actor);
  return answer;
}

}  // namespace florin
