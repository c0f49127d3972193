#include "plugins/decoding.hpp"

#include <sodium.h>

#include <algorithm>

namespace florin {

std::optional<std::string> unhex(const std::string& text) {
  std::string out(text.size() / 2, '\0');
  std::size_t size = 0;
  const int read = sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                                  nullptr, &size, nullptr);
  if (read != 0 || size * 2 != text.size()) return std::nullopt;
  return out;
}

std::optional<std::string> unbase64(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int read = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                                     nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  if (read != 0 || end != text.data() + text.size()) return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace florin
