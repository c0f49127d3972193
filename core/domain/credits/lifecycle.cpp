#include "domain/credits/lifecycle.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/credits/ends.hpp"
#include "domain/credits/spend.hpp"

namespace florin {

namespace {

Moment moment_of(const Draft& draft, const Happening& happening) {
  Moment moment;
  moment.kind = happening.kind;
  moment.reason = happening.reason;
  moment.at = draft.now;
  if (draft.account.subscription) {
    moment.plan = draft.account.subscription->plan.text();
    moment.cycle = draft.account.subscription->cycle;
  }
  moment.period_from = happening.period_from;
  moment.period_to = happening.period_to;
  moment.today = draft.calendar().date(draft.now);
  // By the day, what is bought in the last hours of a period brings nothing.
  for (const BoughtCredits& credits : happening.includes)
    if (!credits.amount.is_zero()) moment.includes.push_back({credits.type, credits.amount});
  moment.grants.reserve(draft.account.grants.size());
  for (const Grant& grant : draft.account.grants)
    if (grant.over == GrantOver::working && !grant.brought()) moment.grants.push_back(grant);
  if (happening.kind != MomentKind::period_ended) return moment;
  const Instant ended = std::min(draft.now, happening.period_to);
  for (const Grant& lot : empty_lots_in_dispute(draft.account))
    if (!lot.brought() && (!lot.ends_at || ended <= *lot.ends_at)) moment.grants.push_back(lot);
  return moment;
}

/// What begins now lives from now; but what a cycle leaves lives from its end, also when a refund that was being
/// decided made the renewal wait.
Instant counted_from(const Draft& draft, const Happening& happening) {
  const bool waited = happening.kind == MomentKind::period_ended && happening.period_to < draft.now;
  return waited ? happening.period_to : draft.now;
}

GrantLife life_of(const GrantEnd& end, const Happening& happening) {
  const bool with_period = end.kind == GrantEnd::Kind::with_period && happening.period_to.us != 0;
  return with_period ? GrantLife::with_period : GrantLife::own;
}

std::optional<Instant> end_of(const Draft& draft, const GrantEnd& end, const Happening& happening) {
  switch (end.kind) {
    case GrantEnd::Kind::never: return std::nullopt;
    case GrantEnd::Kind::with_period:
      return happening.period_to.us == 0 ? std::nullopt : std::optional(happening.period_to);
    case GrantEnd::Kind::after: return draft.calendar().after(counted_from(draft, happening), end.after);
    case GrantEnd::Kind::at: break;
  }
  return end.at;
}

void follow(Draft& draft, const PolicyDecision& decision, const Happening& happening) {
  using Kind = PolicyDecision::Kind;
  if (decision.kind == Kind::issue) {
    if (decision.amount.is_zero()) return;
    const GrantId id{draft.account.last_grant + 1};
    draft.add(GrantIssued{.grant = id,
                          .type = decision.type,
                          .source = decision.source,
                          .priority = decision.priority,
                          .ends_at = end_of(draft, decision.end, happening),
                          .amount = decision.amount,
                          .paid_by = happening.paid_by,
                          .rule = decision.rule,
                          .life = life_of(decision.end, happening)});
    take_owed(draft, id, decision.type);
    return;
  }
  const Grant* grant = any_grant(draft.account, decision.grant);
  if (grant == nullptr) return;
  const Credits loose = grant->remaining - grant->held;
  switch (decision.kind) {
    case Kind::roll: {
      const bool whole = decision.amount.is_zero();
      const Credits rolls = whole ? loose : std::min(loose, decision.amount);
      draft.add(GrantRolled{.from = decision.grant,
                            .into = {draft.account.last_grant + 1},
                            .priority = decision.priority,
                            .ends_at = end_of(draft, decision.end, happening),
                            .amount = rolls,
                            .rule = decision.rule,
                            .more = whole ? std::nullopt : std::optional(decision.amount - rolls)});
      if (rolls < loose) draft.add(GrantExpired{decision.grant, loose - rolls, decision.rule});
      break;
    }
    case Kind::expire: draft.add(GrantExpired{grant->id, loose, decision.rule}); break;
    case Kind::forfeit: draft.add(GrantForfeited{grant->id, loose, decision.rule}); break;
    case Kind::move_end:
      draft.add(GrantEndMoved{grant->id, end_of(draft, decision.end, happening), decision.rule});
      break;
    case Kind::issue: break;
  }
}

}  // namespace

void take_owed(Draft& draft, GrantId grant, const CreditType& type) {
  const Credits owed = draft.account.owes(type);
  if (owed.is_zero()) return;
  const Credits taken = std::min(owed, draft.account.grant(grant)->remaining);
  draft.add(CreditsOwedTaken{grant, taken});
}

bool roll_on(Draft& draft, GrantId id, GrantId next, const Grant& into) {
  const Grant* over = any_grant(draft.account, id);
  const Credits loose = over->remaining - over->held;
  const bool whole = !over->rolls_more;
  const Credits left = whole ? loose : *over->rolls_more, rolls = std::min(loose, left);
  const std::string rule = into.rule;
  if (!rolls.is_zero())
    draft.add(GrantRolled{.from = id,
                          .into = next,
                          .priority = into.priority,
                          .ends_at = into.ends_at,
                          .amount = rolls,
                          .rule = rule,
                          .more = whole ? std::nullopt : std::optional(left - rolls)});
  if (rolls < loose) draft.add(GrantExpired{id, loose - rolls, rule});
  return !rolls.is_zero();
}

void follow_policy(Draft& draft, const Happening& happening) {
  const PolicyAnswer answer = draft.ask(moment_of(draft, happening));
  if (!answer.refused_rule.empty())
    throw Refused{
        {"refused_by_policy", answer.refused_text, draft.catalog().policy_at.text() + " " + answer.refused_rule}};
  for (const PolicyDecision& decision : answer.decisions) follow(draft, decision, happening);
}

void end_grant(Draft& draft, GrantId id) {
  const Grant& grant = *draft.account.grant(id);
  draft.add(GrantExpired{id, grant.remaining - grant.held, grant.rule});
}

namespace {

/// When the period of a grant was over that another one took the place of: as what rolled from it says, else as the
/// period that runs began.
Instant replaced_at(const Draft& draft, const Grant& grant) {
  for (const Grant* rolled : draft.account.all_grants())
    if (rolled->rolled_from == grant.id && rolled->issued_at < *grant.ends_at) return rolled->issued_at;
  return draft.account.subscription->from;
}

}  // namespace

void end_late(Draft& draft, GrantId id) {
  const Grant grant = *draft.account.grant(id);
  const bool replaced = draft.now < *grant.ends_at;
  const bool of_plan =
      grant.source == GrantSource::plan && grant.life == GrantLife::with_period && draft.account.subscription;
  if (of_plan) {
    const Happening ended{.kind = MomentKind::period_ended,
                          .reason = replaced ? PeriodEnd::upgrade : PeriodEnd::renewal,
                          .includes = {},
                          .paid_by = {},
                          .period_from = grant.issued_at,
                          .period_to = replaced ? replaced_at(draft, grant) : *grant.ends_at};
    Moment moment = moment_of(draft, ended);
    std::erase_if(moment.grants, [&](const Grant& other) { return other.id != id; });
    for (const PolicyDecision& decision : draft.ask(std::move(moment)).decisions)
      if (decision.kind != PolicyDecision::Kind::issue && decision.grant == id) follow(draft, decision, ended);
  }
  const Grant* rest = draft.account.grant(id);
  if (rest != nullptr && rest->over == GrantOver::working && (replaced || *rest->ends_at <= draft.now))
    end_grant(draft, id);
}

void adjust_credits(Draft& draft, const AdjustCredits& command) {
  const CreditTypeRule* type = draft.catalog().credit_type(command.amount.type);
  if (type == nullptr)
    refuse("unknown_credit",
           "There is no credit type " + quoted_with_nearest(command.amount.type.text(), draft.catalog().credits) + ".",
           draft.catalog().at);
  const auto units = command.amount.amount.in_units(type->decimals);
  if (!units || *units <= 0)
    refuse("bad_amount", "The amount must be positive and no finer than the credit's decimals.");
  if (command.reason.empty()) refuse("reason_missing", "A correction needs a reason.");
  if (!command.take) {
    Happening corrected{.kind = MomentKind::corrected,
                        .reason = PeriodEnd::none,
                        .includes = {{type->id, Credits{*units}}},
                        .paid_by = {},
                        .period_from = {},
                        .period_to = {}};
    if (const auto& running = draft.account.subscription) {
      corrected.period_from = running->from;
      corrected.period_to = running->to;
    }
    return follow_policy(draft, corrected);
  }
  std::vector<Take> takes;
  if (!take_in_order(draft.account, type->id, Credits{*units}, draft.now, takes).is_zero())
    refuse("not_enough_credits", "The account has fewer credits than are to be taken.");
  for (const Take& take : takes) draft.add(GrantAdjusted{take.grant, take.amount, command.reason});
}

}  // namespace florin
