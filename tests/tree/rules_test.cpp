#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

/// Every rule of docs/rules.md has stories, and the table there says which.
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

const fs::path rules_file = fs::path(FLORIN_SOURCE) / "docs/rules.md";
const std::string marker = "<!-- made by FLORIN_WRITE_RULES=1 build/bin/tree --gtest_filter='Rules.*' -->\n";

/// `CL-01` and its like, in the order of the file.
std::vector<std::string> rules() {
  std::vector<std::string> ids;
  std::ifstream in(rules_file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t end = line.find(" | ", 2);
    if (line.starts_with("| ") && end != std::string::npos && line.find('-') < end &&
        line.find("--") == std::string::npos)
      ids.push_back(line.substr(2, end - 2));
    if (line + "\n" == marker) break;
  }
  return ids;
}

struct Story {
  std::string name;  ///< callloop/unused_plan_credits_roll_over_once
  std::vector<std::string> rules;
  bool says_what_is_wrong = false;
};

/// Tests of the whole host that show a rule where a story cannot: they say so as `// Shows ALL-09`.
std::vector<Story> tests() {
  std::vector<Story> all;
  for (const auto& entry : fs::directory_iterator(fs::path(FLORIN_SOURCE) / "tests/integration")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = text_of(entry.path());
    Story test{"../integration/" + entry.path().filename().string(), {}, true};
    for (std::size_t at = text.find("// Shows "); at != std::string::npos; at = text.find("// Shows ", at + 1))
      test.rules.push_back(text.substr(at + 9, text.find_first_of(" \n", at + 9) - at - 9));
    if (!test.rules.empty()) all.push_back(std::move(test));
  }
  return all;
}

std::vector<Story> stories() {
  std::vector<Story> all;
  const fs::path folder = fs::path(FLORIN_SOURCE) / "tests/scenarios";
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = text_of(entry.path());
    Story story{(entry.path().parent_path().filename() / entry.path().stem()).string(), {}, false};
    story.says_what_is_wrong = text.find("Wrong:") != std::string::npos;
    const std::size_t begin = text.find("\nrules: [") + 9, end = text.find(']', begin);
    for (std::size_t at = begin; at < end;) {
      const std::size_t comma = std::min(text.find(", ", at), end);
      story.rules.push_back(text.substr(at, comma - at));
      at = comma + 2;
    }
    all.push_back(std::move(story));
  }
  std::ranges::move(tests(), std::back_inserter(all));
  std::ranges::sort(all, {}, &Story::name);
  return all;
}

std::string table(const std::vector<std::string>& ids, const std::vector<Story>& all) {
  std::string text = "\n| rule | stories |\n|---|---|\n";
  for (const std::string& id : ids) {
    std::string names;
    for (const Story& story : all)
      if (std::ranges::find(story.rules, id) != story.rules.end())
        names += (names.empty() ? "" : ", ") + ("[" + story.name.substr(story.name.rfind('/') + 1)) +
                 "](../tests/scenarios/" + story.name + (story.name.ends_with(".cpp") ? ")" : ".yaml)");
    text += "| " + id + " | " + names + " |\n";
  }
  return text;
}

TEST(Rules, EveryRuleHasAStoryThatShowsItAndWhatWouldBeWrong) {
  std::map<std::string, int> shown, refuted;
  for (const Story& story : stories())
    for (const std::string& rule : story.rules) {
      ++shown[rule];
      refuted[rule] += story.says_what_is_wrong ? 1 : 0;
    }
  for (const std::string& rule : rules()) {
    EXPECT_GT(shown[rule], 0) << "no story shows " << rule;
    EXPECT_GT(refuted[rule], 0) << "no story of " << rule << " says what would be wrong";
  }
}

TEST(Rules, StoriesNameRulesThatThereAre) {
  const auto ids = rules();
  for (const Story& story : stories()) {
    EXPECT_FALSE(story.rules.empty()) << story.name;
    for (const std::string& rule : story.rules)
      EXPECT_TRUE(rule.starts_with("UI-") || std::ranges::find(ids, rule) != ids.end()) << story.name << ": " << rule;
  }
}

TEST(Rules, TheTableIsOfTheseStories) {
  const std::string text = text_of(rules_file);
  const std::size_t at = text.find(marker);
  ASSERT_NE(at, std::string::npos);
  const std::string wanted = text.substr(0, at + marker.size()) + table(rules(), stories());
  if (std::getenv("FLORIN_WRITE_RULES") != nullptr) std::ofstream(rules_file) << wanted;
  EXPECT_EQ(text_of(rules_file), wanted) << "run it with FLORIN_WRITE_RULES=1";
}

}  // namespace
