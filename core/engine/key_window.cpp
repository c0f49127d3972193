#include "engine/key_window.hpp"

#include <xxhash.h>

#include <array>
#include <cstring>

namespace florin::engine {

KeyWindow::Digest KeyWindow::digest_of(const TenantId& tenant, std::string_view key) {
  // Ids hold no '/', so that two pairs never make one text.
  std::array<char, 64 + 1 + 80> text{};
  std::memcpy(text.data(), tenant.text().data(), tenant.text().size());
  text[tenant.text().size()] = '/';
  std::memcpy(text.data() + tenant.text().size() + 1, key.data(), key.size());
  const XXH128_hash_t hash = XXH3_128bits(text.data(), tenant.text().size() + 1 + key.size());
  return {hash.low64, hash.high64};
}

std::optional<KeyUse> KeyWindow::find(const TenantId& tenant, std::string_view key) const {
  const Digest digest = digest_of(tenant, key);
  if (const auto found = recent_.find(digest); found != recent_.end()) return found->second;
  if (const auto found = older_.find(digest); found != older_.end()) return found->second;
  return std::nullopt;
}

void KeyWindow::remember(const TenantId& tenant, std::string_view key, KeyUse use, Instant at) {
  if (recent_since_ + window_ <= at) {
    const bool all_old = recent_since_ + window_ + window_ <= at;
    older_ = all_old ? Generation() : std::move(recent_);
    recent_ = Generation();
    recent_.reserve(older_.size());
    recent_since_ = at;
  }
  recent_.emplace(digest_of(tenant, key), use);
}

}  // namespace florin::engine
