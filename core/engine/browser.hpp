#pragma once

#include <string>

#include "domain/journal/entry.hpp"
#include "florin/apart.hpp"

/// The browser of who pays, from the command that names it to the charge that leaves: sealed as what a customer is
/// asked for is (engine/actions.hpp), under a key of its own that is erased once no charge needs it.
/// Source   docs/decisions/0355-the-browser-of-who-pays.md
namespace florin::engine {

/// Takes what is open of it out of the command; what it says is `text` from then on, and `key` opens that.
struct SealedBrowser {
  std::string text, key;
};
/// Nothing where the command names none. Errors: no_random.
Result<Seldom<SealedBrowser>> seal_browser(AnyCommand& command);

/// What seal_browser() had sealed, once it is opened. Errors: damaged_seal.
Result<Browser> browser_of_bytes(std::string_view bytes);

}  // namespace florin::engine
