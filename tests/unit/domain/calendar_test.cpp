#include "domain/calendar/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <tuple>

#include "world.hpp"

namespace florin::test {
namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 1440 * minute_us;

/// Clocks that change at night, by half an hour, at midnight, in autumn, and never.
const Zone& zone_of(std::size_t i) {
  static const Zone zones[] = {zone_named("America/Denver"),      zone_named("Asia/Kolkata"),
                               zone_named("Europe/Paris"),        zone_named("Australia/Sydney"),
                               zone_named("Australia/Lord_Howe"), zone_named("America/Havana"),
                               zone_named("America/Santiago"),    zone_named("Asia/Beirut")};
  return zones[i % std::size(zones)];
}
constexpr std::size_t zones_known = 8;

/// The slow way: walk through the quarters of hours around the wall time and see what the clock shows. Clocks change on
/// one, and wall times here lie on one.
Instant slow_instant(const Zone& zone, const Local& wall) {
  const std::int64_t shown = wall.date.days() * day_us + wall.of_day_us;
  for (std::int64_t t = shown - 15 * 60 * minute_us; t <= shown + 15 * 60 * minute_us; t += 15 * minute_us) {
    const std::int64_t now_shown = t + zone.offset_at({t}) * 1'000'000LL;
    if (now_shown >= shown && t + 30 * 3600 * 1'000'000LL > shown) return {t};
  }
  throw std::logic_error("no such wall time");
}

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
int days_in(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days[month - 1];
}

/// A calendar that counts on its fingers: days one by one from 1 January 2020, each with the instant at which its wall
/// shows `of_day`. It knows how long months are, and nothing else.
class SlowCalendar {
 public:
  SlowCalendar(const Zone& zone, std::int64_t of_day_us) {
    int year = 2020, month = 1, day = 1;
    while (year <= 2041) {
      const Date date{year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
      index_[{year, month, day}] = days_.size();
      days_.push_back({date, slow_instant(zone, {date, of_day_us})});
      if (++day > days_in(year, month)) day = 1, ++month;
      if (month > 12) month = 1, ++year;
    }
  }
  /// The `day`-th of the month `months` after January 2020, or its last.
  std::size_t of_month(int months, int day) const {
    const int year = 2020 + months / 12, month = months % 12 + 1;
    return index_.at({year, month, std::min(day, days_in(year, month))});
  }
  Instant at(std::size_t index) const { return days_[index].second; }
  Date date(std::size_t index) const { return days_[index].first; }
  std::size_t days() const { return days_.size(); }

 private:
  std::vector<std::pair<Date, Instant>> days_;
  std::map<std::tuple<int, int, int>, std::size_t> index_;
};

constexpr std::int64_t times_of_day[] = {0, 90 * minute_us, 150 * minute_us};  // 02:30 is skipped or comes twice

/// Every day of the month as an anchor, in every month of a leap year and a common one; months, quarters and years.
TEST(Calendar, BoundariesAgainstASlowModel) {
  for (std::size_t z = 0; z < zones_known; ++z)
    for (const std::int64_t of_day : times_of_day) {
      const Calendar calendar(zone_of(z));
      const SlowCalendar slow(zone_of(z), of_day);
      for (int first = 0; first < 24; ++first)
        for (int day = 1; day <= days_in(2020 + first / 12, first % 12 + 1); ++day) {
          const Instant anchor = slow.at(slow.of_month(first, day));
          // An anchor that the clock skipped lies on another wall time: its periods are not those of this one.
          if (calendar.local(anchor).of_day_us != of_day) continue;
          for (const int months : {1, 3, 12})
            for (int k = 0; first + k * months < 12 * 21; k += day < 28 && k > 24 ? 7 : 1)
              ASSERT_EQ(calendar.boundary(anchor, months, k), slow.at(slow.of_month(first + k * months, day)))
                  << zone_of(z).name << ", " << months << " months, day " << day << ", period " << k;
        }
    }
}

/// `30 days` and `12 months` from each day of twenty years, and the days between.
TEST(Calendar, SpansAndDaysAgainstASlowModel) {
  for (std::size_t z = 0; z < zones_known; ++z)
    for (const std::int64_t of_day : times_of_day) {
      const Calendar calendar(zone_of(z));
      const SlowCalendar slow(zone_of(z), of_day);
      for (std::size_t from = 0; from + 400 < slow.days(); ++from) {
        const Instant start = slow.at(from);
        if (calendar.local(start).of_day_us != of_day) continue;
        for (const int days : {1, 7, 30, 180, 366}) {
          const std::size_t to = from + static_cast<std::size_t>(days);
          ASSERT_EQ(calendar.after(start, {Span::Unit::days, days}), slow.at(to)) << zone_of(z).name << " " << days;
          ASSERT_EQ(calendar.days_between(start, slow.at(to)), days) << zone_of(z).name << " " << start.text();
        }
        const Date date = slow.date(from);
        const int month = (date.year - 2020) * 12 + date.month - 1;
        if (month + 12 < 12 * 21) {
          ASSERT_EQ(calendar.after(start, {Span::Unit::months, 12}), slow.at(slow.of_month(month + 12, date.day)));
        }
      }
    }
}

/// Day of the week by counting: 1 January 2020 was a Wednesday.
TEST(Calendar, BusinessDaysAgainstASlowModel) {
  const Calendar calendar(zone_of(2));
  const SlowCalendar slow(zone_of(2), 0);
  const BusinessDays rule{{0, 1, 2, 3, 4}, {{2026, 12, 25}, {2027, 1, 1}, {2030, 5, 1}}};
  for (std::size_t from = 0; from + 60 < slow.days(); from += 3)
    for (const int wanted : {1, 2, 5, 10}) {
      std::size_t day = from;
      for (int left = wanted; left > 0;) {
        ++day;
        const bool closed = std::ranges::find(rule.closed, slow.date(day)) != rule.closed.end();
        if ((day + 2) % 7 < 5 && !closed) --left;
      }
      ASSERT_EQ(calendar.after_business_days(slow.at(from), wanted, rule), slow.at(day + 1))
          << slow.date(from).text() << " " << wanted;
    }
}

TEST(Calendar, ASkippedWallTimeIsTheFirstInstantAfterIt) {
  const Calendar denver(zone_of(0)), lord_howe(zone_of(4));
  EXPECT_EQ(denver.instant({{2026, 3, 8}, 150 * minute_us}), at("2026-03-08T09:00Z"));      // 02:30 does not exist
  EXPECT_EQ(lord_howe.instant({{2026, 10, 4}, 135 * minute_us}), at("2026-10-03T15:30Z"));  // 02:15: half an hour
}

TEST(Calendar, WholeDaysOfAPauseMoveLocalDatesAndTheRestIsElapsed) {
  const Calendar denver(zone_of(0));
  // 25 March to 20 May at the same wall time: 56 days, across no clock change of the ends that move.
  const Instant from = at("2026-03-25T15:00Z"), to = at("2026-05-20T15:00Z");
  EXPECT_EQ(denver.moved(at("2026-04-10T15:00Z"), from, to), at("2026-06-05T15:00Z"));
  EXPECT_EQ(denver.moved(at("2026-12-01T16:00Z"), from, to), at("2027-01-26T16:00Z"));
  // 1 March 09:00 to 10 March 11:30 is nine days and two hours and a half, although the clock went forward between.
  EXPECT_EQ(denver.moved(at("2026-03-20T15:00Z"), at("2026-03-01T16:00Z"), at("2026-03-10T17:30Z")),
            at("2026-03-29T17:30Z"));
  // Less than a day is elapsed time, over a midnight too.
  EXPECT_EQ(denver.moved(at("2026-03-20T15:00Z"), at("2026-03-01T16:00Z"), at("2026-03-02T15:59Z")),
            at("2026-03-21T14:59Z"));
  EXPECT_EQ(denver.moved(to, from, from), to);
}

TEST(Calendar, AWallTimeThatComesTwiceIsTheEarlier) {
  const Calendar denver(zone_of(0)), paris(zone_of(2));
  EXPECT_EQ(denver.instant({{2026, 11, 1}, 90 * minute_us}), at("2026-11-01T07:30Z"));
  EXPECT_EQ(paris.instant({{2026, 10, 25}, 150 * minute_us}), at("2026-10-25T00:30Z"));
}

TEST(Calendar, ThirtyDaysKeepTheLocalTime) {
  const Calendar denver(zone_of(0));
  EXPECT_EQ(denver.after(at("2026-10-15T15:00Z"), {Span::Unit::days, 30}),
            at("2026-11-14T16:00Z"));  // 09:00, not 08:00
  EXPECT_EQ(denver.after(at("2026-10-15T15:00Z"), {Span::Unit::seconds, 3600}), at("2026-10-15T16:00Z"));
}

TEST(Calendar, TwelveMonthsFromALeapDay) {
  const Zone utc{.name = "UTC", .database = "", .first_offset = 0, .changes = {}};
  const Calendar calendar(utc);
  EXPECT_EQ(calendar.after(at("2028-02-29T09:00Z"), {Span::Unit::months, 12}), at("2029-02-28T09:00Z"));
  EXPECT_EQ(calendar.boundary(at("2028-02-29T09:00Z"), 12, 4), at("2032-02-29T09:00Z"));
  EXPECT_EQ(calendar.days_between(at("2026-04-06T15:00Z"), at("2026-04-22T09:00Z")), 16);
}

TEST(Calendar, LocalAndInstantAreInverse) {
  EXPECT_TRUE(rc::check("local(instant(local(t))) is local(t)", [] {
    const Zone& zone = zone_of(*rc::gen::inRange<std::size_t>(0, zones_known));
    const Calendar calendar(zone);
    const Instant t{*rc::gen::inRange<std::int64_t>(at("2020-01-01T00:00Z").us, at("2040-01-01T00:00Z").us)};
    const Local wall = calendar.local(t);
    const Instant back = calendar.instant(wall);
    RC_ASSERT(calendar.local(back) == wall);
    RC_ASSERT(back <= t);  // of two the earlier
  }));
}

TEST(Calendar, BoundariesGrowAndFollowOneAnother) {
  EXPECT_TRUE(rc::check("periods tile time", [] {
    const Calendar calendar(zone_of(*rc::gen::inRange<std::size_t>(0, zones_known)));
    const Instant anchor{*rc::gen::inRange<std::int64_t>(at("2020-01-01T00:00Z").us, at("2036-01-01T00:00Z").us)};
    for (int k = 0; k < 24; ++k) RC_ASSERT(calendar.boundary(anchor, 1, k) < calendar.boundary(anchor, 1, k + 1));
    RC_ASSERT(calendar.boundary(anchor, 1, 12) == calendar.boundary(anchor, 12, 1));
  }));
}

}  // namespace
}  // namespace florin::test
