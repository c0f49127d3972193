#pragma once

#include <string>
#include <string_view>

#include "florin/result.hpp"

namespace florin::statements {

/// A bank's text as UTF-8, without a byte order mark.
///
/// encoding  utf-8, latin-1, latin-2, windows-1250, windows-1252, utf-16; empty: by the byte order mark, else UTF-16
/// where every second byte
///           is 0, else UTF-8 if it is valid, else Windows-1252, of which Latin-1 is a part
/// Errors    bad_statement with the line that is no text in it
Result<std::string> as_utf8(std::string_view bytes, std::string_view encoding, const std::string& file);

}  // namespace florin::statements
