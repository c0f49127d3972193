#include "plugins/tax.hpp"

#include <map>
#include <set>

#include "plugins/gate.hpp"
#include "plugins/instance.hpp"

namespace florin {

namespace {

const florin_tax_1& table_of(const PluginInstance& instance) {
  return *static_cast<const florin_tax_1*>(instance.table);
}

[[noreturn]] void refuse_answer(const std::string& why) {
  throw PluginFault("bad_answer", "answered taxes with " + why);
}

TaxRate rate_of(const florin_tax_rate& said, const Sale& sale) {
  TaxRate rate{.line = said.line, .name = gate::word(said.name, "the name of a tax"), .rate = {said.over, said.under}};
  if (said.line >= sale.lines.size()) refuse_answer("a line that the sale does not have");
  if (rate.name.empty()) refuse_answer("a tax without a name");
  if (said.under <= 0 || said.over < 0 || said.over > said.under) refuse_answer("a rate that is no share of the price");
  return rate;
}

__extension__ using Wide = __int128;  // no product of two numbers of 64 bits overflows it

/// All taxes of a line are at most its price, and no tax is on it twice.
void check_sum(const std::vector<TaxRate>& rates) {
  constexpr Wide whole = 1'000'000'000'000;
  std::map<std::uint32_t, Wide> sums;
  std::set<std::pair<std::uint32_t, std::string>> seen;
  for (const TaxRate& rate : rates) {
    if (!seen.emplace(rate.line, rate.name).second) refuse_answer("the tax '" + rate.name + "' twice on one line");
    Wide& sum = sums[rate.line] += Wide{rate.rate.over} * whole / rate.rate.under;
    if (sum > whole) refuse_answer("taxes of more than the whole price of a line");
  }
}

}  // namespace

Result<TaxPlugin> TaxPlugin::of(std::shared_ptr<const PluginInstance> instance) {
  const auto& table = table_of(*instance);
  if (table.size < sizeof table || table.taxes == nullptr)
    return PluginFault("lacks_interface", "offers florin.tax/1 without taxes").error(instance->manifest);
  return TaxPlugin(std::move(instance));
}

Result<TaxAnswer> TaxPlugin::taxes(const Sale& sale) const {
  std::vector<florin_money> lines;
  lines.reserve(sale.lines.size());
  for (const Money& line : sale.lines) lines.push_back(lent(line));
  florin_sale in{};
  in.size = sizeof in;
  in.on = sale.on.year * 10'000 + sale.on.month * 100 + sale.on.day;
  in.kind = lent(sale.kind);
  in.country = lent(sale.billing_country);
  in.state = lent(sale.billing_state);
  in.lines = lent(lines);
  try {
    const auto& said =
        ask("taxes", [&](florin_arena* arena) { return table_of(*instance_).taxes(instance_->plugin, &in, arena); });
    TaxAnswer answer;
    if (said.refused != 0) {
      answer.refused_rule = gate::word(said.rule, "a rule");
      answer.refused_text = gate::sentence(said.text, "a refusal");
      if (answer.refused_rule.empty()) refuse_answer("a refusal without a rule");
      return answer;
    }
    if (said.rates.count > gate::most_rates) refuse_answer("more than 256 rates");
    for_each<florin_tax_rate>(said.rates,
                              [&](const florin_tax_rate& one) { answer.rates.push_back(rate_of(one, sale)); });
    check_sum(answer.rates);
    return answer;
  } catch (const PluginFault& fault) {
    return fault.error(instance_->manifest);
  }
}

}  // namespace florin
