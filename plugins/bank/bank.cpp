#include <florin/plugin.hpp>
using namespace florin::plugin;

namespace {

/// What a person reads and types without mistaking one for another: no 0 O 1 I L. 31 of them, a prime.
constexpr std::string_view alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
constexpr std::size_t length = 10;

/// The order's reference: ten characters of its key and one that checks them. Every single wrong character, and two
/// neighbours exchanged, change the eleventh: each place has a weight of its own below the prime.
Text reference_of(std::string_view key) {
  Text reference;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t value = static_cast<unsigned char>(key[i]) % alphabet.size();
    reference = reference + Text(alphabet.substr(value, 1));
    sum += (i + 2) * value;
  }
  return reference + Text(alphabet.substr(sum % alphabet.size(), 1));
}

}  // namespace

/// A bank account that customers pay into. There is no call that charges: an order is sent with a reference, and paid
/// when a line of a statement, or a person, says so. Asks for nothing of the network.
class Bank {
 public:
  explicit Bank(Setup& setup) {
    setup.only(setup.config, {"holder", "account", "bank", "ifsc", "statement"});
    for (const char* name : {"holder", "account", "bank", "ifsc"})
      if (const Text said = setup.config[name].text()) shown_.emplace_back(name, said.view());
    if (!setup.config["holder"].text()) setup.problem("/holder", "holder is the name that the account is in");
    if (!is_account(setup.config["account"].text().view()))
      setup.problem("/account", "account is the number that transfers go to, as 50200012345678");
    const Json statement = setup.config["statement"], csv = statement["csv"];
    if (!csv && statement.text() != Text("camt.053") && statement.text() != Text("mt940"))
      setup.problem("/statement", "statement is camt.053, mt940, or {csv: {...}} with the names of its columns");
    if (csv && !(csv["dated"].text() && csv["amount"].text() && csv["text"].count() > 0))
      setup.problem("/statement/csv", "csv names the columns dated, amount and text");
  }

  Capabilities describe() const {
    const auto all = operations(FLORIN_CHARGE, FLORIN_STATUS);
    return {.offers = {{.method = "wire", .operations = all}, {.method = "cheque", .operations = all}}};
  }

  Step charge(const Operation& op, const Replies&) const { return instructions(op); }
  Step status(const Operation& op, const Replies&) const { return instructions(op); }

 private:
  static bool is_account(std::string_view text) {
    for (const char c : text)
      if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z')) return false;
    return text.size() >= 4 && text.size() <= 34;
  }

  Step instructions(const Operation& op) const {
    if (Text(op.payment_key).view().size() < length) return done({.state = FLORIN_UNKNOWN, .raw = "no key"});
    const Text reference = reference_of(Text(op.payment_key).view());
    Outcome sent{.state = FLORIN_NEEDS_ACTION, .ref = reference, .raw = "sent"};
    sent.action = Action{FLORIN_DISPLAY};
    auto& fields = sent.action->fields;
    fields.add({Text("reference"), reference});
    for (const auto& [name, said] : shown_) fields.add({Text(std::string_view(name)), Text(std::string_view(said))});
    return done(sent);
  }

  std::vector<std::pair<std::string, std::string>> shown_;
};

FLORIN_PLUGIN(Bank, R"({"id": "bank", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "config": {"type": "object", "additionalProperties": false, "required": ["holder", "account", "statement"],
    "examples": [{"holder": "Example Ltd", "account": "50200012345678", "statement": "camt.053"}],
    "properties": {"holder": {"type": "string"}, "account": {"type": "string", "pattern": "^[A-Z0-9]{4,34}$"},
      "bank": {"type": "string"}, "ifsc": {"type": "string", "pattern": "^[A-Z]{4}0[A-Z0-9]{6}$"},
      "statement": {"oneOf": [{"enum": ["camt.053", "mt940"]},
        {"type": "object", "additionalProperties": false, "required": ["csv"], "properties": {"csv": {
          "type": "object", "additionalProperties": false, "required": ["dated", "amount", "text"],
          "properties": {"separator": {"enum": [",", ";", "|", "tab"]}, "quotes": {"enum": ["doubled", "none"]},
            "encoding": {"enum": ["utf-8", "latin-1", "latin-2", "windows-1250", "windows-1252", "utf-16"]}, "trailing_separator": {"type": "boolean"},
            "dated": {"type": "string"}, "date_order": {"enum": ["ymd", "dmy", "mdy"]},
            "amount": {"type": "string"}, "debit": {"type": "string"}, "decimal": {"enum": [".", ","]},
            "marks": {"type": "object", "additionalProperties": false, "properties": {"credit": {"type": "string"}, "debit": {"type": "string"}}},
            "text": {"type": "array", "items": {"type": "string"}}, "ignore": {"type": "array", "items": {"type": "string"}},
            "id": {"type": "string"}, "balance": {"type": "string"}, "currency": {"type": "string"}, "credit_if": {"type": "object", "additionalProperties": false,
              "required": ["column", "is"], "properties": {"column": {"type": "string"}, "is": {"type": "string"}}}}}}}]}}}})")
