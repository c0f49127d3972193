#include "domain/payments/card_number.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "florin/utf8.hpp"

namespace florin {

namespace {

constexpr std::size_t shortest = 14, longest = 19;
constexpr std::size_t most_between = 5;  ///< characters between two groups

/// What of a text matters here.
enum class Kind : std::uint8_t { digit, letter, between };
struct Piece {
  Kind kind = Kind::between;
  char digit = 0;  ///< as '0' to '9'
  std::uint32_t code = 0;
  std::size_t from = 0, end = 0;  ///< bytes of the text
};

/// Code points of the zeros of scripts; nine digits follow each. Source   Unicode 15.1, general category Nd
constexpr std::array<std::uint32_t, 41> zeros = {
    0x660,  0x6f0,  0x7c0,  0x966,  0x9e6,  0xa66,  0xae6,  0xb66,  0xbe6,   0xc66,   0xce6,   0xd66,   0xde6,  0xe50,
    0xed0,  0xf20,  0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6};

/// 0 to 9, or -1.
int digit_of(std::uint32_t code) {
  if (code < 0x80) return code >= '0' && code <= '9' ? static_cast<int>(code - '0') : -1;
  for (const std::uint32_t zero : zeros)
    if (zero <= code && code <= zero + 9) return static_cast<int>(code - zero);
  return -1;
}

bool is_ascii_letter(std::uint32_t code) { return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z'); }

/// Blanks, hyphens and marks that people put between groups; any other character beyond ASCII is a letter.
bool is_between(std::uint32_t code) {
  if (code < 0x80) return !is_ascii_letter(code);
  return code <= 0xbf || (0x2000 <= code && code <= 0x206f) || code == 0x2212 || (0x2500 <= code && code <= 0x257f) ||
         code == 0x2e17 || (0x3000 <= code && code <= 0x3003) || code == 0x30fb || code == 0xfe58 || code == 0xfe63 ||
         code == 0xfeff || code == 0xff0d || code == 0xff0e || code == 0xff65;
}

int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// `&nbsp;`, `&#32;` and `&#x34;` are the character that they stand for, a name always a blank; 0 bytes: there is none.
Character entity_at(std::string_view text, std::size_t at) {
  constexpr std::size_t longest_entity = 10;
  const std::size_t end = text.substr(at, longest_entity).find(';');
  if (text[at] != '&' || end == std::string_view::npos || end < 3) return {0, 0};
  const std::string_view inside = text.substr(at + 1, end - 1);
  if (inside[0] != '#') {
    const bool name =
        std::ranges::all_of(inside, [](char c) { return is_ascii_letter(static_cast<unsigned char>(c)); });
    return {' ', name ? end + 1 : 0};
  }
  const bool hex = inside.size() > 2 && (inside[1] == 'x' || inside[1] == 'X');
  std::uint32_t code = 0;
  for (const char c : inside.substr(hex ? 2 : 1)) {
    const int digit = hex_of(c);
    if (digit < 0 || (!hex && digit > 9)) return {0, 0};
    code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  return {code, end + 1};
}

/// The text character by character; `%20` is the blank that it stands for.
std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  pieces.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    Character one = character_at(text, at);
    if (one.bytes == 0) one = {0xfffd, 1};
    if (one.code == '%' && at + 2 < text.size() && hex_of(text[at + 1]) >= 0 && hex_of(text[at + 2]) >= 0)
      one = {static_cast<std::uint32_t>(hex_of(text[at + 1]) * 16 + hex_of(text[at + 2])), 3};
    if (const Character entity = entity_at(text, at); entity.bytes != 0) one = entity;
    const int digit = digit_of(one.code);
    pieces.push_back({digit >= 0             ? Kind::digit
                      : is_between(one.code) ? Kind::between
                                             : Kind::letter,
                      static_cast<char>('0' + std::max(digit, 0)), one.code, at, at + one.bytes});
    at += one.bytes;
  }
  return pieces;
}

/// Source   ISO/IEC 7812-1, annex B
bool check_digit_is_right(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 == 0;
}

/// Numbers that begin with `least` to `most`, and how long they are.
struct Range {
  int least, most;
  std::size_t shortest, longest;
};
/// Source   the card networks' published ranges; lengths that are given out today
constexpr Range ranges[] = {{4, 4, 16, 16},       {4, 4, 19, 19},       {51, 55, 16, 16},     {2221, 2720, 16, 16},
                            {34, 34, 15, 15},     {37, 37, 15, 15},     {6011, 6011, 16, 19}, {644, 649, 16, 19},
                            {65, 65, 16, 19},     {300, 305, 14, 14},   {36, 36, 14, 14},     {38, 39, 14, 14},
                            {3528, 3589, 16, 19}, {62, 62, 16, 19},     {81, 81, 16, 19},     {60, 60, 16, 16},
                            {508, 508, 16, 16},   {50, 50, 16, 19},     {56, 58, 16, 19},     {63, 63, 16, 19},
                            {67, 67, 16, 19},     {2200, 2204, 16, 19}, {9792, 9792, 16, 16}};

bool is_issued(std::string_view digits) {
  for (const Range& range : ranges) {
    if (digits.size() < range.shortest || range.longest < digits.size()) continue;
    std::size_t length = 0;
    for (int most = range.most; most > 0; most /= 10) ++length;
    int begins = 0;
    for (std::size_t i = 0; i < length; ++i) begins = begins * 10 + (digits[i] - '0');
    if (range.least <= begins && begins <= range.most) return true;
  }
  return false;
}

/// One row of digits, and where among the pieces it stands.
struct Group {
  std::size_t from = 0, end = 0;
  std::size_t size() const { return end - from; }
};

/// How cards show their numbers and people type them: all groups alike but for a shorter last one, or 4-6-4 and 4-6-5.
bool is_grouping(const std::vector<Group>& groups, std::size_t from, std::size_t end) {
  const auto size = [&](std::size_t i) { return groups[from + i].size(); };
  if (end - from == 1) return true;
  if (end - from == 3 && size(0) == 4 && size(1) == 6 && (size(2) == 4 || size(2) == 5)) return true;
  if (size(0) > 5 && size(0) != 8) return false;
  for (std::size_t i = 1; i + 1 < end - from; ++i)
    if (size(i) != size(0)) return false;
  return groups[end - 1].size() <= size(0);
}

struct Found {
  std::size_t from = 0, end = 0;  ///< bytes of the text
};

class Search {
 public:
  explicit Search(std::string_view text) : pieces_(pieces_of(text)) {}

