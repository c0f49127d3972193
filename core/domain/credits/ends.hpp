#pragma once

#include "domain/accounts/account.hpp"

/// Ends of credits that move: in a pause, while credits are kept without a plan, and with a longer cycle.
namespace florin {

/// The grant with this id, also one with nothing left. Null: there is none.
const Grant* any_grant(const Account& account, GrantId id);

/// The lot that holds what rolled over from this one, also with nothing left. Null: nothing rolled.
const Grant* rolled_into(const Account& account, GrantId id);

/// Lots with nothing left that a lost dispute took credits from, with what it took as what remains of them. Whatever
/// becomes of a period's credits becomes of these lots too, so that a dispute that is won gives its credits back where
/// the others went. Source   docs/decisions/0210-credits-won-back.md
std::vector<Grant> empty_lots_in_dispute(const Account& account);

/// Grants with an end that moves when ends move: those that work, and those that a lost dispute took, since it gives
/// them back when it is won, as if they had been there all the time. Of the latter only those that had not ended
/// before `since`. Source   docs/decisions/0085-ends-of-what-a-dispute-took.md
std::vector<Grant> grants_whose_ends_move(const Account& account, Instant since);

}  // namespace florin
