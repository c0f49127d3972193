#pragma once

#include "domain/decision/draft.hpp"

/// Months of the books in a tenant's zone, closed in order and for good. Source   ALL-12
namespace florin {

/// `2026-03` for an instant of March. Errors of parse: none for what is no month.
std::string month_of(const Calendar& calendar, Instant at);
std::optional<Date> first_day(std::string_view month);
/// `2026-04` after `2026-03`.
std::string month_after(std::string_view month);

void close_month(Draft& draft, const CloseMonth& command);

}  // namespace florin
