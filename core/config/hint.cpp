#include "config/hint.hpp"

#include "domain/catalog/nearest.hpp"

namespace florin::config {

std::string nearest(std::string_view written, const std::vector<std::string_view>& known) {
  return florin::nearest(written, known);
}

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known) {
  const std::string word = nearest(written, known);
  return word.empty() ? std::string() : " (did you mean '" + word + "'?)";
}

std::string choice(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace florin::config
