#include "domain/documents/month.hpp"

namespace florin {

namespace {

Date next_month(Date day) {
  return day.month == 12 ? Date{day.year + 1, 1, 1} : Date{day.year, static_cast<std::uint8_t>(day.month + 1), 1};
}

}  // namespace

std::string month_of(const Calendar& calendar, Instant at) { return calendar.date(at).text().substr(0, 7); }

std::optional<Date> first_day(std::string_view month) {
  const auto day = Date::parse(std::string(month) + "-01");
  return day && month.size() == 7 ? std::optional(*day) : std::nullopt;
}

std::string month_after(std::string_view month) { return next_month(*first_day(month)).text().substr(0, 7); }

void close_month(Draft& draft, const CloseMonth& command) {
  const auto first = first_day(command.month.month);
  if (!first) refuse("bad_month", "Write the month as 2026-03.");
  const auto& closed = draft.tenant.closed_months;
  if (draft.now < draft.calendar().instant({next_month(*first), 0}))
    refuse("month_not_over", "A month is closed once it is over.");
  if (!closed.empty() && command.month.month <= closed.back().month)
    refuse("month_closed", "This month is closed. Later entries count in the open month.");
  if (!closed.empty() && command.month.month != month_after(closed.back().month))
    refuse("month_before_open", "Months are closed in order: " + month_after(closed.back().month) + " is next.");
  draft.add(MonthClosed{command.month});
}

}  // namespace florin
