#include "answers/account_view.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>

#include "answers/lines.hpp"
#include "answers/parts.hpp"
#include "config/write_json.hpp"
#include "domain/catalog/new_version.hpp"
#include "domain/credits/spend.hpp"
#include "domain/decision/world.hpp"
#include "domain/entitlements/entitled.hpp"
#include "domain/entitlements/may.hpp"
#include "domain/journal/described.hpp"
#include "domain/members/members.hpp"
#include "domain/payments/offered.hpp"
#include "domain/reviews/review.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "engine/provider_key.hpp"

namespace florin {

namespace {

namespace json = boost::json;

template <class Enum>
std::string word(Enum value) {
  return word_text(value);
}

template <class T>
json::value as_value(const T& answer) {
  return json::parse(config::write_whole_json(answer));
}
json::value lines_value(const std::vector<Line>& lines) { return as_value(answers::lines_of(lines)); }

json::object grant_as_json(const Catalog& catalog, const Grant& grant) {
  json::object object{
      {"grant", grant.id.value},   {"type", grant.type.text()},           {"source", word(grant.source)},
      {"state", word(grant.over)}, {"issued_at", grant.issued_at.text()}, {"ends_at", instant_or_null(grant.ends_at)},
      {"rule", grant.rule},        {"paid_by", grant.paid_by.value}};
  const std::pair<const char*, Credits> ways[] = {{"granted", grant.granted},     {"remaining", grant.remaining},
                                                  {"held", grant.held},           {"spent", grant.spent},
                                                  {"expired", grant.expired},     {"rolled", grant.rolled},
                                                  {"forfeited", grant.forfeited}, {"refunded", grant.refunded},
                                                  {"corrected", grant.corrected}, {"transferred", grant.transferred}};
  if (grant.received) {
    object["received_from"] = grant.received->from_account.text();
    object["cost"] = grant.received->cost.text();
  }
  for (const auto& [name, credits] : ways)
    if (!credits.is_zero() || std::string_view(name) == "granted" || std::string_view(name) == "remaining")
      object[name] = amount_text(catalog, grant.type, credits);
  return object;
}

/// What a customer has to do, as the processor's plugin says it.
json::value action_as_json(const std::string& action) {
  boost::system::error_code failed;
  json::value read = action.empty() ? json::value(nullptr) : json::parse(action, failed);
  return failed ? json::value(nullptr) : read;
}

json::array savings_as_json(const Account& account) {
  json::array savings;
  for (const Saving& saving : account.savings)
    savings.push_back(json::object{
        {"saving", saving.id.value},
        {"method", saving.method.text()},
        {"slot", saving.slot},
        {"state", saving.state == AttemptState::captured ? json::string("saved") : json::string(word(saving.state))},
        {"started_at", saving.started_at.text()},
        {"until", saving.until.text()},
        {"action", action_as_json(saving.action)},
        {"decline", word(saving.decline)},
        {"decline_code", saving.decline_code}});
  return savings;
}

/// What the customer reads; which plugin stands in the way is for staff.
json::value delivery_as_json(const Order& order) {
  if (!order.undelivered) return nullptr;
  const bool credits = !order.types().empty();
  return json::object{{"state", "on_its_way"},
                      {"since", order.undelivered->since.text()},
                      {"text", credits ? "Paid. Your credits are on their way." : "Paid. Your order is on its way."}};
}

json::object order_as_json(const Catalog& catalog, const Account& account, const Order& order) {
  json::array attempts;
  for (const Attempt& attempt : order.attempts) {
    const SavedMethod* saved = account.method(attempt.method);
    attempts.push_back(
        json::object{{"attempt", attempt.number},
                     {"slot", saved == nullptr ? "" : saved->slot},
                     {"method", saved == nullptr ? "" : saved->method.text()},
                     {"processor", attempt.processor.text()},
                     {"state", word(attempt.state)},
                     {"key", attempt.key},
                     {"started_at", attempt.started_at.text()},
                     {"decline", word(attempt.decline)},
                     {"reference", attempt.ref},
                     {"decline_code", attempt.decline_code},
                     {"action", action_as_json(attempt.action)},
                     {"kept", attempt.kept},
                     {"fee", attempt.fee ? json::value(attempt.fee->amount.text()) : json::value(nullptr)},
                     {"settlement", attempt.fee ? attempt.fee->settlement : std::string()}});
  }
  const std::uint32_t duplicate = catalog.review && order.state == OrderState::paid && !order.total.is_zero()
                                      ? likely_duplicate_of(account, *catalog.review, order).value
                                      : 0;
  return {{"net", order.net().text()},
          {"taxes", as_value(answers::taxes_of(order.taxes))},
          {"order", order.id.value},
          {"kind", word(order.kind)},
          {"state", word(order.state)},
          {"total", order.total.text()},
          {"lines", lines_value(order.lines)},
          {"placed_at", order.placed_at.text()},
          {"paid_at", instant_or_null(order.paid_at)},
          {"invoice", order.invoice},
          {"closed_because", order.closed_because},
          {"refunded", order.refunded.text()},
          {"account_money", order.account_money.text()},
          {"written_off", order.written_off.text()},
          {"route", order.route},
          {"attempts", std::move(attempts)},
          {"likely_duplicate_of", duplicate},
          {"delivery", delivery_as_json(order)}};
}

json::array reviews_as_json(const Account& account) {
  json::array reviews;
  for (const Review& review : account.reviews)
    reviews.push_back(json::object{{"review", review.id.value},
                                   {"order", review.order.value},
                                   {"reason", review.reason},
                                   {"said", review.said},
                                   {"asked_at", review.asked_at.text()},
                                   {"due_at", review.due_at.text()},
                                   {"duplicate_of", review.duplicate_of.value},
                                   {"state", !review.decided   ? "open"
                                             : review.approved ? "approved"
                                                               : "declined"},
                                   {"decision", review.decision}});
  return reviews;
}

json::array disputes_as_json(const Account& account) {
  json::array disputes;
  for (const Dispute& dispute : account.disputes)
    disputes.push_back(json::object{{"ref", dispute.ref},
                                    {"order", dispute.order.value},
                                    {"amount", dispute.amount.text()},
                                    {"state", word(dispute.state)},
                                    {"reason", dispute.reason},
                                    {"opened_at", dispute.opened_at.text()},
                                    {"moved_at", dispute.moved_at.text()}});
  return disputes;
}

/// The price page as this account has it: what it may have, what is taken, and what waits over the limit.
json::object entitlements_of(const Account& account, const Catalog& catalog) {
  json::object rows;
  for (const Entitlement& row : catalog.entitlements) {
    const Entitled has = entitled(account, catalog, row);
    json::object said{{"value", has.value}, {"rule", has.at.text()}};
    if (row.kind == Entitlement::Kind::count) {
      json::array working, suspended;
      for (const Item& item : account.items)
        if (item.entitlement == row.id) (item.suspended ? suspended : working).push_back(json::value(item.name));
      said["taken"] = taken_of(account, catalog, row);
      said["working"] = std::move(working);
      said["suspended"] = std::move(suspended);
    }
    rows[row.id.text()] = std::move(said);
  }
  return rows;
}

json::object members_of(const Account& account, const Catalog& catalog) {
  json::array members;
  for (const Member& member : account.members)
    members.push_back(json::object{{"member", member.id.text()},
                                   {"role", member.role},
                                   {"state", member.invited ? "invited" : "active"},
                                   {"since", member.since.text()}});
  json::object said{{"members", std::move(members)}};
  if (catalog.members) said["occupied"] = places_occupied(account, *catalog.members);
  return said;
}

json::array offered_to(const Account& account, const Catalog& catalog) {
  json::array methods;
  for (const OfferedMethod& method : methods_of(account, catalog, {"owner", ""}))
    methods.push_back(json::object{
        {"method", method.method.text()}, {"offered", method.offered}, {"why", method.why}, {"rule", method.rule}});
  return methods;
}

/// What is left of each type of credit, and the prompt that leads on once it is used up (SM-06).
void add_credits(json::object& view, const Account& account, const Catalog& catalog, Instant now) {
  json::object credits;
  const bool had_credits = !account.grants.empty() || !account.closed_grants.empty();
  bool all_used_up = account.standing == Standing::paid || account.standing == Standing::trial ||
                     (catalog.sells_without_plan() && had_credits);
  for (const CreditTypeRule& type : catalog.credits) {
    const Credits there = account.available(type.id, now);
    all_used_up = all_used_up && there.is_zero();
    credits[type.id.text()] = decimal_text(there.units, type.decimals);
  }
  view["credits"] = std::move(credits);
  const json::array choices =
      catalog.plans.empty() ? json::array{"buy_credits"} : json::array{"change_plan", "buy_credits"};
  view["prompt"] = all_used_up ? json::value(json::object{{"text", "Your credits are used up."}, {"choices", choices}})
                               : json::value(nullptr);
}

template <class Things, class Tell>
json::array list_of(const Things& things, const Tell& tell) {
  json::array list;
  for (const auto& thing : things) list.push_back(tell(thing));
  return list;
}

json::array all_grants(const Account& account, const Catalog& catalog) {
  const auto tell = [&](const Grant& grant) { return grant_as_json(catalog, grant); };
  json::array grants = list_of(account.grants, tell);
  for (const Grant& grant : account.closed_grants) grants.push_back(tell(grant));
  return grants;
}

json::array saved_methods(const Account& account) {
  json::array methods;
  for (const SavedMethod& saved : account.methods)
    if (!saved.once())
      methods.push_back(json::object{
          {"slot", saved.slot}, {"method", saved.method.text()}, {"brand", saved.brand}, {"masked", saved.masked}});
  return methods;
}

json::object hold_as_json(const Catalog& catalog, const Hold& hold) {
  return {{"hold", hold.id.value},
          {"meter", hold.meter.text()},
          {"amount", amount_text(catalog, hold.type, hold.amount())},
          {"ends_at", hold.ends_at.text()}};
}

json::object refund_as_json(const Refund& refund) {
  return {{"refund", refund.id.value},
          {"order", refund.order.value},
          {"amount", refund.amount.text()},
          {"state", word(refund.state)},
          {"credit_note", refund.credit_note}};
}

/// What is only there for some accounts.
void add_month_and_recharge(json::object& view, const Account& account, const Catalog& catalog) {
  if (account.month)
    view["month"] = json::object{{"from", account.month->from.text()},
                                 {"to", account.month->to.text()},
                                 {"used", amount_text(catalog, account.month->type, account.month->used)}};
  const RechargeState& recharge = account.recharge;
  if (recharge.active)
    view["auto_recharge"] = json::object{{"below", amount_text(catalog, recharge.type, recharge.below)},
                                         {"amount", amount_text(catalog, recharge.type, recharge.amount)},
                                         {"suspended", recharge.suspended}};
}

}  // namespace

std::string account_as_json(const TenantId& tenant, const Account& account, const Catalog& catalog, Instant now,
                            const std::optional<NextPeriod>& next, const std::optional<SetAside>& aside) {
  json::object view{{"tenant", tenant.text()},
                    {"account", account.id.text()},
                    {"state", account.state_word()},
                    {"frozen", account.frozen},
                    {"billing_country", account.billing_country},
                    {"billing_state", account.billing_state},
                    {"next_invoice", lines_value(account.next_invoice)},
                    {"opened_at", account.opened_at.text()},
                    {"position", account.position}};
  view["past_due_since"] = account.past_due ? json::value(account.past_due->since.text()) : json::value(nullptr);
  if (account.trial) view["trial_ends_at"] = instant_or_null(account.trial->ends_at);
  view["subscription"] =
      account.subscription ? as_value(answers::subscribed(account, *account.subscription)) : json::value(nullptr);
  if (next) view["next"] = as_value(answers::next_of(*next, account, catalog));
  if (aside) view["set_aside"] = json::object{{"since", aside->since.text()}, {"why", refusal_of(*aside).text}};
  view["offer"] = offer_as_json(account, catalog);
  view["deleted"] = account.deleted;
  view["credits_kept_until"] = account.kept ? json::value(account.kept->until.text()) : json::value(nullptr);

  add_credits(view, account, catalog, now);
  view["blocked"] = account.blocked;
  view["account_money"] = account.money.text();
  view["reviews"] = reviews_as_json(account);
  view["disputes"] = disputes_as_json(account);
  view["grants"] = all_grants(account, catalog);
  view["orders"] = list_of(account.orders, [&](const Order& order) { return order_as_json(catalog, account, order); });
  view["methods"] = saved_methods(account);
  view["savings"] = savings_as_json(account);
  view["holds"] = list_of(account.holds, [&](const Hold& hold) { return hold_as_json(catalog, hold); });
  view["refunds"] = list_of(account.refunds, refund_as_json);
  view["entitlements"] = entitlements_of(account, catalog);
  view["people"] = members_of(account, catalog);
  view["methods_offered"] = offered_to(account, catalog);
  view["approvals"] = list_of(account.approvals, [](const ApprovalState& approval) {
    return json::object{{"approval", approval.approval}, {"state", approval.state}};
  });
  add_month_and_recharge(view, account, catalog);
  return json::serialize(view);
}

May may_of(const TenantState& tenant, const Account& account, const Catalogs& catalogs, const Actor& actor,
           std::string_view what) {
  const MayAnswer answer = may_do(account, tenant, catalogs, actor, what);
  May may{.allowed = !answer.refusal,
          .refusal = answer.refusal,
          .value = answer.value,
          .left = {},
          .taken = answer.taken,
          .rule = answer.rule};
  if (answer.limit) may.left = std::max<std::int64_t>(0, *answer.limit - answer.taken);
  return may;
}

std::vector<OfferedMethod> methods_of(const Account& account, const Catalog& catalog, const Actor& actor) {
  std::vector<OfferedMethod> all;
  for (const Method& method : catalog.methods) {
    const Need* need = excluded_by(method, account, actor);
    all.push_back({.method = method.id,
                   .offered = need == nullptr,
                   .rule = need == nullptr ? method.at.text() : need->at.text(),
                   .why = need == nullptr ? std::string() : why_not_offered(method, *need)});
  }
  return all;
}

Check check_usage(const TenantState& tenant, const Account& account, const Catalogs& catalogs, const Actor& actor,
                  const Use& usage, Instant now) {
  const Catalog& catalog = meters_for(account, tenant, catalogs, usage.used_at.value_or(now));
  Check check;
  const World world{now, catalogs, {}, &engine::provider_key};
  const Decision decision = decide(account, tenant, actor, "", AnyCommand(usage), world);
  check.refusal = decision.refusal;
  if (const auto aside = set_aside_of(tenant, account.id)) check.refusal = refusal_of(*aside);
  check.allowed = !check.refusal.has_value();
  Meter own;
  const Meter* meter = meter_for(account, catalog, usage.meter, own);
  if (meter == nullptr) return check;
  check.available = amount_text(catalog, meter->type, account.available(meter->type, now));
  if (usage.quantity.unit == meter->per_started.unit)
    check.price = amount_text(catalog, meter->type, price_of(*meter, usage.quantity, usage.properties));
  return check;
}

}  // namespace florin
