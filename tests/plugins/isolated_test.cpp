#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "../sanitized.hpp"
#include "folder.hpp"
#include "plugins/isolated/flat.hpp"

// How isolated plugins are held: the same answers, faults, quarantine, an end. The ways to be wrong are in
// zoo_test.cpp.
namespace florin {
namespace {

using test::Folder;

std::string setup_of(const std::string& way) { return R"({"way": ")" + way + R"("})"; }

class Isolated : public testing::Test {
 protected:
  /// Where a kernel or a container forbids containment there is nothing to try, and plugins of others are refused.
  void SetUp() override {
    if (test::sanitized) GTEST_SKIP() << test::no_isolation;
    Folder own;
    own.with("zoo");
    const auto made = PluginLibrary::open(own.places())->credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
    if (!made && made.error().at(0).code == "cannot_isolate") GTEST_SKIP() << made.error().at(0).message;
  }
  PluginLibrary open(const std::string& file) {
    folder.with(file);
    PluginPlaces places = folder.places();
    places.alarm = [this](const std::string& line) { alarms.push_back(line); };
    places.limits = limits;
    return *PluginLibrary::open(places);
  }
  static std::string told(const CreditPolicy& policy) {
    const auto answer = policy.decide({.at = {1}});
    return answer ? std::string() : answer.error().message;
  }

  Folder folder;
  isolated::Limits limits;
  std::vector<std::string> alarms;
};

TEST_F(Isolated, TheShippedOnesAnswerAsInTheHost) {
  PluginPlaces places{.folders = {FLORIN_SHIPPED}, .copies = folder.path / "copies", .pins = {}};
  places.isolation = Isolation::process;
  const auto apart = *PluginLibrary::open(places);
  const PluginSetup setup{
      .tenant = "acme",
      .config_json =
          R"({"spend_order":["rollover","plan"],"grants":{"plan":{"ends":"end_of_cycle"},"rollover":{"from":"plan","at":"renewal","ends":"30 days"}}})"};
  const auto here = test::shipped().credit_policy("standard", setup), there = apart.credit_policy("standard", setup);
  ASSERT_TRUE(here);
  ASSERT_TRUE(there) << there.error()[0].message;
  Moment moment{
      .kind = MomentKind::period_ended, .reason = PeriodEnd::renewal, .at = *Instant::parse("2026-03-10T09:00Z")};
  for (std::uint32_t i = 1; i < 200; ++i) {
    Grant grant{.id = {i}, .type = *CreditType::parse("sms")};
    grant.granted = grant.remaining = {100 + i};
    moment.grants.push_back(grant);
    const auto a = here->decide(moment), b = there->decide(moment);
    ASSERT_TRUE(a && b);
    ASSERT_EQ(a->decisions.size(), b->decisions.size());
    for (std::size_t k = 0; k < a->decisions.size(); ++k) {
      EXPECT_EQ(a->decisions[k].kind, b->decisions[k].kind);
      EXPECT_EQ(a->decisions[k].grant, b->decisions[k].grant);
      EXPECT_EQ(a->decisions[k].rule, b->decisions[k].rule);
      EXPECT_EQ(a->decisions[k].end.after.count, b->decisions[k].end.after.count);
    }
  }
  const auto wrong = apart.credit_policy("standard", {.tenant = "acme", .config_json = R"({"grnts": {}})"});
  ASSERT_FALSE(wrong);
  const auto wrong_here =
      test::shipped().credit_policy("standard", {.tenant = "acme", .config_json = R"({"grnts": {}})"});
  EXPECT_EQ(wrong.error(), wrong_here.error()) << "problems come with their place";
}

TEST_F(Isolated, OneProcessAPluginAndTenant) {
  const auto library = open("zoo");
  const auto a = library.credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
  const auto b = library.tax("zoo", {.tenant = "acme", .config_json = "{}"});
  const auto c = library.credit_policy("zoo", {.tenant = "other", .config_json = "{}"});
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(told(*a), "");
  EXPECT_EQ(told(*c), "");
  const auto figures = library.figures();
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].tenant, "acme");
  EXPECT_EQ(figures[0].starts, 1U);
  EXPECT_TRUE(figures[0].running);
}

TEST_F(Isolated, AFaultOfOneInstanceIsMadeGoodByTheNextQuestion) {
  const auto library = open("zoo");
  const auto good = library.credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
  const auto bad = library.credit_policy("zoo", {.tenant = "acme", .config_json = setup_of("abort")});
  EXPECT_EQ(told(*good), "");
  EXPECT_EQ(told(*bad), "plugin 'zoo' was ended by SIGABRT in decide");
  EXPECT_EQ(told(*good), "") << "it is made again in a new process";
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(
      alarms[0],
      "plugin_fault: plugin 'zoo' 0.6.6 of tenant 'acme': was ended by SIGABRT in decide; fault 1 of 5 in 10 minutes");
}

