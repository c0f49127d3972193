#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/journal/facts.hpp"

namespace florin {

/// One line of the books: what an account of the ledger gains (or loses) of one commodity.
///
/// account    money: `cash:<processor>`, `customer`, `revenue`, `tax:<name>`, `lost_disputes`
///            by bank also: `unmatched` (came, and nobody knows whose it is), `unapplied` (an account's, and has paid
///            nothing yet), `not_customers` (on the bank's statement, and no customer's), `account_money` (kept for the
///            next order), `written_off`, `withheld_tax` (the tax office's) credits: `issued:<source>`,
///            `balance:<source>`, `spent`, `expired`, `forfeited`, `refunded`, `corrected`, `owed`, `absorbed`,
///            `transferred`, `taken_back`
/// commodity  a currency's code, as `USD`, or a credit type, as `message`; ids are in lower case, so the two never meet
/// amount     minor units, or the smallest part of the credit
struct Posting {
  std::string account;
  std::string commodity;
  std::int64_t amount = 0;
  friend bool operator==(const Posting&, const Posting&) = default;
};

/// What a fact enters in the books: one rule for each kind, and for each commodity its postings sum to 0.
///
/// `before` is the account just before the fact: it tells a grant's type and source, and who holds an order's money.
/// Over all facts of an account:
///   the `balance:*` of a type are the sum of what remains in its grants, held credits included;
///   `customer` is 0 when no order or refund is open: what was paid was invoiced, or went back;
///   `owed` of a type is what the account owes of it, below 0.
/// Most facts move nothing. Errors: std::logic_error for a fact that does not fit the account, as apply() has it.
/// Source   invariants 1, 4, 5; ALL-02, ALL-12
std::vector<Posting> postings(const Fact& fact, const Account& before);

}  // namespace florin
