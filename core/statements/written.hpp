#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "florin/money.hpp"
#include "florin/time.hpp"

/// Amounts and dates as banks write them.
namespace florin::statements {

/// Without blanks at both ends, where a no-break space is a blank too.
std::string trimmed(std::string_view text);
/// Whether a German code of a business transaction is that of a return: a direct debit that went back, a transfer that
/// could not be delivered. Source   Deutsche Kreditwirtschaft, Geschäftsvorfallcodes: 108, 109, 159, 181, 184
bool is_return(std::string_view code);
/// Blanks and line breaks are one blank each.
std::string one_line(std::string_view text);

/// Whether a cell has nothing but a bank's words for a sum or a balance, and currencies: `Grand Total`, `SUMME:`,
/// `Closing balance on`.
/// A payer who is called Total Energies is none.
bool names_a_total(std::string_view cell);

/// A decimal of XML: `000000000001234.56`, `.50`, `+5.00`, `7.`. None: it is not, is below zero, or finer than the
/// currency.
std::optional<Money> decimal_of_xml(std::string_view text, Currency currency);

/// How amounts stand in a cell.
struct AmountStyle {
  char decimal = '.';
  std::string credit_mark, debit_mark;
  bool marks_tell = false;  ///< nothing but a sign or a mark says the direction: with neither it is what has no mark
};
/// `1,41,560.00`, `1.234,56-`, `49,00 €`, `(12.00)`, `500.00 Dr`: below zero where it says that it went.
///
/// Group marks are of one kind and stand only between groups, of three digits or as in India, before the decimal mark.
/// What would be another amount with another decimal mark (`49,000` with a comma for it) is none.
/// Errors: bad_amount
Result<Money> amount_in_cell(std::string_view text, const AmountStyle& style, Currency currency);

/// `30.11.26`, `30 Nov 2026`, `2026-11-30T10:22:11`, `20261130`. A year of four digits and a month's name say what
/// they are; all else is by `order`, ymd, dmy or mdy. A time of day behind it is passed over.
std::optional<Date> date_in_cell(std::string_view text, std::string_view order);

}  // namespace florin::statements
