#include "answers/may.hpp"

#include <algorithm>

#include "answers/parts.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/catalog/new_version.hpp"
#include "domain/credits/spend.hpp"
#include "domain/entitlements/may.hpp"
#include "domain/payments/offered.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "engine/provider_key.hpp"

namespace florin {

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
