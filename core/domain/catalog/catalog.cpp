#include "domain/catalog/catalog.hpp"

#include <algorithm>

namespace florin {

namespace {

template <class Rules, class Id>
auto find(const Rules& rules, const Id& id) {
  const auto found = std::ranges::find_if(rules, [&](const auto& rule) { return rule.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

struct UnitOfTime {
  std::string_view word;
  std::int64_t seconds;
};
constexpr UnitOfTime units_of_time[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}};

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  const Error bad{
      .code = "bad_quantity",
      .message = "'" + std::string(text.substr(0, 40)) + "' is no quantity such as 160 characters or 61 seconds"};
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return bad;
  const auto number = Decimal::parse(text.substr(0, space));
  if (!number || number->digits < 0) return bad;
  std::string unit(text.substr(space + 1));
  if (unit.size() > 1 && unit.ends_with('s')) unit.pop_back();
  if (!is_id(unit)) return bad;
  const auto micro = number->in_units(6);
  if (!micro) return bad;
  Quantity quantity{*micro, unit};
  for (const UnitOfTime& time : units_of_time) {
    if (unit != time.word) continue;
    quantity.unit = "second";
    if (__builtin_mul_overflow(*micro, time.seconds, &quantity.micro)) return bad;
  }
  return quantity;
}

std::string Quantity::text() const {
  std::string number = decimal_text(micro, 6);
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number + " " + unit + (number == "1" ? "" : "s");
}

const CycleRule* Plan::cycle(std::string_view wanted) const { return find(cycles, wanted); }
const CreditTypeRule* Catalog::credit_type(const CreditType& id) const { return find(credits, id); }
const Meter* Catalog::meter(const MeterId& id) const { return find(meters, id); }
const Plan* Catalog::plan(const PlanId& id) const { return find(plans, id); }
const AddOn* Catalog::add_on(const AddOnId& id) const { return find(add_ons, id); }
const Method* Catalog::method(const MethodId& id) const { return find(methods, id); }

const TryRule* Catalog::tries_for(std::string_view order) const {
  const auto found = std::ranges::find_if(tries, [&](const TryRule& rule) { return rule.order == order; });
  return found == tries.end() ? nullptr : &*found;
}

}  // namespace florin
