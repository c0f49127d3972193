#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace florin {

/// The word that was probably meant, by the fewest letters changed, swapped, added or left out; empty when none is
/// near.
std::string nearest(std::string_view written, const std::vector<std::string_view>& known);

}  // namespace florin
