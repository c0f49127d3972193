#include "config/event_names.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "config/hint.hpp"

namespace florin::config {

Status is_event_pattern(std::string_view pattern) {
  if (pattern == "*" || pattern == "preview.*" || (pattern.starts_with("preview.") && pattern.size() > 8))
    return Done{};
  const bool group = pattern.ends_with(".*");
  std::vector<std::string_view> known;
  for (const std::string_view name : event_names)
    if (const auto word = group ? name.substr(0, name.find('.')) : name; std::ranges::find(known, word) == known.end())
      known.push_back(word);
  const std::string_view written = group ? pattern.substr(0, pattern.size() - 2) : pattern;
  if (std::ranges::find(known, written) != known.end()) return Done{};
  const std::string meant = nearest(written, known);
  return Error{.code = "unknown_event_type",
               .message = "there is no event of the type '" + std::string(pattern.substr(0, 80)) + "'" +
                          (meant.empty() ? ": write one such as order.paid, or a group such as credits.*"
                                         : " (did you mean '" + meant + (group ? ".*" : "") + "'?)")};
}

}  // namespace florin::config
