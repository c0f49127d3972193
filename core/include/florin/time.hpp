#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "florin/export.hpp"
#include "florin/ratio.hpp"

namespace florin {

/// Elapsed time in microseconds.
struct Duration {
  std::int64_t us = 0;

  friend auto operator<=>(const Duration&, const Duration&) = default;
  friend Duration operator+(Duration a, Duration b) { return {add(a.us, b.us)}; }
  friend Duration operator-(Duration a, Duration b) { return {subtract(a.us, b.us)}; }
};
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration minutes(std::int64_t n) { return {n * 60'000'000}; }
constexpr Duration hours(std::int64_t n) { return {n * 3'600'000'000}; }

/// A point in time: microseconds since 1970-01-01T00:00Z. Zones are a tenant's matter, see Calendar.
struct Instant {
  std::int64_t us = 0;

  /// As written: `2026-03-10T09:00Z`, `…T09:00:00.250Z`, `…T09:00+05:30`; a zone is required. Errors: bad_instant.
  FLORIN_API static Result<Instant> parse(std::string_view text);
  /// RFC 3339 in UTC, without a fraction when there is none.
  FLORIN_API std::string text() const;

  friend auto operator<=>(const Instant&, const Instant&) = default;
  friend Instant operator+(Instant t, Duration d) { return {add(t.us, d.us)}; }
  friend Instant operator-(Instant t, Duration d) { return {subtract(t.us, d.us)}; }
  friend Duration operator-(Instant a, Instant b) { return {subtract(a.us, b.us)}; }
};
/// Later than any instant in the books.
inline constexpr Instant never{INT64_MAX};

/// A day of the proleptic Gregorian calendar, without a time zone.
struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;
  std::uint8_t day = 1;

  /// `2026-03-10`. Errors: bad_date.
  FLORIN_API static Result<Date> parse(std::string_view text);
  FLORIN_API std::string text() const;
  /// Days since 1970-01-01.
  FLORIN_API std::int64_t days() const;
  FLORIN_API static Date from_days(std::int64_t days);
  friend auto operator<=>(const Date&, const Date&) = default;
};

/// A length as a contract writes it: `30 days` and `12 months` are calendar lengths in the tenant's zone; `1 hour` is
/// elapsed time. Which instant it ends at is for the calendar to say.
struct Span {
  enum class Unit : std::uint8_t { seconds, days, months };
  Unit unit = Unit::seconds;
  std::int32_t count = 0;

  /// A count of second(s), minute(s), hour(s), day(s), week(s), month(s), year(s). Errors: bad_span.
  FLORIN_API static Result<Span> parse(std::string_view text);
  FLORIN_API std::string text() const;
  friend bool operator==(const Span&, const Span&) = default;
};

}  // namespace florin
