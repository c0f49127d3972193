#include "domain/transfers/transfer.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/catalog/permission.hpp"
#include "domain/credits/lifecycle.hpp"
#include "domain/members/members.hpp"

namespace florin {

namespace {

/// What was paid for `amount` of a grant; nothing for what nobody paid for.
Money cost_of(const Account& account, const Grant& grant, Credits amount, Currency currency) {
  if (grant.received) return grant.received->cost.times({amount.units, grant.granted.units}, Rounding::half_up);
  const Order* order = account.order(grant.paid_by);
  if (order == nullptr || order->issued.is_zero()) return Money(0, currency);
  return order->net().times({amount.units, order->issued.units}, Rounding::half_up);
}

/// As it is in the account that gives: what stands still there in a pause has stood still until now.
std::optional<Instant> end_of(const Draft& from, const Grant& grant) {
  const auto& pause = from.account.pause;
  if (!pause || !grant.ends_at) return grant.ends_at;
  if (!pause->credits_frozen && !from.account.ends_with_period(grant)) return grant.ends_at;
  return from.calendar().moved(*grant.ends_at, std::max(pause->since, grant.here_since()), from.now);
}

/// Everything of `type`, or `amount` of it.
void move_credits(Draft& from, Draft& to, const CreditType& type, std::optional<Credits> amount) {
  const std::vector<Grant> grants = from.account.grants;
  Credits left = amount.value_or(Credits());
  for (const Grant& grant : grants) {
    if (grant.type != type || grant.source == GrantSource::trial) continue;
    const Credits there = from.account.available(grant, from.now);
    const Credits part = amount ? std::min(left, there) : there;
    if (part.is_zero()) continue;
    const GrantId into{to.account.last_grant + 1};
    to.add(GrantReceived{.grant = into,
                         .from = from.account.id,
                         .from_grant = grant.id,
                         .type = type,
                         .source = grant.source,
                         .priority = grant.priority,
                         .issued_at = grant.issued_at,
                         .ends_at = end_of(from, grant),
                         .amount = part,
                         .cost = cost_of(from.account, grant, part, from.catalog().currency),
                         .rule = grant.rule});
    from.add(GrantTransferred{grant.id, part, to.account.id});
    take_owed(to, into, type);
    if (amount) left -= part;
  }
  if (!left.is_zero())
    refuse("not_enough_credits", "The account has fewer credits that can be transferred. What is held stays.");
}

void move_all(Draft& from, Draft& to, const Transfer& command) {
  if (command.all_credits) {
    for (const CreditTypeRule& type : from.catalog().credits) move_credits(from, to, type.id, std::nullopt);
    return;
  }
  for (const CreditAmount& asked : command.credits) {
    const CreditTypeRule* type = from.catalog().credit_type(asked.type);
    if (type == nullptr)
      refuse("unknown_credit",
             "There is no credit type " + quoted_with_nearest(asked.type.text(), from.catalog().credits) + ".");
    const auto units = asked.amount.in_units(type->decimals);
    if (!units || *units <= 0)
      refuse("bad_amount", "The amount must be positive and no finer than the credit's decimals.", type->at);
    move_credits(from, to, type->id, Credits{*units});
  }
}

const Subscription& licensed(const Draft& draft) {
  const auto& running = draft.account.subscription;
  const Plan* plan = running ? draft.own_catalog().plan(running->plan) : nullptr;
  if (plan == nullptr || !plan->by_licence)
    refuse("not_by_licence", "'" + draft.account.id.text() + "' is on no plan that is sold by licence.");
  for (const Order& order : draft.account.orders.open())
    if ((order.in_flight() || order.undelivered) && order.buys.plan)
      refuse("payment_under_way", "A payment for licences of '" + draft.account.id.text() + "' is under way.");
  return *running;
}

void add_licences(Draft& draft, std::int32_t more) {
  const Subscription running = *draft.account.subscription;
  draft.add(SubscriptionChanged{.plan = running.plan,
                                .cycle = running.cycle,
                                .months = running.months,
                                .licences = running.licences + more,
                                .add_ons = running.add_ons,
                                .catalog = running.catalog,
                                .to = std::nullopt,
                                .agreement_ends = running.agreement_ends});
  if (!running.pending) return;
  PendingChange pending = *running.pending;
  pending.licences = std::max(1, pending.licences + more);
  draft.add(ChangeSet{std::move(pending)});
}

void move_licences(Draft& from, Draft& to, std::int32_t count) {
  const Subscription &giving = licensed(from), &taking = licensed(to);
  if (giving.plan != taking.plan)
    refuse("other_plan", "Licences move between accounts on one plan: '" + giving.plan.text() + "' is not '" +
                             taking.plan.text() + "'.");
  if (giving.licences <= count) refuse("last_licence", "At least one licence stays. Cancel the subscription instead.");
  add_licences(from, -count);
  add_licences(to, count);
}

void move_member(Draft& from, Draft& to, const MemberId& id) {
  const auto found = std::ranges::find(from.account.members, id, &Member::id);
  if (found == from.account.members.end()) refuse("no_such_member", "'" + id.text() + "' is not a member here.");
  const Member member = *found;
  if (member.invited)
    revoke_invitation(from, RevokeInvitation{id});
  else
    remove_member(from, RemoveMember{id});
  invite_member(to, InviteMember{id, member.role});
  if (!member.invited) to.add(InvitationAccepted{id});
}

void must_keep_its_members(const Draft& draft) {
  const auto& rule = draft.own_catalog().members;
  if (!rule || rule->take_one_of || !draft.account.subscription) return;
  if (draft.account.subscription->licences < places_occupied(draft.account, *rule))
    refuse("licences_in_use",
           "These members need the licences that would be left: " + names_of_members(draft.account) + ".", rule->at);
}

}  // namespace

Decision transfer(const Account& account, const TenantState& tenant, const World& world, const Actor& actor,
                  const Transfer& command) {
  Draft from(account, tenant, world);
  must_be_allowed(account, from.catalog(), actor, "transfer", {});
  if (command.reason.empty()) refuse("reason_missing", "A transfer needs a reason.");
  if (world.other == nullptr) refuse("no_such_account", "There is no account '" + command.to.text() + "'.");
  if (world.other->id == account.id) refuse("same_account", "Both accounts are the same.");
  if (!command.all_credits && command.credits.empty() && command.licences == 0 && !command.member)
    refuse("nothing_asked", "Name credits, licences or a member.");
  if (command.licences < 0) refuse("bad_licences", "The number of licences must not be negative.");
  Draft to(*world.other, tenant, world);
  for (const Draft* side : {&from, &to}) {
    if (side->account.frozen)
      refuse("frozen", "'" + side->account.id.text() + "' is frozen while its refund is being decided.");
    if (side->account.standing == Standing::ended)
      refuse("account_ended", "'" + side->account.id.text() + "' has ended.");
  }
  move_all(from, to, command);
  if (command.licences > 0) move_licences(from, to, command.licences);
  if (command.member) move_member(from, to, *command.member);
  must_keep_its_members(from);
  Decision decision;
  decision.facts = std::move(from.facts);
  decision.beside = Beside{to.account.id, ReceiveTransfer{account.id}, std::move(to.facts)};
  return decision;
}

}  // namespace florin
