#include <florin/plugin.hpp>
using namespace florin::plugin;

namespace {

bool is_number(std::string_view text) {
  if (text.size() != 6) return false;
  for (const char c : text)
    if (c < '0' || c > '9') return false;
  return true;
}

}  // namespace

/// A cheque: it counts when the bank has cleared it, not when it is handed in.
class Cheque {
 public:
  explicit Cheque(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "cheque",
            .title = "Cheque",
            .fields = {{Text("drawer"), Text("Who draws it"), 1, 0}, {Text("number"), Text("Its six digits"), 1, 0}},
            .pending_up_to_us = hours(24 * 30),
            .polls_us = {}};
  }

  Verdict offered(const Situation&) const { return Verdict::yes(); }

  Checked check(const Entered& entered) const {
    const Text drawer = entered["drawer"], number = entered["number"];
    Checked checked;
    if (drawer.view().empty() || drawer.view().size() > 140)
      checked.problem("drawer", "The name is 1 to 140 bytes long, as on the cheque.");
    if (!is_number(number.view())) checked.problem("number", "A cheque's number is six digits.");
    if (checked.problems.size() != 0) return checked;
    checked.details = {{Text("drawer"), drawer}, {Text("number"), number}};
    checked.masked = Text("Cheque ••") + Text(number.view().substr(2));
    return checked;
  }
};

FLORIN_PLUGIN(Cheque, R"({"id": "cheque", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
