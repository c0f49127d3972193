#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "domain/decision/refusal_codes.hpp"

/// Every refusal that a decision can end in has a sentence, and a story or a test that comes to it.
namespace {

namespace fs = std::filesystem;

const fs::path root = FLORIN_SOURCE;

std::string texts_below(const fs::path& folder, const std::string& extension) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.path().extension() != extension) continue;
    std::ifstream in(entry.path());
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

/// The code of each refuse() of the decisions, with what stands behind it, up to the end of the statement.
std::multimap<std::string, std::string> refusals() {
  const std::string code = texts_below("core/domain", ".cpp");
  static const std::regex refuse(R"re(refuse\(\s*"([a-z_]+)",\s*((?:"(?:[^"\\]|\\.)*"|[^;"])*);)re");
  std::multimap<std::string, std::string> found;
  for (std::sregex_iterator at(code.begin(), code.end(), refuse), end; at != end; ++at)
    found.emplace((*at)[1], (*at)[2]);
  return found;
}

TEST(Refusals, EachIsComeToByAStoryOrATest) {
  const std::string stories = texts_below("tests/scenarios", ".yaml"), tests = texts_below("tests", ".cpp");
  static const std::regex refused("refused: ([a-z_]+)");
  std::set<std::string> told;
  for (std::sregex_iterator at(stories.begin(), stories.end(), refused), end; at != end; ++at) told.insert((*at)[1]);
  const auto all = refusals();
  EXPECT_GT(all.size(), 100U);
  for (auto at = all.begin(); at != all.end(); at = all.upper_bound(at->first)) {
    const bool shown = told.contains(at->first) || tests.find('"' + at->first + '"') != std::string::npos;
    EXPECT_TRUE(shown) << "no story and no test is refused as " << at->first;
  }
}

// What a tenant's file may say in its own words is what can happen, and all of it but a gate's own sentence.
TEST(Refusals, EachIsInTheListThatTenantsMaySayInTheirOwnWords) {
  EXPECT_TRUE(std::ranges::is_sorted(florin::refusal_codes));
  const std::string code = texts_below("core/domain", ".cpp");
  for (const auto& [refused, sentence] : refusals())
    if (refused != "gate_closed") {
      EXPECT_TRUE(std::ranges::binary_search(florin::refusal_codes, refused)) << refused;
    }
  for (const std::string_view listed : florin::refusal_codes)
    EXPECT_NE(code.find('"' + std::string(listed) + '"'), std::string::npos) << "nothing is refused as " << listed;
}

// `name: what is wrong` points at a key of what was asked.
TEST(Refusals, EachHasASentenceThatACustomerCanRead) {
  static const std::regex literal(R"re("((?:[^"\\]|\\.)*)")re");
  for (const auto& [code, sentence] : refusals()) {
    std::string words;
    for (std::sregex_iterator at(sentence.begin(), sentence.end(), literal), end; at != end; ++at) words += (*at)[1];
    if (words.empty()) continue;  // the operator's own sentence
    EXPECT_NE(words.find(' '), std::string::npos) << code << ": " << words;
    EXPECT_TRUE(words.ends_with('.') || words.ends_with('?') || words.find(": ") != std::string::npos)
        << code << ": " << words;
  }
}

}  // namespace
