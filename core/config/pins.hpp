#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "florin/result.hpp"

namespace florin::config {

/// The lock file of plugins: `id: sha256` lines, the digest in lower-case hex of the file that may be loaded.
/// Errors   those of documents, and bad_digest
std::map<std::string, std::string> load_pins(const std::filesystem::path& file, Errors& errors);

}  // namespace florin::config
