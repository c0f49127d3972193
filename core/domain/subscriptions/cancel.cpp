#include "domain/payments/cancel.hpp"
#include "domain/credits/ends.hpp"
#include "domain/credits/lifecycle.hpp"
#include "domain/minimums/minimum.hpp"
#include "domain/orders/small_amounts.hpp"
#include "domain/payments/match.hpp"
#include "domain/payments/methods.hpp"
#include "domain/payments/settle.hpp"
#include "domain/subscriptions/subscription.hpp"

/// How a subscription comes to its end, and what is left then. Source   CL-18, EX-15, KA-09
namespace florin {

namespace {

/// Whatever is left is gone; held credits follow when their hold is closed, and what a lost dispute took when it is
/// won.
void forfeit_all(Draft& draft, const std::string& rule) {
  const std::vector<Grant> left = draft.account.grants;
  for (const Grant& grant : left)
    if (grant.over == GrantOver::working) draft.add(GrantForfeited{grant.id, grant.remaining - grant.held, rule});
  for (const Grant& lot : empty_lots_in_dispute(draft.account)) draft.add(GrantForfeited{lot.id, {}, rule});
}

/// What only its customer could still pay is closed as well; what a processor works on is cancelled there if that goes,
/// and lands otherwise.
void close_unpaid(Draft& draft, bool credits_too, std::string_view because) {
  std::vector<OrderId> unpaid, under_way;
  for (const Order& order : draft.account.orders.open()) {
    const bool credits = order.kind == OrderKind::purchase || order.kind == OrderKind::recharge ||
                         order.kind == OrderKind::small_amounts || order.left_as_invoice();
    if (order.state != OrderState::open || (credits && !credits_too)) continue;
    // An invoice that was sent may be paid any day: it has its own time.
    if (order.in_flight() && comes_by_bank(draft, order.attempts.back())) continue;
    (order.in_flight() && !order.waits_for_customer() ? under_way : unpaid).push_back(order.id);
  }
  for (const OrderId id : unpaid) {
    expire_attempts(draft, id);
    draft.add(OrderClosed{id, std::string(because)});
    write_off_invoice(draft, id, because);
  }
  for (const OrderId id : under_way) cancel_at_processor(draft, id);
}

}  // namespace

Instant cancelled_for(const Draft& draft) {
  const Subscription& running = *draft.account.subscription;
  const bool bound = running.agreement_ends && draft.catalog().cancel.waits_for_agreement;
  return bound ? last_end_within(draft.calendar(), periods_of(running), *running.agreement_ends) : running.to;
}

void cancel(Draft& draft) {
  if (!draft.account.subscription) {
    if (!draft.account.trial) refuse("no_plan", "This account is on no plan.");
    const auto& rule = draft.catalog().trial;
    if (!draft.account.trial->ends_at)
      refuse("trial_has_no_end", "A trial costs nothing and needs no cancelling.", rule ? rule->at : RuleAt());
    follow_policy(draft, {.kind = MomentKind::trial_ended,
                          .includes = {},
                          .paid_by = {},
                          .period_from = draft.account.trial->started_at,
                          .period_to = *draft.account.trial->ends_at});
    return draft.add(TrialEnded{});
  }
  if (draft.account.subscription->cancelled_at) refuse("already_cancelled", "This subscription is cancelled already.");
  draft.add(CancelAsked{cancelled_for(draft), true});
}

void undo_cancel(Draft& draft) {
  if (!draft.account.subscription || !draft.account.subscription->cancelled_at)
    refuse("not_cancelled", "This subscription is not cancelled.");
  draft.add(CancelUndone{});
  // What was asked for before, or meanwhile, counts from the next period: the answer says so.
  if (const auto pending = draft.account.subscription->pending) draft.add(ChangeSet{*pending});
}

namespace {

/// Who comes back agrees to automatic recharge again. Source   docs/decisions/0058-a-cancellation-undone.md
void stop_recharge(Draft& draft) {
  if (!draft.account.recharge.active) return;
  RechargeState off = draft.account.recharge;
  off.active = false;
  draft.add(RechargeSet{off});
}

void end_with(Draft& draft, const SubscriptionEnded& ended) {
  close_unpaid(draft, false, ended.because);
  draft.add(ended);
  stop_recharge(draft);
  // A plan that its customer cancelled is paid to the end.
  if (ended.because == "cancelled") collect_small_amounts(draft);
}

}  // namespace

void end_subscription(Draft& draft, Standing standing, std::string_view because) {
  end_with(draft, {standing, std::string(because), std::nullopt});
}

void end_as_cancelled(Draft& draft, std::string_view because) {
  cut_month_short(draft);
  const Subscription ended = *draft.account.subscription;
  const CancelRule& rule = draft.catalog().cancel;
  follow_policy(draft, {.kind = MomentKind::period_ended,
                        .reason = PeriodEnd::cancel,
                        .includes = {},
                        .paid_by = {},
                        .period_from = ended.from,
                        .period_to = ended.to});
  if (rule.credits == CancelRule::KeptCredits::forfeit_all) forfeit_all(draft, "changes.cancel");
  std::optional<Instant> kept_until;
  if (rule.credits == CancelRule::KeptCredits::keep_frozen)
    kept_until = draft.calendar().after(draft.now, rule.keep_for);
  const Standing standing = rule.then == CancelRule::Then::limited ? Standing::limited : Standing::ended;
  end_with(draft, {standing, std::string(because), kept_until});
}

void end_keeping(Draft& draft) {
  forfeit_all(draft, "changes.cancel");
  draft.add(KeepingEnded{});
}

void delete_account(Draft& draft, const Actor& actor) {
  const auto& running = draft.account.subscription;
  const bool bound = running && running->agreement_ends && draft.now < *running->agreement_ends;
  if (bound && actor.role != "staff")
    refuse("under_agreement",
           "The agreement runs to " + draft.calendar().date(*running->agreement_ends).text() +
               ". Cancel for its end, or ask us.",
           draft.catalog().cancel.at);
  forfeit_all(draft, "delete_account");
  if (draft.account.kept) draft.add(KeepingEnded{});
  if (draft.account.trial) draft.add(TrialEnded{});
  if (running) end_subscription(draft, Standing::ended, "deleted");
  close_unpaid(draft, true, "deleted");
  const std::vector<Saving> savings = draft.account.savings;
  for (const Saving& saving : savings)
    if (saving.open()) close_saving(draft, saving.id);
  draft.add(AccountDeleted{});
}

}  // namespace florin
