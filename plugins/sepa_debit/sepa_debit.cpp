#include <florin/plugin.hpp>

using namespace florin::plugin;

namespace {

/// The countries of the SEPA schemes, by ISO 3166. Source   European Payments Council, EPC409-09
constexpr std::string_view countries[] = {"AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE",
                                          "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
                                          "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL",
                                          "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA"};

bool all_of(std::string_view text, bool (*good)(char)) {
  for (const char c : text)
    if (!good(c)) return false;
  return !text.empty();
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

}  // namespace

/// SEPA direct debit in euro. The bank account is given on the provider's own page, which makes the mandate; what comes
/// here is the mandate's id and the last characters of the account. A bank may return a debit for weeks after it was
/// paid.
class SepaDebit {
 public:
  explicit SepaDebit(Setup& setup) { setup.only(setup.config, {}); }

  MethodFacts describe() const {
    return {.method = "sepa_debit",
            .title = "SEPA direct debit",
            .fields = {{Text("token"), Text("Mandate, as the provider names it"), 1, 0},
                       {Text("ending"), Text("Last characters of the IBAN"), 0, 0}},
            .pending_up_to_us = days(14),
            .polls_us = {hours(6), days(1), days(2), days(3), days(4), days(5), days(6), days(8), days(10), days(12)}};
  }

  Verdict offered(const Situation& situation) const {
    if (currency(situation.amount) != Text("EUR"))
      return Verdict::no("currency", "SEPA direct debit pays in euro only.");
    const Text country = situation.country;
    if (!country) return Verdict::yes();
    for (const std::string_view one : countries)
      if (country.view() == one) return Verdict::yes();
    return Verdict::no("country", "SEPA direct debit needs a bank account in a country of the SEPA area.");
  }

  Checked check(const Entered& entered) const {
    const Text token = entered["token"], ending = entered["ending"];
    Checked checked;
    if (token.view().size() < 3 || token.view().size() > 64 || !all_of(token.view(), is_word))
      checked.problem("token", "The mandate's id is missing, or is not one.");
    if (ending && (ending.view().size() > 4 || !all_of(ending.view(), is_word)))
      checked.problem("ending", "The last characters of the IBAN are at most four letters and digits.");
    if (checked.problems.size() > 0) return checked;
    checked.details = {{Text("token"), token}};
    checked.masked = ending ? Text("SEPA •• ") + ending : Text("SEPA");
    return checked;
  }
};

FLORIN_PLUGIN(SepaDebit, R"({"id": "sepa_debit", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")
