#include "lists.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <vector>

namespace florin::server {

namespace json = boost::json;

namespace {

std::string cell(const json::value* value) {
  if (value == nullptr || value->is_null()) return {};
  std::string text = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
  // A number may begin with a sign; a text that does is read as a formula.
  if (value->is_string() && !text.empty() && std::string_view("=+-@\t\r").contains(text.front())) text.insert(0, "'");
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::optional<std::string> next_link(const HttpRequest& request, const std::string& json) {
  // The page's own: what follows its list. A thing of the list may have a `next` too.
  constexpr std::string_view begin = "],\"next\":";
  const std::size_t at = json.rfind(begin);
  if (at == std::string::npos || json.compare(at + begin.size(), 1, "\"") != 0) return std::nullopt;
  const std::size_t from = at + begin.size() + 1;
  const std::string next = json.substr(from, json.find('"', from) - from);
  const std::string* after = request.parameter("after");
  if (after != nullptr && *after == next) return std::nullopt;
  std::string address = request.path + "?after=" + percent_encoded(next);
  for (const auto& [name, value] : request.query)
    if (name != "after") address += "&" + percent_encoded(name) + "=" + percent_encoded(value);
  return "<" + address + ">; rel=\"next\"";
}

std::optional<std::string> csv_of(const std::string& json) {
  boost::system::error_code failed;
  const json::value all = json::parse(json, failed);
  const json::object* page = failed ? nullptr : all.if_object();
  const json::value* data = page == nullptr ? nullptr : page->if_contains("data");
  if (data == nullptr || !data->is_array()) return std::nullopt;
  std::vector<std::string> columns;
  for (const json::value& row : data->get_array()) {
    if (!row.is_object()) return std::nullopt;
    for (const auto& field : row.get_object())
      if (std::ranges::find(columns, field.key()) == columns.end()) columns.emplace_back(field.key());
  }
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ",") + column;
  text += "\r\n";
  for (const json::value& row : data->get_array()) {
    for (const std::string& column : columns)
      text += (&column == &columns.front() ? "" : ",") + cell(row.get_object().if_contains(column));
    text += "\r\n";
  }
  return text;
}

}  // namespace florin::server
