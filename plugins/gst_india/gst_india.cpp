#include <florin/plugin.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace florin::plugin;

namespace {

/// States and union territories by their codes of ISO 3166-2:IN.
const std::vector<std::string_view> states = {"AN", "AP", "AR", "AS", "BR", "CH", "CG", "DH", "DL", "GA", "GJ", "HP",
                                              "HR", "JH", "JK", "KA", "KL", "LA", "LD", "MH", "ML", "MN", "MP", "MZ",
                                              "NL", "OD", "PB", "PY", "RJ", "SK", "TN", "TS", "TR", "UK", "UP", "WB"};

bool is_state(std::string_view code) {
  for (const std::string_view state : states)
    if (state == code) return true;
  return false;
}

/// `18 percent` as 1800, `2.5 percent` as 250; 0 when it is no rate.
std::int64_t basis_points(std::string_view text) {
  constexpr std::string_view unit = " percent";
  if (!text.ends_with(unit)) return 0;
  text.remove_suffix(unit.size());
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string part = point == std::string_view::npos ? "" : std::string(text.substr(point + 1));
  if (part.size() > 2 || whole.empty() || whole.size() > 2 || (point != std::string_view::npos && part.empty()))
    return 0;
  part.resize(2, '0');
  return number(whole, -100) * 100 + number(Text(part), -10'000);
}

/// 1800 as `18%`, 250 as `2.5%`.
Text percent_of(std::int64_t points) {
  Text text = Text(points / 100);
  if (points % 100 != 0) text = text + "." + Text(points % 100 / 10);
  if (points % 10 != 0) text = text + Text(points % 10);
  return text + "%";
}

}  // namespace

/// India's goods and services tax. Where the buyer is in the seller's state, half of the rate goes to the union (CGST)
/// and half to the state (SGST), each rounded by itself, as the invoice shows them; across states all of it is IGST.
/// Who is billed abroad buys an export, which is free of tax. Without a state on record, the place of supply is the
/// seller's.
/// Source   IGST Act 2017, sections 7, 8, 12 and 16; CGST Act 2017, section 9
class GstIndia {
 public:
  explicit GstIndia(Setup& setup) {
    setup.only(setup.config, {"prices", "rate", "seller_state"});
    if (setup.config["prices"].text() != Text("without_tax"))
      setup.problem("/prices", "prices is without_tax: the tax comes on top of every price");
    rate_ = basis_points(setup.config["rate"].text().view());
    if (rate_ <= 0 || rate_ % 2 != 0) setup.problem("/rate", "rate is the whole rate, as 18 percent");
    seller_state_ = setup.config["seller_state"].text().str();
    if (!is_state(seller_state_)) {
      const std::string_view meant = nearest(seller_state_, states);
      setup.problem("/seller_state", Text("seller_state is a state's code, as KA for Karnataka") +
                                         (meant.empty() ? Text("") : Text("; did you mean '") + meant + "'?"));
    }
  }

  Taxes taxes(const Sale& sale) const {
    Taxes taxes;
    if (view(sale.country) != "IN") return taxes;
    const std::string_view state = view(sale.state);
    const bool inside = state.empty() || state == seller_state_;
    for (std::uint32_t line = 0; line < sale.lines.count; ++line) {
      if (inside) {
        taxes.add(line, Text("CGST ") + percent_of(rate_ / 2), rate_ / 2, 10'000);
        taxes.add(line, Text("SGST ") + percent_of(rate_ / 2), rate_ / 2, 10'000);
      } else {
        taxes.add(line, Text("IGST ") + percent_of(rate_), rate_, 10'000);
      }
    }
    return taxes;
  }

 private:
  std::int64_t rate_ = 0;  // in hundredths of a percent
  std::string seller_state_;
};

FLORIN_PLUGIN(GstIndia, R"({"id": "gst_india", "version": "1.0.0", "interfaces": ["florin.tax/1"],
  "config": {"type": "object", "additionalProperties": false, "required": ["prices", "rate", "seller_state"],
    "examples": [{"prices": "without_tax", "rate": "18 percent", "seller_state": "KA"}],
    "properties": {"prices": {"const": "without_tax"}, "rate": {"type": "string", "pattern": "^[0-9]{1,2}([.][0-9]{1,2})? percent$"},
      "seller_state": {"type": "string", "pattern": "^[A-Z]{2}$"}}}})")
