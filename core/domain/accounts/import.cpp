#include "domain/accounts/import.hpp"

#include <algorithm>

#include "domain/catalog/nearest.hpp"
#include "domain/credits/purchase.hpp"
#include "domain/entitlements/items.hpp"
#include "domain/members/members.hpp"
#include "domain/minimums/minimum.hpp"
#include "domain/orders/place.hpp"
#include "domain/payments/methods.hpp"
#include "domain/payments/settle.hpp"
#include "domain/subscriptions/coupon.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "domain/subscriptions/past_due.hpp"
#include "domain/subscriptions/subscription.hpp"
#include "florin/country.hpp"

namespace florin {

namespace {

/// The moment at which the credit policy gives credits of such a source.
struct Origin {
  std::string_view word;
  GrantSource source;
  MomentKind given;
};
constexpr Origin origins[] = {{"plan", GrantSource::plan, MomentKind::period_paid},
                              {"rollover", GrantSource::rollover, MomentKind::period_ended},
                              {"purchase", GrantSource::purchase, MomentKind::purchased},
                              {"recharge", GrantSource::recharge, MomentKind::recharged},
                              {"addon", GrantSource::addon, MomentKind::addon_paid},
                              {"trial", GrantSource::trial, MomentKind::trial_started},
                              {"correction", GrantSource::correction, MomentKind::corrected}};

bool looks_like_a_card_number(const std::string& text) {
  int digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      ++digits;
    else if (c != ' ' && c != '-')
      digits = 0;
    if (digits >= 12) return true;
  }
  return false;
}

/// Reads one field of the file; a refusal says which.
template <class With>
void of_field(std::string_view field, const With& with) {
  try {
    with();
  } catch (Refused& refused) {
    refused.refusal.text = std::string(field) + ": " + refused.refusal.text;
    throw;
  }
}
/// The same of each in a list: `lots[2]`.
template <class List, class With>
void of_each(std::string_view field, const List& list, const With& with) {
  for (std::size_t i = 0; i < list.size(); ++i)
    of_field(std::string(field) + "[" + std::to_string(i) + "]", [&] { with(list[i]); });
}

/// The policy is asked as if the credits came now: its priority and its rule hold, the end is the lot's own.
PolicyDecision place_of(Draft& draft, const Origin& origin, const BoughtCredits& credits) {
  Moment moment;
  moment.kind = origin.given;
  moment.at = draft.now;
  moment.today = draft.calendar().date(draft.now);
  if (const auto& running = draft.account.subscription) {
    moment.plan = running->plan.text();
    moment.cycle = running->cycle;
    moment.period_from = running->from;
    moment.period_to = running->to;
  }
  if (origin.source == GrantSource::rollover) {
    Grant unused;
    unused.id = {1};
    unused.type = credits.type;
    unused.granted = unused.remaining = credits.amount;
    moment.reason = PeriodEnd::renewal;
    moment.grants.push_back(std::move(unused));
  } else {
    moment.includes.push_back({credits.type, credits.amount});
  }
  for (const PolicyDecision& decision : draft.ask(std::move(moment)).decisions)
    if (decision.source == origin.source &&
        (decision.kind == PolicyDecision::Kind::issue || decision.kind == PolicyDecision::Kind::roll))
      return decision;
  refuse("unknown_source", "There are no credits of the source '" + std::string(origin.word) + "' here.",
         draft.catalog().policy_at);
}

/// The order of the period that runs was not paid: it is on the dunning step where it stood elsewhere.
void import_overdue(Draft& draft, const Terms& terms, Instant since) {
  const Subscription running = *draft.account.subscription;
  if (since < running.from || draft.now < since)
    refuse("bad_instant", "What is overdue fell due in the period that runs, before the import.");
  Quote quote = quote_period(terms);
  quote.period_from = running.from;
  quote.period_to = running.to;
  quote.paid_for = "subscription " + running.from.text();
  const OrderId order = take_down_order(draft, std::move(quote), {});
  if (draft.account.order(order)->asked().is_zero()) refuse("nothing_to_pay", "This plan costs nothing.");
  resume_dunning(draft, order, since);
}

/// An agreement ends with a period: to the day, since another system may count its days in another zone.
/// One that ends with the period that runs ends when that period is paid to.
std::optional<Instant> imported_agreement(const Calendar& calendar, const ImportedPlan& plan, const Periods& periods) {
  if (!plan.agreement_ends) return std::nullopt;
  const Span a_day{Span::Unit::days, 1};
  const Instant limit = calendar.after(*plan.agreement_ends, a_day);
  const Instant end = last_end_within(calendar, periods, limit);
  if (end <= *periods.first_to || *plan.agreement_ends <= calendar.after(end, a_day)) return end;
  const std::int64_t later = months_to_last_end(calendar, periods, limit) + periods.months;
  refuse("agreement_does_not_fit", "agreement_ends: an agreement ends with a period. Write " + end.text() + " or " +
                                       calendar.boundary(periods.anchor, 1, later).text() + ".");
}

/// The period that ends where the system before said that it is paid to. That system may count in another zone, so that
/// the end is up to a day off ours; and it may have given months for free, so that it is a later end of ours.
struct PaidPeriod {
  std::int64_t k = 0;
  Instant from;  ///< the present one's beginning
};
PaidPeriod paid_period(const Calendar& calendar, const ImportedPlan& plan, std::int32_t months, Instant now) {
  constexpr Duration zones_apart = hours(15);  // UTC and any zone, and an hour of summer
  if (plan.next_renewal <= now)
    refuse("renewal_is_past", "The next renewal, " + plan.next_renewal.text() + ", is not after " +
                                  (plan.paused_since ? "its pause began." : "the import."));
  std::int64_t k = 0;
  while (calendar.boundary(plan.anchor, months, k + 1) + zones_apart < plan.next_renewal) ++k;
  const Instant ours = calendar.boundary(plan.anchor, months, k + 1);
  if (plan.next_renewal + zones_apart < ours)
    refuse("renewal_does_not_fit",
           "From this anchor a period ends at " + ours.text() + ", and none at " + plan.next_renewal.text() + ".");
  std::int64_t present = k;
  while (present > 0 && now < calendar.boundary(plan.anchor, months, present)) --present;
  return {k, calendar.boundary(plan.anchor, months, present)};
}

/// It stands still since before the import: all its ends were written as they were then, and move when it resumes.
void import_pause(Draft& draft, const ImportedPlan& plan) {
  const auto& rule = draft.catalog().pause;
  if (!rule) refuse("pause_not_offered", "A pause is not offered here.", draft.catalog().at);
  if (plan.overdue_since) refuse("past_due", "A subscription with an overdue payment cannot be paused.", rule->at);
  const Instant longest = draft.calendar().after(*plan.paused_since, rule->longest);
  const Instant resumes_at = plan.resumes_at.value_or(longest);
  if (resumes_at <= draft.now || longest < resumes_at)
    refuse("bad_instant",
           "This pause resumes after the import, and at the latest at " + longest.text() + ", not at " +
               resumes_at.text() + ". A subscription that has resumed is imported as it is since.",
           rule->at);
  draft.add(SubscriptionPaused{.resumes_at = resumes_at,
                               .usage_refused = rule->usage_refused,
                               .credits_frozen = rule->freezes_credits,
                               .since = plan.paused_since});
}

/// A month of add-ons that are sold by the month runs, as of when the period began to stand still.
void import_add_on_month(Draft& draft, Instant at) {
  if (paid_by_month(current_terms(draft)).add_ons.empty()) return;
  const Subscription::Month month = add_on_month_at(draft, at);
  draft.add(AddOnMonthStarted{month.from, month.to});
}

void import_subscription(Draft& draft, const ImportedPlan& plan) {
  const Catalog& catalog = draft.catalog();
  Terms terms = terms_of(draft.account, catalog, plan.plan, plan.cycle, plan.licences.value_or(1), plan.add_ons);
  const Instant stands_at = plan.paused_since.value_or(draft.now);
  if (stands_at < plan.anchor || draft.now < stands_at)
    refuse("anchor_in_future", "The first period has begun before the import, and before its pause.");
  if (plan.resumes_at && !plan.paused_since) refuse("not_paused", "resumes_at is of a pause: write paused_since too.");
  const Calendar calendar = draft.calendar();
  const std::int32_t months = terms.cycle.months;
  const auto [k, from] = paid_period(calendar, plan, months, stands_at);
  const Instant to = plan.next_renewal;
  const auto bound = imported_agreement(calendar, plan, {plan.anchor, (k + 1) * months, months, to});
  draft.add(SubscriptionStarted{.plan = terms.plan.id,
                                .cycle = terms.cycle.id,
                                .months = months,
                                .licences = terms.licences,
                                .add_ons = terms.add_ons,
                                .catalog = catalog.version,
                                .anchor = plan.anchor,
                                .to = k == 0 ? to : calendar.boundary(plan.anchor, months, 1),
                                .agreement_ends = bound});
  if (k > 0)
    draft.add(PeriodStarted{.k = k, .anchor_months = static_cast<std::int32_t>(k * months), .from = from, .to = to});
  run_coupons(draft, terms);
  if (plan.agreement_ends && *plan.agreement_ends <= draft.now)
    refuse("bad_instant", "This agreement has ended: leave it out.");
  begin_month(draft);
  import_add_on_month(draft, stands_at);
  if (plan.cancelled.value_or(false)) cancel(draft);
  if (plan.paused_since) return import_pause(draft, plan);
  if (plan.overdue_since) {
    terms.coupons = coupons_that_run(draft.account);
    import_overdue(draft, terms, *plan.overdue_since);
  }
}

void import_member(Draft& draft, const ImportedMember& member) {
  invite_member(draft, {member.member, member.role});
  if (!member.invited.value_or(false)) draft.add(InvitationAccepted{member.member});
}

/// A lot that ends with the period goes as the period does, and one of a trial as the trial; one with another end keeps
/// it; of one without an end the policy decides.
GrantLife life_of(const Draft& draft, const ImportedLot& lot, const PolicyDecision& place) {
  if (place.source == GrantSource::trial) return GrantLife::with_period;
  if (!lot.ends_at) return GrantLife::unsaid;
  const auto& running = draft.account.subscription;
  const bool of_period = place.source == GrantSource::plan || place.end.kind == GrantEnd::Kind::with_period;
  return running && of_period && lot.ends_at == running->to ? GrantLife::with_period : GrantLife::brought;
}

/// The end of a lot as it stands at the import: credits that stand still in a pause have stood still since it began.
std::optional<Instant> end_of(const Draft& draft, const ImportedLot& lot, GrantLife life) {
  const auto& pause = draft.account.pause;
  if (!lot.ends_at || !pause || !pause->credits_frozen || life == GrantLife::with_period) return lot.ends_at;
  return draft.calendar().moved(*lot.ends_at, pause->since, draft.now);
}

void import_lot(Draft& draft, const ImportedLot& lot) {
  const Catalog& catalog = draft.catalog();
  const auto origin = std::ranges::find(origins, lot.source, &Origin::word);
  if (origin == std::end(origins)) {
    std::string words;
    for (const Origin& known : origins) words += (words.empty() ? "" : ", ") + std::string(known.word);
    refuse("unknown_source", "'" + lot.source + "' is not a source of credits: " + words + ".");
  }
  const CreditTypeRule* type = catalog.credit_type(lot.remaining.type);
  if (type == nullptr) refuse("unknown_credit", "There is no credit type '" + lot.remaining.type.text() + "'.");
  const auto units = lot.remaining.amount.in_units(type->decimals);
  // Who has used up the credits of a trial is in it all the same.
  const bool used_up = units && *units == 0 && origin->source == GrantSource::trial;
  if (!used_up && (!units || *units <= 0))
    refuse("bad_amount", "The rest of a lot must be positive and no finer than the credit's decimals.", type->at);
  const auto& pause = draft.account.pause;
  const Instant stands_at = pause && pause->credits_frozen ? pause->since : draft.now;
  if (lot.ends_at && *lot.ends_at <= stands_at) refuse("lot_is_over", "A lot that has ended has no credits left.");
  if (lot.paid && (lot.paid->negative() || lot.paid->currency() != catalog.currency))
    refuse("wrong_currency", "What was paid is in " + std::string(catalog.currency.code()) + ".");
  if (used_up) return;
  const PolicyDecision place = place_of(draft, *origin, {type->id, Credits{*units}});
  const GrantLife life = life_of(draft, lot, place);
  draft.add(GrantIssued{.grant = {draft.account.last_grant + 1},
                        .type = type->id,
                        .source = origin->source,
                        .priority = place.priority,
                        .ends_at = end_of(draft, lot, life),
                        .amount = {*units},
                        .paid_by = {},
                        .rule = place.rule,
                        .paid = lot.paid.value_or(Money()),
                        .life = life});
}

}  // namespace

