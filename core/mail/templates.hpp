#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"

/// What is written to people: `order_confirmed.en.subject` and `.txt`, in mustache. docs/decisions/0113-mail.md
namespace florin::mail {

using Data = std::map<std::string, std::string>;

/// The kinds of messages, and the words that each may use beside those of all.
const std::map<std::string, std::vector<std::string>>& kinds();
/// A tenant's folder, then the shipped one.
using Folders = std::vector<std::filesystem::path>;

struct Rendered {
  std::string subject, text, html;
};
/// In the first of `languages` that has both files, in one of the folders; English is always there. Errors:
/// no_template, bad_template.
Result<Rendered> render(const Folders& folders, const std::string& kind, const std::vector<std::string>& languages,
                        const Data& data);

/// Every template of a folder: kinds and languages that are known, words that the kind has, and each rendered once; of
/// each language both files. `complete`: every kind is there in English. Errors: unknown_name, unknown_language,
/// bad_template, missing_key, each with file and line.
Errors check_templates(const std::filesystem::path& folder, bool complete);

}  // namespace florin::mail
