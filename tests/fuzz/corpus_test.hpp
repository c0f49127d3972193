#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace florin::fuzz {

struct Target {
  std::string name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};

/// Each file of each target's folder; more than three of them.
inline void run_corpus(const std::filesystem::path& corpus, const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    int files = 0;
    for (const auto& one : std::filesystem::directory_iterator(corpus / target.name)) {
      std::ifstream file(one.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      EXPECT_EQ(target.run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0) << one.path();
      ++files;
    }
    EXPECT_GT(files, 3) << target.name;
  }
}

}  // namespace florin::fuzz
