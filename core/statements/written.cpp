#include "statements/written.hpp"

#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <vector>

namespace florin::statements {

namespace {

namespace text = boost::algorithm;

struct Spelling {
  std::string_view written, meant;
};
/// What looks like a blank, a minus or an apostrophe, in UTF-8.
constexpr std::array spellings = {Spelling{"\xC2\xA0", " "},     Spelling{"\xE2\x80\xAF", " "},
                                  Spelling{"\xE2\x80\x89", " "}, Spelling{"\xE2\x80\x87", " "},
                                  Spelling{"\xE2\x88\x92", "-"}, Spelling{"\xE2\x80\x93", "-"},
                                  Spelling{"\xE2\x80\x99", "'"}};

std::string simple(std::string_view cell) {
  std::string result(cell);
  for (const Spelling& one : spellings) text::replace_all(result, one.written, one.meant);
  return result;
}

bool digits_only(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Sign {
  std::string_view currency, sign;
};
/// Beside its code, how a currency is written beside an amount.
constexpr std::array signs = {
    Sign{"EUR", "€"},  Sign{"USD", "$"},   Sign{"USD", "US$"}, Sign{"GBP", "£"},    Sign{"JPY", "¥"},
    Sign{"JPY", "円"}, Sign{"CNY", "¥"},   Sign{"INR", "₹"},   Sign{"INR", "Rs."},  Sign{"INR", "Rs"},
    Sign{"PKR", "Rs"}, Sign{"LKR", "Rs"},  Sign{"CHF", "Fr."}, Sign{"CHF", "SFr."}, Sign{"PLN", "zł"},
    Sign{"CZK", "Kč"}, Sign{"HUF", "Ft"},  Sign{"SEK", "kr"},  Sign{"NOK", "kr"},   Sign{"DKK", "kr"},
    Sign{"ISK", "kr"}, Sign{"BRL", "R$"},  Sign{"ZAR", "R"},   Sign{"AUD", "$"},    Sign{"AUD", "A$"},
    Sign{"CAD", "$"},  Sign{"CAD", "C$"},  Sign{"NZD", "$"},   Sign{"SGD", "$"},    Sign{"SGD", "S$"},
    Sign{"HKD", "$"},  Sign{"HKD", "HK$"}, Sign{"MXN", "$"},   Sign{"ILS", "₪"},    Sign{"KRW", "₩"},
    Sign{"TRY", "₺"},  Sign{"PHP", "₱"},   Sign{"THB", "฿"},   Sign{"VND", "₫"},    Sign{"UAH", "₴"},
    Sign{"NGN", "₦"},  Sign{"RUB", "₽"}};

/// Takes `word` off one end of the cell, in any case, with the blanks beside it.
bool take(std::string& cell, std::string_view word) {
  if (word.empty() || cell.size() <= word.size()) return false;
  if (text::iends_with(cell, word))
    cell.erase(cell.size() - word.size());
  else if (text::istarts_with(cell, word))
    cell.erase(0, word.size());
  else
    return false;
  text::trim(cell);
  return true;
}

bool take_currency(std::string& cell, Currency currency) {
  if (take(cell, currency.code())) return true;
  return std::ranges::any_of(signs,
                             [&](const Sign& one) { return one.currency == currency.code() && take(cell, one.sign); });
}

/// What stands around the digits, each at most once.
struct Around {
  bool went = false, came = false, signed_ = false, named = false;

  bool take_one(std::string& cell, const AmountStyle& style, Currency currency) {
    if (!came && !went && take(cell, style.debit_mark)) return went = true;
    if (!came && !went && take(cell, style.credit_mark)) return came = true;
    if (!named && take_currency(cell, currency)) return named = true;
    if (signed_) return false;
    if (cell.size() > 2 && cell.starts_with('(') && cell.ends_with(')')) {
      cell = trimmed(std::string_view(cell).substr(1, cell.size() - 2));
      return signed_ = below = true;
    }
    if (take(cell, "-")) return signed_ = below = true;
    return signed_ = take(cell, "+");
  }

  bool below = false;
};

/// `1,41,560` as 141560; empty: its group marks are not between groups, or of two kinds.
std::string without_groups(std::string_view whole, char decimal) {
  const std::size_t first = whole.find_first_not_of("0123456789");
  if (first == std::string_view::npos) return std::string(whole);
  const char mark = whole[first];
  if (mark == decimal || std::string_view(",.' ").find(mark) == std::string_view::npos) return {};
  std::vector<std::string> groups;
  text::split(groups, whole, [&](char c) { return c == mark; });
  std::string number;
  const std::size_t inner = mark == ',' && groups.size() > 2 ? groups[1].size() : 3;  // in India groups of 2, by commas
  if (groups.front().starts_with('0')) return {};  // 0.123 is a fraction by another decimal mark
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::size_t size = groups[i].size();
    const bool last = i + 1 == groups.size();
    const bool fits = last ? size == 3 : i > 0 ? size == inner && (size == 2 || size == 3) : size >= 1 && size <= inner;
    if (!fits || !digits_only(groups[i])) return {};
    number += groups[i];
  }
  return number;
}

std::optional<Money> money_of(std::string whole, std::string fraction, Currency currency) {
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  const auto finest = static_cast<std::size_t>(currency.exponent());
  while (fraction.size() > finest && fraction.ends_with('0')) fraction.pop_back();
  const std::string number = (whole.empty() ? "0" : whole) + (fraction.empty() ? "" : "." + fraction);
  const auto money = Money::parse(number + " " + std::string(currency.code()));
  return money ? std::optional(*money) : std::nullopt;
}

}  // namespace

std::string trimmed(std::string_view cell) {
  std::string result(cell);
  for (bool more = true; more;) {
    text::trim_if(result, text::is_any_of(" \t\r\n"));
    more = false;
    for (const Spelling& one : spellings)
      if (one.meant == " ") {
        while (result.starts_with(one.written)) result.erase(0, one.written.size()), more = true;
        while (result.ends_with(one.written)) result.erase(result.size() - one.written.size()), more = true;
      }
  }
  return result;
}

bool is_return(std::string_view code) {
  constexpr std::array returns = {"108", "109", "159", "181", "184"};
  return std::ranges::find(returns, code) != returns.end();
}

std::string one_line(std::string_view said) {
  std::string result;
  for (const char c : said) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank) result += c;
    if (blank && !result.empty() && result.back() != ' ') result += ' ';
  }
  return trimmed(result);
}

