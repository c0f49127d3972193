#include "config/tree_builder.hpp"

#include <utility>

namespace florin::config {

bool TreeBuilder::wants_key() const {
  return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().key_given;
}

std::string TreeBuilder::path() const {
  std::string path;
  for (const Open& open : open_) {
    if (open.node.kind == Node::Kind::list) {
      path += "[" + std::to_string(open.node.children.size()) + "]";
    } else if (open.key_given) {
      path += (path.empty() ? "" : ".") + open.key;
    }
  }
  return path;
}

void TreeBuilder::refuse(std::string code, std::string message, std::uint32_t line, std::uint32_t column) const {
  throw Refused{{.code = std::move(code),
                 .message = std::move(message),
                 .at = {.file = *file_, .line = line, .column = column, .path = path()}}};
}

Node TreeBuilder::made(Node::Kind kind, std::uint32_t line, std::uint32_t column) {
  if (++nodes_ > most_nodes)
    refuse("too_many_nodes", "more than " + std::to_string(most_nodes) + " values in one file", line, column);
  Node node;
  node.kind = kind;
  node.file = file_;
  node.line = line;
  node.column = column;
  return node;
}

void TreeBuilder::place(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.kind == Node::Kind::map) {
    node.key = std::move(parent.key);
    node.key_line = parent.key_line;
    node.key_column = parent.key_column;
    parent.key_given = false;
    if (node.kind == Node::Kind::nothing) {  // the parser is past it by now
      node.line = node.key_line;
      node.column = node.key_column;
    }
  }
  parent.node.children.push_back(std::move(node));
}

void TreeBuilder::scalar(std::string text, bool quoted, std::uint32_t line, std::uint32_t column) {
  if (wants_key()) {
    Open& parent = open_.back();
    if (!parent.keys.insert(text).second)
      refuse("duplicate_key", "'" + text.substr(0, 80) + "' is written twice here", line, column);
    parent.key = std::move(text);
    parent.key_line = line;
    parent.key_column = column;
    parent.key_given = true;
    return;
  }
  Node node = made(Node::Kind::scalar, line, column);
  node.text = std::move(text);
  node.quoted = quoted;
  place(std::move(node));
}

void TreeBuilder::nothing(std::uint32_t line, std::uint32_t column) {
  if (wants_key()) refuse("key_not_text", "a key is missing here", line, column);
  place(made(Node::Kind::nothing, line, column));
}

void TreeBuilder::open(Node::Kind kind, std::uint32_t line, std::uint32_t column) {
  if (wants_key()) refuse("key_not_text", "a key must be a word, not a list or a map", line, column);
  if (open_.size() >= deepest_document)
    refuse("too_deep", "more than " + std::to_string(deepest_document) + " maps and lists inside each other", line,
           column);
  open_.push_back({.node = made(kind, line, column), .keys = {}});
}

void TreeBuilder::close() {
  Node node = std::move(open_.back().node);
  open_.pop_back();
  place(std::move(node));
}

}  // namespace florin::config
