#pragma once

#include <string>

namespace florin::config {

/// Every command with its fields and what they look like, from the shapes that decode them, as Markdown:
/// docs/commands.md.
std::string command_page();

}  // namespace florin::config
