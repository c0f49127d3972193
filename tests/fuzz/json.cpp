#include <algorithm>
#include <cstdint>

#include "input.hpp"
#include "plugins/json_table.hpp"
#include "tree.hpp"

/// JSON as a tree, and as the table that plugins get of it: what is no JSON is none for both, and a table takes no more
/// than eight times the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  const std::string_view text = fuzz::text(data, size);
  const auto tree = config::parse_json(text, "fuzz");
  fuzz::check(tree);
  const JsonTable table(text);
  fuzz::require(table.bytes() <= std::max<std::size_t>(8 * text.size(), 64 << 10));
  fuzz::require(table.empty() || tree);
  return 0;
}
