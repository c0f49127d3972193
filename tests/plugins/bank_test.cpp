#include <gtest/gtest.h>

#include <set>

#include "folder.hpp"
#include "plugins/processor.hpp"

/// The plugin alone: what it tells the customer, and that its references can be told apart.
namespace florin {
namespace {

const ProcessorPlugin& bank() {
  static const ProcessorPlugin plugin = *test::shipped().processor(
      "bank", {.tenant = "exotel",
               .config_json = R"({"holder": "Example", "account": "50200012345678", "statement": "camt.053"})"});
  return plugin;
}

ProviderReport sent(const std::string& key, OperationKind kind = OperationKind::charge) {
  const Operation operation{.kind = kind,
                            .decided_at = *Instant::parse("2026-03-10T09:00Z"),
                            .key = key,
                            .payment_key = key,
                            .amount = *Money::parse("1180.00 INR"),
                            .method = "wire",
                            .started_at = *Instant::parse("2026-03-10T09:00Z")};
  return *bank().step(operation, {})->done;
}

TEST(Bank, SendsAReferenceAndAsksNobody) {
  const ProviderReport said = sent("key00000000000000000000k1");
  EXPECT_EQ(said.state, AttemptState::needs_action);
  EXPECT_EQ(said.ref.size(), 11U);
  EXPECT_NE(said.action.find(said.ref), std::string::npos);
  EXPECT_NE(said.action.find("50200012345678"), std::string::npos);
  EXPECT_EQ(sent("key00000000000000000000k1", OperationKind::status).ref, said.ref);
  EXPECT_EQ(said.ref.find_first_of("01OIL"), std::string::npos);
}

TEST(Bank, EveryKeyHasAReferenceOfItsOwn) {
  const std::string digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::set<std::string> all;
  std::uint64_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    std::string key;
    for (int n = 0; n < 25; ++n) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      key += digits[(state >> 33U) % digits.size()];
    }
    all.insert(sent(key).ref);
  }
  EXPECT_EQ(all.size(), 20000U);
}

TEST(Bank, TheLastCharacterTellsAWrongOneAndTwoExchanged) {
  const std::string alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
  const auto checks = [&](const std::string& reference) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += (i + 2) * alphabet.find(reference[i]);
    return alphabet[sum % alphabet.size()] == reference[10];
  };
  const std::string good = sent("0a1b2c3d4e5f6g7h8i9j0k1l2").ref;
  ASSERT_TRUE(checks(good));
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char other : alphabet) {
      std::string wrong = good;
      wrong[i] = other;
      EXPECT_EQ(checks(wrong), other == good[i]) << wrong;
    }
  for (std::size_t i = 0; i + 2 < good.size(); ++i) {
    std::string wrong = good;
    std::swap(wrong[i], wrong[i + 1]);
    EXPECT_EQ(checks(wrong), wrong == good) << wrong;
  }
}

TEST(Bank, ItsYamlSaysTheAccountAndHowStatementsCome) {
  const auto bad = [](const char* config) {
    return !test::shipped().processor("bank", {.tenant = "exotel", .config_json = config});
  };
  EXPECT_TRUE(bad(R"({"account": "50200012345678", "statement": "camt.053"})"));
  EXPECT_TRUE(bad(R"({"holder": "E", "account": "1 2", "statement": "camt.053"})"));
  EXPECT_TRUE(bad(R"({"holder": "E", "account": "50200012345678", "statement": "mt941"})"));
  EXPECT_TRUE(bad(R"({"holder": "E", "account": "50200012345678", "statement": {"csv": {"dated": "D"}}})"));
  EXPECT_FALSE(bad(
      R"({"holder": "E", "account": "50200012345678", "statement": {"csv": {"dated": "D", "amount": "A", "text": ["T"]}}})"));
}

}  // namespace
}  // namespace florin
