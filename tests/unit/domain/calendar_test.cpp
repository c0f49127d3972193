#include "domain/calendar/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "world.hpp"

namespace florin::test {
namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 1440 * minute_us;

const Zone& zone_of(std::size_t i) {
  static const Zone zones[] = {zone_named("America/Denver"), zone_named("Asia/Kolkata"), zone_named("Europe/Paris"),
                               zone_named("Australia/Sydney"), zone_named("Australia/Lord_Howe")};
  return zones[i % std::size(zones)];
}

/// The slow way: walk through the minutes around the wall time and see what the clock shows.
Instant slow_instant(const Zone& zone, const Local& wall) {
  const std::int64_t shown = wall.date.days() * day_us + wall.of_day_us;
  for (std::int64_t t = shown - 15 * 60 * minute_us; t <= shown + 15 * 60 * minute_us; t += minute_us) {
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

TEST(Calendar, BoundariesAgainstASlowModel) {
  for (std::size_t z = 0; z < 5; ++z) {
    const Calendar calendar(zone_of(z));
    for (std::uint8_t day = 1; day <= 31; ++day) {
      const Local start{{2020, 1, day}, 150 * minute_us};  // 02:30, which clock changes skip or show twice
      const Instant anchor = calendar.instant(start);
      for (int k = 0; k <= 12 * 20; ++k) {
        const int year = 2020 + k / 12, month = k % 12 + 1;
        const Local wall{{year, static_cast<std::uint8_t>(month),
                          static_cast<std::uint8_t>(std::min<int>(day, days_in(year, month)))},
                         start.of_day_us};
        ASSERT_EQ(calendar.boundary(anchor, 1, k), slow_instant(zone_of(z), wall)) << zone_of(z).name << " " << k;
      }
    }
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
    const Zone& zone = zone_of(*rc::gen::inRange<std::size_t>(0, 5));
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
    const Calendar calendar(zone_of(*rc::gen::inRange<std::size_t>(0, 5)));
    const Instant anchor{*rc::gen::inRange<std::int64_t>(at("2020-01-01T00:00Z").us, at("2036-01-01T00:00Z").us)};
    for (int k = 0; k < 24; ++k) RC_ASSERT(calendar.boundary(anchor, 1, k) < calendar.boundary(anchor, 1, k + 1));
    RC_ASSERT(calendar.boundary(anchor, 1, 12) == calendar.boundary(anchor, 12, 1));
  }));
}

}  // namespace
}  // namespace florin::test
