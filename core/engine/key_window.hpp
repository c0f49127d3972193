#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "florin/id.hpp"
#include "florin/time.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// Which command a key was used for, and where its answer lies.
struct KeyUse {
  std::uint64_t content = 0;  ///< digest of the command: another command under the same key is refused
  store::Position position = 0;
};

/// Idempotency keys, remembered for at least their window and dropped by whole generations: at most two windows old.
/// A key is known by a 128-bit digest of tenant and key.
class KeyWindow {
 public:
  explicit KeyWindow(Duration window) : window_(window) {}

  Duration window() const { return window_; }
  std::optional<KeyUse> find(const TenantId& tenant, std::string_view key) const;
  /// `at` never runs back from one call to the next.
  void remember(const TenantId& tenant, std::string_view key, KeyUse use, Instant at);
  std::size_t size() const { return recent_.size() + older_.size(); }

 private:
  struct Digest {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const Digest&, const Digest&) = default;
  };
  struct DigestHash {
    using is_avalanching = void;
    std::size_t operator()(const Digest& digest) const { return digest.low; }
  };
  static Digest digest_of(const TenantId& tenant, std::string_view key);

  using Generation = boost::unordered_flat_map<Digest, KeyUse, DigestHash>;
  Duration window_;
  Instant recent_since_;
  Generation recent_;
  Generation older_;
};

}  // namespace florin::engine
