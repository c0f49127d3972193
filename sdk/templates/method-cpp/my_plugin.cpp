#include <florin/plugin.hpp>
#include <string>
using namespace florin::plugin;

/// A debit from a bank account, by its IBAN. What the customer types is checked here; the processor gets it cleaned.
class MyPlugin {
 public:
  explicit MyPlugin(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "my_plugin",
            .title = "Bank debit",
            .fields = {{Text("iban"), Text("IBAN"), 1, 0}, {Text("holder"), Text("Account holder"), 1, 0}},
            .pending_up_to_us = days(14),
            .polls_us = {hours(12), days(1), days(3), days(7)}};
  }

  /// Never quote what was entered: it may be what nobody should see.
  Checked check(const Entered& entered) const {
    Checked checked;
    const std::string iban = compact(entered["iban"]);
    if (iban.empty())
      checked.problem("iban", "the IBAN is missing");
    else if (!is_iban(iban))
      checked.problem("iban", "this is no IBAN: a letter or digit of it is wrong");
    if (!entered["holder"]) checked.problem("holder", "the name of who holds the account is missing");
    if (checked.problems.size() != 0) return checked;
    checked.details.add({Text("iban"), Text(iban)});
    checked.details.add({Text("holder"), entered["holder"]});
    checked.masked = Text(iban.substr(0, 2) + " •• " + iban.substr(iban.size() - 4));
    return checked;
  }

  Verdict offered(const Situation& situation) const {
    if (currency(situation.amount) == Text("EUR") || !currency(situation.amount)) return Verdict::yes();
    return Verdict::no("currency", "Bank debits are in EUR.");
  }

 private:
  static std::string compact(Text text) {
    std::string all;
    for (const char c : text.view())
      if (c != ' ' && c != '-') all += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return all;
  }
  /// ISO 13616: two letters, two check digits, and 97 divides what is left with 1.
  static bool is_iban(const std::string& iban) {
    if (iban.size() < 15 || iban.size() > 34) return false;
    int rest = 0;
    for (std::size_t i = 0; i < iban.size(); ++i) {
      const char c = iban[(i + 4) % iban.size()];
      if (c >= '0' && c <= '9')
        rest = (rest * 10 + (c - '0')) % 97;
      else if (c >= 'A' && c <= 'Z')
        rest = (rest * 100 + (c - 'A' + 10)) % 97;
      else
        return false;
    }
    return rest == 1;
  }
};

FLORIN_PLUGIN(MyPlugin, R"({"id": "my_plugin", "version": "0.1.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
