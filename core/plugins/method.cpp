#include "plugins/method.hpp"

#include <algorithm>

#include "plugins/gate.hpp"
#include "plugins/instance.hpp"

namespace florin {

namespace {

const florin_method_1& table_of(const PluginInstance& instance) {
  return *static_cast<const florin_method_1*>(instance.table);
}

MethodFacts facts_of(const florin_method_facts& said) {
  MethodFacts facts;
  facts.method = gate::word(said.method, "a method's name");
  facts.title = gate::word(said.title, "a method's title");
  for_each<florin_field>(said.fields, [&](const florin_field& field) {
    facts.fields.push_back(
        {gate::word(field.name, "a field's name"), gate::word(field.label, "a field's label"), field.required != 0});
  });
  facts.pending_up_to = {said.pending_up_to_us};
  for_each<std::int64_t>(said.polls_us, [&](std::int64_t us) { facts.polls.push_back({us}); });
  if (facts.method.empty() || facts.pending_up_to.us < 0)
    throw PluginFault("bad_answer", "describes no method, or one that is pending for less than no time");
  if (!std::is_sorted(facts.polls.begin(), facts.polls.end()) || (!facts.polls.empty() && facts.polls[0].us <= 0))
    throw PluginFault("bad_answer", "describes a method whose polls do not come one after another");
  constexpr std::size_t most_polls = 64;
  if (facts.polls.size() > most_polls || (!facts.polls.empty() && facts.polls[0] < seconds(1)))
    throw PluginFault("bad_answer", "describes a method with more than 64 polls, or one within a second");
  return facts;
}

Pairs copied_pairs(const florin_list& list) {
  Pairs pairs;
  for_each<florin_pair>(list, [&](const florin_pair& pair) {
    pairs.emplace_back(gate::word(pair.name, "the name of a detail"), gate::sentence(pair.value, "a detail"));
  });
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
    return MethodVerdict{said.allowed == 1, gate::word(said.rule, "a rule"), gate::sentence(said.text, "a verdict")};
  } catch (const PluginFault& fault) {
    return fault.error(instance_->manifest);
  }
}

namespace {

/// What a customer typed that is no text: the plugin is not asked about it.
MethodChecked not_text(const Pairs& fields) {
  MethodChecked checked;
  for (const auto& [name, value] : fields) {
    try {
      (void)gate::sentence(lent(value), "a field");
    } catch (const PluginFault&) {
      checked.problems.emplace_back(name, "this is too long, has characters that cannot be shown, or a card's number");
    }
  }
  return checked;
}

}  // namespace

Result<MethodChecked> MethodPlugin::check(const Pairs& fields) const {
  if (MethodChecked typed = not_text(fields); !typed.problems.empty()) return typed;
  const std::vector<florin_pair> lent_fields = lent_pairs(fields);
  const florin_entered in{sizeof in, 0, lent(lent_fields)};
  try {
    const auto& said =
        ask("check", [&](florin_arena* arena) { return table_of(*instance_).check(instance_->plugin, &in, arena); });
    MethodChecked checked;
    for_each<florin_problem>(said.problems, [&](const florin_problem& problem) {
      checked.problems.emplace_back(gate::word(problem.path, "the field of a problem"),
                                    gate::sentence(problem.text, "a problem"));
    });
    checked.details = copied_pairs(said.details);
    checked.masked = gate::word(said.masked, "what may be shown of a method");
    checked.brand = gate::word(said.brand, "a brand");
    if (checked.problems.empty() && checked.details.empty())
      throw PluginFault("bad_answer", "answered check with neither problems nor details");
    return checked;
  } catch (const PluginFault& fault) {
    return fault.error(instance_->manifest);
  }
}

}  // namespace florin