TEST_F(Isolated, FiveFaultsAreQuarantineAndOneAnswerIsRelease) {
  limits.quarantine = {2'000'000};
  limits.window = {60'000'000};
  const auto library = open("zoo");
  const auto good = library.credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
  const auto bad = library.credit_policy("zoo", {.tenant = "acme", .config_json = setup_of("abort")});
  for (int i = 0; i < 5; ++i) EXPECT_NE(told(*bad).find("SIGABRT"), std::string::npos);
  EXPECT_EQ(told(*good),
            "plugin 'zoo' is quarantined after 5 faults and is not asked; the last: it was ended by "
            "SIGABRT in decide");
  EXPECT_TRUE(library.figures()[0].quarantined);
  const std::size_t before = alarms.size();
  ASSERT_EQ(before, 6U);
  EXPECT_TRUE(alarms[5].starts_with("plugin_quarantined: plugin 'zoo' 0.6.6 of tenant 'acme'")) << alarms[5];
  // Its time is over at some point; then a question decides.
  std::string said;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  do said = told(*good);
  while (!said.empty() && std::chrono::steady_clock::now() < until);
  EXPECT_EQ(said, "");
  ASSERT_EQ(alarms.size(), before + 1);
  EXPECT_TRUE(alarms.back().starts_with("plugin_released: ")) << alarms.back();
  EXPECT_FALSE(library.figures()[0].quarantined);
}

TEST_F(Isolated, WhatShipsRunsInTheHostAndNothingElseDoes) {
  const auto library = open("zoo");
  const auto host = library.credit_policy("zoo", {.tenant = "acme", .config_json = "{}", .isolation = "host"});
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error()[0].code, "isolation_needed");
  EXPECT_EQ(host.error()[0].at.path, "/isolation");
  const auto word = library.credit_policy("zoo", {.tenant = "acme", .config_json = "{}", .isolation = "proces"});
  ASSERT_FALSE(word);
  EXPECT_EQ(word.error()[0].code, "bad_isolation");
  for (const PluginFile& file : test::shipped().files()) EXPECT_TRUE(file.shipped) << file.path;
  EXPECT_FALSE(library.files()[0].shipped);
}

TEST_F(Isolated, AMachineThatCannotContainItRefusesByName) {
  folder.with("zoo");
  PluginPlaces places = folder.places();
  places.runner = "/nowhere/florin-plugin-runner";
  const auto made = PluginLibrary::open(places)->credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error()[0].code, "cannot_isolate");
  EXPECT_NE(made.error()[0].message.find("/nowhere/florin-plugin-runner cannot be started: No such file"),
            std::string::npos);
  places.runner = "/bin/true";  // ends before it says that it is contained, as one does whom a filter kills
  const auto ended = PluginLibrary::open(places)->credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error()[0].code, "cannot_isolate");
  EXPECT_NE(ended.error()[0].message.find("SystemCallFilter=landlock_create_ruleset"), std::string::npos);
}

TEST(Flat, BytesThatCannotBeAreNoAnswer) {
  std::vector<char> bytes;
  florin_decisions answer{};
  answer.size = sizeof answer;
  std::vector<florin_decision> all(3);
  all[0].rule = {"a rule", 6};
  answer.decisions = {all.data(), 3, sizeof(florin_decision)};
  answer.text = {"text", 4};
  flat::Packer(bytes).root(answer);
  const auto read = [](std::vector<char> copy) {
    flat::Unpacker unpacker(copy.data(), copy.size(), 0);
    const auto* root = unpacker.root<florin_decisions>();
    return root == nullptr ? -1 : static_cast<int>(root->decisions.count);
  };
  EXPECT_EQ(read(bytes), 3);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 16)
    EXPECT_EQ(read({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)}), -1) << cut;
  // Whatever stands in a place of eight bytes, nothing outside of the message is read: run with AddressSanitizer it
  // would be seen.
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8)
    for (const std::uint64_t wild : {std::uint64_t{16}, std::uint64_t{bytes.size()}, std::uint64_t{1} << 40, UINT64_MAX,
                                     std::uint64_t{0xffffffff00000001}}) {
      std::vector<char> other = bytes;
      std::memcpy(other.data() + at, &wild, sizeof wild);
      (void)read(std::move(other));
    }
}

}  // namespace
}  // namespace florin
