#include <gtest/gtest.h>

#include "folder.hpp"

// A part of a grant that rolls over: with examples/plugins/half, with policies of before that cannot say it, and with
// those that say it wrongly.
namespace florin {
namespace {

Moment renewal(std::int64_t remaining, std::int64_t held = 0) {
  Grant grant;
  grant.id = {7};
  grant.type = *CreditType::parse("sms");
  grant.source = GrantSource::plan;
  grant.granted = {1'000};
  grant.remaining = {remaining};
  grant.held = {held};
  return {.kind = MomentKind::period_ended, .reason = PeriodEnd::renewal, .grants = {grant}};
}

class Part : public testing::TestWithParam<Isolation> {
 protected:
  /// What a policy makes of the moment: its only decision, or the error.
  Result<PolicyDecision> decided(const std::string& policy, const Moment& moment, const std::string& config = "{}") {
    test::Folder folder;
    folder.with(policy);
    const PluginLibrary library = folder.open(GetParam());
    const auto made = library.credit_policy(policy, {.tenant = "acme", .config_json = config});
    if (!made) return made.error().at(0);
    const auto answer = made->decide(moment);
    if (!answer) return answer.error();
    EXPECT_EQ(answer->decisions.size(), 1u);
    return answer->decisions.at(0);
  }
};

TEST_P(Part, OfWhatRemainsRollsWhatIsHeldIncluded) {
  const auto half = decided("half", renewal(701, 600), R"({"rolls_percent": "50"})");
  if (!half && half.error().code == "cannot_isolate") GTEST_SKIP() << half.error().message;
  ASSERT_TRUE(half) << half.error().message;
  EXPECT_EQ(half->kind, PolicyDecision::Kind::roll);
  EXPECT_EQ(half->grant.value, 7u);
  EXPECT_EQ(half->amount.units, 350);
  const auto none = decided("half", renewal(1), R"({"rolls_percent": "50"})");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->kind, PolicyDecision::Kind::expire);
}

TEST_P(Part, IsNothingThatAnOlderPolicySays) {
  for (const char* old : {"old_policy_0", "old_policy_1"}) {
    const auto whole = decided(old, renewal(701));
    if (!whole && whole.error().code == "cannot_isolate") GTEST_SKIP() << whole.error().message;
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->kind, PolicyDecision::Kind::roll) << old;
    EXPECT_TRUE(whole->amount.is_zero()) << old << " left something in `units`, and rolls all of it as it did";
  }
}

TEST_P(Part, IsBetweenOneAndWhatRemains) {
  for (const char* wrong : {"part_of_nothing", "part_of_more"}) {
    const auto part = decided(wrong, renewal(700));
    ASSERT_FALSE(part) << wrong;
    if (part.error().code == "cannot_isolate") GTEST_SKIP() << part.error().message;
    EXPECT_EQ(part.error().code, "bad_answer");
    EXPECT_NE(part.error().message.find("a part is between 1 and what remains"), std::string::npos)
        << part.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Part, testing::Values(Isolation::host, Isolation::process));

}  // namespace
}  // namespace florin
