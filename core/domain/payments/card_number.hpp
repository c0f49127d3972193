#pragma once

#include <string>
#include <string_view>

namespace florin {

/// Whether a card's number stands in a text: as many digits as an issuer of that range gives (14 to 19), the last of
/// which is the right check digit (Luhn). In one piece, or in groups as cards show them or people type them, parted by
/// up to five characters that are neither letters nor digits; in the digits of any script; also right beside letters.
/// A telephone number, an IBAN, a UUID and a word with other digits in it, as most ids are, are none.
///
/// A bare number of the right length in an issuer's range is one time in ten such a number: it is taken for one.
/// Source   ISO/IEC 7812-1; docs/decisions/0070-card-numbers.md has the measured rates
bool holds_card_number(std::string_view text);

/// The text with `[number]` in the place of each.
std::string without_card_numbers(std::string text);

}  // namespace florin
