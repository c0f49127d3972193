#pragma once

#include <optional>
#include <string>

#include "message.hpp"

/// What lists have beside their JSON: the address of their next page, and a form for spreadsheets.
namespace florin::server {

/// Of `{"data": […], "next": "…"}`, the header Link (RFC 8288) of the next page of `request`. None: it is the last one.
std::optional<std::string> next_link(const HttpRequest& request, const std::string& json);

/// Rows of `{"data": [{…}]}` as CSV (RFC 4180), its columns in the order in which they are met; what is no plain value
/// is JSON. A cell that a spreadsheet would take for a formula has a `'` before it. None: it is no such list.
std::optional<std::string> csv_of(const std::string& json);

}  // namespace florin::server
