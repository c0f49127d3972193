#include "plugins/public_key.hpp"

#include <florin/plugin.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "plugins/decoding.hpp"

namespace florin {

namespace {

constexpr std::size_t longest_key = 16 << 10, longest_signature = 4 << 10;
constexpr int fewest_rsa_bits = 2048, most_rsa_bits = 8192;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* of) const {
    Free(of);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<&BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using Decoder = std::unique_ptr<OSSL_DECODER_CTX, Freed<&OSSL_DECODER_CTX_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<&EVP_MD_CTX_free>>;
using Pair = std::unique_ptr<ECDSA_SIG, Freed<&ECDSA_SIG_free>>;

Error bad_key(const std::string& why) { return {.code = "bad_key", .message = why}; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// Nobody is asked for a password on a terminal.
int no_password(char*, int, int, void*) { return -1; }

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  return first == std::string_view::npos ? std::string()
                                         : std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

/// In an environment variable line ends are often written as two characters.
std::string with_line_ends(std::string text) {
  for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) text.replace(at, 2, "\n");
  return text;
}

Key of_pem(const std::string& text) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (text.find("-----BEGIN CERTIFICATE-----") != std::string::npos) {
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, &no_password, nullptr));
    return Key(certificate == nullptr ? nullptr : X509_get_pubkey(certificate.get()));
  }
  if (text.find("-----BEGIN RSA PUBLIC KEY-----") != std::string::npos) {
    EVP_PKEY* key = nullptr;
    const Decoder decoder(
        OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", "type-specific", "RSA", EVP_PKEY_PUBLIC_KEY, nullptr, nullptr));
    if (decoder != nullptr) (void)OSSL_DECODER_from_bio(decoder.get(), bio.get());
    return Key(key);
  }
  return Key(PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_password, nullptr));
}

Key of_bytes(const std::string& bytes, std::uint32_t scheme) {
  constexpr std::size_t ed25519 = 32;
  if (scheme == FLORIN_ED25519 && bytes.size() == ed25519)
    return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size()));
  const unsigned char* at = bytes_of(bytes);
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())));
  return at == bytes_of(bytes) + bytes.size() ? std::move(key) : nullptr;  // nothing may follow
}

Key read_key(const std::string& text, std::uint32_t scheme) {
  if (text.find("-----BEGIN ") != std::string::npos) return of_pem(with_line_ends(text));
  for (const auto& bytes : {unhex(text), unbase64(text)})
    if (bytes)
      if (Key key = of_bytes(*bytes, scheme)) return key;
  return nullptr;
}

/// Why a key is not one that the scheme is used with; empty: it is one.
std::string why_not(const EVP_PKEY* key, std::uint32_t scheme) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (scheme == FLORIN_ED25519) return kind == EVP_PKEY_ED25519 ? "" : "it is not a key of Ed25519";
  if (scheme == FLORIN_ECDSA_SHA256) {
    std::array<char, 64> curve{};
    if (kind != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) != 1)
      return "it is not a key of an elliptic curve that has a name";
    const std::string_view name = curve.data();
    return name == "prime256v1" || name == "secp384r1" || name == "secp521r1"
               ? ""
               : "its curve is not P-256, P-384 or P-521";
  }
  if (kind != EVP_PKEY_RSA && !(kind == EVP_PKEY_RSA_PSS && scheme == FLORIN_RSA_PSS_SHA256))
    return "it is not a key of RSA";
  const int bits = EVP_PKEY_get_bits(key);
  return fewest_rsa_bits <= bits && bits <= most_rsa_bits ? "" : "an RSA key has 2048 to 8192 bits";
}

bool verifies(EVP_PKEY* key, std::uint32_t scheme, const std::string& message, const std::string& signature) {
  const Context context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* with = nullptr;
  const EVP_MD* digest = scheme == FLORIN_ED25519 ? nullptr : EVP_sha256();
  if (context == nullptr || EVP_DigestVerifyInit(context.get(), &with, digest, nullptr, key) != 1) return false;
  if (scheme == FLORIN_RSA_PSS_SHA256 && EVP_PKEY_CTX_set_rsa_padding(with, RSA_PKCS1_PSS_PADDING) != 1) return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

/// r and s, each as long as the curve's numbers, as the ASN.1 that OpenSSL reads. None: it is of another length.
std::optional<std::string> as_asn1(const EVP_PKEY* key, const std::string& both) {
  const std::size_t half = (static_cast<std::size_t>(EVP_PKEY_get_bits(key)) + 7) / 8;
  if (both.size() != half * 2) return std::nullopt;
  const Pair pair(ECDSA_SIG_new());
  const int size = static_cast<int>(half);
  BIGNUM* r = BN_bin2bn(bytes_of(both), size, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(both) + half, size, nullptr);
  if (pair == nullptr || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return std::nullopt;
  }
  unsigned char* out = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &out);
  if (length <= 0) return std::nullopt;
  std::string asn1(reinterpret_cast<const char*>(out), static_cast<std::size_t>(length));
  OPENSSL_free(out);
  return asn1;
}

bool is_one(EVP_PKEY* key, std::uint32_t scheme, const std::string& message, const std::string& signature) {
  if (signature.empty()) return false;
  if (verifies(key, scheme, message, signature)) return true;
  if (scheme != FLORIN_ECDSA_SHA256) return false;
  const auto asn1 = as_asn1(key, signature);
  return asn1 && verifies(key, scheme, message, *asn1);
}

}  // namespace

Result<bool> is_signed(std::uint32_t scheme, const std::string& key_text, const std::string& message,
                       const std::string& signature) {
  if (scheme < FLORIN_RSA_SHA256 || scheme > FLORIN_ED25519) return false;
  const std::string text = trimmed(key_text);
  if (text.size() > longest_key) return bad_key("a public key is at most 16 KiB");
  if (text.find("PRIVATE KEY-----") != std::string::npos)
    return bad_key("it is a private key; give the public one, and make new ones: this one is known now");
  const Key key = read_key(text, scheme);
  bool one = false;
  std::string wrong = key == nullptr ? "it is no public key: PEM of a key or a certificate, or base64 or hex of DER or "
                                       "of Ed25519's 32 bytes"
                                     : why_not(key.get(), scheme);
  if (wrong.empty() && signature.size() <= longest_signature)
    for (const auto& bytes : {unbase64(signature), unhex(signature)})
      one = one || (bytes && is_one(key.get(), scheme, message, *bytes));
  ERR_clear_error();  // what did not fit is no error of whoever uses this thread next
  if (!wrong.empty()) return bad_key(wrong);
  return one;
}

}  // namespace florin
