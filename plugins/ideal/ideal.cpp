#include <florin/plugin.hpp>
using namespace florin::plugin;

/// iDEAL: the customer approves at their own bank, in euro, now or not at all. Nothing is typed here.
class Ideal {
 public:
  explicit Ideal(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "ideal",
            .title = "iDEAL",
            .fields = {{Text("token"), Text("Token of the mandate that an earlier payment has left"), 1, 0}},
            .pending_up_to_us = days(1),
            .polls_us = {minutes(2), minutes(5), minutes(15), hours(1), hours(6)}};
  }

  Verdict offered(const Situation& situation) const {
    if (currency(situation.amount) == Text("EUR")) return Verdict::yes();
    return Verdict::no("currency", "iDEAL pays in euro only.");
  }

  Checked check(const Entered& entered) const {
    const Text token = entered["token"];
    for (const char c : token.view())
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' && c != '_')
        return Checked().problem("token", "The token of a mandate has letters, digits, - and _ alone.");
    if (token.view().size() < 6 || token.view().size() > 64)
      return Checked().problem("token", "The token of a mandate has 6 to 64 characters.");
    Checked checked;
    checked.details = {{Text("token"), token}};
    checked.masked = "iDEAL";
    return checked;
  }
};

FLORIN_PLUGIN(Ideal, R"({"id": "ideal", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
