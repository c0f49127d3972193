#include <florin/plugin.hpp>
using namespace florin::plugin;

namespace {

/// A bank's code as processors of India write it: four letters, of the kind that an IFSC begins with, and for variants
/// a suffix such as `_R` or `_C`.
bool is_bank(std::string_view code) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() != 4 && code.size() != 6) return false;
  for (const char c : code.substr(0, 4))
    if (!upper(c)) return false;
  return code.size() == 4 || (code[4] == '_' && upper(code[5]));
}

}  // namespace

/// Net banking: the customer picks a bank and approves on its own pages, now or not at all. Nothing is kept for later.
class Netbanking {
 public:
  explicit Netbanking(Setup& setup) { setup.only(setup.config, {"brands"}); }

  MethodFacts describe() const {
    return {.method = "netbanking",
            .title = "Net banking",
            .fields = {{Text("bank"), Text("Bank, as HDFC"), 1, 0}},
            .pending_up_to_us = hours(1),
            .polls_us = {minutes(2), minutes(5), minutes(12), minutes(30)}};
  }

  Verdict offered(const Situation& situation) const {
    if (currency(situation.amount) == Text("INR")) return Verdict::yes();
    return Verdict::no("currency", "Net banking pays in Indian rupees only.");
  }

  Checked check(const Entered& entered) const {
    const Text bank = entered["bank"];
    if (!is_bank(bank.view()))
      return Checked().problem("bank", "The bank is its code of four letters, as HDFC, or with a variant, as BARB_R.");
    Checked checked;
    checked.details = {{Text("bank"), bank}};
    checked.masked = Text("Net banking, ") + bank;
    checked.brand = bank;
    return checked;
  }
};

FLORIN_PLUGIN(Netbanking, R"({"id": "netbanking", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {"brands": {"type": "array", "items": {"type": "string"}}}}})")
