#include "florin/id.hpp"

#include <algorithm>

namespace florin {

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Error bad_id(std::string_view text) {
  return {.code = "bad_id",
          .message = "'" + std::string(text.substr(0, 80)) + "' is no id: 1 to 64 of a-z, 0-9, _ and -"};
}

bool is_backends_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Error bad_backends_id(std::string_view text) {
  return {.code = "bad_id",
          .message = "'" + std::string(text.substr(0, 80)) +
                     "' is no id of an account or a member: 1 to 64 of A-Z, a-z, "
                     "0-9, _ and -"};
}

}  // namespace florin
