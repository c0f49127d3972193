#include "ops/never_delivered.hpp"

namespace florin {

namespace {

struct Case {
  std::string what;  ///< as a sentence begins with it
  Moment moment;
};

/// Some day: what a policy gives for money does not depend on it.
Case issue(std::string what, MomentKind kind, Allowance credits) {
  Moment moment;
  moment.kind = kind;
  moment.at = *Instant::parse("2026-03-10T12:00Z");
  moment.today = *Date::parse("2026-03-10");
  moment.period_from = moment.at;
  moment.period_to = *Instant::parse("2026-04-10T12:00Z");
  moment.includes = {std::move(credits)};
  return {std::move(what), std::move(moment)};
}

std::vector<Case> cases_of(const Catalog& catalog) {
  std::vector<Case> cases;
  if (catalog.trial && !catalog.trial->gives.empty())
    cases.push_back(issue("the trial gives credits", MomentKind::trial_started,
                          {catalog.trial->gives.front().type, catalog.trial->gives.front().amount}));
  for (const Plan& plan : catalog.plans)
    for (const CycleRule& cycle : plan.cycles)
      for (const Allowed& gives : cycle.gives) {
        Case one = issue("the plan '" + plan.id.text() + "' gives credits", MomentKind::period_paid,
                         {gives.type, gives.amount});
        one.moment.plan = plan.id.text();
        one.moment.cycle = cycle.id;
        cases.push_back(std::move(one));
      }
  for (const AddOn& add_on : catalog.add_ons)
    if (!add_on.sells.type.empty())
      cases.push_back(issue("the add-on '" + add_on.id.text() + "' sells credits", MomentKind::addon_paid,
                            {add_on.sells.type, add_on.sells.amount}));
  if (const auto& sales = catalog.credit_sales)
    cases.push_back(issue("credits are sold", MomentKind::purchased, {sales->type, sales->at_least}));
  if (const auto& recharge = catalog.auto_recharge)
    cases.push_back(
        issue("auto_recharge sells credits", MomentKind::recharged, {recharge->type, recharge->amount_at_least}));
  return cases;
}

}  // namespace

Errors never_delivered(TenantPlugins& plugged, const config::Tenant& tenant) {
  Errors errors;
  std::string last;
  for (Case& one : cases_of(tenant.catalog)) {
    const auto answer = plugged.answer(tenant.catalog.tenant, tenant.catalog.version, one.moment);
    if (!answer && answer.error().code != "missing_plugin") {
      // A plugin that fails at one of them is not asked about the others: it may be quarantined by then.
      errors.push_back({.code = "never_delivered",
                        .message = one.what + " and the credit policy fails at them: " + answer.error().message +
                                   ". They would never be delivered",
                        .at = config::locate(tenant, "credit_policy", "")});
      return errors;
    }
    const auto* policy = answer ? std::get_if<PolicyAnswer>(&*answer) : nullptr;
    if (policy == nullptr || policy->refused_rule.empty() || policy->refused_rule == last) continue;
    last = policy->refused_rule;  // ten plans that are refused by one rule are one error
    errors.push_back({.code = "never_delivered",
                      .message = one.what + " and the credit policy refuses them: " + policy->refused_text +
                                 " They would never be delivered",
                      .at = config::locate(tenant, "credit_policy", "/grants")});
  }
  return errors;
}

}  // namespace florin
