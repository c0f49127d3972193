#include <florin/plugin.hpp>
using namespace florin::plugin;

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// name@handle: 2 to 256 of letters, digits and . - _, then a handle of 2 to 64 letters and digits that begins with a
/// letter.
bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, at), handle = text.substr(at + 1);
  if (name.size() < 2 || name.size() > 256 || handle.size() < 2 || handle.size() > 64) return false;
  for (const char c : name)
    if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '_') return false;
  for (const char c : handle)
    if (!is_letter(c) && !is_digit(c)) return false;
  return is_letter(handle[0]);
}

}  // namespace

/// UPI: the customer gives an address and approves in an app of their bank, within minutes or not at all.
class Upi {
 public:
  explicit Upi(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "upi",
            .title = "UPI",
            .fields = {{Text("address"), Text("UPI address, as name@bank"), 1, 0},
                       {Text("token"), Text("Token of the provider"), 0, 0}},
            .pending_up_to_us = minutes(15),
            .polls_us = {seconds(90), minutes(3), minutes(10)}};
  }

  Verdict offered(const Situation& situation) const {
    if (currency(situation.amount) == Text("INR")) return Verdict::yes();
    return Verdict::no("currency", "UPI pays in Indian rupees only.");
  }

  Checked check(const Entered& entered) const {
    const Text address = lower(entered["address"]);
    if (!is_address(address.view())) return Checked().problem("address", "A UPI address looks like name@bank.");
    Checked checked;
    checked.details = {{Text("address"), address}};
    if (const Text token = entered["token"]) checked.details.add({Text("token"), token});
    const auto at = address.view().find('@');
    checked.masked = Text(address.view().substr(0, at < 4 ? 1 : 2)) + "•••" + address.view().substr(at);
    return checked;
  }
};

FLORIN_PLUGIN(Upi, R"({"id": "upi", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
