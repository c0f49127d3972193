#pragma once

#include "config/document.hpp"
#include "input.hpp"

namespace florin::fuzz {

/// A document is refused with a reason, or is a tree that says the same when it is written as JSON and read again.
inline void check(const Result<config::Node>& tree) {
  if (!tree) return require(!tree.error().code.empty() && !tree.error().message.empty());
  const std::string written = config::json_text(*tree);
  const auto again = config::parse_json(written, "again");
  require(again && config::json_text(*again) == written);
}

}  // namespace florin::fuzz
