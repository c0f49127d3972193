/// Nothing is created and nothing lost where an amount is divided: shares, taxes, days of a period, refunds in parts.
/// The models are whole numbers and long multiplication, by hand.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

#include "domain/calendar/calendar.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

__extension__ using Wide = __int128;

Money usd(std::int64_t cents) { return {cents, *Currency::parse("USD")}; }

/// `value * over / under` to the nearest, a half away from zero; by hand, for what is not negative.
std::int64_t nearest(std::int64_t value, std::int64_t over, std::int64_t under) {
  const Wide product = static_cast<Wide>(value) * over;
  return static_cast<std::int64_t>((2 * product + under) / (2 * static_cast<Wide>(under)));
}

RC_GTEST_PROP(Rounding, SharesAddUpAndAreFair, ()) {
  const auto total = *rc::gen::inRange<std::int64_t>(-1'000'000'000, 1'000'000'000);
  auto weights = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange(0, 10'000)));
  weights[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(weights.size())))] += 1;
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  const auto shares = split(usd(total), weights);
  RC_ASSERT(shares);
  RC_ASSERT(shares->size() == weights.size());
  std::int64_t all = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::int64_t share = (*shares)[i].minor();
    all += share;
    RC_ASSERT(weights[i] != 0 || share == 0);
    // At most a cent beside the exact share: |share * sum - total * weight| <= sum.
    const Wide off = static_cast<Wide>(share) * sum - static_cast<Wide>(total) * weights[i];
    RC_ASSERT(off <= sum && off >= -sum);
  }
  RC_ASSERT(all == total);
}

/// GST inside a state: two taxes of half the rate, each on all lines and rounded once.
RC_GTEST_PROP(Rounding, TaxLinesAddUp, ()) {
  const auto lines = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange(0, 10'000'000)));
  const auto points = *rc::gen::inRange<std::int64_t>(1, 2'800);
  std::vector<Money> amounts;
  std::vector<TaxRate> rates;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    amounts.push_back(usd(lines[i]));
    rates.push_back({i, "CGST", {points, 20'000}});
    rates.push_back({i, "SGST", {points, 20'000}});
  }
  const std::int64_t net = std::accumulate(lines.begin(), lines.end(), std::int64_t{0});
  const auto taxes = taxes_on(amounts, rates);
  const std::int64_t each = nearest(net, points, 20'000);
  RC_ASSERT(taxes.size() == (each == 0 ? 0U : 2U));
  for (const Tax& tax : taxes) {
    RC_ASSERT(tax.base == usd(net));
    RC_ASSERT(tax.amount == usd(each));
  }
}

/// An upgrade in the middle of a period costs the difference for the days that are left, today among them, wherever in
/// twenty years it is and however long its month.
RC_GTEST_PROP(Rounding, ADifferenceByTheDayIsExact, ()) {
  const auto start =
      *rc::gen::inRange<std::int64_t>(at("2026-01-02T00:00Z").us / 60'000'000, at("2040-01-01T00:00Z").us / 60'000'000);
  const auto inside = *rc::gen::inRange<std::int64_t>(0, 27 * 1440);
  Catalog catalog = salesmsg();
  catalog.zone = zone_named(*rc::gen::element<std::string>("America/Denver", "Asia/Kolkata", "Europe/Paris"));
  const auto lower = *rc::gen::inRange<std::int64_t>(1, 100'000), more = *rc::gen::inRange<std::int64_t>(1, 100'000);
  catalog.minimum_charge = usd(0);  // a cent is charged too
  catalog.plans[2].cycles[0].price = usd(lower);
  catalog.plans[3].cycles[0].price = usd(lower + more);
  World world(catalog, {.bought_last = {Span::Unit::months, 0}});
  world.to(Instant{start * 60'000'000}).card("captured");
  world.does(Subscribe{plan("starter"), "monthly", {}, {}, {}, false, {}});
  const Instant from = world.account.subscription->from, to = world.account.subscription->to;
  world.to(world.now + minutes(inside)).does(ChangePlan{plan("growth"), "monthly"});

  const Calendar calendar(catalog.zone);
  const auto days = [&](Instant a, Instant b) {  // one midnight after the other
    std::int64_t n = 0;
    for (Date day = calendar.date(a); day < calendar.date(b); day = Date::from_days(day.days() + 1)) ++n;
    return n;
  };
  const std::int64_t left = days(world.now, to), whole = days(from, to);
  const Order& order = world.last_order();
  RC_ASSERT(order.kind == OrderKind::change);
  RC_ASSERT(order.total == usd(nearest(more, left, whole)));
  Money lines;
  for (const Line& line : order.lines) lines += line.amount;
  RC_ASSERT(lines == order.total);
  // 500 more credits, by the same days, part credits up.
  const std::int64_t credits = (500 * left + whole - 1) / whole;
  RC_ASSERT(world.credits("plan") == 500 + credits);
}

/// Refunds of an order in parts, as its credits come back, never give back more than it cost, and all of it at the end.
RC_GTEST_PROP(Rounding, RefundsInPartsAreTheWholePrice, ()) {
  Catalog catalog = call_loop();
  catalog.staff_may_refund = true;
  const auto price = *rc::gen::inRange<std::int64_t>(1'000, 1'000'000);  // a thousandth is a cent
  catalog.plans[3].cycles[0].price = usd(price);
  World world(catalog, {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  const auto used = *rc::gen::inRange<std::int64_t>(0, 999);
  if (used > 0) world.does(Use{meter("sms"), {used * 160'000'000, "character"}, {}});
  const OrderId order = world.last_order().id;
  world.does(RefundOrder{order, GivesBack::unused_share, "asked"}).pays_refunds();
  RC_ASSERT(world.account.order(order)->refunded == usd(nearest(price, 1000 - used, 1000)));
  if (used > 0 && world.account.order(order)->refunded < usd(price))
    world.does(RefundOrder{order, GivesBack::whole, "asked again"}).pays_refunds();
  RC_ASSERT(world.account.order(order)->refunded == usd(price));
}

}  // namespace
}  // namespace florin::test
