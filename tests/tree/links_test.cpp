#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

/// What the docs point to is there.
namespace {

namespace fs = std::filesystem;

TEST(Links, OfTheDocsLeadToFiles) {
  static const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  std::size_t looked_at = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(FLORIN_SOURCE) / "docs")) {
    if (entry.path().extension() != ".md") continue;
    std::ifstream in(entry.path());
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      ++looked_at;
      EXPECT_TRUE(fs::exists(entry.path().parent_path() / (*at)[1].str())) << entry.path() << ": " << (*at)[1];
    }
  }
  EXPECT_GT(looked_at, 100U);
}

}  // namespace
