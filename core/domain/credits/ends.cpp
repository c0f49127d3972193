#include "domain/credits/ends.hpp"

#include <algorithm>

namespace florin {

const Grant* any_grant(const Account& account, GrantId id) {
  if (const Grant* grant = account.grant(id)) return grant;
  const auto closed = std::ranges::find(account.closed_grants, id, &Grant::id);
  return closed == account.closed_grants.end() ? nullptr : &*closed;
}

std::vector<Grant> grants_whose_ends_move(const Account& account, Instant since) {
  std::vector<Grant> moving;
  for (const Grant& grant : account.grants)
    if (grant.ends_at && grant.over == GrantOver::working) moving.push_back(grant);
  for (const Dispute& dispute : account.disputes) {
    if (dispute.state != DisputeState::lost) continue;
    for (const Take& take : dispute.taken) {
      const Grant* grant = any_grant(account, take.grant);
      const bool there = std::ranges::find(moving, take.grant, &Grant::id) != moving.end();
      if (grant != nullptr && !there && grant->ends_at && since < *grant->ends_at) moving.push_back(*grant);
    }
  }
  return moving;
}

}  // namespace florin
