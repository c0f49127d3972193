#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "florin/result.hpp"
#include "transport/scripted/scripted.hpp"

namespace florin {

/// The replies of a record as answers of a story: of lines as the Recorder writes them (*.jsonl), or of an exchange of
/// `florin plugin check --against` (*.json). The record's key of the host is `${key}` in them.
///
/// to      method and path that a reply of an exchange answers, where the reply itself does not say `to`
/// Errors  file_missing, bad_record
Result<std::vector<ScriptedAnswer>> recorded_answers(const std::filesystem::path& file, const std::string& to);

/// Whether `to` is a method and a path without its query: `POST /payments`, `GET /payments/*`.
bool is_method_and_path(const std::string& to);

}  // namespace florin
