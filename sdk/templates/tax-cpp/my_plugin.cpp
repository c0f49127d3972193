#include <florin/plugin.hpp>
#include <map>
#include <string>
using namespace florin::plugin;

/// One rate a country. The host adds up the lines of one name and rounds; a country that is not listed has no tax.
class MyPlugin {
 public:
  explicit MyPlugin(Setup& setup) {
    setup.only(setup.config, {"rates"});
    if (!setup.config["rates"].is_object()) setup.problem("/rates", "rates is a map of countries, as {DE: 19}");
    setup.config["rates"].members([&](std::string_view country, const Json& rate) {
      const std::int64_t percent = rate.integer(0);
      if (country.size() != 2) setup.problem(rate.pointer(), "a country is two letters of ISO 3166, as DE");
      if (percent < 1 || percent > 99) setup.problem(rate.pointer(), "a rate is whole percent, 1 to 99");
      percents_.emplace(country, percent);
    });
  }

  Taxes taxes(const Sale& sale) const {
    Taxes all;
    const auto found = percents_.find(std::string(view(sale.country)));
    if (found == percents_.end()) return all;
    for (std::uint32_t line = 0; line < sale.lines.count; ++line)
      all.add(line, Text("VAT ") + found->second + "%", found->second, 100);
    return all;
  }

 private:
  std::map<std::string, std::int64_t> percents_;
};

FLORIN_PLUGIN(MyPlugin, R"({"id": "my_plugin", "version": "0.1.0", "interfaces": ["florin.tax/1"],
  "config": {"type": "object", "additionalProperties": false, "required": ["rates"],
    "properties": {"rates": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[1-9][0-9]?$"}}},
    "examples": [{"rates": {"DE": "19", "FR": "20"}}]}})")
