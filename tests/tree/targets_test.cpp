/// A test that no program is built of shows nothing, however long it stands there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Targets, EachFileOfTestsIsBuiltIntoAProgram) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(FLORIN_SOURCE) / "tests")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with("_test.cpp")) continue;
    ++files;
    const std::string targets = text_of(entry.path().parent_path() / "CMakeLists.txt");
    const bool all_of_its_folder = targets.find("florin_test(") != std::string::npos;  // takes every file beside it
    EXPECT_TRUE(all_of_its_folder || targets.find(name) != std::string::npos)
        << entry.path() << " is in no target of its folder's CMakeLists.txt";
  }
  EXPECT_GT(files, 100U);
}

}  // namespace
