#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"

/// What a person or a program wrote, as a tree of texts that know where they stand. Nothing here knows what a text
/// means: `49.00 USD`, `no` and `010` are texts, and our own types read them.
namespace florin::config {

/// A scalar, a list or a map. A map keeps the order in which its keys were written.
struct Node {
  enum class Kind : std::uint8_t { nothing, scalar, list, map };
  Kind kind = Kind::nothing;  ///< nothing: a key with no value, or `null`
  bool quoted = false;        ///< a scalar that was written in quotes: text, whatever it looks like
  std::string text;           ///< of a scalar
  std::shared_ptr<const std::string> file;
  std::uint32_t line = 0;  ///< of the value; from 1; 0: not known (JSON)
  std::uint32_t column = 0;
  std::string key;  ///< when the parent is a map
  std::uint32_t key_line = 0;
  std::uint32_t key_column = 0;
  std::vector<Node> children;

  const Node* child(std::string_view wanted) const;
  Where where(std::string path) const;
  Where where_key(std::string path) const;
};

inline constexpr std::size_t largest_document = 4 << 20;  ///< bytes
inline constexpr std::size_t longest_line = 16 << 10;     ///< bytes of a YAML line: what the scanner looks ahead
inline constexpr std::size_t deepest_document = 32;       ///< maps and lists inside each other
inline constexpr std::size_t most_nodes = 200'000;

/// One YAML document. `file` is only its name in errors.
/// Errors   empty_file, too_large, not_utf8, control_character, tab_indent, line_too_long, too_deep, too_many_nodes,
///          duplicate_key, key_not_text, alias, tag, several_documents, bad_yaml
Result<Node> parse_yaml(std::string_view text, std::string_view file);

/// One JSON text. Numbers keep the digits that were written.
/// Errors   empty_file, too_large, too_deep, too_many_nodes, duplicate_key, bad_json
Result<Node> parse_json(std::string_view text, std::string_view file);

/// The bytes of a file of at most `largest_document`. Errors: file_missing, file_unreadable, too_large.
Result<std::string> read_file(const std::filesystem::path& file);

/// The tree as JSON, every scalar a string, as plugins get their blocks.
std::string json_text(const Node& node);

/// A string as JSON writes it, with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace florin::config
