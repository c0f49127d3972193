#pragma once

#include <optional>
#include <span>
#include <string>

#include "domain/journal/facts.hpp"

namespace florin {

/// Why facts must not become durable: a rule of the ledger, and what breaks it.
struct Fault {
  std::string rule;  ///< grant_equation, balance, spending_order, …: the same words as `florin verify` uses
  std::string text;
};

/// What was decided, checked before anything of it is appended: two sources that do not know each other must agree.
/// Takes are of the grants that may be spent at `now`, in spending order: each but the last is taken whole.
std::optional<Fault> check_takes(const Account& account, const CreditType& type, std::span<const Take> takes,
                                 Instant now);

/// What the postings of the facts say equals what the facts change in the state; takes are positive, there, and in
/// spending order; touched grants balance; nothing is captured or given back that is not there; documents are numbered
/// without gaps; no attempt starts beside an open one. `before` and `tenant` are the state that the facts are about.
/// None: it may become durable. docs/decisions/0054-checked-before-it-is-written.md
std::optional<Fault> check_facts(const Account& before, const TenantState& tenant, const Facts& facts, Instant at);

/// Both sides of a transfer: what left the one has come to the other.
std::optional<Fault> check_transfer(const Facts& out, const Facts& in);

/// An account at rest: its grants balance, hold what its open holds hold, and stand in spending order; its receipts
/// have not paid more than came with them.
std::optional<Fault> check_account(const Account& account);

}  // namespace florin
