#include <algorithm>
#include <array>
#include <boost/algorithm/string.hpp>
#include <map>
#include <optional>

#include "statements/copies.hpp"
#include "statements/encoding.hpp"
#include "statements/rows.hpp"
#include "statements/statement.hpp"
#include "statements/written.hpp"

namespace florin::statements {

namespace {

namespace text = boost::algorithm;

/// `-` alone is how some banks leave a cell of an amount empty.
bool nothing_in(std::string_view cell) { return cell.empty() || cell == "-" || cell == "\xE2\x80\x93"; }

/// `="0012"`, a formula of a spreadsheet that is text, also where the file quotes it once more.
std::string of_formula(std::string cell) {
  constexpr std::size_t shortest = 3;
  const bool is_one = cell.size() >= shortest && cell.starts_with("=\"") && cell.ends_with('"');
  return is_one ? cell.substr(2, cell.size() - shortest) : std::move(cell);
}

/// The same word in any case, with or without the dot of an abbreviation.
bool is_word(std::string_view cell, std::string_view word) {
  while (cell.ends_with('.')) cell.remove_suffix(1);
  while (word.ends_with('.')) word.remove_suffix(1);
  return text::iequals(cell, word);
}

/// How banks say that money came: never to be read as money that went because the YAML has another of these words.
bool reads_as_came(std::string_view cell) {
  constexpr std::array words = {"CR", "C", "CRDT", "CREDIT", "H", "HABEN", "GUTSCHRIFT", "BIJ", "IN", "+"};
  return std::ranges::any_of(words, [&](const char* word) { return is_word(cell, word); });
}

class CsvReader {
 public:
  CsvReader(const std::string& file, const Columns& columns, Currency currency)
      : file_(file),
        columns_(columns),
        currency_(currency),
        style_{.decimal = columns.decimal, .credit_mark = columns.credit_mark, .debit_mark = columns.debit_mark},
        line_style_(style_) {
    line_style_.marks_tell = columns.debit.empty() && columns.credit_column.empty();
    statement_.kind = Kind::csv;
    copies_.begin("", false);
  }

  std::optional<Error> row(Row& row) {
    for (std::string& cell : row.cells) cell = of_formula(trimmed(cell));
    if (!header_) return row.problem.empty() ? find_header(row) : std::nullopt;
    if (!row.problem.empty()) return bad(row.at, "", row.problem);
    if (is_none(row)) return std::nullopt;
    if (columns_.trailing_separator && row.cells.size() == header_cells_.size() + 1 && row.cells.back().empty())
      row.cells.pop_back();
    if (is_short_total(row)) return std::nullopt;
    if (row.cells.size() != header_cells_.size())
      return bad(row.at, "",
                 std::to_string(row.cells.size()) + " cells under " + std::to_string(header_cells_.size()) +
                     " names: a cell with a '" + std::string(1, columns_.separator) +
                     "' in it stands in quotes; a row that is no line is told by `ignore` in the YAML");
    return line(row);
  }

  Result<Statement> done() {
    if (!header_) {
      std::string names;
      for (const std::string& name : wanted()) names += (names.empty() ? "'" : ", '") + name + "'";
      return *bad(1, "", "no line of the file has the columns " + names);
    }
    return std::move(statement_);
  }

 private:
  std::optional<Error> bad(std::uint32_t at, const std::string& column, std::string what) const {
    return Error{.code = "bad_statement",
                 .message = std::move(what),
                 .at = {.file = file_, .line = at, .column = 0, .path = column}};
  }

  std::vector<std::string> wanted() const {
    std::vector<std::string> names = {columns_.dated, columns_.amount};
    names.insert(names.end(), columns_.text.begin(), columns_.text.end());
    for (const std::string& name :
         {columns_.id, columns_.currency, columns_.credit_column, columns_.debit, columns_.balance})
      if (!name.empty()) names.push_back(name);
    return names;
  }

  std::optional<Error> find_header(const Row& row) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < row.cells.size(); ++i) places.emplace(row.cells[i], i);
    if (!std::ranges::all_of(wanted(), [&](const std::string& name) { return places.contains(name); }))
      return std::nullopt;
    for (const std::string& name : wanted())
      if (std::ranges::count(row.cells, name) > 1) return bad(row.at, name, "two columns have this name");
    header_ = std::move(places);
    header_cells_ = row.cells;
    return std::nullopt;
  }

  std::string cell(const Row& row, const std::string& name) const {
    return name.empty() ? std::string() : row.cells[header_->at(name)];
  }

  /// Blank, the header again on a further page, or told by the YAML to be no line.
  bool is_none(const Row& row) const {
    const auto first = std::ranges::find_if(row.cells, [](const std::string& one) { return !one.empty(); });
    if (first == row.cells.end() || row.cells == header_cells_) return true;
    return std::ranges::any_of(columns_.ignore,
                               [&](const std::string& word) { return text::istarts_with(*first, word); });
  }

