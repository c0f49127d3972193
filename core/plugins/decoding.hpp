#pragma once

#include <optional>
#include <string>

namespace florin {

/// The bytes that hex text stands for. None: it is no hex.
std::optional<std::string> unhex(const std::string& text);

/// The bytes that base64 or base64url text stands for, with or without padding. None: it is neither.
std::optional<std::string> unbase64(std::string text);

}  // namespace florin
