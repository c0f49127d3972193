#pragma once

#include <string>
#include <variant>

#include "domain/credits/policy.hpp"
#include "domain/taxes/tax.hpp"

namespace florin {

/// What a plugin must say before a decision can go on, and what it said. An answer to one question counts for another
/// only when both are equal, in every field.
using Question = std::variant<Moment, Sale>;
/// No answer came, and none is waited for: the plugin failed, or took too long. That is an answer too, so that what
/// follows from it is decided, and not left to a clock.
struct PluginFailed {
  std::string plugin;
  std::string code;
  std::string text;
};
using Answer = std::variant<PolicyAnswer, TaxAnswer, PluginFailed>;

}  // namespace florin
