#pragma once

#include "domain/decision/draft.hpp"

/// What an account uses at least in each month of its plan. Usage counts; what is missing is taken from credits, and
/// what these don't reach is an order of its own, tried once and then left as an invoice. Source   EX-04
namespace florin {

/// A month from the anchor begins, when the plan has a minimum; none is running.
void begin_month(Draft& draft);
/// The month is over: what is missing is taken, and the next one begins unless the period is over too.
void end_month(Draft& draft);
/// The plan ends, or begins anew, inside a month: its minimum counts by the day.
void cut_month_short(Draft& draft);

}  // namespace florin
