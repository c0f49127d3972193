#include "config/zone.hpp"

#include <gtest/gtest.h>

#include <date/tz.h>

#include <fstream>

#include "config/posix_rule.hpp"
#include "domain/calendar/calendar.hpp"

namespace florin::config {
namespace {

std::int32_t hours_at(std::string_view zone, std::string_view instant) {
  return load_zone(zone)->offset_at(*Instant::parse(instant)) / 3600;
}

TEST(Zone, KnowsSummerTimeUpTo2200) {
  EXPECT_EQ(hours_at("America/Denver", "2026-03-08T08:59Z"), -7);
  EXPECT_EQ(hours_at("America/Denver", "2026-03-08T09:00Z"), -6);
  EXPECT_EQ(hours_at("America/Denver", "2037-07-01T00:00Z"), -6);
  EXPECT_EQ(hours_at("America/Denver", "2038-07-01T00:00Z"), -6);
  EXPECT_EQ(hours_at("America/Denver", "2199-07-01T00:00Z"), -6);
  EXPECT_EQ(hours_at("America/Denver", "2199-12-31T00:00Z"), -7);
  EXPECT_EQ(hours_at("Europe/Paris", "2150-07-01T00:00Z"), 2);
  EXPECT_EQ(hours_at("Asia/Kolkata", "2150-07-01T00:00Z"), 5);
  EXPECT_TRUE(load_zone("UTC")->changes.empty());
}

TEST(Zone, ThirtyDaysAreThirtyDaysOnTheClock) {
  const Zone denver = *load_zone("America/Denver");
  const Calendar calendar(denver);
  EXPECT_EQ(calendar.after(*Instant::parse("2026-10-15T09:00-06:00"), *Span::parse("30 days")).text(),
            "2026-11-14T16:00Z");
}

TEST(Zone, NamesTheNearest) {
  EXPECT_EQ(load_zone("America/Denvor").error().code, "unknown_zone");
  EXPECT_NE(load_zone("America/Denvor").error().message.find("'America/Denver'"), std::string::npos);
  EXPECT_EQ(load_zone("../../etc/passwd").error().code, "unknown_zone");
  EXPECT_EQ(load_zone("localtime").error().code, "unknown_zone");
  EXPECT_EQ(load_zone("").error().code, "unknown_zone");
}

// The library knows the years up to 2037; the rules at the files' ends must say the same of them.
TEST(Zone, RulesAgreeWithTheDatabase) {
  const date::sys_days from{date::year(2034) / 1 / 1}, to{date::year(2036) / 1 / 1};
  int compared = 0;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    std::ifstream in("/usr/share/zoneinfo/" + zone.name(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!bytes.ends_with('\n')) continue;
    bytes.pop_back();
    const auto rule = PosixRule::parse(std::string_view(bytes).substr(bytes.rfind('\n') + 1));
    ASSERT_TRUE(rule) << zone.name();
    if (zone.name() == "Africa/Casablanca" || zone.name() == "Africa/El_Aaiun")
      continue;  // Ramadan, listed year by year
    std::vector<Zone::Change> listed;
    for (date::sys_info info = zone.get_info(from); info.end < to; info = zone.get_info(info.end)) {
      const auto next = zone.get_info(info.end).offset.count();
      if (next == info.offset.count()) continue;
      listed.push_back({{info.end.time_since_epoch().count() * 1'000'000}, static_cast<std::int32_t>(next)});
    }
    const auto said = rule->changes(2034, 2036);
    ASSERT_EQ(said.size(), listed.size()) << zone.name();
    for (std::size_t i = 0; i < said.size(); ++i) {
      EXPECT_EQ(said[i].at, listed[i].at) << zone.name();
      EXPECT_EQ(said[i].offset, listed[i].offset) << zone.name();
    }
    ++compared;
  }
  EXPECT_GT(compared, 300);
}

TEST(Zone, RefusesWhatIsNoRule) {
  for (const std::string_view text : {"", "X", "MST", "MST7MDT", "MST7MDT,M13.1.0,M1.1.0", "MST7MDT,M3.6.0,M1.1.0",
                                      "MST7MDT,M3.2.0", "<-03", "MST7MDT,M3.2.0,M11.1.0x", "MST25", "MST7:60",
                                      "MST7:00:60", "MST7MDT25,M3.2.0,M11.1.0", "MST7MDT,M3.2.0/168,M11.1.0"})
    EXPECT_FALSE(PosixRule::parse(text)) << text;
  EXPECT_TRUE(PosixRule::parse("MST24:59:59MDT,M3.2.0/-167,M11.1.0/167"));
  EXPECT_TRUE(PosixRule::parse("<+0330>-3:30"));
}

}  // namespace
}  // namespace florin::config
