#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "florin/money.hpp"
#include "florin/time.hpp"

/// What a bank tells of an account: its lines as they are, read by libraries and never changed.
namespace florin::statements {

/// One movement. A batch of the bank's with details is as many lines as it has details.
struct Line {
  std::uint32_t at = 0;  ///< line of the file
  std::string id;        ///< the bank's own; empty: it gave none
  Money amount;          ///< above 0: came; below 0: went, or was taken back
  Date dated;            ///< value date: from when it counts as paid
  bool booked = true;    ///< false: announced only, and no money yet
  std::string text;      ///< everything that the payer may have written, the structured reference first

  /// What tells it from others of the same content where the bank gives no id: how many of them stand before it.
  std::uint32_t ordinal = 0;
};

struct Statement {
  std::string account;  ///< the number it is of; empty: the file does not say
  std::vector<Line> lines;
};

/// ISO 20022 camt.053, .052 and .054, of all versions: read by local names. Opening, lines and closing must add up.
/// Errors: bad_xml, bad_statement, each with line and element.
Result<Statement> read_camt(std::string_view bytes, const std::string& file);

/// How a bank's CSV is to be read, by the names of its columns.
struct Columns {
  char separator = ',';
  std::string dated;
  std::string date_order = "ymd";  ///< ymd, dmy, mdy
  std::string amount;
  char decimal = '.';
  std::vector<std::string> text;
  std::string id;                          ///< empty: none
  std::string currency;                    ///< empty: the tenant's
  std::string credit_column, credit_word;  ///< where one column has both directions: which word is ours
};
/// Lines above the one with the columns' names are the bank's own; below it a line without amount is none.
/// Errors: bad_statement with line and column.
Result<Statement> read_csv(std::string_view bytes, const std::string& file, const Columns& columns, Currency currency);

/// Upper case, letters and digits alone: what a payer wrote, however it was spaced.
std::string plain(std::string_view text);

/// Numbers lines of one content: two equal payments of one day are two.
void count_equal(Statement& statement);

}  // namespace florin::statements