void import_account(Draft& draft, const Actor& actor, const ImportAccount& command) {
  if (draft.account.opened_at.us != 0) refuse("account_exists", "This account exists already.");
  if (!is_country(command.billing_country))
    refuse("bad_country", "billing_country: " + no_country(command.billing_country) + ".");
  const bool ordered =
      command.opened_at <= draft.now &&
      (!command.first_paid_at || (command.opened_at <= *command.first_paid_at && *command.first_paid_at <= draft.now));
  if (command.opened_at.us == 0 || !ordered)
    refuse("bad_instant", "An account was opened first, then paid, both before the import.");
  draft.add(AccountImported{command.billing_country, command.billing_state.value_or(""), command.opened_at,
                            command.first_paid_at});
  of_each("methods", command.methods, [&](const ImportedMethod& method) {
    if (looks_like_a_card_number(method.token) || looks_like_a_card_number(method.masked))
      refuse("card_number", "A processor's token belongs here, never a number of a card.");
    if (draft.account.slot(method.slot) != nullptr)
      refuse("slot_taken", "The slot '" + method.slot + "' has a method in this file already, and keeps one.");
    add_payment_method(draft, actor,
                       AddPaymentMethod{.method = method.method,
                                        .slot = method.slot,
                                        .details = {},
                                        .token = method.token,
                                        .brand = method.brand,
                                        .masked = method.masked});
  });
}

