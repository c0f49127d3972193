#include "florin/signing.hpp"

#include <sodium.h>

#include <optional>

namespace florin {

namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string prefix_of(std::string_view use, std::string_view side) {
  return "florin_" + std::string(use) + "_" + std::string(side) + "_";
}

std::string base64(std::string_view raw) {
  std::string text(sodium_base64_ENCODED_LEN(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(raw), raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.find('\0'));
  return text;
}

std::optional<std::string> raw_of(std::string_view text, std::size_t size) {
  std::string raw(size + 1, '\0');
  std::size_t read = 0;
  if (sodium_base642bin(bytes(raw), raw.size(), text.data(), text.size(), nullptr, &read, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      read != size)
    return std::nullopt;
  raw.resize(size);
  return raw;
}

Result<std::string> key_of(std::string_view text, const std::string& prefix, std::size_t size) {
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  const auto raw = text.starts_with(prefix) ? raw_of(text.substr(prefix.size()), size) : std::nullopt;
  if (!raw) return Error{.code = "bad_key", .message = "this is not a key that begins with " + prefix};
  return *raw;
}

/// A private key ends with its public one. A damaged one signs what nobody can check, and may give itself away by that.
Result<std::string> private_key_of(std::string_view use, std::string_view text) {
  auto key = key_of(text, prefix_of(use, "private"), crypto_sign_SECRETKEYBYTES);
  if (!key) return key;
  std::string open(crypto_sign_PUBLICKEYBYTES, '\0'), secret(crypto_sign_SECRETKEYBYTES, '\0');
  crypto_sign_seed_keypair(bytes(open), bytes(secret), bytes(std::string_view(*key)));
  if (secret != *key)
    return Error{.code = "bad_key", .message = "this key was changed: its two halves do not belong together"};
  return key;
}

}  // namespace

Result<SigningKeys> make_signing_keys(std::string_view use) {
  if (sodium_init() < 0) return Error{.code = "no_random", .message = "the machine gives no random bytes"};
  std::string open(crypto_sign_PUBLICKEYBYTES, '\0'), secret(crypto_sign_SECRETKEYBYTES, '\0');
  crypto_sign_keypair(bytes(open), bytes(secret));
  return SigningKeys{prefix_of(use, "public") + base64(open), prefix_of(use, "private") + base64(secret)};
}

Result<std::string> signature_of(std::string_view use, std::string_view private_key, std::string_view text) {
  const auto key = private_key_of(use, private_key);
  if (!key) return key.error();
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(bytes(signature), nullptr, bytes(text), text.size(), bytes(std::string_view(*key)));
  return base64(signature);
}

Result<std::string> public_key_of(std::string_view use, std::string_view private_key) {
  const auto key = private_key_of(use, private_key);
  if (!key) return key.error();
  std::string open(crypto_sign_PUBLICKEYBYTES, '\0');
  crypto_sign_ed25519_sk_to_pk(bytes(open), bytes(std::string_view(*key)));
  return prefix_of(use, "public") + base64(open);
}

Status check_public_key(std::string_view use, std::string_view public_key) {
  const auto key = key_of(public_key, prefix_of(use, "public"), crypto_sign_PUBLICKEYBYTES);
  if (!key) return key.error();
  return Done{};
}

Status check_signature(std::string_view use, std::string_view public_key, std::string_view text,
                       std::string_view signature) {
  const auto key = key_of(public_key, prefix_of(use, "public"), crypto_sign_PUBLICKEYBYTES);
  if (!key) return key.error();
  const auto raw = raw_of(signature, crypto_sign_BYTES);
  if (!raw || crypto_sign_verify_detached(bytes(std::string_view(*raw)), bytes(text), text.size(),
                                          bytes(std::string_view(*key))) != 0)
    return Error{.code = "not_signed", .message = "was not signed by this key, or was changed"};
  return Done{};
}

}  // namespace florin
