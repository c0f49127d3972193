#pragma once

#include "domain/accounts/account.hpp"

/// Ends of credits that move: in a pause, while credits are kept without a plan, and with a longer cycle.
namespace florin {

/// The grant with this id, also one with nothing left. Null: there is none.
const Grant* any_grant(const Account& account, GrantId id);

/// Grants with an end that moves when ends move: those that work, and those that a lost dispute took, since it gives
/// them back when it is won, as if they had been there all the time. Of the latter only those that had not ended
/// before `since`. Source   docs/decisions/0085-ends-of-what-a-dispute-took.md
std::vector<Grant> grants_whose_ends_move(const Account& account, Instant since);

}  // namespace florin