namespace {
/// A plan that was picked in the trial begins, and is charged, when the trial ends.
void import_picked(Draft& draft, const ImportedPlan& plan) {
  const TrialState& trial = *draft.account.trial;
  const Catalog& catalog = draft.catalog();
  if (!trial.ends_at || catalog.trial->plan_picked_inside != Trial::PlanPicked::starts_when_trial_ends)
    refuse("plan_starts_now", "A plan that is picked in a trial begins at once here: leave it out.", catalog.trial->at);
  if (plan.anchor != *trial.ends_at || plan.next_renewal != *trial.ends_at)
    refuse("bad_instant", "A plan that was picked in a trial begins with its end: write " + trial.ends_at->text() +
                              " as anchor and as next_renewal.");
  const bool runs = plan.agreement_ends || plan.cancelled.value_or(false) || plan.overdue_since || plan.paused_since;
  if (runs) refuse("not_running", "A plan that was picked in a trial does not run yet: its anchor is all there is.");
  draft.add(PlanPicked{pending_change(
      terms_of(draft.account, catalog, plan.plan, plan.cycle, plan.licences.value_or(1), plan.add_ons))});
}

void check_coupon(const Draft& draft, const ImportAccount& command, const ImportedCoupon& one) {
  const Catalog& catalog = draft.catalog();
  if (one.coupon.empty() || one.coupon.size() > 64)
    refuse("bad_coupon", "A coupon has a name of up to 64 bytes: its invoices say it.");
  if (!command.subscription)
    refuse("no_plan", "A coupon takes something off the periods of a plan: write subscription.");
  if (std::ranges::count(command.coupons, one.coupon, &ImportedCoupon::coupon) > 1)
    refuse("bad_coupon", "The coupon '" + one.coupon + "' is here twice.");
  if (one.takes_off.percent.digits == 0 && one.takes_off.amount.currency() != catalog.currency)
    refuse("wrong_currency", "What it takes off is a percentage, or an amount in " +
                                 std::string(catalog.currency.code()) + ", not " + one.takes_off.text() + ".");
  if (one.periods && *one.periods < 1)
    refuse("bad_coupon",
           "periods is how many more it takes something off, from 1 on; a coupon that is used up is left out.");
  if (one.until && *one.until <= draft.now)
    refuse("bad_instant",
           "until is after the import; a coupon that is over, since " + one.until->text() + ", is left out.");
  for (const PlanId& plan : one.plans)
    if (catalog.plan(plan) == nullptr)
      refuse("unknown_plan", "plans: there is no plan " + quoted_with_nearest(plan.text(), catalog.plans) + ".");
  for (const std::string& cycle : one.cycles)
    if (std::ranges::none_of(catalog.plans, [&](const Plan& plan) { return plan.cycle(cycle) != nullptr; }))
      refuse("unknown_cycle", "cycles: no plan is sold by '" + cycle + "'.");
  for (const std::string& thing : one.applies_to)
    if (thing != "plan" && std::ranges::none_of(catalog.add_ons, [&](const AddOn& a) { return a.id.text() == thing; }))
      refuse("unknown_add_on", "applies_to: 'plan' or an add-on; there is no add-on " +
                                   quoted_with_nearest(thing, catalog.add_ons) + ".");
}

/// What is left of coupons is there before the plan, whose first period here may be paid with them.
void import_coupons(Draft& draft, const ImportAccount& command) {
  if (command.coupons.empty()) return;
  of_each("coupons", command.coupons, [&](const ImportedCoupon& one) { check_coupon(draft, command, one); });
  std::vector<Coupon> coupons;
  for (const ImportedCoupon& one : command.coupons)
    coupons.push_back({.coupon = one.coupon,
                       .takes_off = one.takes_off,
                       .periods = one.periods,
                       .until = one.until,
                       .plans = one.plans,
                       .cycles = one.cycles,
                       .applies_to = one.applies_to,
                       .runs = one.this_period.value_or(true)});
  draft.add(CouponsSet{std::move(coupons)});
}

/// Whether the trial of an account runs: it has trial credits, or had some, and no plan that has begun.
bool in_trial(const Draft& draft, const ImportAccount& command) {
  const bool begun = command.subscription && command.subscription->anchor <= draft.now;
  const auto of_trial = [](const ImportedLot& lot) { return lot.source == "trial"; };
  return !begun && !command.first_paid_at && std::ranges::any_of(command.lots, of_trial);
}

/// A plan picked in it begins as the tenant's word is.
void import_trial(Draft& draft, const ImportAccount& command) {
  std::optional<Instant> ends_at;
  for (const ImportedLot& lot : command.lots)
    if (lot.source == "trial" && lot.ends_at) ends_at = std::max(ends_at.value_or(*lot.ends_at), *lot.ends_at);
  if (!draft.catalog().trial) refuse("no_trial", "There is no trial here.", draft.catalog().at);
  if (draft.catalog().trial->lasts && !ends_at)
    refuse("trial_without_end", "A trial here ends: its credits say when, as `ends_at`.", draft.catalog().trial->at);
  if (ends_at && *ends_at <= draft.now) return;  // its lot is refused
  draft.add(TrialStarted{ends_at});
}
}  // namespace

