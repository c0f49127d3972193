#pragma once

#include <florin/plugin.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace florin {

/// JSON as plugins get it: every value, sorted by pointer, numbers as written. Read once; plugins need no reader.
///
/// Limits   1 MiB, 32 levels, 100000 values, and a table of eight times the text (of short texts: 64 KiB); over them,
/// for
///          text that is no JSON and for a key that repeats the table is empty, which a plugin reads as "not known"
class JsonTable {
 public:
  JsonTable() = default;
  explicit JsonTable(std::string_view text);
  JsonTable(JsonTable&&) = default;
  JsonTable& operator=(JsonTable&&) = default;

  bool empty() const { return entries_.empty(); }
  /// That it takes.
  std::size_t bytes() const { return pool_.size() + entries_.size() * sizeof(florin_json); }
  /// Borrowed for as long as this lives; moving it is allowed.
  florin_list list() const;

 private:
  std::vector<char> pool_;  // what the entries point into
  std::vector<florin_json> entries_;
};

}  // namespace florin
