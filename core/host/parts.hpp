#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/journal/described.hpp"
#include "host/quote.hpp"

/// Parts of what the host says as JSON, the same in every answer; amounts as text with their unit.
namespace florin {

template <class Enum>
std::string word_text(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

boost::json::value instant_or_null(const std::optional<Instant>& instant);
std::string amount_text(const Catalog& catalog, const CreditType& type, Credits amount);
boost::json::array taxes_as_json(const std::vector<Tax>& taxes);
boost::json::array lines_as_json(const std::vector<Line>& lines);
boost::json::value refusal_as_json(const std::optional<Refusal>& refusal);
/// Plan, period, what waits for the next one, cancellation, pause and agreement.
boost::json::object subscription_as_json(const Account& account, const Subscription& running);
/// What a customer of this account may choose from: plans with their cycles, add-ons, a pause. What a choice would cost
/// is for a quote to say.
boost::json::object offer_as_json(const Account& account, const Catalog& catalog);
/// When the period ends, what is asked for then, and what becomes of credits.
boost::json::value next_as_json(const std::optional<NextPeriod>& next, const Account& account, const Catalog& catalog);

}  // namespace florin
