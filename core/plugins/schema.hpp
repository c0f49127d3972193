#pragma once

#include <string>

#include "florin/result.hpp"

namespace florin {

/// Words of a block that the schema in its plugin's manifest does not have, where that says `additionalProperties:
/// false`: so a misspelt word is an error also when the plugin reads only what it looks for. Values are the plugin's
/// business.
///
/// schema, config   JSON; of an empty schema, and of what is no object, nothing is said
/// Errors           unknown_word, one for each, with the nearest that is known, `at.path` a JSON pointer into the
/// config
Errors unknown_words(const std::string& schema, const std::string& config);

}  // namespace florin
