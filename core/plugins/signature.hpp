#pragma once

#include <string>
#include <string_view>

#include "florin/result.hpp"

/// Who says that a plugin's file is theirs: a file beside it, `stripe.so.sig`, of two lines, `key` and `signature`.
/// docs/decisions/0280-signed-plugins.md
namespace florin::signature {

/// What is signed: which plugin it is, to the byte.
struct Of {
  std::string id, version, sha256;
};

/// The text of the file beside the plugin. Errors: bad_key.
Result<std::string> made(const Of& plugin, std::string_view private_key);
/// The public key that signed it. Errors: bad_signature.
Result<std::string> signer(const Of& plugin, std::string_view text);

}  // namespace florin::signature
