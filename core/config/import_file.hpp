#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "config/document.hpp"
#include "florin/commands.hpp"

namespace florin::config {

/// One account of an import, and where it stands.
struct ImportedRecord {
  AccountId account;
  ImportAccount command;
  std::vector<Word> personal_data;
  Where at;
  Node fields;

  /// Where a field such as `lots[2]` stands; the account when it has no such field, or the file tells no lines.
  Where where(std::string_view field) const;
};
struct ImportFile {
  std::optional<SetDocumentNumbers> next_documents;
  std::vector<ImportedRecord> accounts;
  std::vector<ImportedRecord> unread;  ///< without their command, which could not be read: it has errors
};

/// A YAML file (`next_documents`, and `accounts` by id), or with the ending .jsonl an object a line, each with its
/// `account`. Errors: of all accounts at once, with file and line.
ImportFile read_import(const std::filesystem::path& file, Errors& errors);
/// The same of its text. `name` is its name in errors; its ending says which of the two it is.
ImportFile read_import_text(std::string_view text, const std::filesystem::path& name, Errors& errors);

}  // namespace florin::config