  /// A row with sums or a balance has amounts, but no day, no id and nothing that a payer wrote: at most the bank's own
  /// word for it.
  bool is_total(const Row& row) const {
    const std::string dated = cell(row, columns_.dated);
    if (!cell(row, columns_.id).empty() || !(dated.empty() || names_a_total(dated))) return false;
    return names_a_total(dated) || std::ranges::all_of(columns_.text, [&](const std::string& name) {
             return cell(row, name).empty() || names_a_total(cell(row, name));
           });
  }

  /// `Total,1.00` or `Closing balance: 1.00` under seven names: the bank's word, and amounts alone.
  bool is_short_total(const Row& row) const {
    const auto first = std::ranges::find_if(row.cells, [](const std::string& one) { return !one.empty(); });
    if (row.cells.size() >= header_cells_.size() || !names_a_total(*first)) return false;
    return std::all_of(first + 1, row.cells.end(), [&](const std::string& one) {
      return nothing_in(one) || names_a_total(one) || amount_in_cell(one, style_, currency_);
    });
  }

  std::optional<Error> line(const Row& row) {
    if (is_total(row)) return std::nullopt;
    Line line;
    line.at = row.at;
    if (auto error = amount(row, line)) return error;
    if (line.amount.is_zero()) return std::nullopt;
    const auto dated = date_in_cell(cell(row, columns_.dated), columns_.date_order);
    if (!dated)
      return bad(row.at, columns_.dated,
                 "'" + cell(row, columns_.dated) + "' is no date as " + columns_.date_order +
                     "; a row that is no line is told by `ignore` in the YAML");
    line.dated = *dated;
    line.entry = line.amount;
    line.id = id_of(cell(row, columns_.id));
    line.balance = cell(row, columns_.balance);
    for (const std::string& name : columns_.text)
      if (const std::string words = one_line(cell(row, name)); !words.empty())
        line.text += (line.text.empty() ? "" : " | ") + words;
    copies_.begin_entry();
    copies_.number(line);
    statement_.lines.push_back(std::move(line));
    return std::nullopt;
  }

  std::optional<Error> amount(const Row& row, Line& line) const {
    const std::string came = cell(row, columns_.amount), went = cell(row, columns_.debit);
    std::optional<Currency> currency = currency_;
    if (!columns_.currency.empty() && !(nothing_in(came) && nothing_in(went))) {
      const auto told = Currency::parse(text::to_upper_copy(cell(row, columns_.currency)));
      if (!told) return bad(row.at, columns_.currency, told.error().message);
      currency = *told;
    }
    line.amount = Money(0, *currency);
    for (const std::string& column : {columns_.amount, columns_.debit}) {
      if (column.empty() || nothing_in(cell(row, column))) continue;
      const auto money = amount_in_cell(cell(row, column), line_style_, *currency);
      if (!money) return bad(row.at, column, money.error().message);
      if (!money->is_zero() && !line.amount.is_zero())
        return bad(row.at, column, "one row has money that came and went");
      const bool below = column == columns_.debit && !money->negative();
      line.amount += below ? -*money : *money;
    }
    if (columns_.credit_column.empty() || line.amount.is_zero()) return std::nullopt;
    const std::string word = cell(row, columns_.credit_column);
    const bool ours = is_word(word, columns_.credit_word);
    if (word.empty()) return bad(row.at, columns_.credit_column, "it does not say whether this came or went");
    if (!ours && reads_as_came(word) && reads_as_came(columns_.credit_word))
      return bad(
          row.at, columns_.credit_column,
          "'" + word + "' reads like money that came, and what came is '" + columns_.credit_word + "' in the YAML");
    if (!ours && !line.amount.negative()) line.amount = -line.amount;
    return std::nullopt;
  }

  const std::string& file_;
  const Columns& columns_;
  const Currency currency_;
  const AmountStyle style_;
  AmountStyle line_style_;
  std::optional<std::map<std::string, std::size_t>> header_;
  std::vector<std::string> header_cells_;
  Copies copies_;
  Statement statement_;
};

}  // namespace

Result<Statement> read_csv(std::string_view bytes, const std::string& file, const Columns& columns, Currency currency) {
  const auto text = as_utf8(bytes, columns.encoding, file);
  if (!text) return text.error();
  CsvReader reader(file, columns, currency);
  Rows rows(*text, columns.separator, columns.quotes);
  try {
    for (Row row; rows.next(row);)
      if (auto error = reader.row(row)) return std::move(*error);
  } catch (const ArithmeticError& error) {
    return Error{.code = "bad_statement", .message = error.what(), .at = {.file = file}};
  }
  return reader.done();
}

}  // namespace florin::statements