  std::vector<Found> all() {
    mark_ids();
    std::vector<Found> found;
    for (std::size_t at = 0; at < pieces_.size();) {
      if (pieces_[at].kind != Kind::digit) {
        ++at;
        continue;
      }
      at = take_row(at, found);
    }
    return found;
  }

 private:
  /// Groups that follow each other with little between them, from `at` on. Returns where the next row may begin.
  std::size_t take_row(std::size_t at, std::vector<Found>& found) {
    std::vector<Group> groups;
    std::size_t next = at;
    while (next < pieces_.size() && pieces_[next].kind == Kind::digit) {
      const std::size_t end = end_of_digits(next);
      groups.push_back({next, end});
      next = end;
      while (next < pieces_.size() && next - end < most_between && pieces_[next].kind == Kind::between) ++next;
      if (next == pieces_.size() || pieces_[next].kind != Kind::digit) next = end;
      if (next == end) break;
    }
    for (std::size_t from = 0; from < groups.size();) {
      const std::size_t to = end_of_number(groups, from);
      if (to == 0) {
        ++from;
        continue;
      }
      found.push_back({pieces_[groups[from].from].from, pieces_[groups[to - 1].end - 1].end});
      from = to;
    }
    return groups.back().end;
  }

  /// Behind the last group of the number that begins with group `from`; 0: none does.
  std::size_t end_of_number(const std::vector<Group>& groups, std::size_t from) const {
    std::string digits;
    for (std::size_t to = from; to < groups.size() && digits.size() <= longest; ++to) {
      for (std::size_t i = groups[to].from; i < groups[to].end; ++i) digits += pieces_[i].digit;
      if (digits.size() < shortest || digits.size() > longest) continue;
      // Groups of two or three are also dates, times and lists: then it has to be all there is.
      const bool alone = from == 0 && to + 1 == groups.size();
      if (groups[from].size() < 4 && !alone) continue;
      if (is_grouping(groups, from, to + 1) && is_issued(digits) && check_digit_is_right(digits) &&
          !is_other(groups, from, to + 1))
        return to + 1;
    }
    return 0;
  }

  /// A fraction, a telephone number, part of an id.
  bool is_other(const std::vector<Group>& groups, std::size_t from, std::size_t to) const {
    const std::size_t first = groups[from].from, end = groups[to - 1].end;
    if (ids_.empty() ? false
                     : std::any_of(ids_.begin() + static_cast<std::ptrdiff_t>(first),
                                   ids_.begin() + static_cast<std::ptrdiff_t>(end), [](bool id) { return id; }))
      return true;
    if (first == 0) return has_other_digits(first, end);
    const std::uint32_t before = pieces_[first - 1].code;
    const bool behind_digit = first > 1 && pieces_[first - 2].kind == Kind::digit;
    if (to - from == 1 && behind_digit && (before == '.' || before == ',')) return true;
    std::size_t count = 0;
    for (std::size_t i = from; i < to; ++i) count += groups[i].size();
    constexpr std::size_t longest_telephone = 15;  // ITU-T E.164
    if (before == '+' && !behind_digit && count <= longest_telephone) return true;
    return has_other_digits(first, end);
  }

