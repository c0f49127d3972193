#include "engine/provider_key.hpp"

#include <sodium.h>

#include <array>

namespace florin::engine {

std::string provider_key(std::string_view paid_for) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(paid_for.data()), paid_for.size());
  // The digest as a number in base 36, its first 25 digits: long division of the bytes, a digit a round.
  std::string key;
  for (int i = 0; i < 25; ++i) {
    unsigned rest = 0;
    for (unsigned char& byte : digest) {
      const unsigned value = rest * 256 + byte;
      byte = static_cast<unsigned char>(value / 36);
      rest = value % 36;
    }
    key.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[rest]);
  }
  return key;
}

}  // namespace florin::engine
