#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/journal/entry.hpp"
#include "engine/engine.hpp"

/// Looks through every text of a command or a request, in whatever field.
namespace florin {

using IsWrong = bool (*)(std::string_view text);

/// Where the first text stands that is wrong, as `person.phone`. None: there is none.
std::optional<std::string> place_of(const AnyCommand& command, IsWrong wrong);
/// The same for a request: also its `account`, `actor` and `key`.
std::optional<std::string> place_of(const engine::Job& job, IsWrong wrong);

}  // namespace florin