  /// Whether the words that it begins and ends in have digits beside it: ids do.
  bool has_other_digits(std::size_t first, std::size_t end) const {
    for (std::size_t i = first; i > 0 && in_word(i - 1); --i)
      if (pieces_[i - 1].kind == Kind::digit) return true;
    for (std::size_t i = end; i < pieces_.size() && in_word(i); ++i)
      if (pieces_[i].kind == Kind::digit) return true;
    return false;
  }
  bool in_word(std::size_t i) const { return pieces_[i].kind != Kind::between || pieces_[i].code == '_'; }

  std::size_t end_of_digits(std::size_t at) const {
    while (at < pieces_.size() && pieces_[at].kind == Kind::digit) ++at;
    return at;
  }

  /// IBANs and UUIDs are known by their own shape.
  void mark_ids() {
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
      if (at > 0 && in_word(at - 1)) continue;
      const std::size_t end = std::max(end_of_iban(at), end_of_uuid(at));
      if (end == 0) continue;
      ids_.resize(pieces_.size());
      std::fill(ids_.begin() + static_cast<std::ptrdiff_t>(at), ids_.begin() + static_cast<std::ptrdiff_t>(end), true);
    }
  }

  /// 0: none begins here. Source   ISO 13616: two letters, two check digits, up to 30 more, 97 divides what is left
  std::size_t end_of_iban(std::size_t at) const {
    std::string letters;
    std::size_t last = 0;
    for (std::size_t i = at; i < pieces_.size() && letters.size() < 34; ++i) {
      if (pieces_[i].code >= 0x80) break;
      if (pieces_[i].kind == Kind::between) {
        if (pieces_[i].code != ' ' && pieces_[i].code != '-') break;
        continue;
      }
      const char c = static_cast<char>(pieces_[i].code);
      letters += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
      const std::size_t n = letters.size();
      const bool letter = letters[n - 1] >= 'A';
      if (letter != (n <= 2) && n <= 4) return 0;
      if (n >= 15 && (i + 1 == pieces_.size() || !in_word(i + 1)) && divides(letters)) last = i + 1;
    }
    return last;
  }
  static bool divides(const std::string& iban) {
    int rest = 0;
    for (std::size_t i = 0; i < iban.size(); ++i) {
      const char c = iban[(i + 4) % iban.size()];
      rest = c >= 'A' ? (rest * 100 + (c - 'A' + 10)) % 97 : (rest * 10 + (c - '0')) % 97;
    }
    return rest == 1;
  }

  std::size_t end_of_uuid(std::size_t at) const {
    constexpr std::size_t length = 36;
    if (at + length > pieces_.size()) return 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::uint32_t code = pieces_[at + i].code;
      const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      if (hyphen ? code != '-' : code >= 0x80 || hex_of(static_cast<char>(code)) < 0) return 0;
    }
    return at + length == pieces_.size() || !in_word(at + length) ? at + length : 0;
  }

  const std::vector<Piece> pieces_;
  std::vector<bool> ids_;  ///< by piece; empty: there is none
};

/// Of each byte; what is not ASCII may be a digit.
constexpr std::array<Kind, 256> kinds = [] {
  std::array<Kind, 256> all{};
  for (std::size_t byte = 0; byte < all.size(); ++byte)
    all[byte] = byte >= 0x80 || (byte >= '0' && byte <= '9')                   ? Kind::digit
                : (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ? Kind::letter
                                                                               : Kind::between;
  return all;
}();
Kind kind_of(char c) { return kinds[static_cast<unsigned char>(c)]; }

/// Where the first `shortest` bytes in a row begin that have no letter among them, from `from` on; npos: there are
/// none. Of a random key it looks at one byte in four.
std::size_t without_letters(std::string_view text, std::size_t from) {
  for (std::size_t end = from + shortest; end <= text.size(); end = from + shortest) {
    std::size_t at = end;
    while (at > from && kind_of(text[at - 1]) != Kind::letter) --at;
    if (at == from) return from;
    from = at;
  }
  return std::string_view::npos;
}

/// Most texts have too few digits with no more than a little between them: that is seen at once.
bool may_hold_one(std::string_view text) {
  if (text.size() < shortest) return false;
  // `%20` and `&nbsp;` are blanks.
  if (text.find('%') != std::string_view::npos || text.find('&') != std::string_view::npos) return true;
  const std::size_t from = without_letters(text, 0);
  if (from == std::string_view::npos) return false;
  std::size_t digits = 0, between = 0;
  for (const char c : text.substr(from)) {
    const Kind kind = kind_of(c);
    if (kind == Kind::digit) {
      if (++digits == shortest) return true;
      between = 0;
    } else if (kind == Kind::letter || ++between > most_between) {
      digits = between = 0;
    }
  }
  return false;
}

}  // namespace

bool holds_card_number(std::string_view text) { return may_hold_one(text) && !Search(text).all().empty(); }

std::string without_card_numbers(std::string text) {
  if (!may_hold_one(text)) return text;
  const std::vector<Found> found = Search(text).all();
  for (auto one = found.rbegin(); one != found.rend(); ++one) text.replace(one->from, one->end - one->from, "[number]");
  return text;
}

}  // namespace florin