bool names_a_total(std::string_view cell) {
  constexpr std::string_view sums =
      " total totals subtotal sum sums summe summen gesamt gesamtsumme zwischensumme umsatzsumme totaal totale somme "
      "suma "
      "balance saldo endsaldo anfangssaldo schlusssaldo kontostand solde stand ";
  constexpr std::string_view beside =
      " grand sub page period statement closing opening ending beginning final current available carried brought "
      "forward "
      "credit credits debit debits of on as at for the per and alter neuer am zum der au le al ";
  const auto is_in = [](std::string_view words, const std::string& word) {
    return words.find(" " + word + " ") != std::string_view::npos;
  };
  std::vector<std::string> words;
  const std::string lower = text::to_lower_copy(std::string(cell));
  text::split(words, lower, [](char c) { return c >= 0 && (c < 'a' || c > 'z'); }, text::token_compress_on);
  // A sum may stand in the same cell: `Kontostand am 30.11.2026: 1.234,56 EUR`.
  std::erase_if(words, [](const std::string& word) {
    return word.empty() || static_cast<bool>(Currency::parse(text::to_upper_copy(word)));
  });
  return std::ranges::any_of(words, [&](const std::string& word) { return is_in(sums, word); }) &&
         std::ranges::all_of(words, [&](const std::string& word) { return is_in(sums, word) || is_in(beside, word); });
}

std::optional<Money> decimal_of_xml(std::string_view number, Currency currency) {
  if (number.starts_with('+')) number.remove_prefix(1);
  const std::size_t point = number.find('.');
  const std::string whole(number.substr(0, point));
  const std::string fraction(point == std::string_view::npos ? "" : number.substr(point + 1));
  if ((whole.empty() && fraction.empty()) || !digits_only("0" + whole) || !digits_only("0" + fraction))
    return std::nullopt;
  return money_of(whole, fraction, currency);
}

