#include "scenario/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "config/check.hpp"

namespace florin::scenario {
namespace {

constexpr std::string_view because = "because: unused credits roll over\n";
constexpr std::string_view rules = "rules: [CL-09]\n";
constexpr std::string_view given =
    "given: {tenant: callloop, account: {plan: growth, cycle: monthly, card: succeeds}}\n";
constexpr std::string_view timeline =
    "timeline:\n  - {at: 2026-03-10T09:00Z, subscribe: {}}\n  - {at: 2026-03-10T09:00Z, expect: {state: paid}}\n";
constexpr std::string_view math = "math: 1000 of the plan. Wrong, at times.\n";

std::string errors_of(const std::string& text) {
  Errors errors;
  const auto script = read_story(text, "story.yaml", errors);
  EXPECT_EQ(script.has_value(), errors.empty());
  return config::text_of(errors);
}

TEST(Story, SaysWhatIsMissing) {
  const std::string_view parts[] = {because, rules, given, timeline, math};
  const char* says[] = {"'because' is missing", "name the rules that the story shows", "'given' is missing",
                        "shows nothing", "'math' is missing"};
  for (std::size_t left_out = 0; left_out < std::size(parts); ++left_out) {
    std::string text;
    for (std::size_t i = 0; i < std::size(parts); ++i)
      if (i != left_out) text += parts[i];
    EXPECT_NE(errors_of(text).find(says[left_out]), std::string::npos) << errors_of(text);
    EXPECT_EQ(errors_of(text).substr(0, 11), "story.yaml:") << errors_of(text);
  }
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  EXPECT_EQ(errors_of(whole), "");
}

TEST(Story, RefutesWithWhatWouldBeWrong) {
  const auto with = [](std::string_view named, std::string_view how) {
    return std::string(because).append(named).append(given).append(timeline).append(how);
  };
  EXPECT_EQ(errors_of(with("refutes: [CL-09]\n", "math: \"1000. Wrong: 1500.\"\n")), "");
  EXPECT_NE(errors_of(with("refutes: [CL-09]\n", math)).find("story.yaml:7:7: math: a story that refutes says what"),
            std::string::npos);
  EXPECT_NE(errors_of(with("rules: [CL-09]\nrefutes: [CL-09]\n", "math: \"Wrong: 1500.\"\n")).find("is shown already"),
            std::string::npos);
}

// One look says every error, however many there are in a step and whatever cannot be read above it.
TEST(Story, SaysWhatIsWrongWithEachStepAtOnce) {
  const std::string steps =
      "timeline:\n"
      "  - {at: yesterday, subscribe: {}}\n"
      "  - {at: 2026-03-10T09:00Z, subscrbe: {}}\n"
      "  - {at: 2026-03-10T09:00Z, cancel: {}, pausee: {}}\n"
      "  - {at: 2026-03-10T09:00Z}\n"
      "  - {at: 2026-03-10T09:00Z, buy: lots}\n"
      "  - {at: 2026-03-10T09:00Z, expect: {state: paid}}\n";
  const std::string others[] = {
      "story.yaml:6:29: timeline[1].subscrbe: 'subscrbe' is not known here (did you mean 'subscribe'?)\n",
      "story.yaml:7:41: timeline[2].pausee: one command a step: make two steps of it\n",
      "story.yaml:7:41: timeline[2].pausee: 'pausee' is not known here (did you mean 'pause'?)\n",
      "story.yaml:8:5: timeline[3]: a step has a command, or `expect`, or both\n",
      "story.yaml:9:34: timeline[4].buy: ",
  };
  const std::string all = errors_of(std::string(because).append(rules).append(given).append(steps).append(math));
  EXPECT_NE(all.find("story.yaml:5:10: timeline[0].at: "), std::string::npos) << all;
  for (const std::string& said : others) EXPECT_NE(all.find(said), std::string::npos) << said << all;
  EXPECT_EQ(std::ranges::count(all, '\n'), 6) << all;

  // The same where everything can be read, and the account is not known.
  std::string readable = steps;
  readable.replace(readable.find("yesterday"), 9, "2026-03-10T09:00Z, account: nobody");
  const std::string rest = errors_of(std::string(because).append(rules).append(given).append(readable).append(math));
  EXPECT_NE(rest.find("'nobody' is none of the accounts that are given"), std::string::npos) << rest;
  for (const std::string& said : others) EXPECT_NE(rest.find(said), std::string::npos) << said << rest;
}

// Whatever a slip of the hand leaves of a story is refused or understood, and nothing worse.
TEST(Story, MutationsNeverCrash) {
  std::mt19937 random(20261125);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::size_t stories = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(FLORIN_STORIES)) {
    if (file.path().extension() != ".yaml") continue;
    ++stories;
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (int round = 0; round < 60; ++round) {
      std::string mutated = text;
      switch (round % 4) {
        case 0: mutated.resize(below(mutated.size())); break;
        case 1: mutated[below(mutated.size())] = "[]{}:,-\n0a"[below(10)]; break;
        case 2: mutated.erase(below(mutated.size()), below(60)); break;
        default: {  // a line less
          const std::size_t begin = mutated.rfind('\n', below(mutated.size())) + 1;
          mutated.erase(begin, mutated.find('\n', begin) - begin + 1);
        }
      }
      (void)errors_of(mutated);
    }
  }
  EXPECT_GT(stories, 100U);
}

}  // namespace
}  // namespace florin::scenario
