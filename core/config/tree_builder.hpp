#pragma once

#include <unordered_set>

#include "config/document.hpp"

namespace florin::config {

/// Thrown through a parser by what listens to it, and caught where the parser was called.
struct Refused {
  Error error;
};

/// Builds a tree from a parser's events and holds its limits. Throws Refused.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::string_view file) : file_(std::make_shared<const std::string>(file)) {}

  void scalar(std::string text, bool quoted, std::uint32_t line, std::uint32_t column);
  void nothing(std::uint32_t line, std::uint32_t column);
  void open(Node::Kind kind, std::uint32_t line, std::uint32_t column);
  void close();

  Node take() { return std::move(root_); }
  [[noreturn]] void refuse(std::string code, std::string message, std::uint32_t line, std::uint32_t column) const;

 private:
  struct Open {
    Node node;
    std::unordered_set<std::string> keys;
    bool key_given = false;
    std::string key;
    std::uint32_t key_line = 0;
    std::uint32_t key_column = 0;
  };
  bool wants_key() const;
  void place(Node node);
  Node made(Node::Kind kind, std::uint32_t line, std::uint32_t column);
  std::string path() const;

  std::shared_ptr<const std::string> file_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  Node root_;
};

}  // namespace florin::config
