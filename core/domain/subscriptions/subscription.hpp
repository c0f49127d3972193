#pragma once

#include "domain/decision/draft.hpp"
#include "domain/orders/place.hpp"

/// A plan from its start to its end: who picks what, when it works, what it costs and what it gives.
namespace florin {

/// What an account would be on: plan, cycle, total of licences and of each add-on, resolved in one catalog.
struct Terms {
  const Catalog& catalog;
  const Plan& plan;
  const CycleRule& cycle;
  std::int32_t licences = 1;
  std::vector<AddOnCount> add_ons;
};

/// Finds plan and cycle, or refuses with what is sold. Checks licences and add-ons.
Terms terms_of(const Catalog& catalog, const PlanId& plan, std::string_view cycle, std::int32_t licences,
               std::vector<AddOnCount> add_ons);

/// Lines, price and credits of one whole period on these terms.
Quote quote_period(const Terms& terms);

/// What an order for these terms makes of the subscription when it is paid; it brings no credits by itself.
Buys change_to(const Terms& terms, bool restarts_cycle);
/// The same as a change that waits.
PendingChange pending_change(const Terms& terms);

/// Facts of a plan that begins now, at period 0. Ends what was before: a trial, or the cycle of the plan before.
void begin_subscription(Draft& draft, const Buys& terms);
/// The running subscription goes on, on other terms.
void change_subscription(Draft& draft, const Buys& terms);

void start_trial(Draft& draft);
void subscribe(Draft& draft, const Actor& actor, std::string_view key, const Subscribe& command);
void change_plan(Draft& draft, const Actor& actor, std::string_view key, const ChangePlan& command);
void set_licences(Draft& draft, const Actor& actor, std::string_view key, const SetLicences& command);
void set_add_on(Draft& draft, const Actor& actor, std::string_view key, const SetAddOn& command);
void cancel(Draft& draft);
void undo_cancel(Draft& draft);

/// It is over. Orders for it that nobody is working on are closed; what is in flight is settled when it is known.
void end_subscription(Draft& draft, Standing standing, std::string_view because);
/// What an account is once its plan was cancelled, by the tenant's word.
Standing standing_after_cancel(const Draft& draft);

/// The trial's end has come: the plan picked in it starts, or nothing does.
void end_trial(Draft& draft);
/// The period's end has come: it renews, on the same or the changed terms, or ends.
void end_period(Draft& draft);

}  // namespace florin