Result<Money> amount_in_cell(std::string_view written, const AmountStyle& style, Currency currency) {
  std::string cell = trimmed(simple(written));
  const auto bad = [&](const std::string& what) {
    return Error{.code = "bad_amount",
                 .message = "'" + std::string(written) + "' is no amount of " + std::string(currency.code()) + what};
  };
  Around around;
  while (around.take_one(cell, style, currency)) {
  }
  const std::string right =
      style.decimal == ',' ? " such as 1.234,56 (the YAML says `decimal: \",\"`)" : " such as 1,234.56";
  const std::size_t mark = cell.find(style.decimal);
  if (mark != cell.rfind(style.decimal)) return bad(right);
  std::string whole = cell.substr(0, mark), fraction = mark == std::string::npos ? "" : cell.substr(mark + 1);
  if (!whole.empty()) whole = without_groups(whole, style.decimal);
  const bool fits = mark == std::string::npos ? !whole.empty() : digits_only(fraction) && (mark == 0 || !whole.empty());
  if (!fits) return bad(right);
  constexpr int digits_of_a_group = 3;
  const bool may_be_groups = mark != std::string::npos && currency.exponent() != digits_of_a_group &&
                             !without_groups(cell, style.decimal == ',' ? '.' : ',').empty();
  if (may_be_groups) return bad(": the last three digits may be a group or behind the decimal mark");
  const auto money = money_of(whole, fraction, currency);
  if (!money) return bad(": it is finer than the currency, or too large");
  const bool untold = style.marks_tell && !around.went && !around.came && !around.signed_ && !money->is_zero();
  if (untold && !style.credit_mark.empty() && !style.debit_mark.empty())
    return bad(" that says whether it came or went: neither '" + style.credit_mark + "' nor '" + style.debit_mark +
               "' stands beside it");
  const bool went = around.went || around.below || (untold && style.debit_mark.empty() && !style.credit_mark.empty());
  return went ? -*money : *money;  // -5.00 DR says twice that it went
}

