#include "plugins/method.hpp"

#include <algorithm>

#include "plugins/instance.hpp"

namespace florin {

namespace {

const florin_method_1& table_of(const PluginInstance& instance) {
  return *static_cast<const florin_method_1*>(instance.table);
}

MethodFacts facts_of(const florin_method_facts& said) {
  MethodFacts facts;
  facts.method = copied(said.method);
  facts.title = copied(said.title);
  for_each<florin_field>(said.fields, [&](const florin_field& field) {
    facts.fields.push_back({copied(field.name), copied(field.label), field.required != 0});
  });
  facts.pending_up_to = {said.pending_up_to_us};
  for_each<std::int64_t>(said.polls_us, [&](std::int64_t us) { facts.polls.push_back({us}); });
  if (facts.method.empty() || facts.pending_up_to.us < 0)
    throw PluginFault("bad_answer", "describes no method, or one that is pending for less than no time");
  if (!std::is_sorted(facts.polls.begin(), facts.polls.end()) || (!facts.polls.empty() && facts.polls[0].us <= 0))
    throw PluginFault("bad_answer", "describes a method whose polls do not come one after another");
  return facts;
}

Pairs copied_pairs(const florin_list& list) {
  Pairs pairs;
  for_each<florin_pair>(list,
                        [&](const florin_pair& pair) { pairs.emplace_back(copied(pair.name), copied(pair.value)); });
  return pairs;
}

}  // namespace

Result<MethodPlugin> MethodPlugin::of(std::shared_ptr<const PluginInstance> instance) {
  const auto& table = table_of(*instance);
  try {
    if (table.size < sizeof table || table.describe == nullptr || table.check == nullptr)
      throw PluginFault("lacks_interface", "offers florin.method/1 without describe or check");
    MethodFacts facts =
        facts_of(ask("describe", [&](florin_arena* arena) { return table.describe(instance->plugin, arena); }));
    return MethodPlugin(std::move(instance), std::move(facts));
  } catch (const PluginFault& fault) {
    return fault.error(instance->manifest);
  }
}

Result<MethodVerdict> MethodPlugin::offered(const MethodSituation& situation) const {
  const auto& table = table_of(*instance_);
  if (table.offered == nullptr) return MethodVerdict{.allowed = true, .rule = {}, .text = {}};
  florin_situation in{};
  in.size = sizeof in;
  in.amount = lent(situation.amount);
  in.country = lent(situation.country);
  in.plan = lent(situation.plan);
  in.cycle = lent(situation.cycle);
  in.brand = lent(situation.brand);
  try {
    const auto& said =
        ask("offered", [&](florin_arena* arena) { return table.offered(instance_->plugin, &in, arena); });
    return MethodVerdict{said.allowed == 1, copied(said.rule), copied(said.text)};
  } catch (const PluginFault& fault) {
    return fault.error(instance_->manifest);
  }
}

Result<MethodChecked> MethodPlugin::check(const Pairs& fields) const {
  const std::vector<florin_pair> lent_fields = lent_pairs(fields);
  const florin_entered in{sizeof in, 0, lent(lent_fields)};
  try {
    const auto& said =
        ask("check", [&](florin_arena* arena) { return table_of(*instance_).check(instance_->plugin, &in, arena); });
    MethodChecked checked;
    for_each<florin_problem>(said.problems, [&](const florin_problem& problem) {
      checked.problems.emplace_back(copied(problem.path), copied(problem.text));
    });
    checked.details = copied_pairs(said.details);
    checked.masked = copied(said.masked);
    checked.brand = copied(said.brand);
    if (checked.problems.empty() && checked.details.empty())
      throw PluginFault("bad_answer", "answered check with neither problems nor details");
    return checked;
  } catch (const PluginFault& fault) {
    return fault.error(instance_->manifest);
  }
}

}  // namespace florin
