#include <florin/plugin.hpp>

#include <string>
#include <vector>

using namespace florin::plugin;

namespace {

/// Brands by the words that providers use. A tenant's YAML adds others, such as `more_brands: [knet]`.
constexpr std::string_view known_brands[] = {
    "visa",     "mastercard",       "amex", "discover",  "rupay", "diners", "jcb",       "maestro",
    "unionpay", "cartes_bancaires", "elo",  "hipercard", "mada",  "mir",    "eftpos_au", "interac"};

/// How a brand is written: 2 to 32 of a-z, 0-9 and _.
bool is_word(std::string_view text) {
  for (const char c : text)
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
  return text.size() >= 2 && text.size() <= 32;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Luhn's sum over digits, as ISO/IEC 7812-1 has it for card numbers.
bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

/// Whether a card number is anywhere in `text`: 13 to 19 digits, also in groups, that pass Luhn.
bool holds_card_number(std::string_view text) {
  std::string run;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : 'x';
    if (is_digit(c)) {
      run += c;
    } else if (c != ' ' && c != '-' && c != '.') {
      if (run.size() >= 13 && run.size() <= 19 && passes_luhn(run)) return true;
      run.clear();
    }
  }
  return false;
}

bool all_digits(std::string_view text) {
  for (const char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

/// 2028-04
bool is_month(std::string_view text) {
  return text.size() == 7 && text[4] == '-' && all_digits(text.substr(0, 4)) && all_digits(text.substr(5)) &&
         number(text.substr(5)) >= 1 && number(text.substr(5)) <= 12;
}

}  // namespace

/// Cards. The number goes from the customer's browser to the provider; what comes here is the provider's token and what
/// may be shown. A card number in any field is refused and is not repeated in the answer.
class Card {
 public:
  explicit Card(Setup& setup) {
    setup.only(setup.config, {"brands", "more_brands"});
    for (const std::string_view brand : known_brands) known_.emplace_back(brand);
    const Json more = setup.config["more_brands"], brands = setup.config["brands"];
    if (more && !more.is_array()) setup.problem("/more_brands", "more_brands is a list, as [knet]");
    more.items([&](const Json& brand) {
      if (!is_word(brand.text().view()))
        setup.problem(brand.pointer(), Text("'") + brand.text() + "' is no brand: 2 to 32 of a-z, 0-9 and _");
      known_.push_back(brand.text().str());
    });
    if (brands && !brands.is_array()) setup.problem("/brands", "brands is a list, as [visa, mastercard]");
    brands.items([&](const Json& brand) {
      if (!is_brand(brand.text().view()))
        setup.problem(brand.pointer(), Text("'") + brand.text() + "' is no brand known here" +
                                           did_you_mean(brand.text().view(), all_brands()) +
                                           "; a further one is named in `more_brands`");
      brands_.push_back(brand.text().str());
    });
    if (!brands) brands_ = known_;
  }

  MethodFacts describe() const {
    return {.method = "card",
            .title = "Card",
            .fields = {{Text("token"), Text("Token from the provider's form"), 1, 0},
                       {Text("brand"), Text("Brand"), 1, 0},
                       {Text("last4"), Text("Last four digits"), 1, 0},
                       {Text("expires"), Text("Expiry, as 2028-04"), 0, 0}},
            .pending_up_to_us = hours(1),
            .polls_us = {seconds(30), minutes(2), minutes(10), minutes(30)}};
  }

  Verdict offered(const Situation& situation) const {
    const Text brand = situation.brand;
    if (!brand || is_taken(brand.view())) return Verdict::yes();
    return Verdict::no("brands", Text("Cards of this brand are not taken: ") + brand);
  }

  Checked check(const Entered& entered) const {
    Checked checked;
    for (const florin_pair& field : each<florin_pair>(entered.fields))
      if (holds_card_number(view(field.value)) || holds_card_number(view(field.name)))
        return Checked().problem("card", "A card number was entered. It belongs into the provider's form, never here.");
    const Text token = entered["token"], last4 = entered["last4"], expires = entered["expires"];
    const Text brand = lower(entered["brand"]);
    if (!token) checked.problem("token", "The provider's token is missing.");
    if (!is_taken(brand.view())) checked.problem("brand", Text("The brand is one of ") + list() + ".");
    if (last4.view().size() != 4 || !all_digits(last4.view()))
      checked.problem("last4", "The last four digits of the card are four digits.");
    if (expires && !is_month(expires.view())) checked.problem("expires", "The expiry is year and month, as 2028-04.");
    if (checked.problems.size() > 0) return checked;

    checked.details = {{Text("token"), token}, {Text("brand"), brand}};
    checked.brand = brand;
    checked.masked = brand + " •••• " + last4;
    return checked;
  }

 private:
  std::vector<std::string_view> all_brands() const { return {known_.begin(), known_.end()}; }
  bool is_brand(std::string_view word) const {
    for (const std::string& brand : known_)
      if (brand == word) return true;
    return false;
  }
  bool is_taken(std::string_view word) const {
    for (const std::string& brand : brands_)
      if (brand == word) return true;
    return false;
  }
  Text list() const {
    Text all;
    for (const std::string& brand : brands_) all = all + (all ? ", " : "") + std::string_view(brand);
    return all;
  }

  std::vector<std::string> known_, brands_;
};

FLORIN_PLUGIN(Card, R"({"id": "card", "version": "1.0.0", "interfaces": ["florin.method/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {
    "brands": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9_]{2,32}$"}},
    "more_brands": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9_]{2,32}$"}}}}})")
