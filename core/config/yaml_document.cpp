#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <optional>
#include <streambuf>

#include "config/tree_builder.hpp"
#include "florin/utf8.hpp"

namespace florin::config {

namespace {

/// Reads bytes where they lie.
class Bytes : public std::streambuf {
 public:
  explicit Bytes(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // only ever read
    setg(begin, begin, begin + text.size());
  }
};

std::uint32_t line_of(const YAML::Mark& mark) { return mark.line < 0 ? 0 : static_cast<std::uint32_t>(mark.line) + 1; }
std::uint32_t column_of(const YAML::Mark& mark) {
  return mark.column < 0 ? 0 : static_cast<std::uint32_t>(mark.column) + 1;
}

class Listener : public YAML::EventHandler {
 public:
  explicit Listener(std::string_view file) : tree_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      tree_.refuse("several_documents", "one document a file: a second one begins here", line_of(mark),
                   column_of(mark));
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    plain(mark, "", anchor);
    tree_.nothing(line_of(mark), column_of(mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    plain(mark, tag, anchor);
    if (!is_utf8(value))  // of these two escapes yaml-cpp makes single bytes
      tree_.refuse("not_utf8", "\\N and \\_ are not read: write \\u0085 or \\u00a0", line_of(mark), column_of(mark));
    tree_.scalar(value, tag == "!", line_of(mark), column_of(mark));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    plain(mark, tag, anchor);
    tree_.open(Node::Kind::list, line_of(mark), column_of(mark));
  }
  void OnSequenceEnd() override { tree_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    plain(mark, tag, anchor);
    tree_.open(Node::Kind::map, line_of(mark), column_of(mark));
  }
  void OnMapEnd() override { tree_.close(); }

  Node take() { return tree_.take(); }

 private:
  [[noreturn]] void refuse_alias(const YAML::Mark& mark) const {
    tree_.refuse("alias", "anchors and aliases (& and *) are not used here: write the value where it is meant",
                 line_of(mark), column_of(mark));
  }
  void plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) refuse_alias(mark);
    if (!tag.empty() && tag != "?" && tag != "!")
      tree_.refuse("tag", "tags (!) are not used here: the field says what its value is", line_of(mark),
                   column_of(mark));
  }
  TreeBuilder tree_;
  int documents_ = 0;
};

/// Length of the UTF-8 sequence at the front of `text`; 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // Overlong forms, surrogates, and what is past the last code point.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

/// What the scanner must not be given: it would look ahead too far, guess an encoding, or take a tab for a blank.
std::optional<Error> refused_bytes(std::string_view text, std::string_view file) {
  std::uint32_t line = 1;
  std::size_t line_start = 0;
  bool indent = true;
  std::size_t flow = 0;  // brackets and commas: all of a bracket is scanned before its first part is told
  const auto at = [&](std::size_t i) {
    return Where{.file = std::string(file), .line = line, .column = static_cast<std::uint32_t>(i - line_start + 1)};
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return Error{.code = "not_utf8", .message = "this is not UTF-8 text", .at = at(i)};
    if (c == '\t' && indent)
      return Error{.code = "tab_indent", .message = "a tab: lines are indented with spaces", .at = at(i)};
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F)
      return Error{.code = "control_character", .message = "a control character: this is no text", .at = at(i)};
    if (i - line_start >= longest_line)
      return Error{.code = "line_too_long", .message = "a line is longer than 16,384 bytes", .at = at(i)};
    if ((c == '[' || c == '{' || c == ',') && ++flow > most_nodes)
      return Error{.code = "too_many_nodes", .message = "more brackets and commas than a file may hold", .at = at(i)};
    indent = c == '\n' || (indent && (c == ' ' || c == '-'));
    i += length;
    if (c == '\n') {
      ++line;
      line_start = i;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Node> parse_yaml(std::string_view text, std::string_view file) {
  const Where whole{.file = std::string(file)};
  if (text.size() > largest_document)
    return Error{.code = "too_large", .message = "the file is larger than 4 MiB", .at = whole};
  if (auto refused = refused_bytes(text, file)) return *std::move(refused);
  try {
    Bytes bytes(text);
    std::istream in(&bytes);
    YAML::Parser parser(in);
    Listener listener(file);
    if (!parser.HandleNextDocument(listener))
      return Error{.code = "empty_file", .message = "nothing is written here", .at = whole};
    while (parser.HandleNextDocument(listener)) continue;
    return listener.take();
  } catch (Refused& refused) {
    return std::move(refused.error);
  } catch (const YAML::Exception& thrown) {
    return Error{.code = "bad_yaml",
                 .message = "this is not YAML: " + thrown.msg,
                 .at = {.file = std::string(file), .line = line_of(thrown.mark), .column = column_of(thrown.mark)}};
  } catch (const std::exception& thrown) {
    return Error{.code = "bad_yaml", .message = std::string("this is not YAML: ") + thrown.what(), .at = whole};
  }
}

}  // namespace florin::config
