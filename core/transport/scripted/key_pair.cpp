#include "transport/scripted/key_pair.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace florin {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

void must(bool holds) {
  if (!holds) throw std::runtime_error("OpenSSL makes no key to sign a story's webhooks with");
}

Key made(KeyScheme scheme) {
  constexpr unsigned bits = 2048;
  switch (scheme) {
    case KeyScheme::rsa_sha256:
    case KeyScheme::rsa_pss_sha256: return Key(EVP_RSA_gen(bits));
    case KeyScheme::ecdsa_sha256: return Key(EVP_EC_gen("P-256"));
    case KeyScheme::ed25519: break;
  }
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

EVP_PKEY* key_of(KeyScheme scheme) {
  static std::mutex mutex;
  static std::array<Key, 4> keys;
  const std::lock_guard lock(mutex);
  Key& key = keys.at(static_cast<std::size_t>(scheme));
  if (key == nullptr) key = made(scheme);
  must(key != nullptr);
  return key.get();
}

}  // namespace

std::string public_key(KeyScheme scheme) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  must(bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), key_of(scheme)) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string signature_by_key(KeyScheme scheme, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* with = nullptr;
  const EVP_MD* digest = scheme == KeyScheme::ed25519 ? nullptr : EVP_sha256();
  must(EVP_DigestSignInit(context.get(), &with, digest, nullptr, key_of(scheme)) == 1);
  must(scheme != KeyScheme::rsa_pss_sha256 || EVP_PKEY_CTX_set_rsa_padding(with, RSA_PKCS1_PSS_PADDING) == 1);
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  must(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1);
  std::vector<unsigned char> raw(size);
  must(EVP_DigestSign(context.get(), raw.data(), &size, data, text.size()) == 1);
  std::string written((size + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(written.data()), raw.data(), static_cast<int>(size));
  written.resize(static_cast<std::size_t>(length));
  return written;
}

}  // namespace florin
