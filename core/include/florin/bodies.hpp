#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/commands.hpp"
#include "florin/export.hpp"
#include "florin/result.hpp"

/// JSON as it comes over the network, read strictly: unknown and duplicate keys are errors, and all errors come at
/// once, each with its field in `at.path`. docs/http.md
namespace florin {

/// The names of all commands: `open_account`, `subscribe`, …
FLORIN_API std::vector<std::string> command_names();

/// The scope that a key needs for it: usage, write, support, money, operate, admin, personal_data. Empty: there is no
/// such command, or nobody asks for it from outside.
FLORIN_API std::string_view command_scope(std::string_view name);

/// What is in the command of that name. Errors: those of reading it; no_such_command.
FLORIN_API std::optional<Command> command_of_body(std::string_view name, std::string_view body, Errors& errors);

/// The same of `{"buy_credits": {…}}`, with the command's name.
FLORIN_API std::optional<std::pair<std::string, Command>> named_command_of_body(std::string_view body, Errors& errors);

/// One line of a batch of usage: `{"account": "acme", "key": "m-1", "use": {…}}`.
struct UsageLine {
  AccountId account;
  std::string key;
  std::optional<std::string> actor;  ///< role, or role:id
  std::optional<Instant> asked_at;
  UsageCommand command;
};
/// A JSON array, or an object a line. With any error nothing of it is for use. Errors: also too_many_lines,
/// not_a_usage.
FLORIN_API std::vector<UsageLine> usage_lines_of(std::string_view body, bool object_a_line, Errors& errors);
inline constexpr std::size_t most_usage_lines = 10'000;

/// One line of a batch of checks: `{"account": "acme", "use": {…}}`.
struct CheckLine {
  AccountId account;
  std::optional<std::string> actor;
  Use use;
};
FLORIN_API std::vector<CheckLine> check_lines_of(std::string_view body, Errors& errors);
inline constexpr std::size_t most_check_lines = 1'000;

/// A small object whose values are words, numbers and lists of words, as in `{"name": "shop", "scopes": ["read"]}`: a
/// list is its words with a blank between them. Keys that are not in `known` are errors.
FLORIN_API std::vector<Word> words_of_body(std::string_view body, const std::vector<std::string>& known,
                                           Errors& errors);

/// A list of texts.
FLORIN_API std::vector<std::string> list_of_body(std::string_view body, Errors& errors);

/// JSON Schemas of commands and answers: `{"commands": {"subscribe": {…}}, "answers": {"order": {…}}}`.
FLORIN_API std::string api_shapes();

}  // namespace florin
