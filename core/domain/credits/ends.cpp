#include "domain/credits/ends.hpp"

#include <algorithm>

namespace florin {

namespace {

bool may_be_given_back(const Account& account, GrantId grant) {
  return std::ranges::any_of(account.disputes, [&](const Dispute& dispute) {
    return dispute.state == DisputeState::lost &&
           std::ranges::find(dispute.taken, grant, &Take::grant) != dispute.taken.end();
  });
}

}  // namespace

std::vector<Grant> grants_whose_ends_move(const Account& account, Instant since) {
  std::vector<Grant> moving;
  for (const Grant& grant : account.grants)
    if (grant.ends_at && grant.over == GrantOver::working) moving.push_back(grant);
  for (const auto* grants : {&account.grants, &account.closed_grants.all()})
    for (const Grant& grant : *grants) {
      const bool works = grants == &account.grants && grant.over == GrantOver::working;
      if (!works && grant.ends_at && since < *grant.ends_at && may_be_given_back(account, grant.id))
        moving.push_back(grant);
    }
  return moving;
}

}  // namespace florin
