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

std::optional<bool> flag_in(const Asked& asked, std::string_view name) {
  const std::string* text = asked.request.parameter(name);
  if (text == nullptr || *text == "false") return false;
  if (*text == "true") return true;
  asked.fail("bad_parameter", std::string(name) + " is true or false.");
  return std::nullopt;
}

std::optional<PageWords> page_in(const Asked& asked, std::uint32_t most) {
  constexpr std::uint32_t usual = 50;
  const auto limit = number_in(asked, "limit", usual, most);
  if (!limit) return std::nullopt;
  const auto count = flag_in(asked, "count");
  if (!count) return std::nullopt;
  PageWords page{.after = {}, .most = *limit, .count = *count};
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

bool is_reserved_key(std::string_view key) { return key.starts_with("session:") || key.starts_with("viewed:"); }

std::optional<std::string> idempotency_key_in(const Asked& asked) {
  const std::string* header = asked.request.header("idempotency-key");
  if (header == nullptr) {
    asked.fail("idempotency_key_missing",
               "A command needs an Idempotency-Key, such as \"<account>:<your id>\": sent again with the same key it "
               "happens once.");
    return std::nullopt;
  }
  constexpr std::size_t longest = 255;
  std::string_view key = trimmed(*header);
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 127; });
  if (key.empty() || key.size() > longest || !printable) {
    asked.fail("bad_idempotency_key", "An Idempotency-Key is 1 to 255 printable characters without blanks.");
    return std::nullopt;
  }
  if (is_reserved_key(key)) {
    asked.fail("bad_idempotency_key", std::string(reserved_key));
    return std::nullopt;
  }
  if (!asked.caller.session) return std::string(key);
  // Sessions have keys of their own: a customer neither uses up nor finds out a backend's.
  const Session& session = *asked.caller.session;
  const std::string whose = (session.staff ? "staff" : session.account) + "\n" + session.id + "\n";
  return "session:" + digest_of(whose + std::string(key));
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
