#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/journal/described.hpp"
#include "domain/journal/word_text.hpp"

/// Parts of what the host says as JSON, the same in every answer; amounts as text with their unit.
namespace florin {

boost::json::value instant_or_null(const std::optional<Instant>& instant);
std::string amount_text(const Catalog& catalog, const CreditType& type, Credits amount);
/// What a customer of this account may choose from: plans with their cycles, add-ons, a pause. What a choice would cost
/// is for a quote to say.
boost::json::object offer_as_json(const Account& account, const Catalog& catalog);

}  // namespace florin
