#include "domain/credits/spend.hpp"

#include <algorithm>

#include "domain/catalog/nearest.hpp"
#include "domain/catalog/new_version.hpp"
#include "domain/catalog/permission.hpp"
#include "domain/credits/lifecycle.hpp"
#include "domain/credits/properties.hpp"
#include "domain/orders/paid_with.hpp"
#include "domain/payments/dispute.hpp"
#include "domain/payments/match.hpp"
#include "domain/subscriptions/custom_plan.hpp"

namespace florin {

namespace {

/// As it counts for this account; `own` holds it when it is not the catalog's.
const Meter& meter_named(const Account& account, const Catalog& catalog, const MeterId& id, Meter& own) {
  const Meter* meter = meter_for(account, catalog, id, own);
  if (meter == nullptr)
    refuse("unknown_meter", "There is no meter " + quoted_with_nearest(id.text(), catalog.meters) + ".", catalog.at);
  return *meter;
}

void must_be_able_to_use(const Account& account, const Catalog& catalog) {
  if (account.frozen)
    refuse("frozen", "This account is frozen while its refund is being decided.",
           catalog.guarantee ? catalog.guarantee->at : RuleAt());
  if (account.blocked)
    refuse("blocked", "A payment of this account was taken back. Please contact support to use credits again.",
           catalog.taken_back.at);
  const bool no_plan = account.standing == Standing::opened || account.standing == Standing::ended;
  if (no_plan && !catalog.sells_without_plan())
    refuse("no_plan", "This account has no plan. Choose one to use credits.", catalog.at);
  if (account.past_due && account.past_due->usage_refused)
    refuse("past_due", "A payment is overdue. Credits can be used again once it is paid.",
           refusing_dunning_step(catalog.past_due, account.past_due->step, &PastDueStep::usage_refused));
  if (account.pause && account.pause->usage_refused)
    refuse("paused", "This account is paused. Resume it to use credits again.",
           catalog.pause ? catalog.pause->at : RuleAt());
}

Refusal not_enough(const Catalog& catalog, const Meter& meter, Credits needed, Credits there) {
  const int decimals = catalog.credit_type(meter.type)->decimals;
  return {"not_enough_credits",
          "This needs " + decimal_text(needed.units, decimals) + " " + meter.type.text() + " credits and " +
              decimal_text(there.units, decimals) + " are available. Buy credits or change the plan.",
          meter.at.text()};
}

/// What is there and what is missing, or the refusal with the fact that a recharge listens for.
Decision refused_for_credits(const Account& account, const Catalog& catalog, const Meter& meter, Credits needed,
                             Instant now) {
  if (account.kept)
    refuse("credits_frozen",
           "This account has no plan; its credits are kept until " +
               Calendar(catalog.zone).date(account.kept->until).text() + ". Choose a plan to use them again.",
           catalog.cancel.at);
  Decision decision;
  decision.refusal = not_enough(catalog, meter, needed, account.available(meter.type, now));
  if (account.recharge.active && account.recharge.also_when_refused && account.recharge.type == meter.type)
    decision.facts.push_back(UsageRefused{meter.type});
  return decision;
}

/// Free credits of a grant whose money went back, or was taken back, follow it.
void follow_refund(Draft& draft, const Grant& over, Credits loose) {
  const auto is_of = [&](OrderId order) {
    return over.paid_by == order || came_with(over, paid_with(draft.account, *draft.account.order(order)));
  };
  for (const Dispute& dispute : draft.account.disputes)
    if (dispute.state == DisputeState::lost && is_of(dispute.order))
      return draft.add(CreditsTakenBack{over.id, loose, dispute.ref});
  for (const Refund& refund : draft.account.refunds)
    if (refund.attempt == 0 && is_of(refund.order)) return draft.add(GrantRefunded{over.id, loose, refund.id});
  draft.add(GrantExpired{over.id, loose, over.rule});
}

/// Free credits of a grant that is over go where the rest of it went, and on from there if that is over too.
void follow_rest(Draft& draft, GrantId id) {
  const Grant* over = draft.account.grant(id);
  if (over == nullptr || over->over == GrantOver::working) return;
  const Credits loose = over->remaining - over->held;
  if (loose.is_zero()) return;
  const auto into = std::ranges::find(draft.account.grants, id, &Grant::rolled_from);
  if (over->over == GrantOver::rolled && into != draft.account.grants.end()) {
    const GrantId next = into->id;
    if (roll_on(draft, id, next, *into)) follow_rest(draft, next);
    return;
  }
  if (over->over == GrantOver::refunded) return follow_refund(draft, *over, loose);
  if (over->over == GrantOver::forfeited) return go_until_paid_again(draft, Grant(*over), loose);
  draft.add(GrantExpired{id, loose, over->rule});
}

void follow_over_grants(Draft& draft, const std::vector<Take>& freed) {
  for (const Take& take : freed) follow_rest(draft, take.grant);
}

Credits price_of_blocks(const Meter& meter, const Quantity& quantity) {
  if (quantity.unit != meter.per_started.unit)
    refuse("wrong_unit",
           "'" + meter.id.text() + "' is counted in " + meter.per_started.unit + "s, not in " + quantity.unit + "s.",
           meter.at);
  if (quantity.micro < 0) refuse("bad_quantity", "A quantity is not negative.", meter.at);
  const std::int64_t started = scale(quantity.micro, 1, meter.per_started.micro, Rounding::up);
  return meter.takes.times(std::max(started, meter.at_least));
}

/// Whether the usage counts, by its properties. One that nobody named counts: it is never free by being left out.
bool counts(const Meter& meter, const std::vector<Word>& properties) {
  return !meter.only_if || std::ranges::all_of(*meter.only_if, [&](const Need& need) {
    const auto said = std::ranges::find(properties, need.word, &Word::name);
    return said == properties.end() || need.met_by(said->value);
  });
}

}  // namespace

Credits price_of(const Meter& meter, const Quantity& quantity, const std::vector<Word>& properties) {
  const Credits price = price_of_blocks(meter, quantity);
  return counts(meter, properties) ? price : Credits();
}

Credits take_in_order(const Account& account, const CreditType& type, Credits amount, Instant now,
                      std::vector<Take>& takes) {
  if (account.kept) return amount;
  const bool stands_still = account.pause && account.pause->credits_frozen;
  for (const Grant& grant : account.grants) {
    if (amount.is_zero()) break;
    if (grant.type != type) continue;
    const Credits part = std::min(amount, stands_still ? account.available(grant, now) : grant.available(now));
    if (part.is_zero()) continue;
    takes.push_back({grant.id, part});
    amount -= part;
  }
  return amount;
}

namespace {

/// Source   usage.back_dated
void must_be_told_in_time(const Account& account, const Catalog& catalog, Instant used_at, Instant now) {
  if (used_at == now) return;
  if (now < used_at) refuse("usage_in_future", "This usage lies in the future.");
  if (!catalog.back_dated)
    refuse("not_back_dated", "Late usage is not accepted: usage is counted when it happens.", catalog.at);
  if (used_at < account.opened_at) refuse("before_account", "This account was not open yet when that happened.");
  if (Calendar(catalog.zone).after(used_at, catalog.back_dated->accept_for) <= now)
    refuse("told_too_late", "Usage is accepted for " + catalog.back_dated->accept_for.text() + " after it happened.",
           catalog.back_dated->at);
}

}  // namespace

Decision use(const Account& account, const TenantState& tenant, const Actor& actor, const Use& command,
             const World& world) {
  const Catalog& catalog = world.catalogs.at(tenant.catalog);
  const Instant now = world.now;
  must_be_able_to_use(account, catalog);
  if (command.used_at) must_be_told_in_time(account, catalog, *command.used_at, now);
  Meter own;
  const Meter& meter = meter_named(account, meters_for(account, tenant, world.catalogs, command.used_at.value_or(now)),
                                   command.meter, own);
  std::vector<Word> filled;
  const std::vector<Word>& properties = as_declared(catalog, command.properties, filled);
  must_be_allowed(account, catalog, actor, "use", properties, &meter);
  must_name_what_decides(account, catalog, actor, properties, meter);
  must_name_what_costs(meter, properties);
  const Credits price = price_of(meter, command.quantity, properties);
  Decision decision;
  Fact::Kinds& fact = decision.facts.emplace_back();
  auto& spent =
      fact.emplace<CreditsSpent>(command.meter, command.quantity, meter.type, std::vector<Take>(), command.used_at);
  if (!take_in_order(account, meter.type, price, now, spent.takes).is_zero())
    return refused_for_credits(account, catalog, meter, price, now);
  return decision;
}

Decision use_together(const Account& account, const TenantState& tenant, const World& world, const Actor& actor,
                      const UseTogether& command) {
  if (command.usages.empty()) refuse("nothing_used", "This request contains no usage.");
  Draft draft(account, tenant, world);
  for (const Use& usage : command.usages) {
    Decision one = use(draft.account, draft.tenant, actor, usage, world);
    if (one.refusal) return one;
    for (Fact& fact : one.facts) draft.add(std::move(fact));
  }
  return {.facts = std::move(draft.facts), .refusal = std::nullopt, .question = std::nullopt};
}

Decision place_hold(const Account& account, const TenantState& tenant, const Actor& actor, const PlaceHold& command,
                    const World& world) {
  const Catalog& catalog = world.catalogs.at(tenant.catalog);
  const Instant now = world.now;
  must_be_able_to_use(account, catalog);
  if (!catalog.holds) refuse("no_holds", "Credits cannot be held here.", catalog.at);
  Meter own;
  const Meter& meter = meter_named(account, meters_for(account, tenant, world.catalogs, now), command.meter, own);
  std::vector<Word> filled;
  const std::vector<Word>& properties = as_declared(catalog, command.properties, filled);
  must_be_allowed(account, catalog, actor, "use", properties, &meter);
  must_name_what_decides(account, catalog, actor, properties, meter);
  const Calendar calendar(catalog.zone);
  const Instant longest = calendar.after(now, catalog.holds->longest);
  const Instant ends_at = command.lasts ? calendar.after(now, *command.lasts) : longest;
  if (longest < ends_at)
    refuse("hold_too_long", "A hold lasts at most " + catalog.holds->longest.text() + ".", catalog.holds->at);
  // What is not known yet is kept aside for; what is left out when it is captured is the tenant's word.
  must_not_be_misspelt(meter, command.properties);
  const Credits price = price_of(meter, command.quantity, command.properties);
  HoldPlaced hold{{account.last_hold + 1}, command.meter, meter.type, {}, ends_at};
  if (!take_in_order(account, meter.type, price, now, hold.takes).is_zero())
    return refused_for_credits(account, catalog, meter, price, now);
  Decision decision;
  decision.facts.emplace_back(std::move(hold));
  return decision;
}

void capture_hold(Draft& draft, const CaptureHold& command) {
  const Hold* found = draft.account.hold(command.hold);
  if (found == nullptr) refuse("no_such_hold", "This hold does not exist, or is closed.");
  const Hold hold = *found;
  const Catalog& catalog = draft.catalog();
  Meter own;
  const Meter& meter = meter_named(
      draft.account, meters_for(draft.account, draft.tenant, draft.world.catalogs, draft.now), hold.meter, own);
  must_not_be_misspelt(meter, command.properties);
  std::vector<Word> filled;
  const Credits used = price_of(meter, command.quantity, as_declared(catalog, command.properties, filled));
  HoldClosed closed{
      .hold = hold.id, .quantity = command.quantity, .spent = {}, .owed = {}, .absorbed = {}, .because = "settled"};
  Credits left = used;
  for (const Take& take : hold.takes) {
    const Credits part = std::min(left, take.amount);
    if (!part.is_zero()) closed.spent.push_back({take.grant, part});
    left -= part;
  }
  // More was used than held: what is free is taken, the rest goes by the tenant's word.
  left = take_in_order(draft.account, hold.type, left, draft.now, closed.spent);
  if (catalog.holds && catalog.holds->used_more_than_held == HoldRule::UsedMore::owe)
    closed.owed = left;
  else
    closed.absorbed = left;
  const std::vector<Take> spent = closed.spent;
  draft.add(std::move(closed));
  follow_over_grants(draft, hold.takes);
  take_what_was_held(draft, hold.takes, spent);
}

void release_hold(Draft& draft, HoldId id, std::string_view because) {
  const Hold* found = draft.account.hold(id);
  if (found == nullptr) refuse("no_such_hold", "This hold does not exist, or is closed.");
  const std::vector<Take> freed = found->takes;
  draft.add(
      HoldClosed{.hold = id, .quantity = {}, .spent = {}, .owed = {}, .absorbed = {}, .because = std::string(because)});
  follow_over_grants(draft, freed);
  take_what_was_held(draft, freed, {});
}

}  // namespace florin
