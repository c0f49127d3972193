#include "config/shape.hpp"

#include "config/hint.hpp"

namespace florin::config {

std::optional<Error> detail::bad_word(std::string_view text, std::span<const std::string_view> words) {
  const std::vector<std::string_view> known(words.begin(), words.end());
  return Error{.code = "unknown_word",
               .message = "'" + std::string(text.substr(0, 40)) + "' is not known here: write " + choice(known) +
                          did_you_mean(text, known)};
}

}  // namespace florin::config
