#include "config/pins.hpp"

#include <algorithm>

#include "config/document.hpp"

namespace florin::config {

std::map<std::string, std::string> load_pins(const std::filesystem::path& file, Errors& errors) {
  std::map<std::string, std::string> pins;
  const auto text = read_file(file);
  const auto tree = text ? parse_yaml(*text, file.string()) : Result<Node>(text.error());
  if (!tree) {
    errors.push_back(tree.error());
    return pins;
  }
  for (const Node& line : tree->children) {
    const bool digest = line.text.size() == 64 && std::ranges::all_of(line.text, [](char c) {
                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                        });
    if (digest)
      pins.emplace(line.key, line.text);
    else
      errors.push_back({.code = "bad_digest", .message = "a SHA-256 is 64 of 0-9 and a-f", .at = line.where(line.key)});
  }
  return pins;
}

}  // namespace florin::config
