#include "host/person_shapes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace florin {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_of_address(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%';
}

/// A run of letters and digits with its place; `It's` is one word, and so is `Jean-Luc`.
struct Written {
  std::string_view word;
  std::size_t from, to;
};
std::vector<Written> words_of(std::string_view text) {
  std::vector<Written> words;
  const auto is_in = [&](std::size_t i) {
    if (is_letter(text[i]) || is_digit(text[i])) return true;
    const bool joins = text[i] == '\'' || text[i] == '-';
    return joins && i > 0 && is_letter(text[i - 1]) && i + 1 < text.size() && is_letter(text[i + 1]);
  };
  for (std::size_t i = 0; i < text.size();) {
    if (!is_in(i)) {
      ++i;
      continue;
    }
    const std::size_t from = i;
    while (i < text.size() && is_in(i)) ++i;
    words.push_back({text.substr(from, i - from), from, i});
  }
  return words;
}

std::string lower(std::string_view word) {
  std::string small(word);
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return small;
}

/// Begins with a capital letter, of Latin, Greek or Cyrillic, and has another letter: `Hopper`, `Özil`, `O'Brien`.
bool is_capital(std::string_view word) {
  if (word.size() < 2) return false;
  const auto first = static_cast<unsigned char>(word[0]);
  const auto second = static_cast<unsigned char>(word[1]);
  if (first < 0x80) return first >= 'A' && first <= 'Z' && (is_letter(word[1]) || word[1] == '\'');
  if (word.size() < 3) return false;
  if (first == 0xC3) return second >= 0x80 && second <= 0x9E;  // À to Þ
  if (first == 0xC4 || first == 0xC5) return true;             // Ć, Ł, Š, and their small letters
  if (first == 0xCE) return second >= 0x86 && second <= 0xA9;  // Α to Ω
  return first == 0xD0 && (second >= 0x80 && second <= 0xAF);  // Ѐ to Я
}

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

/// Only spaces, and a dot where a title is cut short, lie between two words of a name.
bool follow(std::string_view text, const Written& one, const Written& next) {
  const std::string_view between = text.substr(one.to, next.from - one.to);
  return !between.empty() && between.find_first_not_of(" .") == std::string_view::npos &&
         std::ranges::count(between, '.') <= 1 && between.back() == ' ';
}

/// `Mr Miller`. Not `Dr`, by which a bookkeeper means debit, without its dot.
bool is_title(std::string_view text, const Written& one) {
  static constexpr std::array titles = {
      std::string_view("mr"),   std::string_view("mrs"),      std::string_view("ms"),     std::string_view("miss"),
      std::string_view("mx"),   std::string_view("doctor"),   std::string_view("herr"),   std::string_view("frau"),
      std::string_view("mme"),  std::string_view("monsieur"), std::string_view("madame"), std::string_view("señor"),
      std::string_view("shri"), std::string_view("smt"),      std::string_view("señora"), std::string_view("signora")};
  const std::string word = lower(one.word);
  return is_one_of(titles, word) || (word == "dr" && one.to < text.size() && text[one.to] == '.');
}

/// Given names that are no word of a text about money, no place and no month: `Grace period` and `Bill Payment` are
/// none.
bool is_given_name(std::string_view word) {
  static constexpr std::array names = std::to_array<std::string_view>(
      {"aarav",     "abdul",      "abigail",   "aditya",   "ahmed",    "aisha",     "ajay",      "alejandro",
       "alexander", "alice",      "amanda",    "amelia",   "amit",     "amy",       "ana",       "andrea",
       "andreas",   "andrew",     "anil",      "anita",    "anna",     "anne",      "anthony",   "antonio",
       "arjun",     "arthur",     "ashley",    "barbara",  "benjamin", "betty",     "brian",     "carlos",
       "carol",     "carolyn",    "catherine", "charles",  "chloe",    "christian", "christine", "christopher",
       "claire",    "claudia",    "daniel",    "david",    "deborah",  "deepak",    "deepika",   "dennis",
       "diana",     "donald",     "donna",     "dorothy",  "edward",   "elena",     "elizabeth", "emily",
       "emma",      "eric",       "ethan",     "fatima",   "fernando", "francisco", "francois",  "gabriel",
       "gary",      "george",     "grace",     "hannah",   "hans",     "harold",    "hassan",    "heather",
       "helen",     "henry",      "hiroshi",   "hussein",  "ibrahim",  "ines",      "isabella",  "ivan",
       "jacob",     "jacqueline", "james",     "jane",     "janet",    "jason",     "javier",    "jean",
       "jeffrey",   "jennifer",   "jessica",   "joan",     "johann",   "john",      "jonathan",  "jorge",
       "jose",      "joseph",     "joshua",    "juan",     "judith",   "julia",     "julie",     "karen",
       "karthik",   "katherine",  "kathleen",  "kavita",   "kenneth",  "kevin",     "kimberly",  "klaus",
       "kumar",     "larry",      "laura",     "lauren",   "lena",     "linda",     "lisa",      "luca",
       "lucas",     "luis",       "margaret",  "maria",    "marie",    "marta",     "martha",    "matthew",
       "megan",     "melissa",    "michael",   "michelle", "miguel",   "mohamed",   "mohammad",  "mohammed",
       "muhammad",  "nancy",      "neha",      "nicholas", "nicole",   "nikhil",    "olga",      "oliver",
       "olivia",    "omar",       "pablo",     "pamela",   "patricia", "patrick",   "paul",      "pedro",
       "peter",     "philip",     "pierre",    "pooja",    "pradeep",  "priya",     "rachel",    "rahul",
       "rajesh",    "rakesh",     "ramesh",    "raymond",  "rebecca",  "richard",   "rita",      "robert",
       "rohit",     "ronald",     "ruth",      "ryan",     "samantha", "samuel",    "sandra",    "sanjay",
       "sarah",     "scott",      "sergio",    "sharon",   "shirley",  "simran",    "sofia",     "sophia",
       "sophie",    "stefan",     "stephanie", "stephen",  "steven",   "sunil",     "sunita",    "suresh",
       "susan",     "thomas",     "timothy",   "tyler",    "ursula",   "vijay",     "vikram",    "vincent",
       "vladimir",  "walter",     "wei",       "william",  "wolfgang", "yusuf",     "zachary"});
  return is_one_of(names, lower(word));
}

