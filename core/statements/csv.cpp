#include <algorithm>
#include <boost/tokenizer.hpp>
#include <map>
#include <optional>
#include <tuple>

#include "florin/ratio.hpp"
#include "statements/statement.hpp"

namespace florin::statements {

namespace {

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

std::vector<std::string> cells_of(const std::string& row, char separator) {
  // Banks do not escape: a quote inside quotes is doubled.
  const boost::escaped_list_separator<char> rule('\x1b', separator, '"');
  const boost::tokenizer<boost::escaped_list_separator<char>> cells(row, rule);
  std::vector<std::string> all;
  for (const std::string& cell : cells) all.push_back(trimmed(cell));
  return all;
}

std::optional<Date> date_of(std::string_view text, std::string_view order) {
  std::string parts[3];
  std::size_t part = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      parts[part] += c;
    } else if (c == '-' || c == '/' || c == '.') {
      if (++part == 3) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (part != 2) return std::nullopt;
  std::string year = parts[order.find('y')], month = parts[order.find('m')], day = parts[order.find('d')];
  if (year.size() == 2) year = "20" + year;
  if (month.size() == 1) month = "0" + month;
  if (day.size() == 1) day = "0" + day;
  const auto date = Date::parse(year + "-" + month + "-" + day);
  return date ? std::optional(*date) : std::nullopt;
}

/// `1,41,560.00` as the number it is.
std::string number_of(std::string_view text, char decimal) {
  std::string number;
  for (const char c : text) {
    if (c == decimal) number += '.';
    if (c != decimal && c != ',' && c != '.' && c != ' ' && c != '\'') number += c;
  }
  return number;
}

class Reader {
 public:
  Reader(const std::string& file, const Columns& columns, Currency currency)
      : file_(file), columns_(columns), currency_(currency) {}

  std::optional<Error> row(std::uint32_t at, const std::vector<std::string>& cells) {
    if (!header_) {
      find_header(cells);
      return std::nullopt;
    }
    const auto cell = [&](const std::string& name) {
      const auto found = header_->find(name);
      return found == header_->end() || found->second >= cells.size() ? std::string() : cells[found->second];
    };
    const std::string amount = number_of(cell(columns_.amount), columns_.decimal);
    if (amount.empty()) return std::nullopt;
    Line line;
    line.at = at;
    std::string code(currency_.code());
    if (!columns_.currency.empty()) code = cell(columns_.currency);
    const auto money = Money::parse(amount + " " + code);
    if (!money) return bad(at, columns_.amount, "'" + cell(columns_.amount) + "' is no amount of " + code);
    if (money->is_zero()) return std::nullopt;
    const auto dated = date_of(cell(columns_.dated), columns_.date_order);
    if (!dated) return bad(at, columns_.dated, "'" + cell(columns_.dated) + "' is no date as " + columns_.date_order);
    const bool went = !columns_.credit_column.empty() && cell(columns_.credit_column) != columns_.credit_word;
    line.amount = went ? -*money : *money;
    line.dated = *dated;
    if (!columns_.id.empty()) line.id = cell(columns_.id);
    for (const std::string& name : columns_.text)
      if (const std::string words = cell(name); !words.empty()) line.text += (line.text.empty() ? "" : " | ") + words;
    statement_.lines.push_back(std::move(line));
    return std::nullopt;
  }

  Result<Statement> done() {
    if (!header_) {
      std::string names;
      for (const std::string& name : wanted()) names += (names.empty() ? "'" : ", '") + name + "'";
      return *bad(1, "", "no line of the file has the columns " + names);
    }
    count_equal(statement_);
    return std::move(statement_);
  }

 private:
  std::optional<Error> bad(std::uint32_t at, const std::string& column, std::string what) const {
    return Error{.code = "bad_statement",
                 .message = (column.empty() ? "" : column + ": ") + std::move(what),
                 .at = {.file = file_, .line = at, .column = 0, .path = column}};
  }

  std::vector<std::string> wanted() const {
    std::vector<std::string> names = {columns_.dated, columns_.amount};
    names.insert(names.end(), columns_.text.begin(), columns_.text.end());
    for (const std::string& name : {columns_.id, columns_.currency, columns_.credit_column})
      if (!name.empty()) names.push_back(name);
    return names;
  }

  void find_header(const std::vector<std::string>& cells) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < cells.size(); ++i) places.emplace(cells[i], i);
    if (std::ranges::all_of(wanted(), [&](const std::string& name) { return places.contains(name); }))
      header_ = std::move(places);
  }

  const std::string& file_;
  const Columns& columns_;
  Currency currency_;
  std::optional<std::map<std::string, std::size_t>> header_;
  Statement statement_;
};

}  // namespace

Result<Statement> read_csv(std::string_view bytes, const std::string& file, const Columns& columns, Currency currency) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Reader reader(file, columns, currency);
  std::uint32_t at = 0;
  while (!bytes.empty()) {
    ++at;
    const std::size_t end = bytes.find('\n');
    const std::string row(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (row.find_first_of(std::string_view("\x1b\0", 2)) != std::string::npos)
      return Error{.code = "bad_statement", .message = "this is no text", .at = {.file = file, .line = at}};
    if (auto error = reader.row(at, cells_of(row, columns.separator))) return std::move(*error);
  }
  return reader.done();
}

std::string plain(std::string_view text) {
  std::string only;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) only += c;
    if (c >= 'a' && c <= 'z') only += static_cast<char>(c - 'a' + 'A');
  }
  return only;
}

void count_equal(Statement& statement) {
  std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> seen;
  for (Line& line : statement.lines) {
    const auto content = std::tuple(line.dated.text(), line.amount.text(), line.text);
    line.ordinal = ++seen[content];
  }
}

}  // namespace florin::statements
