#pragma once

#include <optional>
#include <string>

#include "domain/calendar/calendar.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/journal/entry.hpp"

/// What the demo says of the journal: only what an account's holder would notice.
namespace florin::scenario {

/// `10 Apr`, in the tenant's zone.
std::string day_of(const Calendar& calendar, Instant t);
/// `April 2026`
std::string month_of(Date date);

/// The facts of one entry as one line; empty when it is routine.
std::string told(const Entry& entry, const Catalog& catalog, const Account& account);

/// A text in a column of `width` characters, whatever bytes they take.
std::string padded(std::string_view text, std::size_t width, bool right = false);

}  // namespace florin::scenario
