#include "florin/amount_text.hpp"

#include <algorithm>

namespace florin {

std::string amount_in(std::string_view language, std::string text) {
  const bool german = language == "de";
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", first), text.size());
  if (end < text.size() && text[end] == '.') text[end] = german ? ',' : '.';
  const bool lakhs = language == "hi" || (!german && text.ends_with(" INR"));
  std::size_t step = 3;
  for (std::size_t at = end; at > first + step;) {
    at -= step;
    text.insert(at, 1, german ? '.' : ',');
    if (lakhs) step = 2;
  }
  return text;
}

}  // namespace florin
