#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "florin/money.hpp"
#include "florin/time.hpp"

/// What a bank reports of an account: its lines as they are, read by libraries and never changed.
namespace florin::statements {

/// One movement. An entry of the bank with details is as many lines as it has details.
struct Line {
  std::uint32_t at = 0;    ///< line of the file
  std::string account;     ///< the number that it is of; empty: the file does not say
  std::string currency;    ///< that the statement is kept in; empty: the file does not say
  std::string id;          ///< the bank's own of the entry; empty: none that tells entries apart
  Money amount;            ///< above 0: came; below 0: went, or was taken back
  Money entry;             ///< of the bank's whole entry, of which this line may be a part
  Date dated;              ///< value date: from when it counts as paid
  bool booked = true;      ///< false: announced only, and no money yet
  bool returned = false;   ///< the bank calls it a return or a reversal
  std::string for_staff;   ///< why no program may say whose it is: the bank's entry cannot be split; empty: it may
  std::string text;        ///< everything that the payer may have written, the structured reference first
  std::string balance;     ///< of the account after it, where the bank gives one with each line
  std::string end_to_end;  ///< the payer's own id, of an entry of one payment; empty: none, or a placeholder

  /// What tells it from others of the same content: how many of them stand before it, and itself.
  std::uint32_t ordinal = 1;
};

/// Which message of a bank a line stands in: one entry may come in several kinds, and counts once.
enum class Kind : char { statement = 's', report = 'r', notification = 'n', mt940 = 'm', csv = 'c' };

struct Statement {
  Kind kind = Kind::statement;
  std::vector<Line> lines;
};

/// ISO 20022 camt.053, .052 and .054, of all versions: read by local names. Opening, lines and closing must add up.
/// Errors: bad_xml, bad_statement, each with line and element.
Result<Statement> read_camt(std::string_view bytes, const std::string& file);

/// SWIFT MT940 and MT942, one or more messages, with or without their envelopes.
/// Errors: bad_statement with line and field.
Result<Statement> read_mt940(std::string_view bytes, const std::string& file, std::string_view encoding = {});

/// How a bank's CSV is to be read, by the names of its columns.
struct Columns {
  char separator = ',';
  bool quotes = true;    ///< false: a quote is a character like any other
  std::string encoding;  ///< utf-8, latin-1, latin-2, windows-1250, windows-1252, utf-16; empty: found out
  std::string dated;
  std::string date_order = "ymd";  ///< ymd, dmy, mdy
  std::string amount;
  std::string debit;  ///< the column of what went; empty: `amount` has both, or only what came
  char decimal = '.';
  std::string credit_mark, debit_mark;  ///< beside the amount in its cell, as `CR` and `DR`, in any case
  std::vector<std::string> text;
  std::string id;                          ///< empty: none
  std::string currency;                    ///< empty: the tenant's
  std::string balance;                     ///< empty: none
  std::string credit_column, credit_word;  ///< where a column tells the direction: which word, in any case, is ours
  std::vector<std::string> ignore;         ///< how rows begin that are no lines: Total
  bool trailing_separator = false;         ///< rows end with a separator that the header has not
};
/// Lines above the one with the columns' names are the bank's own; below it a line without amount is none, and so is a
/// row of totals. Errors: bad_statement with line and column.
Result<Statement> read_csv(std::string_view bytes, const std::string& file, const Columns& columns, Currency currency);

/// Upper case, letters and digits alone: what a payer wrote, however it was spaced.
std::string plain(std::string_view text);

/// The bank's own id, if it tells one entry from another; empty for what banks write where there is none (NOTPROVIDED,
/// NONREF, zeros) and for running numbers, which begin again.
std::string id_of(std::string_view text);

/// Whether a file's account is the one of the YAML: an IBAN, the number inside it, `bank/number`, with or without the
/// currency behind it.
bool same_account(std::string_view ours, std::string_view told);

}  // namespace florin::statements
