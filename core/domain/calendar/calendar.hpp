#pragma once

#include "domain/calendar/business_days.hpp"
#include "domain/calendar/zone.hpp"

namespace florin {

/// Days, months and periods in a tenant's own zone.
///
/// A wall time that a clock change skips is the first instant after it; one that comes twice is the earlier.
/// Source   ALL-06; docs/decisions/0004-time.md
class Calendar {
 public:
  explicit Calendar(const Zone& zone) : zone_(zone) {}

  Local local(Instant t) const;
  Date date(Instant t) const { return local(t).date; }
  Instant instant(const Local& local) const;

  /// `span` after `t`: the same wall time so many days or months on, the last day where the day is missing; elapsed
  /// time for seconds.
  Instant after(Instant t, Span span) const;

  /// Start of period `k` of a cycle of `months` that is anchored at `anchor`, which is the start of period 0. Computed
  /// from the anchor, never from the period before: the 31st falls on the last day of shorter months and returns.
  Instant boundary(Instant anchor, std::int32_t months, std::int64_t k) const;

  /// `t` as much later as `until` is after `since`: whole days move local dates by as many days, the rest is elapsed
  /// time. Source   CL-15
  Instant moved(Instant t, Instant since, Instant until) const;

  /// The end of the `days`-th business day after the day of `t`, as the midnight that follows it. The day of `t` itself
  /// is not counted. Throws ArithmeticError when no day of a year is a business day.
  Instant after_business_days(Instant t, std::int32_t days, const BusinessDays& rule) const;

  /// Whole local days from the day of `from` (counted) to the day of `to` (not counted).
  std::int64_t days_between(Instant from, Instant to) const;

 private:
  const Zone& zone_;
};

}  // namespace florin
