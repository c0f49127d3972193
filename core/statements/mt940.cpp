#include <algorithm>
#include <boost/regex.hpp>
#include <optional>

#include "florin/ratio.hpp"
#include "statements/copies.hpp"
#include "statements/encoding.hpp"
#include "statements/statement.hpp"
#include "statements/written.hpp"

namespace florin::statements {

namespace {

/// `:61:` with the lines that follow it.
struct Field {
  std::uint32_t at = 0;
  std::string tag;
  std::vector<std::string> lines;
};

/// Thrown inside this file only; read_mt940 answers it.
struct BadMt940 {
  Error error;
};

/// The fields of all messages; what stands outside of them, envelopes and page ends, is passed over.
std::vector<Field> fields_of(std::string_view text) {
  static const boost::regex opening("(?:\\{.*\\{4:)?:([0-9]{2}[A-Z]?|NS):(.*)");
  std::vector<Field> fields;
  bool inside = false;
  for (std::uint32_t at = 1; !text.empty(); ++at) {
    const std::size_t end = text.find('\n');
    std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (line.ends_with('\r')) line.pop_back();
    boost::smatch found;
    if (boost::regex_match(line, found, opening)) {
      fields.push_back({.at = at, .tag = found[1], .lines = {found[2]}});
      inside = true;
    } else if (line == "-" || line.starts_with("-}") || line.starts_with("{")) {
      inside = false;
    } else if (inside) {
      fields.back().lines.push_back(line);
    }
  }
  return fields;
}

/// A line of 65 characters goes on in the next one, also inside a word.
std::string joined(const std::vector<std::string>& lines) {
  constexpr std::size_t full = 65;
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    if (line.size() < full) text += ' ';
  }
  return one_line(text);
}

/// Where the next mark with a code of two digits stands, as `?20`; another `?` is what somebody wrote.
std::size_t next_code(std::string_view text, char mark, std::size_t from) {
  const auto is_digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  for (std::size_t at = text.find(mark, from); at != std::string_view::npos; at = text.find(mark, at + 1))
    if (is_digit(at + 1) && is_digit(at + 2)) return at;
  return std::string_view::npos;
}

/// German banks: a code of three digits, then `?20` to `?29` and `?60` to `?63` with the text, cut anywhere, `?32` and
/// `?33` with the name. Polish banks write `~20`, `<20` or `^20`, some without the code in front.
std::string words_of(const std::vector<std::string>& lines) {
  static const boost::regex structured("(?:[0-9]{3}([?])|(?:[0-9]{3})?([~<^])[0-9]{2}).*");
  std::string whole;
  for (const std::string& line : lines) whole += line;
  boost::smatch found;
  if (!boost::regex_match(whole, found, structured)) return joined(lines);
  const char mark = found[1].matched ? *found[1].first : *found[2].first;
  std::string text, name;
  for (std::size_t from = next_code(whole, mark, 0); from != std::string::npos;) {
    const std::size_t next = next_code(whole, mark, from + 3);
    const std::string code = whole.substr(from + 1, 2), part = whole.substr(from + 3, next - from - 3);
    if (code.starts_with('2') || (code >= "60" && code <= "63")) text += part;
    if (code == "32" || code == "33") name += part;
    from = next;
  }
  return one_line(name.empty() ? text : text + " | " + name);
}

/// The code in front of the subfields; what begins with a number and has none is a payer's address.
bool says_return(const std::vector<std::string>& info) {
  constexpr std::size_t code = 3;
  return !info.empty() && info.front().size() > code && info.front()[code] == '?' &&
         is_return(info.front().substr(0, code));
}

class Mt940Reader {
 public:
  explicit Mt940Reader(const std::string& file) : file_(file) { statement_.kind = Kind::mt940; }

  Statement read(const std::vector<Field>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const Field& field = fields[i];
      if (field.tag == "20") begin();
      if (field.tag.starts_with("25")) account_ = trimmed(field.lines.front());
      if (field.tag == "28C" || field.tag == "28") number_ = trimmed(field.lines.front());
      if (field.tag.starts_with("60")) open(field);
      if (field.tag == "34F" && !currency_) currency_ = currency_in(field, 0);
      if (field.tag == "61") line(field, info_behind(fields, i));
      if (field.tag.starts_with("62")) close(field);
    }
    end();
    if (!any_) bad({.at = 1, .tag = "20", .lines = {}}, "there is no statement in it: it begins with `:20:`");
    return std::move(statement_);
  }

 private:
  /// All of `:86:` behind a line: some banks write one for each of its lines.
  static std::vector<std::string> info_behind(const std::vector<Field>& fields, std::size_t line) {
    std::vector<std::string> info;
    for (std::size_t i = line + 1; i < fields.size() && fields[i].tag == "86"; ++i)
      info.insert(info.end(), fields[i].lines.begin(), fields[i].lines.end());
    return info;
  }

  [[noreturn]] void bad(const Field& field, std::string what) const {
    const std::string path = ":" + field.tag + ":";
    throw BadMt940{{.code = "bad_statement",
                    .message = std::move(what),
                    .at = {.file = file_, .line = field.at, .column = 0, .path = path}}};
  }

  void begin() {
    end();
    any_ = true;
    account_.clear();
    number_.clear();
    opening_.reset();
    began_at_.reset();
    currency_.reset();
  }

