#include "engine/provider_key.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>

namespace florin::engine {

std::string provider_key(std::string_view paid_for) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(paid_for.data()), paid_for.size());
  // The digest as a number in base 36, its first 25 digits: long division of its words, five digits a round.
  constexpr std::uint64_t five_digits = 36 * 36 * 36 * 36 * 36;
  std::array<std::uint64_t, digest.size() / 4> words{};
  for (std::size_t at = 0; at < digest.size(); ++at) words[at / 4] = words[at / 4] << 8 | digest[at];
  std::string key;
  key.reserve(25);
  while (key.size() < 25) {
    std::uint64_t rest = 0;
    for (std::uint64_t& word : words) {
      const std::uint64_t value = rest << 32 | word;
      word = value / five_digits;
      rest = value % five_digits;
    }
    for (int digit = 0; digit < 5; ++digit, rest /= 36)
      key.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36]);
  }
  return key;
}

}  // namespace florin::engine
