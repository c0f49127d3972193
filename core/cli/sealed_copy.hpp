#pragma once

#include <filesystem>
#include <string>

#include "florin/result.hpp"

/// Backups that only one key opens: libsodium's secretstream, its key sealed to a public key. docs/runbook.md
namespace florin::cli {

struct KeyPair {
  std::string public_key, private_key;  ///< as a line of text each
};
KeyPair make_backup_keys();
/// Errors: bad_key, no_file.
Status seal_file(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& public_key);
/// Errors: bad_key, no_file, damaged_backup.
Status open_sealed(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& private_key);
/// Whether it begins as a sealed one does.
bool is_sealed(const std::filesystem::path& file);

}  // namespace florin::cli
