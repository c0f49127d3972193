#include "domain/catalog/nearest.hpp"

#include <algorithm>

namespace florin {

namespace {

/// Optimal string alignment: letters changed, added, left out, or two swapped.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string_view>& known) {
  if (written.empty() || written.size() > 64) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, std::min<std::size_t>(3, (written.size() + 1) / 3)) + 1;
  for (const std::string_view word : known) {
    const std::size_t far = distance(written, word);
    if (far >= least || far >= word.size()) continue;
    least = far;
    best = word;
  }
  return std::string(best);
}

}  // namespace florin
