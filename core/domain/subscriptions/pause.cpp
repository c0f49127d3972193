#include "domain/credits/ends.hpp"
#include "domain/subscriptions/past_due.hpp"
#include "domain/subscriptions/subscription.hpp"

/// The cycle stands still, and comes back as much later as the pause was long. Source   CL-15, ALL-06
namespace florin {

namespace {

/// Every end of credits that stood still. What came in the pause stood still only from then on, unless it ends with the
/// period.
void move_ends(Draft& draft, const PauseState& pause, Instant new_to) {
  for (const Grant& grant : grants_whose_ends_move(draft.account, pause.since)) {
    const bool with_period = draft.account.ends_with_period(grant);
    if (!with_period && !pause.credits_frozen) continue;
    const Instant since = std::max(pause.since, grant.here_since());
    const Instant ends = with_period ? new_to : draft.calendar().moved(*grant.ends_at, since, draft.now);
    draft.add(GrantEndMoved{grant.id, ends, "changes.pause"});
  }
}

/// Where the end of a later period comes to: as many months after the period that stood still as before.
std::optional<Instant> end_after_pause(const Calendar& calendar, const Subscription& stood, const PauseState& pause,
                                       std::optional<Instant> end, Instant to) {
  if (!end || *end <= pause.since) return end;
  const std::int64_t stood_end = stood.anchor_months + stood.months;
  const std::int64_t months = months_to_last_end(calendar, {stood.anchor, stood_end, 1}, *end) - stood_end;
  // Its own end is that instant: by its local time it could be an hour off, where clocks go back.
  return months == 0 ? to : calendar.boundary(to, 1, months);
}

}  // namespace

void pause(Draft& draft) {
  const auto& rule = draft.catalog().pause;
  if (!rule) refuse("pause_not_offered", "A pause is not offered here.", draft.catalog().at);
  if (!draft.account.subscription) refuse("no_plan", "This account is on no plan.");
  if (draft.account.pause) refuse("already_paused", "This subscription is paused already.", rule->at);
  if (draft.account.past_due) refuse("past_due", "A payment is overdue. Please pay it first.", rule->at);
  draft.add(SubscriptionPaused{.resumes_at = draft.calendar().after(draft.now, rule->longest),
                               .usage_refused = rule->usage_refused,
                               .credits_frozen = rule->freezes_credits,
                               .since = std::nullopt});
}

void resume(Draft& draft) {
  if (!draft.account.pause) refuse("not_paused", "This subscription is not paused.");
  const PauseState pause = *draft.account.pause;
  const Subscription stood = *draft.account.subscription;
  const Calendar calendar = draft.calendar();
  const auto moved = [&](Instant t) { return calendar.moved(t, pause.since, draft.now); };
  const auto moved_if = [&](std::optional<Instant> t) { return t ? std::optional(moved(*t)) : t; };
  const Instant to = moved(stood.to);
  const auto end_of_period = [&](std::optional<Instant> t) { return end_after_pause(calendar, stood, pause, t, to); };
  move_ends(draft, pause, to);
  draft.add(SubscriptionResumed{.anchor = to,
                                .anchor_months = -stood.months,
                                .from = moved(stood.from),
                                .to = to,
                                .ends_at = end_of_period(stood.ends_at),
                                .agreement_ends = end_of_period(stood.agreement_ends),
                                .month_from = moved_if(stood.month ? std::optional(stood.month->from) : std::nullopt),
                                .month_to = moved_if(stood.month ? std::optional(stood.month->to) : std::nullopt)});
  // A payment that failed in the pause: dunning begins now.
  if (draft.account.past_due) restart_past_due(draft);
}

}  // namespace florin
