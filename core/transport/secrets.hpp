#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"

namespace florin {

/// Puts `[secret]` in the place of each of these values wherever a text repeats it.
void scrub(std::string& text, const std::vector<std::string>& secrets);

/// The value of a secret by where it is found: `env:NAME`, or `file:/absolute/path` without the line end after it. It
/// is read when a request leaves, so that a new one works at once, and is kept nowhere. Errors: secret_missing (not
/// there, empty, over 64 KiB).
Result<std::string> read_secret(std::string_view reference);

/// Overwrites what a text held, and empties it.
void wipe(std::string& secret);

/// No core file of this process, and no reading of its memory by others of the same user: it holds secrets.
void keep_memory_private();

}  // namespace florin