  /// Of a message, or of its next page: the lines before it were counted by the balance that closed them.
  void open(const Field& field) {
    opening_ = balance(field);
    if (!began_at_) began_at_ = opening_;
    sum_ = Money();
  }

  Currency currency_in(const Field& field, std::size_t from) const {
    const std::string& text = field.lines.front();
    const auto currency = Currency::parse(text.size() < from ? "" : text.substr(from, 3));
    if (!currency) bad(field, currency.error().message);
    return *currency;
  }

  /// `C261130EUR1234,56`
  Money balance(const Field& field) {
    static const boost::regex form("([CD])[0-9]{6}([A-Z]{3})([0-9,]+) *");
    boost::smatch found;
    if (!boost::regex_match(field.lines.front(), found, form))
      bad(field, "'" + field.lines.front() + "' is no balance such as C261130EUR1234,56");
    currency_ = currency_in(field, 7);
    const Money amount = money(field, found[3]);
    return found[1] == "C" ? amount : -amount;
  }

  Money money(const Field& field, std::string written) const {
    std::ranges::replace(written, ',', '.');
    const auto amount = currency_ ? decimal_of_xml(written, *currency_) : std::nullopt;
    if (!amount)
      bad(field, "'" + written + "' is no amount" +
                     (currency_ ? " of " + std::string(currency_->code()) : ": no field before it says the currency"));
    return *amount;
  }

  void line(const Field& field, const std::vector<std::string>& info) {
    static const boost::regex form(
        "([0-9]{6})([0-9]{4})?(R?[CD]|E[CD])([A-Z])?([0-9]+,?[0-9]*)([A-Z][A-Z0-9]{3})(.*?)(?://(.*))?");
    boost::smatch found;
    if (!boost::regex_match(field.lines.front(), found, form))
      bad(field, "'" + field.lines.front() + "' is no line such as 2611301130C1234,56NTRFNONREF//B123");
    Line line;
    line.at = field.at;
    line.account = account_;
    const auto dated = date_in_cell(std::string(found[1]), "ymd");
    if (!dated) bad(field, "'" + std::string(found[1]) + "' is no date such as 261130");
    line.dated = *dated;
    const std::string mark = found[3];
    const bool came = mark == "C" || mark == "RD" || mark == "EC";
    line.booked = !mark.starts_with('E');
    line.returned = mark.starts_with('R') || found[6] == "NRTI" || says_return(info);
    const Money amount = money(field, found[5]);
    line.currency = currency_->code();
    line.entry = line.amount = came ? amount : -amount;
    line.id = id_of(trimmed(std::string(found[8])));
    // A type begins with N, F or S: what does not is the reference, of a bank that leaves the type out.
    const bool has_type = std::string_view("NFS").find(*found[6].first) != std::string_view::npos;
    line.text = said(trimmed((has_type ? "" : std::string(found[6])) + std::string(found[7])), field, info);
    if (line.booked) sum_ += line.amount;
    lines_.push_back(std::move(line));
  }

  static std::string said(const std::string& reference, const Field& field, const std::vector<std::string>& info) {
    std::string text = words_of(info);
    const std::string beside = joined({field.lines.begin() + 1, field.lines.end()});
    for (const std::string& more : {beside, id_of(reference)})
      if (!more.empty()) text += (text.empty() ? "" : " | ") + more;
    return text;
  }

  void close(const Field& field) {
    const auto opened = opening_;
    const Money closing = balance(field);
    closed_at_ = closing.text();
    if (!opened || opened->currency() != closing.currency()) return;
    if (*opened + sum_ != closing)
      bad(field, "opening " + opened->text() + " and the lines, " + sum_.text() + ", are not the closing " +
                     closing.text() + ": lines are missing, or are there twice");
    proven_ = true;
  }

  /// Numbers the lines of a message, when it is known whether its balances prove them.
  void end() {
    // Some banks give each message of a day one number; its balances tell it from the others.
    const std::string from = began_at_ ? began_at_->text() : "";
    copies_.begin(number_.empty() ? "" : account_ + "/" + number_ + "/" + from + "/" + closed_at_, proven_);
    for (Line& line : lines_) {
      copies_.begin_entry();
      copies_.number(line);
      statement_.lines.push_back(std::move(line));
    }
    lines_.clear();
    closed_at_.clear();
    sum_ = Money();
    proven_ = false;
  }

  const std::string& file_;
  std::string account_, number_;
  std::optional<Money> opening_, began_at_;  ///< of the page, of the message
  std::string closed_at_;
  std::optional<Currency> currency_;
  Money sum_;
  bool proven_ = false, any_ = false;
  std::vector<Line> lines_;
  Copies copies_;
  Statement statement_;
};

}  // namespace

Result<Statement> read_mt940(std::string_view bytes, const std::string& file, std::string_view encoding) {
  const auto text = as_utf8(bytes, encoding, file);
  if (!text) return text.error();
  try {
    return Mt940Reader(file).read(fields_of(*text));
  } catch (BadMt940& bad) {
    return std::move(bad.error);
  } catch (const ArithmeticError& error) {
    return Error{.code = "bad_statement", .message = error.what(), .at = {.file = file}};
  } catch (const boost::regex_error&) {
    return Error{.code = "bad_statement", .message = "a line is too long", .at = {.file = file}};
  }
}

}  // namespace florin::statements
