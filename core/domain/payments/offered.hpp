#pragma once

#include <optional>
#include <string>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"

namespace florin {

/// The first need of a method's `offered_to` that this account does not meet; null: the method is offered.
/// Source   EX-09
const Need* excluded_by(const Method& method, const Account& account, const Actor& actor);

/// Why a method is not offered, for its customer: `upi is offered with billing_country IN only.`
std::string why_not_offered(const Method& method, const Need& need);

/// Refuses with the line that excludes the method.
void must_be_offered(const Method& method, const Account& account, const Actor& actor);

bool takes(const Method& method, const std::string& brand);
/// Refuses a brand that the tenant does not take, with those that it does.
void must_take(const Method& method, const std::string& brand);

}  // namespace florin
