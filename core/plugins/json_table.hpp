#pragma once

#include <florin/plugin.h>

#include <string_view>
#include <vector>

namespace florin {

/// JSON as plugins get it: every value, sorted by pointer, numbers as written. Read once; plugins need no reader.
///
/// Limits   1 MiB, 32 levels, 20000 values; over them, for text that is no JSON and for a key that repeats the table is
///          empty, which a plugin reads as "not known"
class JsonTable {
 public:
  JsonTable() = default;
  explicit JsonTable(std::string_view text);
  JsonTable(JsonTable&&) = default;
  JsonTable& operator=(JsonTable&&) = default;

  bool empty() const { return entries_.empty(); }
  /// Borrowed for as long as this lives; moving it is allowed.
  florin_list list() const;

 private:
  std::vector<char> pool_;  // what the entries point into
  std::vector<florin_json> entries_;
};

}  // namespace florin
