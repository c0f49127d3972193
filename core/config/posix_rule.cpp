#include "config/posix_rule.hpp"

#include <algorithm>
#include <chrono>

namespace florin::config {

namespace {

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// One to three digits.
bool take_number(std::string_view& text, int& number) {
  std::size_t digits = 0;
  number = 0;
  for (; digits < text.size() && digits < 3 && text[digits] >= '0' && text[digits] <= '9'; ++digits)
    number = number * 10 + (text[digits] - '0');
  text.remove_prefix(digits);
  return digits != 0;
}

/// `MST` or `<-03>`; only its place matters here.
bool take_name(std::string_view& text) {
  std::size_t length = 0;
  if (text.starts_with('<')) {
    length = text.find('>');
    if (length == std::string_view::npos) return false;
    ++length;
  } else {
    while (length < text.size() && ((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')) ++length;
  }
  text.remove_prefix(length);
  return length >= 3;
}

/// What RFC 8536 lets a rule say: how far a place is from Greenwich, and when its clocks change, up to a week from a
/// day.
constexpr int most_hours_apart = 24, most_hours_of_a_change = 167;

/// `7`, `-5:30`, `+02:00:00`.
bool take_time(std::string_view& text, int most_hours, std::int64_t& seconds) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int part = 0;
  if (!take_number(text, part) || part > most_hours) return false;
  seconds = part * 3600LL;
  for (const std::int64_t unit : {60, 1}) {
    if (!take(text, ':')) break;
    if (!take_number(text, part) || part > 59) return false;
    seconds += part * unit;
  }
  if (negative) seconds = -seconds;
  return true;
}

}  // namespace

bool PosixRule::take_day(std::string_view& text, Day& day) {
  if (!take(text, ',') || !take(text, 'M') || !take_number(text, day.month) || !take(text, '.') ||
      !take_number(text, day.week) || !take(text, '.') || !take_number(text, day.weekday))
    return false;
  day.seconds = 7200;
  if (take(text, '/') && !take_time(text, most_hours_of_a_change, day.seconds)) return false;
  return day.month >= 1 && day.month <= 12 && day.week >= 1 && day.week <= 5 && day.weekday <= 6;
}

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
  PosixRule rule;
  std::int64_t west = 0;
  if (!take_name(text) || !take_time(text, most_hours_apart, west)) return std::nullopt;
  rule.standard_ = static_cast<std::int32_t>(-west);
  if (text.empty()) return rule;
  Daylight daylight;
  if (!take_name(text)) return std::nullopt;
  west -= 3600;
  if (!text.starts_with(',') && !take_time(text, most_hours_apart, west)) return std::nullopt;
  daylight.offset = static_cast<std::int32_t>(-west);
  if (!take_day(text, daylight.begins) || !take_day(text, daylight.ends) || !text.empty()) return std::nullopt;
  rule.daylight_ = daylight;
  return rule;
}

Instant PosixRule::instant(const Day& day, std::int32_t year, std::int32_t offset) {
  const std::chrono::year_month month{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(day.month))};
  const std::chrono::weekday weekday(static_cast<unsigned>(day.weekday));
  const std::chrono::sys_days date = day.week == 5
                                         ? std::chrono::sys_days(month / weekday[std::chrono::last])
                                         : std::chrono::sys_days(month / weekday[static_cast<unsigned>(day.week)]);
  const std::int64_t midnight = date.time_since_epoch().count() * 86'400LL;
  return {(midnight + day.seconds - offset) * 1'000'000};
}

std::vector<Zone::Change> PosixRule::changes(std::int32_t from, std::int32_t to) const {
  std::vector<Zone::Change> all;
  for (std::int32_t year = from; daylight_ && year < to; ++year) {
    all.push_back({instant(daylight_->begins, year, standard_), daylight_->offset});
    all.push_back({instant(daylight_->ends, year, daylight_->offset), standard_});
  }
  std::ranges::sort(all, {}, &Zone::Change::at);
  return all;
}

}  // namespace florin::config
