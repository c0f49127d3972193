#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/journal/entry.hpp"

/// An account whose facts would not hold is set aside: it is read as before, and nothing is asked of it until a person
/// has released it. It stands in the tenant's state, among what differs and waits for a person, so that it survives
/// restarts, moves and a damaged account. docs/decisions/0055-set-aside.md
namespace florin {

struct SetAside {
  AccountId account;
  std::string rule;        ///< grant_equation, balance, facts_fit, …
  std::string text;        ///< what breaks it
  std::uint64_t from = 0;  ///< position from which nothing of the account's entries reached its state
  Instant since;
};

/// The tenant's fact that sets an account aside, and its name: closing the item of that name releases the account.
Discrepancy as_discrepancy(const SetAside& aside);
std::string set_aside_name(const AccountId& account);
/// What an item of the tenant's list says of an account; none: it is another difference.
std::optional<SetAside> set_aside_in(const Discrepancy& difference);
std::optional<SetAside> set_aside_of(const TenantState& tenant, const AccountId& account);

/// The code of errors, and of entries that were kept for an account that was set aside: those reach no account.
inline constexpr const char* account_set_aside = "account_set_aside";
Refusal refusal_of(const SetAside& aside);
bool is_kept_aside(const Entry& entry);

/// What of the entry's facts is the tenant's alone, where their account's part cannot be applied: documents keep their
/// numbers, money that was identified is not identified twice.
void apply_tenant_part(TenantState& tenant, const Entry& entry);

}  // namespace florin
