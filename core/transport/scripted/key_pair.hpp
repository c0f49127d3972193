#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace florin {

/// How a provider signs whose public key is known: the schemes of florin/plugin.h.
enum class KeyScheme : std::uint8_t { rsa_sha256, rsa_pss_sha256, ecdsa_sha256, ed25519 };
BOOST_DESCRIBE_ENUM(KeyScheme, rsa_sha256, rsa_pss_sha256, ecdsa_sha256, ed25519)

/// A key pair that plays a provider's in stories: made when it is first asked for, one a scheme and process.
///
/// The public half, as PEM.
std::string public_key(KeyScheme scheme);
/// A signature by the private half, in base64.
std::string signature_by_key(KeyScheme scheme, std::string_view text);

}  // namespace florin
