#pragma once

#include <cstdint>
#include <string>

#include "domain/decision/draft.hpp"

/// The people of an account: who is invited, who is in, and which role each has. Source   KA-05, CL-14, SM-01, UI-07
namespace florin {

/// Whose role counts: where the account lists its members, the one in the books of the member whom the actor names;
/// else what the backend says. An actor who is no member of such an account has no role. The tenant's own side
/// (`staff`, `service`) is in nobody's list. Until an owner is listed, the backend says who the owner is: the first
/// person whom an owner invites does not lock the owner out.
Actor known_as(const Account& account, const Catalog& catalog, const Actor& actor);

/// Places that members and, where the tenant says so, open invitations occupy.
std::int64_t places_occupied(const Account& account, const MembersRule& rule);
/// `anna, ben`: members and who is invited.
std::string names_of_members(const Account& account);

/// Refused without a free place, now and on the plan that waits for the renewal.
void invite_member(Draft& draft, const InviteMember& command);
/// By the person invited, or by somebody who may change members.
void accept_invitation(Draft& draft, const Actor& actor, const AcceptInvitation& command);
void revoke_invitation(Draft& draft, const RevokeInvitation& command);
/// Never the last owner: the first of the tenant's `roles` is the owner's.
void remove_member(Draft& draft, const RemoveMember& command);
void change_role(Draft& draft, const ChangeRole& command);

}  // namespace florin
