#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "paying.hpp"

/// For a test that runs once for each flow.
namespace florin::test {

inline std::vector<std::string> names_of_flows() {
  std::vector<std::string> all;
  for (const Flow& flow : flows()) all.push_back(flow.name);
  return all;
}

inline std::string as_test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase_if(name, [](char c) { return c == ',' || c == '\''; });
  std::ranges::replace(name, ' ', '_');
  return name;
}

}  // namespace florin::test
