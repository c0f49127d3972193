#pragma once

#include "config/shape.hpp"

namespace florin::config {

namespace detail {
void decode(const Node& node, const std::string& path, const Shape& shape, void* into, Errors& errors);
}

/// Reads a described type from a tree; `path` is where the tree stands in its document.
///
/// Everything that is wrong is added to `errors`, each with file, line, column, path and the nearest word that would be
/// right. What could not be read keeps its default, so the value is for use only when no error was added.
/// Errors   unknown_key, missing_key, empty_value, wrong_kind, unknown_word, one_key, and those of the types' `parse`
template <class T>
T decode(const Node& node, Errors& errors, const std::string& path = {}) {
  T value = {};
  detail::decode(node, path, shape_of<T>(), &value, errors);
  return value;
}

/// The same, from the text. Nothing when anything is wrong.
template <class T>
std::optional<T> decode_yaml(std::string_view text, std::string_view file, Errors& errors) {
  const auto node = parse_yaml(text, file);
  if (!node) {
    errors.push_back(node.error());
    return std::nullopt;
  }
  const std::size_t before = errors.size();
  std::optional<T> value = decode<T>(*node, errors);
  if (errors.size() != before) value.reset();
  return value;
}

template <class T>
std::optional<T> decode_json(std::string_view text, std::string_view file, Errors& errors) {
  const auto node = parse_json(text, file);
  if (!node) {
    errors.push_back(node.error());
    return std::nullopt;
  }
  const std::size_t before = errors.size();
  std::optional<T> value = decode<T>(*node, errors);
  if (errors.size() != before) value.reset();
  return value;
}

}  // namespace florin::config
