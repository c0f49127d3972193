#include "transport/secrets.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

namespace florin {

namespace {

constexpr std::size_t longest_secret = 64 << 10;

Error missing(const std::string& reference, std::string_view why) {
  return {.code = "secret_missing", .message = "the secret " + reference + " " + std::string(why)};
}

/// Whether anybody but its owner, its group and root could read it, or anybody but its owner and root change it.
std::optional<std::string> open_to_others(const struct stat& about) {
  if (about.st_uid != ::geteuid() && about.st_uid != 0)
    return "belongs to another user, who could change it: make it yours or root's";
  if ((about.st_mode & (S_IRWXO | S_IWGRP)) == 0) return std::nullopt;
  return "can be read or changed by others: make it mode 600 (or 640, for a group that it is meant for)";
}

Result<std::string> read_secret_file(const std::string& where) {
  const std::string file = where.substr(std::string_view("file:").size());
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return missing(where, "cannot be read");
  std::string value(longest_secret + 1, '\0');
  struct stat about{};
  const bool regular = ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
  std::size_t size = 0;
  for (ssize_t n = 1; regular && n > 0 && size < value.size(); size += n > 0 ? static_cast<std::size_t>(n) : 0)
    n = ::read(descriptor, value.data() + size, value.size() - size);
  ::close(descriptor);
  if (!regular) return missing(where, "is no file that can be read");
  if (const auto why = open_to_others(about)) {
    wipe(value);
    return Error{.code = "secret_not_private", .message = "the secret " + where + " " + *why};
  }
  value.resize(size);
  return value;
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
    auto read = read_secret_file(where);
    if (!read) return read.error();
    value = *std::move(read);
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
