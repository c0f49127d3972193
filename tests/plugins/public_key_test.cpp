#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <random>

#include "florin/signing.hpp"
#include "folder.hpp"
#include "plugins/decoding.hpp"
#include "plugins/processor.hpp"
#include "plugins/public_key.hpp"
#include "transport/scripted/key_pair.hpp"

// A provider's signature by a key whose public half the operator has: in every form that providers give keys in, and
// examples/plugins/chip with it, in the host and in a process of its own.
namespace florin {
namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
Key owned(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

const std::string message = R"({"id": "pur_1", "status": "paid"})";

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string all(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return all;
}
std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  return text_of(bio);
}
std::string base64_of(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}
std::string hex_of(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}
std::string der_of(EVP_PKEY* key) {
  unsigned char* out = nullptr;
  const int size = i2d_PUBKEY(key, &out);
  std::string der(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}
/// A certificate that signs itself, long expired.
std::string certificate_of(EVP_PKEY* key) {
  const std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), &X509_free);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), -3600);
  X509_set_pubkey(made.get(), key);
  X509_sign(made.get(), key, EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, made.get());
  return text_of(bio);
}
std::string signature_of(EVP_PKEY* key, const EVP_MD* digest) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key);
  std::size_t size = 1024;
  std::string out(size, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                 reinterpret_cast<const unsigned char*>(message.data()), message.size());
  out.resize(size);
  return out;
}
/// What came of it: `true`, `false`, or the error's message.
std::string said(std::uint32_t scheme, const std::string& key, const std::string& signature,
                 const std::string& of = message) {
  const auto one = is_signed(scheme, key, of, signature);
  return !one ? one.error().message : *one ? "true" : "false";
}

TEST(PublicKey, EverySchemeHoldsForItsOwnMessageAlone) {
  for (const auto scheme :
       {KeyScheme::rsa_sha256, KeyScheme::rsa_pss_sha256, KeyScheme::ecdsa_sha256, KeyScheme::ed25519}) {
    const auto code = static_cast<std::uint32_t>(scheme) + FLORIN_RSA_SHA256;
    const std::string key = public_key(scheme), signature = signature_by_key(scheme, message);
    EXPECT_EQ(said(code, key, signature), "true") << code;
    EXPECT_EQ(said(code, key, signature, message + " "), "false") << code;
    EXPECT_EQ(said(code, key, ""), "false") << code;
    EXPECT_EQ(said(code, key, "not base64!"), "false") << code;
    std::string other = signature;
    other[7] = other[7] == 'A' ? 'B' : 'A';
    EXPECT_EQ(said(code, key, other), "false") << code;
  }
  EXPECT_EQ(said(99, "no key at all", "c2ln"), "false") << "a scheme that nobody knows proves nothing";
}

TEST(PublicKey, IsReadAsProvidersGiveIt) {
  const Key rsa = owned(EVP_RSA_gen(2048)), ed = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const std::string by_rsa = base64_of(signature_of(rsa.get(), EVP_sha256()));
  std::string escaped = pem_of(rsa.get());
  for (std::size_t at = escaped.find('\n'); at != std::string::npos; at = escaped.find('\n', at))
    escaped.replace(at, 1, "\\n");
  for (const std::string& key : {pem_of(rsa.get()), "  \n" + pem_of(rsa.get()) + "\n", escaped,
                                 certificate_of(rsa.get()), base64_of(der_of(rsa.get())), hex_of(der_of(rsa.get()))})
    EXPECT_EQ(said(FLORIN_RSA_SHA256, key, by_rsa), "true") << key;
  BIO* bio = BIO_new(BIO_s_mem());
  EVP_PKEY_print_public(bio, rsa.get(), 0, nullptr);  // not a form that anybody sends
  EXPECT_NE(said(FLORIN_RSA_SHA256, text_of(bio), by_rsa).find("it is no public key"), std::string::npos);

  const std::string by_ed = signature_of(ed.get(), nullptr);
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_public_key(ed.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
  for (const std::string& key : {pem_of(ed.get()), base64_of(raw), hex_of(raw), base64_of(der_of(ed.get()))})
    for (const std::string& signature : {base64_of(by_ed), hex_of(by_ed)})
      EXPECT_EQ(said(FLORIN_ED25519, key, signature), "true") << key;
}

TEST(PublicKey, OfACurveSignsInBothForms) {
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    const Key key = owned(EVP_EC_gen(curve));
    const std::string asn1 = signature_of(key.get(), EVP_sha256());
    EXPECT_EQ(said(FLORIN_ECDSA_SHA256, pem_of(key.get()), base64_of(asn1)), "true") << curve;
    const auto* at = reinterpret_cast<const unsigned char*>(asn1.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(asn1.size())), &ECDSA_SIG_free);
    const int half = (EVP_PKEY_get_bits(key.get()) + 7) / 8;
    std::string both(static_cast<std::size_t>(half) * 2, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), reinterpret_cast<unsigned char*>(both.data()), half);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), reinterpret_cast<unsigned char*>(both.data()) + half, half);
    EXPECT_EQ(said(FLORIN_ECDSA_SHA256, pem_of(key.get()), base64_of(both)), "true") << curve;
    both.back() = static_cast<char>(both.back() ^ 1);
    EXPECT_EQ(said(FLORIN_ECDSA_SHA256, pem_of(key.get()), base64_of(both)), "false") << curve;
  }
}

