#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "florin/scenario.hpp"

/// scenario_runner [--trace] [--restart] [--twice] [--config FILE] [--postgres ADDRESS] STORY…, or --demo FOLDER with
/// one folder of stories. 0: all as told.
int main(int count, char** words) {
  florin::ScenarioOptions options;
  std::vector<std::string> paths;
  std::string demo;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--trace")
      options.trace = true;
    else if (word == "--restart")
      options.restart = true;
    else if (word == "--twice")
      options.twice = true;
    else if (word == "--config" && i + 1 < count)
      options.config = words[++i];
    else if (word == "--postgres" && i + 1 < count)
      options.postgres = words[++i];
    else if (word == "--demo" && i + 1 < count)
      demo = words[++i];
    else if (word.starts_with("--"))
      return std::fprintf(stderr, "unknown option %s\n", words[i]), 2;
    else
      paths.emplace_back(word);
  }
  if (!demo.empty() && paths.size() == 1) {
    const auto held = florin::run_demo({.config = options.config, .data = demo, .stories = paths.front()}, std::cout);
    if (!held) std::cerr << held.error().message << "\n";
    return held && held->held ? 0 : 1;
  }
  return florin::run_scenarios(paths, options, std::cout).failed == 0 ? 0 : 1;
}
