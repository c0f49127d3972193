#pragma once

#include "florin/commands.hpp"
#include "florin/result.hpp"

namespace florin {

/// Whether what is said of a browser can be one's, within the bounds that EMV 3-D Secure 2 gives each part.
/// Errors: bad_browser, at the field.
Status fits_a_browser(const Browser& browser);

}  // namespace florin
