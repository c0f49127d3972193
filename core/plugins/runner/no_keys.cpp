#include "plugins/public_key.hpp"

namespace florin {

/// A runner checks no signature: its host does. With the function of the host it would load OpenSSL before each plugin,
/// which takes longer than all else that it does at its start.
Result<bool> is_signed(std::uint32_t, const std::string&, const std::string&, const std::string&) { return false; }

}  // namespace florin
