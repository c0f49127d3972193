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

constexpr std::size_t shortest = 13, longest = 19;

struct Found {
  std::size_t from = 0, size = 0;
};

/// Part of a word such as `pi_3Nq4242…` is an id.
bool stands_apart(std::string_view text, std::size_t from, std::size_t end) {
  const char before = from == 0 ? ' ' : text[from - 1], after = end == text.size() ? ' ' : text[end];
  return before != '+' && before != '.' && !is_letter(before) && !is_letter(after);
}

std::size_t end_of_group(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// Where the card number ends that begins with the group of digits at `from`; 0: none does. What is written in groups
/// begins with one of four or more, whatever other number stands before it.
std::size_t end_of_number(std::string_view text, std::size_t from) {
  const std::size_t first = end_of_group(text, from);
  std::string digits(text.substr(from, first - from));
  if (digits[0] < '2' || digits[0] > '6') return 0;
  const bool in_groups = digits.size() >= 4;
  for (std::size_t end = first; digits.size() <= longest;) {
    if (digits.size() >= shortest && check_digit_is_right(digits) && stands_apart(text, from, end)) return end;
    const bool goes_on =
        in_groups && end + 1 < text.size() && (text[end] == ' ' || text[end] == '-') && is_digit(text[end + 1]);
    if (!goes_on) return 0;
    const std::size_t next = end_of_group(text, end + 1);
    digits += text.substr(end + 1, next - end - 1);
    end = next;
  }
  return 0;
}

/// The first card number at or after `from`; size 0: none.
Found find(std::string_view text, std::size_t from) {
  while (from < text.size()) {
    if (!is_digit(text[from])) {
      ++from;
      continue;
    }
    if (const std::size_t end = end_of_number(text, from); end != 0) return {from, end - from};
    from = end_of_group(text, from);
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
