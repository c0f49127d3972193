#include "domain/credits/ends.hpp"

#include <algorithm>

namespace florin {

/// What was used up last is most often asked for, and lies here.
const Grant* any_grant(const Account& account, GrantId id) {
  if (const Grant* grant = account.grant(id)) return grant;
  if (account.last_grant < id.value) return nullptr;
  const auto& closed = account.closed_grants;
  for (std::size_t place = closed.size(); place-- > 0;)
    if (closed[place].id == id) return &closed[place];
  return nullptr;
}

namespace {

/// Where the credits of a lot would be by now that a lost dispute took: in it, or in what has rolled from it.
const Grant* would_be_in(const Account& account, GrantId id) {
  const Grant* lot = any_grant(account, id);
  while (lot != nullptr && lot->over == GrantOver::rolled) {
    const Grant* into = rolled_into(account, lot->id);
    if (into == nullptr) break;
    lot = into;
  }
  return lot;
}

}  // namespace

const Grant* rolled_into(const Account& account, GrantId id) {
  for (const Grant* grant : account.all_grants())
    if (grant->rolled_from == id) return grant;
  return nullptr;
}

std::vector<Grant> empty_lots_in_dispute(const Account& account) {
  std::vector<Grant> lots;
  for (const Dispute& dispute : account.disputes) {
    if (dispute.state != DisputeState::lost) continue;
    for (const Take& take : dispute.taken) {
      const Grant* lot = would_be_in(account, take.grant);
      if (lot == nullptr || account.grant(lot->id) != nullptr) continue;
      if (lot->over != GrantOver::working && lot->over != GrantOver::refunded) continue;
      auto known = std::ranges::find(lots, lot->id, &Grant::id);
      if (known == lots.end()) {
        known = lots.insert(lots.end(), *lot);
        known->over = GrantOver::working;
      }
      known->remaining += take.amount;
    }
  }
  return lots;
}

std::vector<Grant> grants_whose_ends_move(const Account& account, Instant since) {
  std::vector<Grant> moving;
  for (const Grant& grant : account.grants)
    if (grant.ends_at && grant.over == GrantOver::working) moving.push_back(grant);
  for (const Grant& lot : empty_lots_in_dispute(account))
    if (lot.ends_at && since < *lot.ends_at) moving.push_back(lot);
  return moving;
}

}  // namespace florin
