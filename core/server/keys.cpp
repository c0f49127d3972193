#include "keys.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <boost/crc.hpp>
#include <stdexcept>

namespace florin::server {

namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view live_prefix = "fl_live_", test_prefix = "fl_test_";
constexpr std::size_t random_letters = 32, check_letters = 6;

std::string checksum_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t left = crc.checksum();
  std::string check(check_letters, '0');
  for (std::size_t i = check_letters; i > 0; --i) {
    check[i - 1] = letters[left % letters.size()];
    left /= static_cast<std::uint32_t>(letters.size());
  }
  return check;
}

}  // namespace

std::string make_key(bool test) {
  std::string key(test ? test_prefix : live_prefix);
  const std::size_t whole = key.size() + random_letters;
  // A byte of 248 or more would make some letters likelier than others.
  constexpr unsigned char fair = 248;
  while (key.size() < whole) {
    std::array<unsigned char, 64> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no random bytes");
    for (const unsigned char byte : bytes)
      if (byte < fair && key.size() < whole) key += letters[byte % letters.size()];
  }
  return key + checksum_of(key);
}

bool is_test_key(std::string_view key) { return key.starts_with(test_prefix); }

bool looks_like_key(std::string_view key) {
  if (!key.starts_with(live_prefix) && !key.starts_with(test_prefix)) return false;
  if (key.size() != live_prefix.size() + random_letters + check_letters) return false;
  const std::string_view body = key.substr(0, key.size() - check_letters);
  return key.substr(body.size()) == checksum_of(body);
}

std::string digest_of(std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  if (EVP_Digest(key.data(), key.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 cannot be computed");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) (text += digits[hash[i] >> 4U]) += digits[hash[i] & 15U];
  return text;
}

std::optional<std::vector<std::string>> preset_scopes(std::string_view preset) {
  if (preset == "backend") return {{"usage", "read", "write", "act_as", "portal", "events"}};
  if (preset == "usage") return {{"usage"}};
  if (preset == "readonly") return {{"read", "events"}};
  if (preset == "support") return {{"read", "staff", "support"}};
  if (preset == "staff")
    return {{"usage", "read", "write", "act_as", "portal", "personal_data", "events", "staff", "support", "money",
             "operate", "admin"}};
  return std::nullopt;
}

std::string preset_names() { return "backend, usage, readonly, support or staff"; }

void KeyRing::refresh() {
  for (const TenantId& tenant : host_.tenants()) refresh(tenant);
}

void KeyRing::refresh(const TenantId& tenant) {
  // Who has read first writes first: an older list in place of a newer one would let a revoked key work on.
  const std::lock_guard in_turn(refreshing_);
  const auto keys = host_.keys(tenant);
  if (!keys) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(by_digest_, [&](const auto& one) { return one.second.tenant == tenant; });
  for (const ApiKey& key : *keys) by_digest_.emplace(key.digest, Found{tenant, key});
}

std::optional<KeyRing::Found> KeyRing::find(std::string_view key) const {
  const std::string digest = digest_of(key);
  const std::lock_guard lock(mutex_);
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace florin::server
