#pragma once

#include <string>
#include <string_view>

namespace florin::engine {

/// 25 of [0-9a-z] from a SHA-256 of what is paid for: about 129 bits, the same on every host and for ever.
std::string provider_key(std::string_view paid_for);

}  // namespace florin::engine
