#include <florin/plugin.hpp>

using namespace florin::plugin;

/// A PayPal account. Its customer logs in on PayPal's own page, once for each payment or once for all; nothing is typed
/// here but the token of an account that PayPal keeps already.
class PayPalWallet {
 public:
  explicit PayPalWallet(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "paypal",
            .title = "PayPal",
            .fields = {{Text("token"), Text("Token of the account that PayPal keeps"), 1, 0}},
            .pending_up_to_us = days(3),
            .polls_us = {minutes(2), minutes(10), minutes(30), hours(1), hours(2), hours(6), days(1), days(2)}};
  }

  Checked check(const Entered& entered) const {
    const Text token = entered["token"];
    for (const char c : token.view())
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' && c != '_')
        return Checked().problem("token", "The token of a PayPal account has letters, digits, - and _ alone.");
    if (token.view().size() < 6 || token.view().size() > 64)
      return Checked().problem("token", "The token of a PayPal account has 6 to 64 characters.");
    Checked checked;
    checked.details = {{Text("token"), token}};
    checked.masked = "PayPal";
    return checked;
  }
};

FLORIN_PLUGIN(PayPalWallet, R"({"id": "paypal_wallet", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
