#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/journal/described.hpp"

/// What waits for a person: what `GET cases` answers.
namespace florin::answers {

struct Case {
  std::string kind;                  ///< review, guarantee, late_money, delivery, dispute, document_incomplete
  std::optional<AccountId> account;  ///< none: it is about the tenant's file
  std::optional<Instant> due_at;
  std::optional<ReviewId> review;
  std::optional<OrderId> order;
  std::optional<std::string> reason;    ///< that the customer gave for a review
  std::optional<OrderId> duplicate_of;  ///< an order that looks like the reviewed one
  std::optional<Instant> asked_at;      ///< when the guarantee was asked for
  std::optional<Money> amount;
  std::optional<std::string> plugin, code, why;  ///< what stands in the way of a delivery, or of a document
  std::optional<std::string> ref;                ///< the dispute's, at its processor
};
BOOST_DESCRIBE_STRUCT(Case, (),
                      (kind, account, due_at, review, order, reason, duplicate_of, asked_at, amount, plugin, code, why,
                       ref))

std::vector<Case> cases_of(const florin::Account& account);
/// The earliest first; those that are due at one instant as they come, those without a day last.
std::string as_json(std::vector<Case> cases);

}  // namespace florin::answers
