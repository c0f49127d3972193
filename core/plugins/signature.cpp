#include "plugins/signature.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "florin/signing.hpp"

namespace florin::signature {

namespace {

constexpr std::string_view use = "plugin";

std::string signed_text(const Of& plugin) {
  return fmt::format("florin plugin 1\n{}\n{}\n{}\n", plugin.id, plugin.version, plugin.sha256);
}

/// What stands behind `name: ` on a line of its own.
std::string_view line_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": ")) return line.substr(name.size() + 2);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

}  // namespace

Result<std::string> made(const Of& plugin, std::string_view private_key) {
  const auto key = public_key_of(use, private_key);
  if (!key) return key.error();
  const auto signature = signature_of(use, private_key, signed_text(plugin));
  return fmt::format("key: {}\nsignature: {}\n", *key, *signature);
}

Result<std::string> signer(const Of& plugin, std::string_view text) {
  const std::string_view key = line_of(text, "key");
  const Status fits = check_signature(use, key, signed_text(plugin), line_of(text, "signature"));
  if (fits) return std::string(key);
  return Error{.code = "bad_signature",
               .message = fits.error().code == "bad_key"
                              ? "the signature beside it is none: `florin plugin sign` makes one"
                              : fmt::format("the signature beside it is not of this file: {} {} with SHA-256 {} was "
                                            "changed after it was signed, or somebody else signed it",
                                            plugin.id, plugin.version, plugin.sha256)};
}

}  // namespace florin::signature
