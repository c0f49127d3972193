#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/journal/facts.hpp"

/// The statement of account: what a customer owed, each document and movement of money, what they owe then.
/// docs/documents.md, docs/decisions/0300-statement-of-account.md
namespace florin {

class Assembly;

struct StatementEntry {
  Instant at;
  std::string kind;    ///< invoice, credit_note, payment, payment_returned, refund, refund_returned, withheld_tax,
                       ///< written_off, written_back, correction
  std::string number;  ///< of the document, or of the bank receipt; empty: it has none
  OrderId order;       ///< 0: none
  Money amount;        ///< above 0: the customer owes more
  Money balance;       ///< with it
};

/// opening + the amounts of all entries = closing, to the minor unit.
struct AccountStatement {
  AccountId account;
  Date from, to;           ///< days of the tenant's zone, both counted
  Money opening, closing;  ///< above 0: the customer owes it; below: it is the customer's
  std::vector<StatementEntry> entries;
};

/// What one fact changes of what a customer owes: the other side of the books' own postings, so that nothing is counted
/// that the books do not count. Without balances; a fact may be two entries, such as withheld tax and a write-off.
std::vector<StatementEntry> entries_of(const Fact& fact, const Account& before, Currency currency, Instant at);

/// For programs and for people. from, to: none: the first day of the year of `to`, and today.
/// Errors: no_such_tenant, no_such_account, bad_form, bad_period (it ends before it begins), no_fonts; as above.
Result<std::string> account_statement_as(Assembly& assembly, const TenantId& tenant, const AccountId& account,
                                         std::optional<Date> from, std::optional<Date> to, std::string_view form);

/// For programs: amounts are decimal text with their currency, instants are UTC.
std::string as_json(const AccountStatement& statement);

}  // namespace florin
