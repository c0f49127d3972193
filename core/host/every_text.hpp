#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/journal/entry.hpp"
#include "engine/engine.hpp"

/// Looks through every text that somebody says, whatever field it stands in.
namespace florin {

using IsWrong = bool (*)(std::string_view text);

/// Where the first text stands that is wrong, as `person.phone`. None: there is none.
std::optional<std::string> place_of(const AnyCommand& command, IsWrong wrong);
/// The same of all that a caller says: also `account`, `actor` (who asks) and `key`.
std::optional<std::string> place_of(const engine::Job& job, IsWrong wrong);

}  // namespace florin
