#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace florin {

/// The number that `sequence` has in a pattern such as `CL-000001`: its digits at the end, as many as the pattern has,
/// or more when they do not suffice.
std::string document_number(std::string_view pattern, std::uint64_t sequence);

}  // namespace florin
