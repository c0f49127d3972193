#include "answers/parts.hpp"

#include "domain/journal/described.hpp"

namespace florin {

std::string amount_text(const Catalog& catalog, const CreditType& type, Credits amount) {
  const CreditTypeRule* rule = catalog.credit_type(type);
  return decimal_text(amount.units, rule == nullptr ? 0 : rule->decimals) + " " + type.text();
}

std::optional<std::string> text_or_none(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Money in_currency(Currency currency, const Money& money) { return money.is_zero() ? Money(0, currency) : money; }

}  // namespace florin
