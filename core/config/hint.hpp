#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace florin::config {

/// The word that was probably meant, by the fewest letters changed, swapped, added or left out; empty when none is
/// near.
std::string nearest(std::string_view written, const std::vector<std::string_view>& known);

/// ` (did you mean 'rollover'?)`, or nothing when no known word is near.
std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known);

/// The words as a person reads a choice: `now or next_renewal`.
std::string choice(const std::vector<std::string_view>& words);

}  // namespace florin::config
