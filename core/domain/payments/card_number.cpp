#include "domain/payments/card_number.hpp"

#include <cstddef>

namespace florin {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Source   ISO/IEC 7812-1, annex B
bool check_digit_is_right(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 == 0;
}

struct Found {
  std::size_t from = 0, size = 0;
};

/// The first card number at or after `from`; size 0: none.
Found find(std::string_view text, std::size_t from) {
  while (from < text.size()) {
    if (!is_digit(text[from])) {
      ++from;
      continue;
    }
    std::string digits;
    std::size_t end = from;
    for (std::size_t i = from; i < text.size(); ++i) {
      if (is_digit(text[i])) {
        digits += text[i];
        end = i + 1;
      } else if ((text[i] != ' ' && text[i] != '-') || i + 1 == text.size() || !is_digit(text[i + 1])) {
        break;
      }
    }
    // Part of a word such as `pi_3Nq4242…` is an id.
    const bool apart = (from == 0 || (text[from - 1] != '+' && text[from - 1] != '.' && !is_letter(text[from - 1]))) &&
                       (end == text.size() || !is_letter(text[end]));
    const bool long_enough = digits.size() >= 13 && digits.size() <= 19;
    if (apart && long_enough && digits[0] >= '2' && digits[0] <= '6' && check_digit_is_right(digits))
      return {from, end - from};
    from = end;
  }
  return {};
}

}  // namespace

bool holds_card_number(std::string_view text) { return find(text, 0).size != 0; }

std::string without_card_numbers(std::string text) {
  for (Found found = find(text, 0); found.size != 0; found = find(text, found.from)) {
    text.replace(found.from, found.size, "[number]");
  }
  return text;
}

}  // namespace florin
