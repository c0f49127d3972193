#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
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
  std::string name;                  ///< callloop/unused_plan_credits_roll_over_once
  std::vector<std::string> rules;    ///< that it shows
  std::vector<std::string> refutes;  ///< whose tempting wrong result it shows not to happen
};

/// What follows each `mark` in the text, up to the end of the word.
std::vector<std::string> words_after(const std::string& text, std::string_view mark) {
  std::vector<std::string> words;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    words.push_back(text.substr(begin, text.find_first_of(" :\n", begin) - begin));
  }
  return words;
}

/// Tests of the whole host, each a test of its own, where a story cannot show or refute: they say so above themselves,
/// as
/// `// Shows ALL-09` or `// Refutes ALL-09`.
std::vector<Story> tests() {
  std::vector<Story> all;
  for (const auto& entry : fs::directory_iterator(fs::path(FLORIN_SOURCE) / "tests/integration")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = text_of(entry.path());
    Story test{"../integration/" + entry.path().filename().string(), words_after(text, "// Shows "),
               words_after(text, "// Refutes ")};
    if (!test.rules.empty() || !test.refutes.empty()) all.push_back(std::move(test));
  }
  return all;
}

/// The list after `key` in a story's text; empty when the key is not there.
std::vector<std::string> list_of(const std::string& text, const std::string& key) {
  std::vector<std::string> words;
  const std::size_t found = text.find("\n" + key + ": [");
  if (found == std::string::npos) return words;
  const std::size_t begin = found + key.size() + 4, end = text.find(']', begin);
  for (std::size_t at = begin; at < end;) {
    const std::size_t comma = std::min(text.find(", ", at), end);
    words.push_back(text.substr(at, comma - at));
    at = comma + 2;
  }
  return words;
}

std::vector<Story> stories() {
  std::vector<Story> all;
  const fs::path folder = fs::path(FLORIN_SOURCE) / "tests/scenarios";
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = text_of(entry.path());
    all.push_back({(entry.path().parent_path().filename() / entry.path().stem()).string(), list_of(text, "rules"),
                   list_of(text, "refutes")});
  }
  std::ranges::move(tests(), std::back_inserter(all));
  std::ranges::sort(all, {}, &Story::name);
  return all;
}

/// The stories that name `id` in `list`, as links.
std::string links(const std::string& id, const std::vector<Story>& all, std::vector<std::string> Story::* list) {
  std::string names;
  for (const Story& story : all)
    if (std::ranges::find(story.*list, id) != (story.*list).end())
      names += (names.empty() ? "" : ", ") + ("[" + story.name.substr(story.name.rfind('/') + 1)) +
               "](../tests/scenarios/" + story.name + (story.name.ends_with(".cpp") ? ")" : ".yaml)");
  return names;
}

std::string table(const std::vector<std::string>& ids, const std::vector<Story>& all) {
  std::string text = "\n| rule | shown by | what would be wrong is refuted by |\n|---|---|---|\n";
  for (const std::string& id : ids)
    text += "| " + id + " | " + links(id, all, &Story::rules) + " | " + links(id, all, &Story::refutes) + " |\n";
  return text;
}

// Two stories, since none may name a rule in both lists (core/scenario/story.cpp refuses it).
TEST(Rules, EveryRuleHasAStoryThatShowsItAndOneThatRefutesTheTemptingWrong) {
  std::map<std::string, int> shown, refuted;
  for (const Story& story : stories()) {
    for (const std::string& rule : story.rules) ++shown[rule];
    for (const std::string& rule : story.refutes) ++refuted[rule];
  }
  for (const std::string& rule : rules()) {
    EXPECT_GT(shown[rule], 0) << "no story shows " << rule;
    EXPECT_GT(refuted[rule], 0) << "no story refutes what would be wrong of " << rule;
  }
}

TEST(Rules, EachHasItsPlace) {
  const std::string places = text_of(fs::path(FLORIN_SOURCE) / "docs/where.md");
  for (const std::string& rule : rules())
    EXPECT_NE(places.find("| " + rule + " | "), std::string::npos) << rule << " is not in docs/where.md";
}

TEST(Rules, StoriesNameRulesThatThereAre) {
  const auto ids = rules();
  for (const Story& story : stories()) {
    EXPECT_FALSE(story.rules.empty() && story.refutes.empty()) << story.name;
    for (const auto* list : {&story.rules, &story.refutes})
      for (const std::string& rule : *list)
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
