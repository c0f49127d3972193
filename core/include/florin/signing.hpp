#pragma once

#include <string>
#include <string_view>

#include "florin/export.hpp"
#include "florin/result.hpp"

/// Ed25519 keys and signatures as lines of text. A key says what it is for, `florin_anchor_public_…`, and is taken for
/// nothing else.
namespace florin {

struct SigningKeys {
  std::string public_key;   ///< checks what the other one signed
  std::string private_key;  ///< signs
};
/// Errors: no_random.
FLORIN_API Result<SigningKeys> make_signing_keys(std::string_view use);

/// What `text` was signed with, in base64url. Errors: bad_key.
FLORIN_API Result<std::string> signature_of(std::string_view use, std::string_view private_key, std::string_view text);
/// The key that checks what `private_key` signs. Errors: bad_key.
FLORIN_API Result<std::string> public_key_of(std::string_view use, std::string_view private_key);
/// Whether it is a public key for this use. Errors: bad_key.
FLORIN_API Status check_public_key(std::string_view use, std::string_view public_key);
/// Errors: bad_key; not_signed: not by this key, or the text was changed.
FLORIN_API Status check_signature(std::string_view use, std::string_view public_key, std::string_view text,
                                  std::string_view signature);

}  // namespace florin
