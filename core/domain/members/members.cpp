#include "domain/members/members.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/catalog/permission.hpp"
#include "domain/entitlements/entitled.hpp"

namespace florin {

namespace {

const Member* find(const Account& account, const MemberId& id) {
  const auto found = std::ranges::find(account.members, id, &Member::id);
  return found == account.members.end() ? nullptr : &*found;
}

const Member& member_named(const Draft& draft, const MemberId& id) {
  const Member* member = find(draft.account, id);
  if (member == nullptr || member->invited) refuse("no_such_member", "'" + id.text() + "' is not a member here.");
  return *member;
}

const Member& invitation_of(const Draft& draft, const MemberId& id) {
  const Member* member = find(draft.account, id);
  if (member == nullptr || !member->invited)
    refuse("no_such_invitation", "There is no open invitation of '" + id.text() + "'.");
  return *member;
}

void must_be_a_role(const Catalog& catalog, const std::string& role) {
  if (std::ranges::find(catalog.roles, role, &Role::id) != catalog.roles.end()) return;
  std::string roles;
  for (const Role& one : catalog.roles) roles += (roles.empty() ? "" : ", ") + one.id;
  refuse("unknown_role",
         "There is no role " + quoted_with_nearest(role.substr(0, 64), catalog.roles) + ". Roles: " + roles + ".",
         catalog.roles_at);
}

struct Places {
  std::optional<std::int64_t> count;  ///< none: as many as they like
  RuleAt at;
};

/// What there is for members on the plan that the account is on, or would be on.
Places places_on(const Account& account, const Catalog& catalog) {
  const MembersRule& rule = *catalog.members;
  if (rule.take_one_of) {
    const Entitled limit = entitled(account, catalog, *catalog.entitlement(*rule.take_one_of));
    return {limit.limit, limit.at};
  }
  return {account.subscription ? account.subscription->licences : 0, rule.at};
}

void must_have_a_place(const Draft& draft) {
  const Catalog& catalog = draft.own_catalog();
  if (!catalog.members) return;
  const std::int64_t occupied = places_occupied(draft.account, *catalog.members);
  const auto must_fit = [&](const Places& places, std::string_view when) {
    if (!places.count || occupied < *places.count) return;
    refuse("no_free_licence",
           "There are " + std::to_string(*places.count) + " places for members" + std::string(when) + ", and " +
               std::to_string(occupied) + " are occupied: " + names_of_members(draft.account) + ".",
           places.at);
  };
  must_fit(places_on(draft.account, catalog), "");
  if (!draft.account.subscription || !draft.account.subscription->pending) return;
  Account then = draft.account;
  const PendingChange& pending = *draft.account.subscription->pending;
  then.subscription->plan = pending.plan;
  then.subscription->licences = pending.licences;
  then.subscription->add_ons = pending.add_ons;
  must_fit(places_on(then, draft.world.catalogs.at(pending.catalog)), " from the next period on");
}

void must_not_be_the_last_owner(const Draft& draft, const Member& member) {
  const std::string& owner = draft.catalog().roles.front().id;
  if (member.role != owner) return;
  const auto owners = std::ranges::count_if(draft.account.members,
                                            [&](const Member& one) { return one.role == owner && !one.invited; });
  if (owners == 1)
    refuse("last_owner", "'" + member.id.text() + "' is the last " + owner + ". Make somebody else one first.",
           draft.catalog().roles.front().at);
}

}  // namespace

Actor known_as(const Account& account, const Catalog& catalog, const Actor& actor) {
  const bool own_side = actor.role == "staff" || actor.role == "service" || actor.role == "host";
  if (own_side || std::ranges::all_of(account.members, &Member::invited)) return actor;
  for (const Member& member : account.members)
    if (member.id.text() == actor.id && !member.invited) return {member.role, actor.id};
  const std::string& owner = catalog.roles.front().id;
  const bool owner_is_listed = std::ranges::any_of(
      account.members, [&](const Member& member) { return !member.invited && member.role == owner; });
  if (!owner_is_listed && actor.role == owner) return actor;
  return {"", actor.id};
}

std::int64_t places_occupied(const Account& account, const MembersRule& rule) {
  return std::ranges::count_if(account.members,
                               [&](const Member& member) { return !member.invited || rule.invitation_takes_one; });
}

std::string names_of_members(const Account& account) {
  std::string names;
  for (const Member& member : account.members)
    names += (names.empty() ? "" : ", ") + member.id.text() + (member.invited ? " (invited)" : "");
  return names;
}

void invite_member(Draft& draft, const InviteMember& command) {
  must_be_a_role(draft.catalog(), command.role);
  if (const Member* known = find(draft.account, command.member))
    refuse("member_exists",
           "'" + command.member.text() + "' is " + (known->invited ? "invited" : "a member") + " already.");
  const auto& rule = draft.own_catalog().members;
  if (rule && rule->invitation_takes_one) must_have_a_place(draft);
  draft.add(MemberInvited{command.member, command.role});
}

void accept_invitation(Draft& draft, const Actor& actor, const AcceptInvitation& command) {
  const Member& invited = invitation_of(draft, command.member);
  if (actor.id != invited.id.text()) must_be_allowed(draft.account, draft.catalog(), actor, "change_members", {});
  const auto& rule = draft.own_catalog().members;
  if (rule && !rule->invitation_takes_one) must_have_a_place(draft);
  draft.add(InvitationAccepted{command.member});
}

void revoke_invitation(Draft& draft, const RevokeInvitation& command) {
  (void)invitation_of(draft, command.member);
  draft.add(InvitationRevoked{command.member});
}

void remove_member(Draft& draft, const RemoveMember& command) {
  must_not_be_the_last_owner(draft, member_named(draft, command.member));
  draft.add(MemberRemoved{command.member});
}

void change_role(Draft& draft, const ChangeRole& command) {
  const Member& member = member_named(draft, command.member);
  must_be_a_role(draft.catalog(), command.role);
  if (member.role == command.role) refuse("no_change", "'" + command.member.text() + "' has this role already.");
  must_not_be_the_last_owner(draft, member);
  draft.add(RoleChanged{command.member, command.role});
}

}  // namespace florin
