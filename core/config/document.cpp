#include "config/document.hpp"

#include <fstream>

#include "florin/utf8.hpp"

namespace florin::config {

const Node* Node::child(std::string_view wanted) const {
  if (kind != Kind::map) return nullptr;
  for (const Node& node : children)
    if (node.key == wanted) return &node;
  return nullptr;
}

Where Node::where(std::string path) const {
  return {.file = file ? *file : std::string(), .line = line, .column = column, .path = std::move(path)};
}

Where Node::where_key(std::string path) const {
  if (key.empty() && key_line == 0) return where(std::move(path));
  return {.file = file ? *file : std::string(), .line = key_line, .column = key_column, .path = std::move(path)};
}

Result<std::string> read_file(const std::filesystem::path& file) {
  const Where at{.file = file.string()};
  std::error_code failed;
  const auto status = std::filesystem::status(file, failed);
  if (status.type() == std::filesystem::file_type::not_found)
    return Error{.code = "file_missing", .message = "there is no such file", .at = at};
  if (failed || status.type() == std::filesystem::file_type::directory)
    return Error{.code = "file_unreadable", .message = "this is no file that can be read", .at = at};
  std::ifstream in(file, std::ios::binary);
  std::string text(largest_document + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (!in && !in.eof()))
    return Error{.code = "file_unreadable", .message = "the file cannot be read", .at = at};
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > largest_document)
    return Error{.code = "too_large", .message = "the file is larger than 4 MiB", .at = at};
  return text;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else if (byte < 0x80) {
      out += c;
    } else if (const Character character = character_at(text, i); character.bytes != 0) {
      out += text.substr(i, character.bytes);
      i += character.bytes - 1;
    } else {
      out += "\\ufffd";
    }
  }
  out += '"';
}

namespace {

void append_json(std::string& out, const Node& node) {
  switch (node.kind) {
    case Node::Kind::nothing: out += "null"; return;
    case Node::Kind::scalar: append_json_string(out, node.text); return;
    case Node::Kind::list:
    case Node::Kind::map: break;
  }
  const bool map = node.kind == Node::Kind::map;
  out += map ? '{' : '[';
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i != 0) out += ',';
    if (map) {
      append_json_string(out, node.children[i].key);
      out += ':';
    }
    append_json(out, node.children[i]);
  }
  out += map ? '}' : ']';
}

}  // namespace

std::string json_text(const Node& node) {
  std::string out;
  append_json(out, node);
  return out;
}

}  // namespace florin::config
