#include <elf.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <thread>

#include "folder.hpp"

namespace florin {
namespace {

using test::Folder;

/// The code with which a plugin of this id is refused; empty when it is made.
std::string refusal(const PluginLibrary& library, const std::string& id) {
  const auto made = library.credit_policy(id, {.tenant = "acme", .config_json = "{}"});
  return made ? "" : made.error().at(0).code;
}

Moment with_one_grant() {
  Moment moment{.kind = MomentKind::period_ended, .reason = PeriodEnd::renewal};
  Grant grant{.id = {7}, .type = *CreditType::parse("sms")};
  grant.granted = grant.remaining = {100};
  moment.grants.push_back(grant);
  return moment;
}

TEST(Load, APluginInPlainCDecides) {
  Folder folder;
  const auto library = folder.with("good").open();
  const auto policy = library.credit_policy("good", {.tenant = "acme", .config_json = "{}"});
  ASSERT_TRUE(policy);
  const auto answer = policy->decide(with_one_grant());
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->decisions.size(), 1U);
  EXPECT_EQ(answer->decisions[0].kind, PolicyDecision::Kind::expire);
  EXPECT_EQ(answer->decisions[0].grant.value, 7U);
}

TEST(Load, RefusesWhatIsNoPluginByName) {
  Folder folder;
  folder.with("good")
      .with("other_abi")
      .with("newer_abi")
      .with("newer_code")
      .with("no_manifest")
      .with("no_entry")
      .with("bad_manifest");
  folder.with_bytes("text", "#!/bin/sh\n").with_bytes("empty", "");
  const auto library = folder.open();
  EXPECT_EQ(refusal(library, "good"), "");
  EXPECT_EQ(refusal(library, "text"), "not_a_plugin");
  EXPECT_EQ(refusal(library, "empty"), "not_a_plugin");
  EXPECT_EQ(refusal(library, "no_manifest"), "not_a_plugin");
  EXPECT_EQ(refusal(library, "no_entry"), "not_a_plugin");
  EXPECT_EQ(refusal(library, "other_abi"), "wrong_abi");
  EXPECT_EQ(refusal(library, "newer_abi"), "wrong_abi");
  EXPECT_EQ(refusal(library, "newer_code"), "wrong_abi");
  for (const char* newer : {"newer_abi", "newer_code"}) {
    const auto made = library.credit_policy(newer, {.tenant = "acme", .config_json = "{}"});
    EXPECT_NE(made.error()[0].message.find("newer than this host's 1.2: run a newer host"), std::string::npos)
        << made.error()[0].message;
  }
  EXPECT_EQ(refusal(library, "bad_manifest"), "bad_manifest");
  EXPECT_EQ(refusal(library, "absent"), "missing_plugin");
  EXPECT_FALSE(library.processor("good", {.tenant = "acme", .config_json = "{}"}));
  EXPECT_EQ(library.processor("good", {.tenant = "acme", .config_json = "{}"}).error()[0].code, "lacks_interface");
}

TEST(Load, RefusesAnotherMachineAndEveryCutOfTheFile) {
  const std::string good = test::bytes_of(std::string(FLORIN_FIXTURES) + "/good.so");
  std::string foreign = good;
  foreign[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_S390);
  EXPECT_EQ(manifest_section(foreign).error().code, "wrong_machine");
  foreign = good;
  foreign[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(manifest_section(foreign).error().code, "wrong_machine");
  for (std::size_t cut = 0; cut < good.size(); cut += 61)
    EXPECT_FALSE(manifest_section(std::string_view(good).substr(0, cut))) << cut;
}

TEST(Load, FollowsNoLink) {
  Folder folder;
  std::filesystem::create_symlink(std::string(FLORIN_FIXTURES) + "/good.so", folder.plugin("good"));
  EXPECT_EQ(refusal(folder.open(), "good"), "not_a_plugin");
}

TEST(Load, RefusesBothOfTwoPluginsWithOneId) {
  Folder folder;
  folder.with("good");
  std::filesystem::copy_file(folder.plugin("good"), folder.plugin("again"));
  const auto library = folder.open();
  EXPECT_EQ(refusal(library, "good"), "duplicate_plugin");
}

TEST(Load, HoldsEachFileToItsPin) {
  Folder folder;
  folder.with("good").with("many");
  const auto sha256 = folder.open().files()[0].sha256;
  auto places = folder.places();
  places.pins = {{"good", sha256}};
  auto library = *PluginLibrary::open(places);
  EXPECT_EQ(refusal(library, "good"), "");
  EXPECT_EQ(refusal(library, "many"), "unpinned");
  places.pins = {{"good", std::string(64, '0')}, {"many", sha256}};
  library = *PluginLibrary::open(places);
  EXPECT_EQ(refusal(library, "good"), "pin_mismatch");
}

TEST(Load, WhatWasCheckedIsWhatRuns) {
  Folder folder;
  folder.with("good");
  const auto library = folder.open();
  folder.with_bytes("good", "replaced after it was read");
  EXPECT_EQ(refusal(library, "good"), "");
}

TEST(Load, CopiesNeedAFolderOfOurOwn) {
  Folder folder;
  auto places = folder.places();
  std::filesystem::create_directory_symlink(folder.path / "plugins", places.copies);
  EXPECT_EQ(PluginLibrary::open(places).error().code, "unsafe_folder");
  places = folder.places();
  places.copies = folder.path / "other";
  places.folders = {folder.path / "nowhere"};
  EXPECT_EQ(PluginLibrary::open(places).error().code, "no_plugin_folder");
}

TEST(Call, NoAnswerAndNonsenseAreErrors) {
  const std::pair<const char*, const char*> cases[] = {{"silent", "plugin_failed"},     {"greedy", "plugin_failed"},
                                                       {"throws_out", "plugin_failed"}, {"empty_hands", "bad_answer"},
                                                       {"strange_grant", "bad_answer"}, {"strange_code", "bad_answer"},
                                                       {"two_words", "bad_answer"}};
  for (const auto& [name, code] : cases) {
    Folder folder;
    const auto library = folder.with(name).open();
    const auto policy = library.credit_policy(name, {.tenant = "acme", .config_json = "{}"});
    ASSERT_TRUE(policy) << name;
    const auto answer = policy->decide(with_one_grant());
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().code, code) << name << ": " << answer.error().message;
  }
}

TEST(Call, RoomGrowsUntilTheAnswerFits) {
  Folder folder;
  const auto library = folder.with("many").open();
  const auto policy = library.credit_policy("many", {.tenant = "acme", .config_json = "{}"});
  Moment moment;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Grant grant{.id = {i + 1}, .type = *CreditType::parse("sms")};
    grant.granted = grant.remaining = {100};
    moment.grants.push_back(grant);
  }
  const auto answer = policy->decide(moment);
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->decisions.size(), 5000U);
  EXPECT_EQ(answer->decisions[4999].grant.value, 5000U);
  EXPECT_EQ(answer->decisions[4999].rule, "many.5000");
  EXPECT_EQ(policy->decide({.plan = "throw"}).error().code, "plugin_failed");
}

TEST(Call, ManyThreadsGetTheSameAnswer) {
  const auto policy = test::shipped().credit_policy(
      "standard",
      {.tenant = "acme", .config_json = R"({"spend_order":["plan"],"grants":{"plan":{"ends":"end_of_cycle"}}})"});
  ASSERT_TRUE(policy);
  const Moment moment = with_one_grant();
  const auto once = policy->decide(moment);
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        const auto again = policy->decide(moment);
        same += again && again->decisions.size() == 1 && again->decisions[0].rule == once->decisions[0].rule &&
                again->decisions[0].kind == once->decisions[0].kind;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(same, 4000);
}

}  // namespace
}  // namespace florin
