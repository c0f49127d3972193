#include "domain/minimums/minimum.hpp"

#include <algorithm>

#include "domain/credits/spend.hpp"
#include "domain/orders/place.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin {

namespace {

/// `part` of the minimum, in the credits that are money.
void take_what_is_missing(Draft& draft, Ratio part) {
  const MonthState month = *draft.account.month;
  const auto minimum = current_terms(draft).plan.monthly_minimum;
  if (!minimum) return;
  const Money due = minimum->times(part, Rounding::half_up);
  const int decimals = draft.catalog().credit_type(month.type)->decimals;
  const std::int64_t minor = power_of_ten(due.currency().exponent()), unit = power_of_ten(decimals);
  const Credits missing = Credits{scale(due.minor(), unit, minor, Rounding::half_up)} - month.used;
  if (missing.units <= 0) return;
  MinimumTaken taken{.type = month.type, .takes = {}, .minimum = due, .used = month.used};
  const Credits left = take_in_order(draft.account, month.type, missing, draft.now, taken.takes);
  draft.add(std::move(taken));
  const Money rest(scale(left.units, minor, unit, Rounding::half_up), due.currency());
  if (rest.is_zero()) return;
  Quote quote;
  quote.kind = OrderKind::minimum;
  quote.lines.push_back({"monthly minimum, what is missing of " + due.text(), 1, rest});
  quote.paid_for = "minimum " + month.from.text();
  auto candidates = candidates_for(draft, OrderKind::minimum, std::nullopt, {});
  place_order(draft, std::move(quote), std::move(candidates));
}

Instant boundary(const Draft& draft, std::int64_t months) {
  return draft.calendar().boundary(draft.account.subscription->anchor, 1, months);
}

/// The first month from the anchor that ends after `at`, or (`inclusive`) at it; counted from the anchor.
std::int64_t month_that_ends(const Draft& draft, Instant at, bool inclusive) {
  for (std::int64_t months = 1;; ++months) {
    const Instant end = boundary(draft, months);
    if (at < end || (inclusive && at == end)) return months;
  }
}

/// By the day: a month may end early with its plan, or have begun late with an import.
Ratio part_until(const Draft& draft, Instant until) {
  const Calendar calendar = draft.calendar();
  const MonthState& month = *draft.account.month;
  const Instant begins = boundary(draft, month_that_ends(draft, month.to, true) - 1);
  return {calendar.days_between(std::max(begins, month.from), until), calendar.days_between(begins, month.to)};
}

const CreditType* money_type(const Catalog& catalog) {
  for (const CreditTypeRule& type : catalog.credits)
    if (type.is_money) return &type.id;
  return nullptr;
}

}  // namespace

void begin_month(Draft& draft) {
  if (draft.account.month || !draft.account.subscription || !draft.catalog().has_minimum) return;
  const CreditType* type = money_type(draft.catalog());
  if (type == nullptr || !current_terms(draft).plan.monthly_minimum) return;
  draft.add(
      MonthStarted{.from = draft.now, .to = boundary(draft, month_that_ends(draft, draft.now, false)), .type = *type});
}

void end_month(Draft& draft) {
  const Instant ended = draft.account.month->to;
  take_what_is_missing(draft, part_until(draft, ended));
  draft.add(MonthEnded{});
  if (draft.account.subscription->to != ended) begin_month(draft);
}

void cut_month_short(Draft& draft) {
  if (!draft.account.month) return;
  take_what_is_missing(draft, part_until(draft, draft.now));
  draft.add(MonthEnded{});
}

}  // namespace florin
