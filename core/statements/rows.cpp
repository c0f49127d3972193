#include "statements/rows.hpp"

namespace florin::statements {

/// Passes over a line break, if one stands here.
bool Rows::line_break() {
  if (at_end() || (text_[at_] != '\r' && text_[at_] != '\n')) return false;
  at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
  ++line_;
  return true;
}

/// The text behind an opening quote, up to and with the closing one.
std::string Rows::quoted(Row& row) {
  std::string text;
  const std::uint32_t opened = line_;
  while (!at_end()) {
    const std::size_t from = at_;
    if (line_break()) {
      text += text_.substr(from, at_ - from);
      continue;
    }
    if (text_[at_] != '"') {
      text += text_[at_++];
      continue;
    }
    ++at_;
    if (at_end() || text_[at_] != '"') return text;
    text += text_[at_++];
  }
  row.problem = "the quote that opens on line " + std::to_string(opened) + " is not closed";
  return text;
}

std::string Rows::cell(Row& row) {
  const std::string_view rest = text_.substr(at_);
  const std::size_t opening = !quotes_ ? 0 : rest.starts_with("\"") ? 1 : rest.starts_with("=\"") ? 2 : 0;
  std::string text;
  if (opening > 0) {
    at_ += opening;
    text = quoted(row);
    const bool ends = at_end() || text_[at_] == separator_ || text_[at_] == '\r' || text_[at_] == '\n';
    if (row.problem.empty() && !ends) row.problem = "there is text behind the closing quote of a cell";
    return text;
  }
  while (!at_end() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n') {
    if (quotes_ && text_[at_] == '"')
      row.problem =
          "there is a quote inside a cell that does not begin with one; a bank that does not quote is "
          "`quotes: none` in the YAML";
    text += text_[at_++];
  }
  return text;
}

bool Rows::next(Row& row) {
  if (at_end()) return false;
  row = {.at = line_, .cells = {}, .problem = {}};
  const std::size_t from = at_;
  for (bool more = true; more && row.problem.empty();) {
    row.cells.push_back(cell(row));
    more = !at_end() && text_[at_] == separator_;
    if (more) ++at_;
  }
  if (!row.problem.empty()) {
    const std::size_t end = text_.find_first_of("\r\n", from);
    at_ = end == std::string_view::npos ? text_.size() : end;
    line_ = row.at;
  }
  line_break();
  return true;
}

}  // namespace florin::statements
