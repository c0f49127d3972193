#pragma once

#include <cstdint>
#include <string>

#include "florin/result.hpp"

namespace florin {

/// Whether `signature`, in base64, base64url or hex, is one of `message` by the private half of `key`.
///
/// scheme   FLORIN_RSA_SHA256, FLORIN_RSA_PSS_SHA256, FLORIN_ECDSA_SHA256 or FLORIN_ED25519 of florin/plugin.h; of
///          another one nothing is a signature
/// key      as the provider gives it: PEM of a public key or a certificate (its key alone counts: neither its name nor
///          its dates are looked at, the operator has pinned it); or hex or base64 of DER, or of the 32 bytes of an
///          Ed25519 key. At most 16 KiB
/// Errors   bad_key: it is no public key, not one of the scheme, or an RSA key of fewer than 2048 or more than 8192
///          bits; the message does not repeat it
/// Source   docs/decisions/0310-public-keys-of-providers.md
Result<bool> is_signed(std::uint32_t scheme, const std::string& key, const std::string& message,
                       const std::string& signature);

}  // namespace florin