/// A title, a given name or `my name is`, and a word with a capital letter after it.
bool holds_name(std::string_view text, const std::vector<Written>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const Written &one = words[i], &next = words[i + 1];
    if (!follow(text, one, next) || !is_capital(next.word)) continue;
    if (is_title(text, one)) return true;
    const bool stands_apart = text.substr(one.to, next.from - one.to).find('.') == std::string_view::npos;
    if (stands_apart && is_capital(one.word) && is_given_name(one.word) && lower(next.word) != "period") return true;
    if (i >= 2 && lower(one.word) == "is" && lower(words[i - 1].word) == "name" && lower(words[i - 2].word) == "my")
      return true;
  }
  return false;
}

/// Digits of one number from `from` on, with what people write between them; not those of a word, such as an order's
/// id.
std::size_t digits_from(std::string_view text, std::size_t from) {
  std::size_t digits = 0, i = from;
  for (; i < text.size(); ++i) {
    if (is_digit(text[i]))
      ++digits;
    else if (std::string_view(" -.()/").find(text[i]) == std::string_view::npos)
      break;
  }
  return i < text.size() && is_letter(text[i]) && is_digit(text[i - 1]) ? 0 : digits;
}

bool is_number(std::string_view text, std::size_t from, std::size_t fewest) {
  const std::size_t digits = digits_from(text, from);
  return digits >= fewest && digits <= 15;
}

/// Digits behind a word that says what they are: `tel. 0170 1234567`, `phone number is 98765 43210`.
bool holds_called_number(std::string_view text) {
  static constexpr std::array called = {
      std::string_view("tel"), std::string_view("telephone"), std::string_view("phone"),   std::string_view("mobile"),
      std::string_view("mob"), std::string_view("whatsapp"),  std::string_view("telefon"), std::string_view("handy")};
  static constexpr std::array between = {std::string_view("number"), std::string_view("no"), std::string_view("nr"),
                                         std::string_view("is")};
  const std::vector<Written> words = words_of(text);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!is_one_of(called, lower(words[i].word))) continue;
    std::size_t next = i + 1;
    while (next < words.size() && is_one_of(between, lower(words[next].word))) ++next;
    if (next < words.size() && is_digit(words[next].word.front()) && is_number(text, words[next].from, 7)) return true;
  }
  return false;
}

/// `12 Main Street`, `221B Baker St`, `Hauptstraße 5`.
bool holds_street(const std::vector<Written>& words) {
  static constexpr std::array after = {
      std::string_view("street"), std::string_view("st"),  std::string_view("road"), std::string_view("rd"),
      std::string_view("avenue"), std::string_view("ave"), std::string_view("lane"), std::string_view("boulevard"),
      std::string_view("nagar"),  std::string_view("marg")};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string small = lower(words[i].word);
    const bool numbered = is_digit(words[i + 1].word.front()) && words[i + 1].word.size() <= 5;
    if (numbered && small.size() > 6 && (small.ends_with("strasse") || small.ends_with("straße"))) return true;
    if (!is_digit(words[i].word.front()) || words[i].word.size() > 5) continue;
    for (std::size_t j = i + 1; j < words.size() && j <= i + 3 && is_capital(words[j].word); ++j)
      if (j > i + 1 && is_one_of(after, lower(words[j].word))) return true;
  }
  return false;
}

}  // namespace

bool holds_address(std::string_view text) {
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at == 0 || !is_of_address(text[at - 1])) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_of_address(text[end])) ++end;
    const std::string_view domain = text.substr(at + 1, end - at - 1);
    const std::size_t dot = domain.find('.');
    if (dot != std::string_view::npos && dot > 0 && dot + 2 < domain.size() &&
        (is_letter(domain[dot + 1]) || is_digit(domain[dot + 1])))
      return true;
  }
  return false;
}

bool holds_telephone(std::string_view text) {
  for (std::size_t at = text.find('+'); at != std::string_view::npos; at = text.find('+', at + 1)) {
    const bool begins = at == 0 || !(is_letter(text[at - 1]) || is_digit(text[at - 1]));
    if (begins && at + 1 < text.size() && text[at + 1] >= '1' && text[at + 1] <= '9' && is_number(text, at + 1, 9))
      return true;
  }
  return holds_called_number(text);
}

std::optional<std::string_view> shape_of_person(std::string_view text) {
  const std::vector<Written> words = words_of(text);
  if (holds_name(text, words)) return "what looks like a name";
  if (holds_street(words)) return "what looks like a street address";
  return std::nullopt;
}

}  // namespace florin
