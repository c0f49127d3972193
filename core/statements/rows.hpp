#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace florin::statements {

struct Row {
  std::uint32_t at = 0;  ///< line of the file that it begins on
  std::vector<std::string> cells;
  std::string problem;  ///< why it is no row of RFC 4180; empty: it is one
};

/// The rows of a CSV by the rules of RFC 4180: a cell in quotes may have separators, line breaks and doubled quotes in
/// it; a quote elsewhere is a problem. `="0012"`, which spreadsheets write, is the text 0012.
/// Source   RFC 4180, section 2; docs/decisions/0066-csv.md says why it is our own
class Rows {
 public:
  Rows(std::string_view text, char separator, bool quotes) : text_(text), separator_(separator), quotes_(quotes) {}

  /// False: there is none left. After a problem the next row begins on the line behind its first one.
  bool next(Row& row);

 private:
  bool at_end() const { return at_ == text_.size(); }
  bool line_break();
  std::string cell(Row& row);
  std::string quoted(Row& row);

  std::string_view text_;
  const char separator_;
  const bool quotes_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace florin::statements
