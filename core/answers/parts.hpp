#pragma once

#include <optional>
#include <string>

#include "domain/catalog/catalog.hpp"

/// Parts of what the host answers, the same in every answer; amounts as text with their unit.
namespace florin {

/// `640 message`
std::string amount_text(const Catalog& catalog, const CreditType& type, Credits amount);
/// None: it is empty.
std::optional<std::string> text_or_none(const std::string& text);
/// An amount of nothing has a currency too.
Money in_currency(Currency currency, const Money& money);

}  // namespace florin
