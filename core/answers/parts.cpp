#include "answers/parts.hpp"

namespace florin {

namespace json = boost::json;

json::value instant_or_null(const std::optional<Instant>& instant) {
  return instant ? json::value(instant->text()) : json::value(nullptr);
}

std::string amount_text(const Catalog& catalog, const CreditType& type, Credits amount) {
  const CreditTypeRule* rule = catalog.credit_type(type);
  return decimal_text(amount.units, rule == nullptr ? 0 : rule->decimals) + " " + type.text();
}

}  // namespace florin
