#pragma once

#include <string>

#include "domain/catalog/catalog.hpp"
#include "domain/journal/entry.hpp"

/// The journal for people.
namespace florin::scenario {

/// A fact as one line: `950 of grant 2 roll over into grant 3 until 2026-05-10T09:00:00Z`.
/// account   as it was when the fact was applied or later: what orders and grants the numbers name
std::string in_words(const Fact& fact, const Catalog& catalog, const Account& account);

/// What was asked, as one line: `change_plan {plan: pro, cycle: monthly}`.
std::string in_words(const AnyCommand& command);

/// `1000 message`, with the type's decimals.
std::string in_words(const Catalog& catalog, const CreditType& type, Credits amount);

}  // namespace florin::scenario
