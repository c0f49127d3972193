#pragma once

#include <span>
#include <string_view>

/// What happens in the demo's year: a story a tenant, and how much each account uses.
namespace florin::scenario {

struct Chapter {
  std::string_view tenant;
  std::string_view story;  ///< YAML, as tests/scenarios/README.md has it
};
std::span<const Chapter> chapters();

/// So much of one meter each week while the account may send, in one batch.
struct Habit {
  std::string_view tenant, account, meter, quantity;
  int each_week = 0;
  std::string_view from, to;  ///< dates, the second not included
};
std::span<const Habit> habits();

}  // namespace florin::scenario
