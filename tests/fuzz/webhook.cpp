#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <vector>

#include "../plugins/folder.hpp"
#include "input.hpp"
#include "plugins/processor.hpp"

namespace {

using namespace florin;

std::string hex_of_hmac(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[bytes[i] >> 4];
    hex += "0123456789abcdef"[bytes[i] & 15];
  }
  return hex;
}

/// What ships runs in the host's own process, and so in this one.
const PluginLibrary& shipped() {
  static const test::Folder folder;
  static const PluginLibrary library = [] {
    PluginPlaces where{.folders = {FLORIN_SHIPPED}, .copies = folder.path / "copies", .pins = {}};
    const PluginLibrary listed = *PluginLibrary::open(where);
    where.shipped.emplace();
    for (const PluginFile& file : listed.files()) where.shipped->insert(file.sha256);
    return *PluginLibrary::open(std::move(where));
  }();
  return library;
}

ProcessorPlugin plugin_of(const char* name, const char* config) {
  auto plugin = shipped().processor(name, {.tenant = "fuzz", .config_json = config});
  if (!plugin) std::cerr << name << ": " << plugin.error().front().message << '\n';
  fuzz::require(plugin.operator bool());
  return *std::move(plugin);
}

constexpr std::string_view secret = "whsec_fuzz";
const Instant received{1'700'000'000'000'000};

/// One provider: its plugin, and what its messages are signed with.
struct Provider {
  ProcessorPlugin plugin;
  std::vector<std::pair<std::string, std::string>> (*sign)(const std::string& body);
};
const std::vector<Provider>& providers() {
  static const std::vector<Provider> all = {
      {plugin_of("stripe", "{}"),
       [](const std::string& body) {
         const std::string signature = "t=1700000000,v1=" + hex_of_hmac(secret, "1700000000." + body);
         return std::vector<std::pair<std::string, std::string>>{{"Stripe-Signature", signature}};
       }},
      {plugin_of("razorpay", R"({"key_id": "rzp_test_fuzz", "mandate_limit": 1500000})"),
       [](const std::string& body) {
         return std::vector<std::pair<std::string, std::string>>{{"X-Razorpay-Signature", hex_of_hmac(secret, body)},
                                                                 {"X-Razorpay-Event-Id", "evt_1"}};
       }},
      {plugin_of("gocardless", "{}"),
       [](const std::string& body) {
         return std::vector<std::pair<std::string, std::string>>{{"Webhook-Signature", hex_of_hmac(secret, body)}};
       }},
      {plugin_of("paypal", R"({"webhook_id": "WH-FUZZ"})"),
       [](const std::string&) {
         return std::vector<std::pair<std::string, std::string>>{{"PayPal-Transmission-Id", "t"},
                                                                 {"PayPal-Transmission-Sig", "s"}};
       }},
  };
  return all;
}

}  // namespace

/// A message that its provider has signed, through the plugin: claims that are proven and have what a host needs of
/// them, or a reason. Unsigned, it is refused whatever it says. The first byte names the provider.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Provider& provider = providers()[data[0] % providers().size()];
  const Secrets secrets = [](std::string_view) { return std::vector<std::string>{std::string(secret)}; };
  const ProcessorPlugin::Asks asks = [](const PlannedRequest&) -> Result<ProviderReply> {
    return ProviderReply(200, {}, R"({"verification_status": "SUCCESS"})", received);
  };
  WebhookMessage message{.body = std::string(fuzz::text(data + 1, size - 1)), .headers = {}, .received_at = received};
  const auto unsigned_one = provider.plugin.webhook(message, secrets, asks);
  fuzz::require(!unsigned_one && !unsigned_one.error().message.empty());
  message.headers = provider.sign(message.body);
  const auto heard = provider.plugin.webhook(message, secrets, asks);
  if (!heard) return fuzz::require(!heard.error().code.empty() && !heard.error().message.empty()), 0;
  for (const WebhookClaim& claim : heard->claims) fuzz::require(claim.proven);
  return 0;
}