TEST(PublicKey, ThatCannotBeIsRefusedByName) {
  const auto refused = [](std::uint32_t scheme, const std::string& key, const std::string& why) {
    const auto one = is_signed(scheme, key, message, "c2lnbmF0dXJl");
    ASSERT_FALSE(one) << why;
    EXPECT_EQ(one.error().code, "bad_key");
    EXPECT_NE(one.error().message.find(why), std::string::npos) << one.error().message;
    EXPECT_TRUE(key.size() < 8 || one.error().message.find(key) == std::string::npos) << "it repeats the key";
  };
  const Key small = owned(EVP_RSA_gen(1024)), rsa = owned(EVP_RSA_gen(2048)), odd = owned(EVP_EC_gen("secp256k1"));
  const Key ed = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  refused(FLORIN_RSA_SHA256, "", "it is no public key");
  refused(FLORIN_RSA_SHA256, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "it is no public key");
  refused(FLORIN_RSA_SHA256, std::string(20'000, 'A'), "at most 16 KiB");
  refused(FLORIN_RSA_SHA256, pem_of(small.get()), "2048 to 8192 bits");
  refused(FLORIN_RSA_SHA256, pem_of(ed.get()), "not a key of RSA");
  refused(FLORIN_RSA_PSS_SHA256, pem_of(odd.get()), "not a key of RSA");
  refused(FLORIN_ECDSA_SHA256, pem_of(odd.get()), "P-256, P-384 or P-521");
  refused(FLORIN_ECDSA_SHA256, pem_of(rsa.get()), "elliptic curve");
  refused(FLORIN_ED25519, pem_of(rsa.get()), "not a key of Ed25519");
  refused(FLORIN_RSA_SHA256, base64_of(der_of(rsa.get()) + "x"), "it is no public key");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, rsa.get(), EVP_aes_256_cbc(), reinterpret_cast<const unsigned char*>("word"), 4,
                           nullptr, nullptr);
  refused(FLORIN_RSA_SHA256, text_of(bio), "it is a private key");
}

/// Keys and signatures of anybody: nothing holds, nothing crashes, nobody is asked for a password.
TEST(PublicKey, NoNoiseIsASignature) {
  std::mt19937 engine(7);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(engine()) % limit; };
  const std::string key = public_key(KeyScheme::ecdsa_sha256);
  const std::string signature = signature_by_key(KeyScheme::ecdsa_sha256, message);
  for (int i = 0; i < 2'000; ++i) {
    std::string bent_key = key, bent = signature;
    bent[below(bent.size())] = static_cast<char>(below(256));
    for (std::size_t n = below(3); n > 0; --n) bent_key[below(bent_key.size())] = static_cast<char>(below(256));
    const auto scheme = static_cast<std::uint32_t>(1 + below(4));
    const auto one = is_signed(scheme, i % 2 == 0 ? key : bent_key, message, bent);
    // base64 leaves out bits of its last letter: the same signature may be written in more than one way.
    if (one && *one) {
      EXPECT_EQ(unbase64(bent), unbase64(signature));
    }
  }
}

// ---- With a plugin

class Chip : public testing::TestWithParam<Isolation> {
 protected:
  void SetUp() override {
    folder.with("chip");
    library.emplace(folder.open(GetParam()));
    auto made = library->processor("chip", {.tenant = "kedai", .config_json = R"({"brand_id": "b1"})"});
    if (!made && made.error().at(0).code == "cannot_isolate") GTEST_SKIP() << made.error().at(0).message;
    ASSERT_TRUE(made) << made.error().at(0).message;
    plugin.emplace(*std::move(made));
  }
  std::string heard(const std::string& signature, const std::vector<std::string>& keys) const {
    const std::string body =
        R"({"type": "purchase", "event_type": "purchase.paid", "id": "pur_1", "status": "paid", "reference": "k1",
            "purchase": {"total": 4900, "currency": "MYR"}})";
    const WebhookMessage hook{.body = body,
                              .headers = {{"X-Signature", signature.empty() ? by_key(body) : signature}},
                              .received_at = *Instant::parse("2026-03-10T09:00Z")};
    const auto heard = plugin->webhook(
        hook, [&](std::string_view name) { return name == "chip.public_key" ? keys : std::vector<std::string>(); });
    if (!heard) return heard.error().code + ": " + heard.error().message;
    return heard->claims.size() == 1 && heard->claims[0].proven && heard->claims[0].payment_key == "k1" ? "proven"
                                                                                                        : "?";
  }
  static std::string by_key(const std::string& body) { return signature_by_key(KeyScheme::rsa_sha256, body); }

  test::Folder folder;
  std::optional<PluginLibrary> library;
  std::optional<ProcessorPlugin> plugin;
};

TEST_P(Chip, BelievesWhatItsProvidersKeySigned) {
  const std::string ours = public_key(KeyScheme::rsa_sha256), other = public_key(KeyScheme::rsa_pss_sha256);
  EXPECT_EQ(heard("", {ours}), "proven");
  EXPECT_EQ(heard("", {other, ours}), "proven") << "while the provider changes its key both are good";
  EXPECT_EQ(heard("", {other}).substr(0, 14), "bad_signature:");
  EXPECT_EQ(heard("AAAA", {ours}).substr(0, 14), "bad_signature:");
  EXPECT_EQ(heard("", {}).substr(0, 15), "secret_missing:");
  EXPECT_EQ(heard("", {"my key"}).find("bad_key: secret 'chip.public_key': it is no public key"), 0u)
      << heard("", {"my key"});
}

INSTANTIATE_TEST_SUITE_P(Of, Chip, testing::Values(Isolation::host, Isolation::process));

}  // namespace
}  // namespace florin
