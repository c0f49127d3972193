#pragma once

#include "domain/decision/draft.hpp"
#include "domain/orders/place.hpp"

/// A plan from its start to its end: who picks what, when it works, what it costs and what it gives.
namespace florin {

/// What an account would be on: plan, cycle, total of licences and of each add-on, resolved in one catalog.
struct Terms {
  const Catalog& catalog;
  Plan plan;
  CycleRule cycle;
  std::int32_t licences = 1;
  std::vector<AddOnCount> add_ons;
  std::vector<Coupon> coupons = {};  ///< that may take something off a period on them
};

/// Finds plan and cycle, as they are for this account, or refuses with what is sold. Checks licences and add-ons.
Terms terms_of(const Account& account, const Catalog& catalog, const PlanId& plan, std::string_view cycle,
               std::int32_t licences, std::vector<AddOnCount> add_ons);
/// What the running subscription is on.
Terms current_terms(const Draft& draft);
/// The same without the add-ons that are bought for one period.
Terms renewing(Terms terms);
/// Whether the change that waits takes place at the end of the running period. Until a cancellation takes effect under
/// an agreement, plan and cycle stay as they are.
bool takes_pending(const Subscription& running);
/// What it will be on from the next period: what waits, or the same again; add-ons for one period fall away.
Terms next_terms(const Draft& draft);
/// The ends of a subscription's periods: each so many months after the one before, counted from the anchor.
struct Periods {
  Instant anchor;
  std::int64_t first_end = 0;  ///< of the period that runs or begins, in months from the anchor
  std::int32_t months = 1;
  std::optional<Instant> first_to = std::nullopt;  ///< where the first one ends; none: by the calendar
};
Periods periods_of(const Subscription& running);
/// The last end of a period that is not after `limit`; at least the first one.
Instant last_end_within(const Calendar& calendar, const Periods& periods, Instant limit);
/// The same in months from the anchor.
std::int64_t months_to_last_end(const Calendar& calendar, const Periods& periods, Instant limit);

/// Until when an account is bound that begins, changes to or goes on with this plan at `begins`, with these periods
/// from then on. An agreement ends with a period, and never later than its term: so its last payment is for its last
/// period. Source   CL-18; docs/decisions/0056-agreements-end-with-a-period.md
std::optional<Instant> bound_until(const Draft& draft, const Plan& plan, Instant begins, const Periods& periods);

/// Whether a catalog still sells what the account is on: plan, cycle and each add-on.
bool sells(const Account& account, const Catalog& catalog);
/// The version of the file whose prices the subscription has from its next renewal on, when nothing else changes. Under
/// an agreement, and where the new file does not sell it, it keeps its own.
/// Source   on_new_version: {running_subscriptions: at_next_renewal}
std::uint32_t next_version(const Account& account, const Catalogs& catalogs, std::uint32_t in_force);

/// Lines, price and credits of one whole period on these terms.
Quote quote_period(const Terms& terms);

/// What an order for these terms makes of the subscription when it is paid; it brings no credits by itself.
Buys change_to(const Terms& terms, bool restarts_cycle);
/// The same as a change that waits.
PendingChange pending_change(const Terms& terms);

/// Facts of a plan that begins now, at period 0. Ends what was before: a trial, or the cycle of the plan before.
void begin_subscription(Draft& draft, const Buys& terms);
/// When the running period would end if its cycle were so many months long; the anchor stays.
Instant period_end(const Draft& draft, std::int32_t months);
/// The running subscription goes on, on other terms.
void change_subscription(Draft& draft, const Buys& terms);

/// The terms with only those add-ons that are paid by the month on a longer cycle.
Terms paid_by_month(Terms terms);
/// The terms without add-ons that are paid by the month, on these terms or on those beside them, or once only.
Terms paid_by_period(Terms terms, const Terms& beside);
/// Whether a grant that ends with the period ends with a longer one too: not one of an add-on that is then paid by the
/// month, or that was paid for one period.
bool lasts_with_period(const Draft& draft, const Grant& grant);
/// The month of such add-ons that runs then.
Subscription::Month add_on_month_at(const Draft& draft, Instant at);
/// A month begins now, if there is such an add-on and no month runs.
void begin_add_on_month(Draft& draft);
/// The month is over: what was stopped falls away, the rest is paid for the next one.
void end_add_on_month(Draft& draft);

void start_trial(Draft& draft);
void subscribe(Draft& draft, const Actor& actor, std::string_view key, const Subscribe& command);
void change_plan(Draft& draft, const Actor& actor, std::string_view key, const ChangePlan& command);
/// When a cancellation that is asked for now takes effect: an end of a period.
Instant cancelled_for(const Draft& draft);
void cancel(Draft& draft);
void undo_cancel(Draft& draft);
void pause(Draft& draft);
void resume(Draft& draft);
void delete_account(Draft& draft, const Actor& actor);

/// It is over. Orders for it that nobody is working on are closed; what is in flight is settled when it is known.
/// Automatic recharge is off until its customer agrees to it again.
void end_subscription(Draft& draft, Standing standing, std::string_view because);
/// The same with what the tenant says becomes of a cancelled account and its credits.
void end_as_cancelled(Draft& draft, std::string_view because);
/// Credits kept for a cancelled account were not wanted in time.
void end_keeping(Draft& draft);

/// The trial's end has come: the plan picked in it starts, or nothing does.
void end_trial(Draft& draft);
/// The period's end has come: it renews, on the same or the changed terms, or ends.
void end_period(Draft& draft);

}  // namespace florin
