#include <sodium.h>

#include <cstdlib>
#include <cstring>

#include "store/store.hpp"

namespace florin::store {

namespace {

/// Little-endian at a fixed width, so that no two rows are written alike.
template <class T>
std::uint8_t* put(std::uint8_t* at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) *at++ = static_cast<std::uint8_t>(value >> (8 * i));
  return at;
}

}  // namespace

Hash seal(const Row& row) {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();

  std::array<std::uint8_t, 4 + 3 * 8 + 4 + std::tuple_size_v<Hash> + 8> front;
  std::uint8_t* at = put(front.data(), row.shard);
  at = put(put(put(at, row.first), row.last), row.epoch);
  at = put(at, row.format);
  std::memcpy(at, row.previous.data(), row.previous.size());
  put(at + row.previous.size(), std::uint64_t{row.entries.size()});

  Hash hash;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  crypto_generichash_update(&state, front.data(), front.size());
  crypto_generichash_update(&state, reinterpret_cast<const std::uint8_t*>(row.entries.data()), row.entries.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

}  // namespace florin::store