void import_what_runs(Draft& draft, const Actor& actor, const ImportAccount& command) {
  if (command.custom_plan) of_field("custom_plan", [&] { set_custom_plan(draft, *command.custom_plan); });
  import_coupons(draft, command);
  const bool trial = in_trial(draft, command);
  if (trial) of_field("lots", [&] { import_trial(draft, command); });
  if (command.subscription)
    of_field("subscription", [&] {
      const bool picked = trial && draft.account.trial;
      if (picked) {
        run_no_coupon(draft);
        return import_picked(draft, *command.subscription);
      }
      import_subscription(draft, *command.subscription);
    });
  of_each("lots", command.lots, [&](const ImportedLot& lot) { import_lot(draft, lot); });
  of_each("members", command.members, [&](const ImportedMember& member) { import_member(draft, member); });
  of_each("items", command.items, [&](const OccupyItem& item) { occupy_item(draft, actor, item); });
  if (command.auto_recharge) of_field("auto_recharge", [&] { set_auto_recharge(draft, *command.auto_recharge); });
}

void set_document_numbers(Draft& draft, const SetDocumentNumbers& command) {
  const TenantState& tenant = draft.tenant;
  if (tenant.last_invoice != 0 || tenant.last_credit_note != 0)
    refuse("documents_exist", "There are documents already: their numbers go on without a gap.");
  if (command.next_invoice < 1 || command.next_credit_note < 1) refuse("bad_number", "Documents are numbered from 1.");
  draft.add(DocumentNumbersSet{static_cast<std::uint64_t>(command.next_invoice - 1),
                               static_cast<std::uint64_t>(command.next_credit_note - 1)});
}

}  // namespace florin
