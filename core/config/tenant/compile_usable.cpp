#include <algorithm>
#include <array>

#include "config/decode.hpp"
#include "config/tenant/compiler.hpp"

/// Nothing is sold that cannot be used. docs/decisions/0064-gates-at-every-door.md
namespace florin::config {

void Compiler::usable() {
  for (const auto& [type, block] : file_.credits) must_be_taken(type, block.at);
  if (!catalog_.credit_sales) return;
  wallets_stay_open();
  gates_leave_a_use();
  dunning_sells_what_works();
}

void Compiler::must_be_taken(const CreditType& type, const Where& at) {
  const auto in = [&](const std::vector<Allowed>& given) {
    return std::ranges::find(given, type, &Allowed::type) != given.end();
  };
  const bool sold =
      (catalog_.credit_sales && catalog_.credit_sales->type == type) || (catalog_.trial && in(catalog_.trial->gives)) ||
      std::ranges::any_of(catalog_.add_ons, [&](const AddOn& add_on) { return add_on.sells.type == type; }) ||
      std::ranges::any_of(catalog_.plans, [&](const Plan& plan) {
        return std::ranges::any_of(plan.cycles, [&](const CycleRule& cycle) { return in(cycle.gives); });
      });
  const bool taken = std::ranges::find(catalog_.meters, type, &Meter::type) != catalog_.meters.end();
  if (sold && !taken)
    add("never_used", "'" + type.text() + "' is sold here and no meter takes it: what is bought could not be used", at);
}

void Compiler::wallets_stay_open() {
  if (!catalog_.sells_without_plan()) return;
  if (catalog_.cancel.credits == CancelRule::KeptCredits::keep_frozen)
    add("contradiction",
        "credits can be bought without a plan here, and a cancelled account's stand still (keep_frozen): write "
        "needs: plan, or keep or forfeit_all in changes.cancel.credits",
        file_.credit_sales->at);
}

namespace {

constexpr std::array<std::string_view, 5> all_states = {"opened", "trial", "paid", "limited", "ended"};

/// Whether a gate refuses `action` in `state` whatever else holds.
bool shuts(const Gate& gate, std::string_view action, std::string_view state) {
  return gate.refuse && std::ranges::find(gate.actions, action) != gate.actions.end() &&
         std::ranges::all_of(gate.applies_if,
                             [&](const Need& need) { return need.word == "state" && need.met_by(state); });
}

}  // namespace

void Compiler::gates_leave_a_use() {
  for (const std::string_view state : all_states) {
    if (state != "paid" && !catalog_.sells_without_plan()) continue;
    const auto shut = [&](std::string_view action) {
      return std::ranges::find_if(catalog_.gates, [&](const Gate& gate) { return shuts(gate, action, state); });
    };
    const auto use = shut("use");
    if (use == catalog_.gates.end() || shut("buy_credits") != catalog_.gates.end()) continue;
    add("never_used",
        "in the state '" + std::string(state) +
            "' this gate refuses all use, and credits can be bought: refuse buy_credits there as well",
        file_.gates[static_cast<std::size_t>(use - catalog_.gates.begin())].at);
  }
}

void Compiler::dunning_sells_what_works() {
  bool usage_refused = false, buying_refused = false;
  for (std::size_t i = 0; i < catalog_.past_due.size(); ++i) {
    const PastDueStep& step = catalog_.past_due[i];
    usage_refused = step.usage_refused.value_or(usage_refused);
    buying_refused = step.buying_refused.value_or(buying_refused);
    if (step.cancel || !usage_refused || buying_refused) continue;
    return add("never_used", "from this step on usage is refused and credits can be bought: write buying: refused",
               file_.dunning[i].at);
  }
}

}  // namespace florin::config
