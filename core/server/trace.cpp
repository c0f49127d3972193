#include "trace.hpp"

#include <algorithm>

namespace florin::server {

namespace {

constexpr std::size_t whole = 55;
constexpr std::string_view name = "traceparent";

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

bool is_traceparent(std::string_view text) {
  if (text.size() < whole || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16);
  if (!is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(text.substr(53, 2))) return false;
  if (version == "ff" || is_zero(trace) || is_zero(parent)) return false;
  return text.size() == whole || (version != "00" && text[whole] == '-');
}

void keep_fit_trace(HttpRequest& request) {
  const auto is_it = [](const auto& header) { return header.first == name; };
  const auto count = std::ranges::count_if(request.headers, is_it);
  if (count == 0) return;
  const auto found = std::ranges::find_if(request.headers, is_it);
  if (count == 1 && is_traceparent(found->second)) {
    found->second = "00" + found->second.substr(2, whole - 2);
    return;
  }
  std::erase_if(request.headers, is_it);
}

}  // namespace florin::server
