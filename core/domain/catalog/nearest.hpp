#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace florin {

/// The word that was probably meant, by the fewest letters changed, swapped, added or left out; empty when none is
/// near.
std::string nearest(std::string_view written, const std::vector<std::string_view>& known);

/// `'growht' (did you mean 'growth'?)`: what was written, with the id that was probably meant.
template <class Things>
std::string quoted_with_nearest(std::string_view written, const Things& things) {
  std::vector<std::string_view> known;
  for (const auto& thing : things) {
    if constexpr (requires { std::string_view(thing); })
      known.push_back(thing);
    else if constexpr (requires { thing.id.text(); })
      known.push_back(thing.id.text());
    else
      known.push_back(thing.id);
  }
  const std::string meant = nearest(written, known);
  return "'" + std::string(written) + "'" + (meant.empty() ? "" : " (did you mean '" + meant + "'?)");
}

}  // namespace florin