namespace {

struct Month {
  int number;
  std::string_view names;  ///< in a few languages, each with a blank behind it
};
constexpr std::array months = {
    Month{1, "jan january januar januari janv janvier ene enero gen gennaio jän jänner "},
    Month{2, "feb february februar februari févr fév février febrero febbraio fevr fevrier "},
    Month{3, "mar march mär märz mrz mrt maart mars marzo maerz "},
    Month{4, "apr april avr avril abr abril aprile "},
    Month{5, "may mai mei maj mayo mag maggio "},
    Month{6, "jun june juni juin junio giu giugno "},
    Month{7, "jul july juli juil juillet julio lug luglio "},
    Month{8, "aug august augustus août aout ago agosto "},
    Month{9, "sep sept september septembre septiembre set settembre "},
    Month{10, "oct october okt oktober octobre octubre ott ottobre "},
    Month{11, "nov november novembre noviembre "},
    Month{12, "dec december dez dezember déc décembre decembre dic diciembre dicembre "}};

int month_of(std::string name) {
  text::to_lower(name);
  if (!name.empty())
    for (const Month& month : months)
      if ((" " + std::string(month.names)).find(" " + name + " ") != std::string::npos) return month.number;
  return 0;
}

bool is_weekday(std::string name) {
  constexpr std::string_view names =
      " mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday mo di mi "
      "do fr "
      "sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lun mar mer jeu ven sam dim lundi "
      "mardi "
      "mercredi jeudi vendredi samedi dimanche ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag "
      "zondag ";
  text::to_lower(name);
  return names.find(" " + name + " ") != std::string_view::npos;
}

/// Runs of digits, or of letters; none where something else than a separator stands between them.
std::vector<std::string> runs_of(std::string_view written) {
  std::vector<std::string> runs;
  char before = ' ';
  for (const char c : written) {
    const bool digit = c >= '0' && c <= '9', separator = std::string_view("-/., ").find(c) != std::string_view::npos;
    const char kind = separator ? ' ' : digit ? '0' : 'a';
    if (kind != ' ' && kind != before) runs.emplace_back();
    if (kind != ' ') runs.back() += c;
    before = kind;
  }
  return runs;
}

/// A time of day, and what may stand behind one: `10:22:11.000Z`, `10:22 PM`, `10:22:11 CEST`.
bool is_time(std::string_view rest) {
  constexpr std::size_t longest_zone = 5;
  const std::size_t blank = rest.rfind(' ');
  const std::string_view zone = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
  if (zone.size() <= longest_zone && std::ranges::all_of(zone, [](char c) { return c >= 'A' && c <= 'Z'; }))
    rest.remove_suffix(zone.size());
  return rest.find(':') != std::string_view::npos &&
         rest.find_first_not_of("0123456789:.+-Z APMapm") == std::string_view::npos;
}

/// `10.22.11` behind a date, as banks of the north write it.
bool is_time_with_dots(std::string_view rest) {
  constexpr std::string_view shapes[] = {"0.00", "00.00", "0.00.00", "00.00.00"};
  std::string shape(rest);
  for (char& c : shape)
    if (c >= '0' && c <= '9') c = '0';
  return std::ranges::find(shapes, shape) != std::end(shapes);
}

/// The date alone; none: what is behind it is no time.
std::optional<std::string> without_time(std::string cell) {
  const std::size_t colon = cell.find(':'), blank = cell.rfind(' ');
  if (colon == std::string::npos) {
    const bool dots = blank != std::string::npos && runs_of(cell.substr(0, blank)).size() >= 3 &&
                      is_time_with_dots(std::string_view(cell).substr(blank + 1));
    return dots ? trimmed(std::string_view(cell).substr(0, blank)) : cell;
  }
  const std::size_t from = cell.find_last_of(" T", colon);
  if (from == std::string::npos || from == 0 || !is_time(std::string_view(cell).substr(from + 1))) return std::nullopt;
  return trimmed(std::string_view(cell).substr(0, from));
}

std::optional<Date> date_of(std::string year, std::string month, std::string day) {
  if (year.size() == 2) year = "20" + year;
  if (month.size() == 1) month = "0" + month;
  if (day.size() == 1) day = "0" + day;
  if (!digits_only(year) || !digits_only(month) || !digits_only(day)) return std::nullopt;
  if (year < "1900") return std::nullopt;  // 0026: two digits that a program has padded
  const auto date = Date::parse(year + "-" + month + "-" + day);
  return date ? std::optional(*date) : std::nullopt;
}

/// `20261130`, `301126`.
std::vector<std::string> cut_up(const std::string& digits, std::string_view order) {
  std::vector<std::string> parts;
  const std::size_t year = digits.size() - 4;
  std::size_t from = 0;
  for (const char part : order) {
    const std::size_t size = part == 'y' ? year : 2;
    parts.push_back(digits.substr(from, size));
    from += size;
  }
  return parts;
}

}  // namespace

std::optional<Date> date_in_cell(std::string_view written, std::string_view order) {
  const auto cell = without_time(trimmed(simple(written)));
  if (!cell) return std::nullopt;
  std::vector<std::string> parts = runs_of(*cell);
  if (parts.size() == 4 && is_weekday(parts.front())) parts.erase(parts.begin());
  if (parts.size() == 1 && digits_only(parts[0]) && (parts[0].size() == 8 || parts[0].size() == 6))
    parts = cut_up(parts[0], order);
  if (parts.size() != 3) return std::nullopt;
  const auto named = std::ranges::find_if_not(parts, digits_only);
  if (named != parts.end()) {
    const int month = month_of(*named);
    parts.erase(named);
    if (month == 0 || parts.size() != 2) return std::nullopt;
    const bool year_first = parts[0].size() == 4 || (parts[1].size() != 4 && order.starts_with('y'));
    return date_of(parts[year_first ? 0 : 1], std::to_string(month), parts[year_first ? 1 : 0]);
  }
  if (parts[0].size() == 4) order = "ymd";
  const std::size_t year = order.find('y'), month = order.find('m'), day = order.find('d');
  if (year > 2 || month > 2 || day > 2) return std::nullopt;
  return date_of(parts[year], parts[month], parts[day]);
}

}  // namespace florin::statements
