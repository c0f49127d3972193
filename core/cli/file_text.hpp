#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>

namespace florin::cli {

/// A whole file; none when it cannot be read.
inline std::optional<std::string> text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return in ? std::optional(std::string(std::istreambuf_iterator<char>(in), {})) : std::nullopt;
}

/// A file that only its owner reads, and that was not there before. False: it was, or cannot be written.
inline bool write_private(const std::filesystem::path& file, const std::string& text) {
  if (std::filesystem::exists(file)) return false;
  std::ofstream out(file, std::ios::binary);
  std::error_code failed;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  out << text << "\n";
  out.flush();
  return out.good();
}

}  // namespace florin::cli
