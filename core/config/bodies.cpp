#include "florin/bodies.hpp"

#include <algorithm>

#include "config/command.hpp"
#include "config/command_notes.hpp"
#include "config/decode.hpp"
#include "config/hint.hpp"

namespace florin {

namespace config {

/// A line as it is written; exactly one of the commands is there.
struct WrittenUsage {
  AccountId account;
  std::string key;
  std::optional<std::string> actor;
  std::optional<Instant> asked_at;
  std::optional<Use> use;
  std::optional<PlaceHold> place_hold;
  std::optional<CaptureHold> capture_hold;
  std::optional<ReleaseHold> release_hold;
  std::optional<UseTogether> use_together;
};
BOOST_DESCRIBE_STRUCT(WrittenUsage, (),
                      (account, key, actor, asked_at, use, place_hold, capture_hold, release_hold, use_together))

struct WrittenCheck {
  AccountId account;
  std::optional<std::string> actor;
  Use use;
};
BOOST_DESCRIBE_STRUCT(WrittenCheck, (), (account, actor, use))

namespace {

/// The elements of a JSON array as they are written, without a look at what is in them.
std::optional<std::vector<std::string_view>> elements_of(std::string_view body) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = body.find_first_not_of(blanks), last = body.find_last_not_of(blanks);
  if (first == std::string_view::npos || body[first] != '[' || body[last] != ']' || first == last) return std::nullopt;
  const std::string_view inside = body.substr(first + 1, last - first - 1);
  std::vector<std::string_view> elements;
  if (inside.find_first_not_of(blanks) == std::string_view::npos) return elements;
  std::size_t depth = 0, from = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') {
      if (depth == 0) return std::nullopt;
      --depth;
    }
    if (c == ',' && depth == 0) {
      elements.push_back(inside.substr(from, i - from));
      from = i + 1;
    }
  }
  elements.push_back(inside.substr(from));
  return elements;
}

std::vector<std::string_view> lines_of(std::string_view body) {
  std::vector<std::string_view> lines;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) lines.push_back(line);
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return lines;
}

/// Splits a batch; nothing and an error when it is none, or too long.
std::vector<std::string_view> batch_of(std::string_view body, bool object_a_line, std::size_t most, Errors& errors) {
  const auto parts = object_a_line ? std::optional(lines_of(body)) : elements_of(body);
  if (!parts) {
    errors.push_back({.code = "bad_json", .message = "a JSON array belongs here: [{…}, {…}]"});
    return {};
  }
  if (parts->size() <= most) return *parts;
  errors.push_back({.code = "too_many_lines",
                    .message = std::to_string(parts->size()) + " lines are more than " + std::to_string(most) +
                               ": send them in several requests"});
  return {};
}

/// Where in it a body is no JSON: whoever has sent it has no file to look at.
Error with_its_place(Error error) {
  if (error.code != "bad_json" || error.at.line == 0) return error;
  error.message +=
      " (line " + std::to_string(error.at.line) + ", column " + std::to_string(error.at.column) + " of the body)";
  return error;
}

template <class T>
std::optional<T> line_of(std::string_view text, std::size_t number, Errors& errors) {
  const std::string path = "[" + std::to_string(number) + "]";
  auto node = parse_json(text, "body");
  if (!node) {
    Error error = node.error();
    error.at.path = path + (error.at.path.empty() ? "" : "." + error.at.path);
    if (error.code == "bad_json" && error.at.column != 0)
      error.message += " (column " + std::to_string(error.at.column) + " of it)";
    error.message = "line " + std::to_string(number + 1) + ": " + error.message;
    errors.push_back(std::move(error));
    return std::nullopt;
  }
  const std::size_t before = errors.size();
  T line = decode<T>(*node, errors, path);
  if (errors.size() != before) return std::nullopt;
  return line;
}

std::optional<UsageCommand> command_of_line(WrittenUsage& line) {
  std::optional<UsageCommand> command;
  const auto is = [&](auto& one) {
    if (!one) return true;
    if (command) return false;
    command = UsageCommand(*std::move(one));
    return true;
  };
  const bool one =
      is(line.use) && is(line.place_hold) && is(line.capture_hold) && is(line.release_hold) && is(line.use_together);
  return one ? std::move(command) : std::nullopt;
}

}  // namespace
}  // namespace config

