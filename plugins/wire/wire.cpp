#include <florin/plugin.hpp>
using namespace florin::plugin;

namespace {

/// An Indian bank's branch: four letters, a zero, six letters or digits.
bool is_ifsc(std::string_view code) {
  if (code.size() != 11 || code[4] != '0') return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool letter = code[i] >= 'A' && code[i] <= 'Z', digit = code[i] >= '0' && code[i] <= '9';
    if (i < 4 ? !letter : !letter && !digit) return false;
  }
  return true;
}

}  // namespace

/// A wire transfer: the customer sends the money, with the order's reference, and it is matched when it comes.
class Wire {
 public:
  explicit Wire(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "wire",
            .title = "Wire transfer",
            .fields = {{Text("payer"), Text("Name on the account that the money comes from"), 1, 0},
                       {Text("ifsc"), Text("IFSC of its bank, as HDFC0001234"), 0, 0}},
            .pending_up_to_us = hours(24 * 30),
            .polls_us = {}};
  }

  Verdict offered(const Situation&) const { return Verdict::yes(); }

  Checked check(const Entered& entered) const {
    const Text payer = entered["payer"], ifsc = entered["ifsc"];
    if (payer.view().empty() || payer.view().size() > 140)
      return Checked().problem("payer", "The name is 1 to 140 bytes long, as the bank writes it.");
    if (ifsc && !is_ifsc(ifsc.view()))
      return Checked().problem("ifsc", "An IFSC is four letters, a zero and six letters or digits, as HDFC0001234.");
    Checked checked;
    checked.details = {{Text("payer"), payer}};
    if (ifsc) checked.details.add({Text("ifsc"), ifsc});
    checked.masked = ifsc ? Text("Wire from ") + Text(ifsc.view().substr(0, 4)) : Text("Wire transfer");
    return checked;
  }
};

FLORIN_PLUGIN(Wire, R"({"id": "wire", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
