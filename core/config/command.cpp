#include "config/command.hpp"

#include "config/command_notes.hpp"
#include "config/write_json.hpp"

namespace florin::config {

std::optional<Command> command_of(const Node& node, Errors& errors, const std::string& path) {
  const std::size_t before = errors.size();
  Command command = decode<Command>(node, errors, path);
  if (errors.size() != before) return std::nullopt;
  return command;
}

std::optional<Command> command_of_json(std::string_view text, Errors& errors) {
  const auto node = parse_json(text, "command");
  if (!node) {
    errors.push_back(node.error());
    return std::nullopt;
  }
  return command_of(*node, errors);
}

const Shape& command_shape() { return shape_of<Command>(); }

std::vector<std::string_view> command_words() {
  std::vector<std::string_view> words;
  for (const Alternative& alternative : command_shape().alternatives) words.push_back(alternative.name);
  return words;
}

std::string_view command_word(const AnyCommand& command) {
  return std::visit([](const auto& asked) { return word_of<std::remove_cvref_t<decltype(asked)>>(); }, command);
}

std::string json_of(const AnyCommand& command) {
  return std::visit([](const auto& content) { return write_json(content); }, command);
}

std::string json_of(const Entry& entry, std::uint64_t position) {
  std::string text = write_json(entry);
  return "{\"position\":" + std::to_string(position) + "," + text.substr(1);
}

}  // namespace florin::config
