#pragma once

#include <string>
#include <string_view>

#include "input.hpp"
#include "statements/encoding.hpp"
#include "statements/statement.hpp"

/// What the targets that read statements share.
namespace florin::fuzz {

/// The digits that count: without zeros at both ends.
inline std::string digits(std::string_view text) {
  std::string only;
  for (const char c : text)
    if (c >= '0' && c <= '9') only += c;
  only.erase(0, only.find_first_not_of('0') == std::string::npos ? only.size() : only.find_first_not_of('0'));
  while (only.ends_with('0')) only.pop_back();
  return only;
}

/// A file is refused with a reason, or its lines are valid text with a date and an amount.
inline void check(const Result<statements::Statement>& read) {
  if (!read) return require(!read.error().message.empty());
  for (const statements::Line& line : read->lines) {
    require(statements::as_utf8(line.text, "utf-8", "fuzz").operator bool() &&
            statements::as_utf8(line.id, "utf-8", "fuzz").operator bool());
    require(Date::parse(line.dated.text()).operator bool() && line.ordinal > 0);
    require(static_cast<bool>(line.amount.currency()));
  }
}

}  // namespace florin::fuzz
