#include "florin/time.hpp"

#include <charconv>
#include <chrono>

namespace florin {

namespace {

/// `length` digits at the front of `text`, taken off it; -1 when they are not there.
int take_digits(std::string_view& text, std::size_t length) {
  if (text.size() < length) return -1;
  int value = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(length);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::string padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

bool take_date(std::string_view& text, Date& date) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return false;
  const int month = take_digits(text, 2);
  if (month < 1 || !take(text, '-')) return false;
  const int day = take_digits(text, 2);
  if (day < 1) return false;
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                        std::chrono::day(static_cast<unsigned>(day))};
  date = {year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
  return ymd.ok();
}

constexpr std::int64_t us_a_second = 1'000'000;
constexpr std::int64_t us_a_day = 86'400 * us_a_second;

}  // namespace

std::int64_t Date::days() const {
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return std::chrono::sys_days(ymd).time_since_epoch().count();
}

Date Date::from_days(std::int64_t days) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days(std::chrono::days(days))};
  return {static_cast<int>(ymd.year()), static_cast<std::uint8_t>(static_cast<unsigned>(ymd.month())),
          static_cast<std::uint8_t>(static_cast<unsigned>(ymd.day()))};
}

Result<Date> Date::parse(std::string_view text) {
  Date date;
  std::string_view rest = text;
  if (take_date(rest, date) && rest.empty()) return date;
  return Error{.code = "bad_date",
               .message = "'" + std::string(text.substr(0, 40)) + "' is no date such as 2026-03-10"};
}

std::string Date::text() const { return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2); }

Result<Instant> Instant::parse(std::string_view text) {
  const Error bad{.code = "bad_instant",
                  .message = "'" + std::string(text.substr(0, 40)) + "' is no instant such as 2026-03-10T09:00Z"};
  Date date;
  std::string_view rest = text;
  if (!take_date(rest, date) || !take(rest, 'T')) return bad;
  const int hour = take_digits(rest, 2);
  if (hour < 0 || hour > 23 || !take(rest, ':')) return bad;
  const int minute = take_digits(rest, 2);
  if (minute < 0 || minute > 59) return bad;
  int second = 0;
  std::int64_t fraction = 0;
  if (take(rest, ':')) {
    second = take_digits(rest, 2);
    if (second < 0 || second > 59) return bad;
    if (take(rest, '.')) {
      std::int64_t place = us_a_second / 10;
      if (rest.empty() || rest[0] < '0' || rest[0] > '9') return bad;
      for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1), place /= 10) {
        if (place == 0) return bad;
        fraction += (rest[0] - '0') * place;
      }
    }
  }
  int offset = 0;
  if (!take(rest, 'Z')) {
    const bool west = rest.starts_with('-');
    if (!west && !rest.starts_with('+')) return bad;
    rest.remove_prefix(1);
    const int offset_hours = take_digits(rest, 2);
    if (offset_hours < 0 || offset_hours > 23 || !take(rest, ':')) return bad;
    const int offset_minutes = take_digits(rest, 2);
    if (offset_minutes < 0 || offset_minutes > 59) return bad;
    offset = (offset_hours * 60 + offset_minutes) * (west ? -1 : 1);
  }
  if (!rest.empty()) return bad;
  const std::int64_t of_day = ((hour * 60 + minute - offset) * 60LL + second) * us_a_second + fraction;
  return Instant{date.days() * us_a_day + of_day};
}

std::string Instant::text() const {
  std::int64_t day = us / us_a_day;
  std::int64_t rest = us % us_a_day;
  if (rest < 0) {
    rest += us_a_day;
    --day;
  }
  std::string text = Date::from_days(day).text() + "T" + padded(rest / (3600 * us_a_second), 2) + ":" +
                     padded(rest / (60 * us_a_second) % 60, 2);
  if (rest % (60 * us_a_second) != 0) text += ":" + padded(rest / us_a_second % 60, 2);
  if (rest % us_a_second != 0) text += "." + padded(rest % us_a_second, 6);
  return text + "Z";
}

namespace {
struct UnitWord {
  std::string_view singular, plural;
  Span::Unit unit;
  std::int32_t times;
};
constexpr UnitWord unit_words[] = {
    {"second", "seconds", Span::Unit::seconds, 1}, {"minute", "minutes", Span::Unit::seconds, 60},
    {"hour", "hours", Span::Unit::seconds, 3600},  {"day", "days", Span::Unit::days, 1},
    {"week", "weeks", Span::Unit::days, 7},        {"month", "months", Span::Unit::months, 1},
    {"year", "years", Span::Unit::months, 12},
};
}  // namespace

Result<Span> Span::parse(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space != std::string_view::npos) {
    std::int32_t count = 0;
    const std::string_view number = text.substr(0, space);
    const auto [end, failed] = std::from_chars(number.begin(), number.end(), count);
    if (failed == std::errc() && end == number.end() && count >= 0) {
      for (const UnitWord& word : unit_words) {
        if (text.substr(space + 1) != word.singular && text.substr(space + 1) != word.plural) continue;
        if (count > INT32_MAX / word.times) break;
        return Span{word.unit, count * word.times};
      }
    }
  }
  return Error{
      .code = "bad_span",
      .message = "'" + std::string(text.substr(0, 40)) + "' is no length of time such as 30 days, 12 months or 1 hour"};
}

std::string Span::text() const {
  const auto with = [](std::int32_t n, std::string_view word) {
    return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s");
  };
  switch (unit) {
    case Unit::days: return with(count, "day");
    case Unit::months: return with(count, "month");
    case Unit::seconds: break;
  }
  if (count != 0 && count % 3600 == 0) return with(count / 3600, "hour");
  if (count != 0 && count % 60 == 0) return with(count / 60, "minute");
  return with(count, "second");
}

}  // namespace florin
