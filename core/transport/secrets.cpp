#include "transport/secrets.hpp"

#include <sodium.h>
#include <sys/prctl.h>

#include <cstdlib>
#include <fstream>

namespace florin {

namespace {

constexpr std::size_t longest_secret = 64 << 10;

Error missing(const std::string& reference, std::string_view why) {
  return {.code = "secret_missing", .message = "the secret " + reference + " " + std::string(why)};
}

}  // namespace

Result<std::string> read_secret(std::string_view reference) {
  const std::string where(reference);
  std::string value;
  if (where.starts_with("env:")) {
    const char* found = std::getenv(where.c_str() + std::string_view("env:").size());
    if (found == nullptr) return missing(where, "is not set");
    value = found;
  } else {
    std::ifstream in(where.substr(std::string_view("file:").size()), std::ios::binary);
    if (!in) return missing(where, "cannot be read");
    value.resize(longest_secret + 1);
    in.read(value.data(), static_cast<std::streamsize>(value.size()));
    value.resize(static_cast<std::size_t>(in.gcount()));
  }
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (value.empty()) return missing(where, "is empty");
  if (value.size() > longest_secret) return missing(where, "is longer than 64 KiB");
  return value;
}

void scrub(std::string& text, const std::vector<std::string>& secrets) {
  constexpr std::string_view instead = "[secret]";
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + instead.size()))
      text.replace(at, secret.size(), instead);
  }
}

void wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

void keep_memory_private() { (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace florin
