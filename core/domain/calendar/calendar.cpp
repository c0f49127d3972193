#include "domain/calendar/calendar.hpp"

#include <algorithm>
#include <chrono>

namespace florin {

namespace {
constexpr std::int64_t us_a_day = 86'400'000'000;
}

std::int32_t Zone::offset_at(Instant t) const {
  const auto later = std::ranges::upper_bound(changes, t, {}, &Change::at);
  return later == changes.begin() ? first_offset : std::prev(later)->offset;
}

Local Calendar::local(Instant t) const {
  const std::int64_t wall = add(t.us, seconds(zone_.offset_at(t)).us);
  std::int64_t day = wall / us_a_day;
  std::int64_t of_day = wall % us_a_day;
  if (of_day < 0) {
    of_day += us_a_day;
    --day;
  }
  return {Date::from_days(day), of_day};
}

Instant Calendar::instant(const Local& local) const {
  const std::int64_t wall = add(multiply(local.date.days(), us_a_day), local.of_day_us);
  // The wall time belongs to the stretch between two changes in which the clock can show it. Before the change that
  // skips it no stretch shows it: then the change itself is the answer.
  std::int32_t offset = zone_.first_offset;
  for (const Zone::Change& change : zone_.changes) {
    const Instant candidate{subtract(wall, seconds(offset).us)};
    if (candidate < change.at) return candidate;
    const Instant shown_after{subtract(wall, seconds(change.offset).us)};
    if (shown_after < change.at) return change.at;
    offset = change.offset;
  }
  return {subtract(wall, seconds(offset).us)};
}

Instant Calendar::after(Instant t, Span span) const {
  switch (span.unit) {
    case Span::Unit::seconds: return t + seconds(span.count);
    case Span::Unit::months: return boundary(t, span.count, 1);
    case Span::Unit::days: break;
  }
  Local wall = local(t);
  wall.date = Date::from_days(wall.date.days() + span.count);
  return instant(wall);
}

Instant Calendar::boundary(Instant anchor, std::int32_t months, std::int64_t k) const {
  Local wall = local(anchor);
  const std::int64_t month = wall.date.year * 12LL + wall.date.month - 1 + multiply(months, k);
  const auto year = static_cast<std::int32_t>(month / 12);
  const auto of_year = static_cast<std::uint8_t>(month % 12 + 1);
  const std::chrono::year_month_day_last last{std::chrono::year(year),
                                              std::chrono::month_day_last(std::chrono::month(of_year))};
  wall.date = {year, of_year, std::min(wall.date.day, static_cast<std::uint8_t>(static_cast<unsigned>(last.day())))};
  return instant(wall);
}

Instant Calendar::moved(Instant t, Instant since, Instant until) const {
  auto days = static_cast<std::int32_t>(std::max<std::int64_t>(0, days_between(since, until)));
  while (days > 0 && until < after(since, {Span::Unit::days, days})) --days;
  const Span whole{Span::Unit::days, days};
  return after(t, whole) + (until - after(since, whole));
}

Instant Calendar::after_business_days(Instant t, std::int32_t days, const BusinessDays& rule) const {
  const auto works = [&](Date date) {
    const auto weekday = static_cast<std::uint8_t>(((date.days() + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    const bool in_week = rule.weekdays.empty() || std::ranges::find(rule.weekdays, weekday) != rule.weekdays.end();
    return in_week && std::ranges::find(rule.closed, date) == rule.closed.end();
  };
  Date day = date(t);
  for (std::int32_t waited = 0; days > 0; ++waited) {
    if (waited > 366) throw ArithmeticError("there are no business days");
    day = Date::from_days(day.days() + 1);
    if (!works(day)) continue;
    waited = 0;
    --days;
  }
  return instant({Date::from_days(day.days() + 1), 0});
}

std::int64_t Calendar::days_between(Instant from, Instant to) const { return date(to).days() - date(from).days(); }

}  // namespace florin
