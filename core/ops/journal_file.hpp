#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "store/store.hpp"

namespace florin {

/// The journal of a data folder, or the file itself. Not for an address.
std::filesystem::path journal_file(const std::string& data);
/// The tables beside it, which need not be there.
std::filesystem::path views_file(const std::string& data);
/// The journal, to look at. Errors: those of SqliteStore::open_read_only.
Result<std::unique_ptr<store::Store>> open_journal(const std::string& data);

}  // namespace florin
