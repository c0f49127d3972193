#include "statements/copies.hpp"

#include <algorithm>
#include <array>

namespace florin::statements {

void Copies::begin(const std::string& name, bool proven) {
  proven_ = proven;
  in_statement_.clear();
  if (name.empty()) return;
  const auto [before, first] = began_.emplace(name, in_file_);
  if (!first) in_file_ = before->second;
}

void Copies::number(Line& line) {
  const std::string content = line.account + '\n' + line.id + '\n' + line.dated.text() + '\n' + line.amount.text() +
                              '\n' + line.balance + '\n' + line.text;
  Counts& counts = line.id.empty() ? in_file_ : proven_ ? in_statement_ : in_entry_;
  line.ordinal = ++counts[content];
}

std::string plain(std::string_view text) {
  std::string only;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) only += c;
    if (c >= 'a' && c <= 'z') only += static_cast<char>(c - 'a' + 'A');
  }
  return only;
}

std::string id_of(std::string_view text) {
  constexpr std::size_t longest_running_number = 6;
  constexpr std::array none = {
      "NOTPROVIDED",   "NOTAVAILABLE", "NONREF",      "NOREF",   "NOREFERENCE",    "NONE",          "NA",
      "NULL",          "NIL",          "NB",          "UNKNOWN", "NICHTANGEGEBEN", "KEINEREFERENZ", "NONFOURNI",
      "NIETOPGEGEVEN", "NONFORNITO",   "NODISPONIBLE"};
  const std::string only = plain(text);
  if (std::ranges::find(none, only) != none.end()) return {};
  if (only.find_first_not_of(only.empty() ? '0' : only.front()) == std::string::npos) return {};  // 000, XXXX
  if (only.find_first_not_of("0123456789") == std::string::npos &&
      only.size() - only.find_first_not_of('0') <= longest_running_number)
    return {};
  return std::string(text);
}

namespace {
/// `37040044/532013000` as the end of an IBAN has it.
std::string padded_number(std::string_view told) {
  constexpr std::size_t german_number = 10;
  const std::size_t slash = told.rfind('/');
  const std::string number = slash == std::string_view::npos ? "" : plain(told.substr(slash + 1));
  if (number.empty() || number.size() > german_number) return {};
  return plain(told.substr(0, slash)) + std::string(german_number - number.size(), '0') + number;
}
}  // namespace

bool same_account(std::string_view ours, std::string_view told) {
  constexpr std::size_t shortest_tail = 8;
  const std::string mine = plain(ours);
  const auto is = [&](std::string_view one) {
    if (one.empty()) return false;
    if (one == mine || (one.size() >= shortest_tail && mine.ends_with(one))) return true;
    // Banks in India pad their numbers with zeros.
    const std::size_t digits = one.find_first_not_of('0'), ours_from = mine.find_first_not_of('0');
    return digits != one.npos && ours_from != mine.npos &&
           one.substr(digits) == std::string_view(mine).substr(ours_from);
  };
  std::string whole = plain(told), after_slash = plain(told.substr(told.rfind('/') + 1));
  for (std::string one : {whole, after_slash, padded_number(told)}) {
    if (is(one)) return true;
    const bool currency_behind = one.size() > 3 && one.find_last_of("0123456789") == one.size() - 4;
    if (currency_behind && is(one.substr(0, one.size() - 3))) return true;
  }
  return false;
}

}  // namespace florin::statements
