#pragma once

#include <map>
#include <string>

#include "statements/statement.hpp"

namespace florin::statements {

/// Numbers lines of one content, so that two equal payments of one day are two, and a copy is a copy.
///
/// Without an id of the bank, equal lines of a file are as many payments. With one, equal parts of one entry are; an
/// entry that stands in the file again is a copy, unless the balances prove that both were booked.
/// Source   docs/decisions/0065-statement-lines.md
class Copies {
 public:
  /// A statement begins; one of the same name was in the file before: it is a copy of that one.
  void begin(const std::string& name, bool proven);
  void begin_entry() { in_entry_.clear(); }
  void number(Line& line);

 private:
  using Counts = std::map<std::string, std::uint32_t>;
  Counts in_file_, in_statement_, in_entry_;
  std::map<std::string, Counts> began_;
  bool proven_ = false;
};

}  // namespace florin::statements