std::vector<std::string> command_names() {
  const auto words = config::command_words();
  return {words.begin(), words.end()};
}

std::optional<Command> command_of_body(std::string_view name, std::string_view body, Errors& errors) {
  const auto& alternatives = config::command_shape().alternatives;
  const auto found = std::ranges::find(alternatives, name, &config::Alternative::name);
  if (found == alternatives.end()) {
    errors.push_back({.code = "no_such_command", .message = "there is no command '" + std::string(name) + "'"});
    return std::nullopt;
  }
  const auto node = config::parse_json(body, "body");
  if (!node) {
    errors.push_back(config::with_its_place(node.error()));
    return std::nullopt;
  }
  const std::size_t before = errors.size();
  Command command;
  void* const content = found->emplace(&command);
  config::detail::decode(*node, {}, found->shape(), content, errors);
  if (errors.size() != before) return std::nullopt;
  return command;
}

std::optional<std::pair<std::string, Command>> named_command_of_body(std::string_view body, Errors& errors) {
  auto command = config::command_of_json(body, errors);
  if (!command) return std::nullopt;
  std::string name = command_names()[command->index()];
  return std::pair(std::move(name), *std::move(command));
}

std::vector<UsageLine> usage_lines_of(std::string_view body, bool object_a_line, Errors& errors) {
  std::vector<UsageLine> lines;
  const auto parts = config::batch_of(body, object_a_line, most_usage_lines, errors);
  lines.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size() && errors.size() < 100; ++i) {
    auto written = config::line_of<config::WrittenUsage>(parts[i], i, errors);
    if (!written) continue;
    auto command = config::command_of_line(*written);
    if (!command) {
      errors.push_back({.code = "not_a_usage",
                        .message = "a line holds one of use, place_hold, capture_hold, release_hold, use_together",
                        .at = {.path = "[" + std::to_string(i) + "]"}});
      continue;
    }
    lines.push_back({std::move(written->account), std::move(written->key), std::move(written->actor), written->asked_at,
                     *std::move(command)});
  }
  return lines;
}

std::vector<CheckLine> check_lines_of(std::string_view body, Errors& errors) {
  std::vector<CheckLine> lines;
  const auto parts = config::batch_of(body, false, most_check_lines, errors);
  for (std::size_t i = 0; i < parts.size() && errors.size() < 100; ++i)
    if (auto written = config::line_of<config::WrittenCheck>(parts[i], i, errors))
      lines.push_back({std::move(written->account), std::move(written->actor), std::move(written->use)});
  return lines;
}

std::vector<Word> words_of_body(std::string_view body, const std::vector<std::string>& known, Errors& errors) {
  const auto node = config::parse_json(body, "body");
  if (!node) {
    errors.push_back(config::with_its_place(node.error()));
    return {};
  }
  if (node->kind != config::Node::Kind::map) {
    errors.push_back({.code = "wrong_kind", .message = "an object belongs here"});
    return {};
  }
  std::vector<Word> words;
  for (const config::Node& child : node->children) {
    if (std::ranges::find(known, child.key) == known.end())
      errors.push_back({.code = "unknown_key",
                        .message = "'" + child.key.substr(0, 80) + "' is not known here" +
                                   config::did_you_mean(child.key, {known.begin(), known.end()}),
                        .at = {.path = child.key}});
    std::string value = child.text;
    for (const config::Node& one : child.children) value += (value.empty() ? "" : " ") + one.text;
    if (child.kind == config::Node::Kind::map)
      errors.push_back({.code = "wrong_kind", .message = "a single value belongs here", .at = {.path = child.key}});
    if (child.kind != config::Node::Kind::nothing) words.push_back({child.key, std::move(value)});
  }
  return words;
}

std::vector<std::string> list_of_body(std::string_view body, Errors& errors) {
  const auto node = config::parse_json(body, "body");
  if (!node) errors.push_back(config::with_its_place(node.error()));
  if (node && node->kind != config::Node::Kind::list)
    errors.push_back({.code = "wrong_kind", .message = "a list of texts belongs here"});
  std::vector<std::string> all;
  if (errors.empty())
    for (const config::Node& one : node->children) all.push_back(one.text);
  return all;
}

}  // namespace florin
