#pragma once

#include <string>
#include <string_view>

namespace florin {

/// Whether a card's number stands in a text: 13 to 19 digits that begin with 2 to 6 and whose check digit is right
/// (Luhn), in one piece, or in groups parted by single blanks or hyphens of which the first has at least four. Longer
/// rows of digits, and those behind a `+`, are none.
bool holds_card_number(std::string_view text);

/// The text with `[number]` in the place of each.
std::string without_card_numbers(std::string text);

}  // namespace florin
