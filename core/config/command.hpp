#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/decode.hpp"
#include "domain/journal/entry.hpp"
#include "florin/commands.hpp"

/// Commands as people and programs write them: `{buy_credits: {amount: 500 message}}`, in YAML or JSON.
namespace florin::config {

/// Reads one command from a tree. Errors: those of decode.
std::optional<Command> command_of(const Node& node, Errors& errors, const std::string& path = {});
/// Errors: those of parse_json and decode.
std::optional<Command> command_of_json(std::string_view text, Errors& errors);
/// All commands, each with its fields.
const Shape& command_shape();
/// The names of all commands.
std::vector<std::string_view> command_words();
/// The name of this one.
std::string_view command_word(const AnyCommand& command);
/// What is in a command, without its name, as JSON on one line.
std::string json_of(const AnyCommand& command);
/// An entry of the journal as JSON on one line.
std::string json_of(const Entry& entry, std::uint64_t position);

}  // namespace florin::config
