#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

#include "config/tree_builder.hpp"

namespace florin::config {

namespace {

namespace json = boost::json;

/// What Boost.JSON's parser tells of a text, part by part.
class Listener {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  using Failed = json::error_code&;

  explicit Listener(std::string_view file) : tree_(file) {}
  Node take() { return tree_.take(); }

  bool on_document_begin(Failed) { return true; }
  bool on_document_end(Failed) { return true; }
  bool on_object_begin(Failed) { return open(Node::Kind::map); }
  bool on_object_end(std::size_t, Failed) { return close(); }
  bool on_array_begin(Failed) { return open(Node::Kind::list); }
  bool on_array_end(std::size_t, Failed) { return close(); }
  bool on_key_part(json::string_view part, std::size_t, Failed) { return add(part); }
  bool on_key(json::string_view part, std::size_t, Failed) { return add(part) && scalar(true); }
  bool on_string_part(json::string_view part, std::size_t, Failed) { return add(part); }
  bool on_string(json::string_view part, std::size_t, Failed) { return add(part) && scalar(true); }
  bool on_number_part(json::string_view part, Failed) { return add(part); }
  bool on_int64(std::int64_t, json::string_view part, Failed) { return add(part) && scalar(false); }
  bool on_uint64(std::uint64_t, json::string_view part, Failed) { return add(part) && scalar(false); }
  bool on_double(double, json::string_view part, Failed) { return add(part) && scalar(false); }
  bool on_bool(bool value, Failed) { return add(value ? "true" : "false") && scalar(false); }
  bool on_null(Failed) {
    tree_.nothing(0, 0);
    return true;
  }
  bool on_comment_part(json::string_view, Failed) { return true; }
  bool on_comment(json::string_view, Failed) { return true; }

 private:
  bool open(Node::Kind kind) {
    tree_.open(kind, 0, 0);
    return true;
  }
  bool close() {
    tree_.close();
    return true;
  }
  bool add(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool scalar(bool quoted) {
    tree_.scalar(std::exchange(text_, {}), quoted, 0, 0);
    return true;
  }
  TreeBuilder tree_;
  std::string text_;
};

}  // namespace

Result<Node> parse_json(std::string_view text, std::string_view file) {
  const Where whole{.file = std::string(file)};
  if (text.size() > largest_document)
    return Error{.code = "too_large", .message = "the text is larger than 4 MiB", .at = whole};
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Error{.code = "empty_file", .message = "nothing is written here", .at = whole};
  try {
    json::parse_options options;
    options.max_depth = deepest_document + 1;  // one more, so that the tree says where it was too deep
    json::basic_parser<Listener> parser(options, file);
    json::error_code failed;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), failed);
    const std::string_view rest = text.substr(read);
    const std::size_t wrong = failed ? 0 : std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
    if (!failed && wrong == rest.size()) return parser.handler().take();
    const std::string_view before = text.substr(0, read + wrong);
    const std::size_t line_end = before.rfind('\n');
    const std::size_t line_start = line_end == std::string_view::npos ? 0 : line_end + 1;
    return Error{.code = "bad_json",
                 .message = "this is not JSON: " + (failed ? failed.message() : "something follows its end"),
                 .at = {.file = std::string(file),
                        .line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
                        .column = static_cast<std::uint32_t>(before.size() - line_start + 1)}};
  } catch (Refused& refused) {
    return std::move(refused.error);
  } catch (const std::exception& thrown) {
    return Error{.code = "bad_json", .message = std::string("this is not JSON: ") + thrown.what(), .at = whole};
  }
}

}  // namespace florin::config
