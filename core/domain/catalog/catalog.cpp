#include "domain/catalog/catalog.hpp"

#include <algorithm>

namespace florin {

RuleAt refusing_dunning_step(const std::vector<PastDueStep>& schedule, std::size_t steps,
                             std::optional<bool> PastDueStep::* refused) {
  RuleAt at;
  for (std::size_t i = 0; i < std::min(steps, schedule.size()); ++i)
    if (schedule[i].*refused) at = schedule[i].at;
  return at;
}

namespace {

template <class Rules, class Id>
auto find(const Rules& rules, const Id& id) {
  const auto found = std::ranges::find_if(rules, [&](const auto& rule) { return rule.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace

Meters::Meters(std::vector<Meter> meters) : meters_(std::move(meters)) {
  for (std::uint32_t number = 0; number < meters_.size(); ++number) places_.add(hash_of(meters_[number].id), number);
}

const Meter* Meters::find(const MeterId& id) const {
  const std::uint32_t found = places_.find(hash_of(id), [&](std::uint32_t number) { return meters_[number].id == id; });
  return found == NameIndex::none ? nullptr : &meters_[found];
}

void Meters::prefetch(const MeterId& id) const {
  const std::uint32_t likely = places_.likely(hash_of(id));
  if (likely == NameIndex::none) return;
  const char* at = reinterpret_cast<const char*>(&meters_[likely]);
  __builtin_prefetch(at);
  __builtin_prefetch(at + 64);
}

const CycleRule* Plan::cycle(std::string_view wanted) const { return find(cycles, wanted); }
const CreditTypeRule* Catalog::credit_type(const CreditType& id) const { return find(credits, id); }
const Plan* Catalog::plan(const PlanId& id) const { return find(plans, id); }
const AddOn* Catalog::add_on(const AddOnId& id) const { return find(add_ons, id); }
const Method* Catalog::method(const MethodId& id) const { return find(methods, id); }

namespace {

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_one_of(std::string_view value, const std::vector<std::string>& words, bool any_case) {
  return std::ranges::any_of(
      words, [&](const std::string& word) { return word == value || (any_case && same_letters(word, value)); });
}

}  // namespace

bool Need::met_by(std::string_view value) const { return is_one_of(value, any_of, any_case); }
bool PropertyRule::knows(std::string_view value) const { return of.empty() || is_one_of(value, of, any_case); }

const Entitlement* Catalog::entitlement(const EntitlementId& id) const { return find(entitlements, id); }

const Entitlement::Column* Entitlement::column(std::string_view plan) const {
  const auto found = std::ranges::find(columns, plan, &Column::plan);
  return found == columns.end() ? nullptr : &*found;
}

bool Entitlement::fits(std::string_view value) const {
  const bool digits =
      !value.empty() && value.size() <= 9 && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  switch (kind) {
    case Kind::count: return value == "unlimited" || (digits && (value == "0" || value.front() != '0'));
    case Kind::flag: return value == "true" || value == "false";
    case Kind::word: return std::ranges::find(of, value) != of.end();
    case Kind::number: break;
  }
  const auto number = Decimal::parse(value);
  return number && number->digits >= 0;
}

const TryRule* Catalog::tries_for(std::string_view order) const {
  const auto found = std::ranges::find_if(tries, [&](const TryRule& rule) { return rule.order == order; });
  return found == tries.end() ? nullptr : &*found;
}

const AddOn::Price* AddOn::price_on(std::string_view cycle) const {
  const std::string_view wanted = by_month_on(cycle) ? "monthly" : cycle;
  const auto found = std::ranges::find_if(prices, [&](const Price& price) { return price.cycle == wanted; });
  return found == prices.end() ? nullptr : &*found;
}

bool AddOn::by_month_on(std::string_view cycle) const {
  const auto priced = [&](std::string_view wanted) {
    return std::ranges::any_of(prices, [&](const Price& price) { return price.cycle == wanted; });
  };
  return cycle != "monthly" && !priced(cycle) && priced("monthly");
}

std::optional<std::int32_t> Catalog::months_of(std::string_view cycle) const {
  for (const KnownCycle& known : known_cycles)
    if (known.word == cycle) return known.months;
  for (const Plan& plan : plans)
    if (const CycleRule* found = plan.cycle(cycle)) return found->months;
  return std::nullopt;
}

}  // namespace florin
