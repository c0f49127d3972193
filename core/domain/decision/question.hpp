#pragma once

#include <variant>

#include "domain/credits/policy.hpp"
#include "domain/taxes/tax.hpp"

namespace florin {

/// What a plugin must say before a decision can go on, and what it said.
using Question = std::variant<Moment, Sale>;
using Answer = std::variant<PolicyAnswer, TaxAnswer>;

}  // namespace florin
