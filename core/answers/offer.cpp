#include "answers/parts.hpp"
#include "domain/catalog/permission.hpp"
#include "domain/subscriptions/custom_plan.hpp"

namespace florin {

namespace json = boost::json;

namespace {

json::object plan_as_json(const Plan& plan, const Catalog& catalog) {
  json::array cycles;
  for (const CycleRule& cycle : plan.cycles) {
    json::array gives;
    for (const Allowed& given : cycle.gives)
      gives.push_back(json::string(amount_text(catalog, given.type, given.amount)));
    cycles.push_back(json::object{{"cycle", cycle.id}, {"price", cycle.price.text()}, {"gives", std::move(gives)}});
  }
  json::object object{
      {"plan", plan.id.text()}, {"rank", plan.rank}, {"by_licence", plan.by_licence}, {"cycles", std::move(cycles)}};
  if (plan.agreement) object["agreement"] = plan.agreement->text();
  return object;
}

}  // namespace

json::object offer_as_json(const Account& account, const Catalog& catalog) {
  json::array plans, add_ons;
  for (const Plan& listed : catalog.plans) {
    const Plan plan = plan_for(account, catalog, listed.id).value_or(listed);
    const bool running = account.subscription && account.subscription->plan == plan.id;
    if (running || (is_made(account, plan) && holds(plan.offered_to, account, {}, {})))
      plans.push_back(plan_as_json(plan, catalog));
  }
  for (const AddOn& add_on : catalog.add_ons) {
    json::object prices;
    for (const AddOn::Price& price : add_on.prices) prices[price.cycle] = price.price.text();
    add_ons.push_back(
        json::object{{"add_on", add_on.id.text()}, {"prices", std::move(prices)}, {"renews", add_on.renews}});
  }
  return {{"plans", std::move(plans)},
          {"add_ons", std::move(add_ons)},
          {"longest_pause",
           catalog.pause ? json::value(json::string(catalog.pause->longest.text())) : json::value(nullptr)}};
}

}  // namespace florin
