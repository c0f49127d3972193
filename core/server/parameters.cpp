#include "parameters.hpp"

#include <algorithm>
#include <charconv>

namespace florin::server {

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number == 0 || text.starts_with('0'))
    return std::nullopt;
  return number;
}

std::optional<std::uint32_t> number_in(const Asked& asked, std::string_view name, std::uint32_t otherwise,
                                       std::uint32_t most) {
  const std::string* text = asked.request.parameter(name);
  if (text == nullptr) return otherwise;
  const auto number = number_of(*text);
  if (number && *number <= most) return number;
  asked.fail("bad_parameter", std::string(name) + " is a number from 1 to " + std::to_string(most) + ".");
  return std::nullopt;
}

std::optional<PageWords> page_in(const Asked& asked, std::uint32_t most) {
  constexpr std::uint32_t usual = 50;
  const auto limit = number_in(asked, "limit", usual, most);
  if (!limit) return std::nullopt;
  PageWords page{.after = {}, .most = *limit};
  if (const std::string* after = asked.request.parameter("after")) page.after = after->substr(0, 256);
  return page;
}

std::optional<Date> date_in(const Asked& asked, std::string_view name, const Date& otherwise) {
  const std::string* text = asked.request.parameter(name);
  if (text == nullptr) return otherwise;
  const auto date = Date::parse(*text);
  if (date) return *date;
  asked.fail("bad_date", std::string(name) + " is a date of the tenant's, as 2026-04-10.");
  return std::nullopt;
}

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find_first_of(" ,"), words.size());
    if (end > 0) all.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

std::string value_of(const std::vector<Word>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? std::string() : found->value;
}

}  // namespace florin::server
