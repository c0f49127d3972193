#pragma once

#include <optional>
#include <string>

#include "scenario/story.hpp"

/// Commands as stories write them: by their own name, or shorter where that reads better.
namespace florin::scenario {

AddPaymentMethod card_with(const HowItGoes& how, const std::string& slot);
AddPaymentMethod upi_with(const HowItGoes& how);
/// What `subscribe: {}` asks for.
Subscribe subscription_of(const AccountGiven& given);

/// What is asked of the whole tenant.
bool is_of_tenant(const Command& command);

struct CommandOfStep {
  Command command;
  std::string_view by = "owner";  ///< the role that asks when the step does not say
  bool only_quoted = false;       ///< asked what it would do, not to do it
};
/// Errors: unknown_key with the nearest word, and those of decode.
std::optional<CommandOfStep> command_of_step(const config::Node& node, const AccountGiven& given, Errors& errors,
                                             const std::string& path);

}  // namespace florin::scenario
