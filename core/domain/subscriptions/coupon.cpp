#include "domain/subscriptions/coupon.hpp"

#include <algorithm>
#include <utility>

namespace florin {

namespace {

template <class List, class Value>
bool names(const List& list, const Value& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool by_month(const Terms& terms, const Line& line) {
  return !line.add_on.empty() && terms.catalog.add_on(line.add_on)->by_month_on(terms.cycle.id);
}

/// The lines that it takes something off. An amount is taken off the period once: not each month again.
std::vector<Line*> its_lines(const Terms& terms, const Coupon& coupon, std::vector<Line>& lines) {
  std::vector<Line*> its;
  if (!names(coupon.plans, terms.plan.id) || !names(coupon.cycles, terms.cycle.id)) return its;
  const bool amount = coupon.takes_off.percent.digits == 0;
  for (Line& line : lines) {
    const std::string what = line.add_on.empty() ? "plan" : line.add_on.text();
    if (names(coupon.applies_to, what) && line.amount.minor() > 0 && !(amount && by_month(terms, line)))
      its.push_back(&line);
  }
  return its;
}

void lower(Line& line, Money off, const Coupon& coupon) {
  if (off.is_zero()) return;
  line.amount -= off;
  line.text += ", less " + off.text() + " (" + coupon.coupon + ")";
}

void take_percent(const Coupon& coupon, const std::vector<Line*>& its) {
  const Decimal& percent = coupon.takes_off.percent;
  const Ratio share{percent.digits, multiply(100, power_of_ten(percent.places))};
  for (Line* line : its) lower(*line, line->amount.times(share, Rounding::half_up), coupon);
}

void take_amount(const Coupon& coupon, const std::vector<Line*>& its) {
  std::vector<std::int64_t> weights;
  Money sum(0, its.front()->amount.currency());
  for (const Line* line : its) {
    weights.push_back(line->amount.minor());
    sum += line->amount;
  }
  const auto shares = split(std::min(sum, coupon.takes_off.amount), weights);
  for (std::size_t i = 0; shares && i < its.size(); ++i) lower(*its[i], (*shares)[i], coupon);
}

/// Marks which coupons run; `uses_up`: and takes a period from them. One that has none left goes when its last period
/// is over.
void mark(Draft& draft, const std::vector<std::string>& took, Instant begins, bool uses_up) {
  std::vector<Coupon> left;
  for (Coupon one : draft.account.coupons) {
    one.runs = std::ranges::find(took, one.coupon) != took.end();
    if (one.runs && uses_up && one.periods) --*one.periods;
    const bool over = (one.periods && *one.periods == 0) || (one.until && *one.until <= begins);
    if (one.runs || !over) left.push_back(std::move(one));
  }
  draft.add(CouponsSet{std::move(left)});
}

std::vector<std::string> taking(Terms terms) {
  const std::vector<Coupon> coupons = std::exchange(terms.coupons, {});
  std::vector<Line> lines = quote_period(terms).lines;
  terms.coupons = coupons;
  return take_off(terms, lines);
}

}  // namespace

std::vector<Coupon> coupons_that_run(const Account& account) {
  std::vector<Coupon> all;
  for (const Coupon& one : account.coupons)
    if (one.runs) all.push_back(one);
  return all;
}

std::vector<Coupon> coupons_from(const Account& account, Instant begins) {
  std::vector<Coupon> all;
  for (const Coupon& one : account.coupons)
    if ((!one.periods || *one.periods > 0) && (!one.until || begins < *one.until)) all.push_back(one);
  return all;
}

std::vector<std::string> take_off(const Terms& terms, std::vector<Line>& lines) {
  std::vector<std::string> took;
  for (const bool amounts : {false, true})
    for (const Coupon& one : terms.coupons) {
      if ((one.takes_off.percent.digits == 0) != amounts) continue;
      const std::vector<Line*> its = its_lines(terms, one, lines);
      if (its.empty()) continue;
      amounts ? take_amount(one, its) : take_percent(one, its);
      took.push_back(one.coupon);
    }
  return took;
}

void use_coupons(Draft& draft, const Terms& terms, Instant begins) {
  if (!draft.account.coupons.empty()) mark(draft, taking(terms), begins, true);
}

void use_coupons(Draft& draft, const Buys& terms) {
  if (draft.account.coupons.empty()) return;
  Terms begun = terms_of(draft.account, draft.world.catalogs.at(terms.catalog), *terms.plan, terms.cycle,
                         terms.licences, terms.add_ons);
  begun.coupons = coupons_from(draft.account, draft.now);
  use_coupons(draft, begun, draft.now);
}

void run_coupons(Draft& draft, Terms terms) {
  if (draft.account.coupons.empty()) return;
  terms.coupons = coupons_that_run(draft.account);
  mark(draft, taking(std::move(terms)), draft.now, false);
}

void run_no_coupon(Draft& draft) {
  if (!draft.account.coupons.empty()) mark(draft, {}, draft.now, false);
}

}  // namespace florin
