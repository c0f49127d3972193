#include "host/parts.hpp"

namespace florin {

namespace json = boost::json;

namespace {

json::array add_ons_as_json(const std::vector<AddOnCount>& counts) {
  json::array add_ons;
  for (const AddOnCount& add_on : counts)
    add_ons.push_back(json::object{{"add_on", add_on.add_on.text()}, {"count", add_on.count}});
  return add_ons;
}

}  // namespace

json::value instant_or_null(const std::optional<Instant>& instant) {
  return instant ? json::value(instant->text()) : json::value(nullptr);
}

std::string amount_text(const Catalog& catalog, const CreditType& type, Credits amount) {
  const CreditTypeRule* rule = catalog.credit_type(type);
  return decimal_text(amount.units, rule == nullptr ? 0 : rule->decimals) + " " + type.text();
}

json::array taxes_as_json(const std::vector<Tax>& taxes) {
  json::array list;
  for (const Tax& tax : taxes)
    list.push_back(json::object{{"name", tax.name}, {"base", tax.base.text()}, {"amount", tax.amount.text()}});
  return list;
}

json::array lines_as_json(const std::vector<Line>& lines) {
  json::array list;
  for (const Line& line : lines)
    list.push_back(json::object{{"text", line.text}, {"quantity", line.quantity}, {"amount", line.amount.text()}});
  return list;
}

json::value refusal_as_json(const std::optional<Refusal>& refusal) {
  if (!refusal) return nullptr;
  return json::object{{"code", refusal->code}, {"text", refusal->text}, {"rule", refusal->rule}};
}

json::object subscription_as_json(const Account& account, const Subscription& running) {
  json::object plan{{"plan", running.plan.text()},
                    {"cycle", running.cycle},
                    {"licences", running.licences},
                    {"add_ons", add_ons_as_json(running.add_ons)},
                    {"period_from", running.from.text()},
                    {"period_to", running.to.text()},
                    {"cancelled", running.cancelled_at.has_value()},
                    {"ends_at", instant_or_null(running.ends_at)},
                    {"agreement_ends", instant_or_null(running.agreement_ends)}};
  plan["paused"] = !account.pause ? json::value(nullptr)
                                  : json::value(json::object{{"since", account.pause->since.text()},
                                                             {"resumes_at", account.pause->resumes_at.text()}});
  plan["from_next_period"] = nullptr;
  if (running.pending && !running.ends_with_period())
    plan["from_next_period"] = json::object{{"plan", running.pending->plan.text()},
                                            {"cycle", running.pending->cycle},
                                            {"licences", running.pending->licences},
                                            {"add_ons", add_ons_as_json(running.pending->add_ons)}};
  return plan;
}

}  // namespace florin
