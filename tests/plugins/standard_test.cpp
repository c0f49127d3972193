#include <gtest/gtest.h>

#include <map>

#include "folder.hpp"

namespace florin {
namespace {

using Kind = PolicyDecision::Kind;

const std::string usual = R"({
  "spend_order": ["trial", "rollover", "plan", ["purchase", "recharge"], "correction"],
  "grants": {
    "trial": {"ends": "end_of_trial"}, "plan": {"ends": "end_of_cycle"},
    "rollover": {"from": ["plan"], "at": ["renewal", "upgrade"], "ends": "30 days", "again": "false"},
    "purchase": {"ends": "12 months"}, "recharge": {"ends": "end_of_cycle"}, "correction": {"ends": "never"}}})";

std::string with(std::string config, const std::string& what, const std::string& instead) {
  return config.replace(config.find(what), what.size(), instead);
}

CreditPolicy policy(const std::string& config) {
  return *test::shipped().credit_policy("standard", {.tenant = "acme", .config_json = config});
}

/// JSON pointer to message of what is wrong with a config.
std::map<std::string, std::string> problems(const std::string& config) {
  std::map<std::string, std::string> all;
  const auto made = test::shipped().credit_policy("standard", {.tenant = "acme", .config_json = config});
  if (!made)
    for (const Error& error : made.error()) all[error.at.path] = error.message;
  return all;
}

Grant grant(std::uint32_t id, GrantSource source, std::int64_t remaining = 100, std::int64_t held = 0) {
  Grant made;
  made.id = {id};
  made.type = *CreditType::parse("sms");
  made.source = source;
  made.granted = made.remaining = {remaining};
  made.held = {held};
  return made;
}

Moment ended(PeriodEnd reason) {
  return {.kind = MomentKind::period_ended,
          .reason = reason,
          .grants = {grant(1, GrantSource::rollover), grant(2, GrantSource::plan), grant(3, GrantSource::purchase),
                     grant(4, GrantSource::recharge), grant(5, GrantSource::plan, 0),
                     grant(6, GrantSource::plan, 50, 50), grant(7, GrantSource::correction)}};
}

/// What becomes of each grant: `2 roll grants.rollover`.
std::vector<std::string> told(const CreditPolicy& policy, const Moment& moment) {
  static const char* const words[] = {"issue", "roll", "expire", "forfeit", "move_end"};
  std::vector<std::string> all;
  const auto answer = policy.decide(moment);
  for (const PolicyDecision& decision : answer->decisions)
    all.push_back(std::to_string(decision.grant.value) + " " + words[static_cast<int>(decision.kind)] + " " +
                  decision.rule);
  return all;
}
using Told = std::vector<std::string>;

TEST(Standard, IssuesEachSourceWithItsPlaceAndEnd) {
  const auto standard = policy(usual);
  const struct {
    MomentKind kind;
    GrantSource source;
    int priority;
    GrantEnd::Kind end;
    const char* rule;
  } table[] = {
      {MomentKind::trial_started, GrantSource::trial, 0, GrantEnd::Kind::with_period, "grants.trial"},
      {MomentKind::period_paid, GrantSource::plan, 2, GrantEnd::Kind::with_period, "grants.plan"},
      {MomentKind::change_paid, GrantSource::plan, 2, GrantEnd::Kind::with_period, "grants.plan"},
      {MomentKind::purchased, GrantSource::purchase, 3, GrantEnd::Kind::after, "grants.purchase"},
      {MomentKind::recharged, GrantSource::recharge, 3, GrantEnd::Kind::with_period, "grants.recharge"},
      {MomentKind::corrected, GrantSource::correction, 4, GrantEnd::Kind::never, "grants.correction"},
  };
  for (const auto& row : table) {
    const auto answer = standard.decide({.kind = row.kind, .includes = {{*CreditType::parse("sms"), {500}}}});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->decisions.size(), 1U) << row.rule;
    const PolicyDecision& issue = answer->decisions[0];
    EXPECT_EQ(issue.kind, Kind::issue);
    EXPECT_EQ(issue.amount.units, 500);
    EXPECT_EQ(issue.source, row.source) << row.rule;
    EXPECT_EQ(issue.priority, row.priority) << row.rule;
    EXPECT_EQ(issue.end.kind, row.end) << row.rule;
    EXPECT_EQ(issue.rule, row.rule);
  }
  const auto bought = standard.decide({.kind = MomentKind::purchased, .includes = {{*CreditType::parse("sms"), {1}}}});
  EXPECT_EQ(bought->decisions[0].end.after, (Span{Span::Unit::months, 12}));
}

TEST(Standard, RefusesASourceWithoutAnEntry) {
  const auto answer = policy(usual).decide({.kind = MomentKind::addon_paid});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refused_rule, "grants.addon");
  EXPECT_TRUE(answer->decisions.empty());
}

TEST(Standard, EndsTheTrialsCredits) {
  const Moment moment{.kind = MomentKind::trial_ended,
                      .grants = {grant(1, GrantSource::trial), grant(2, GrantSource::purchase)}};
  EXPECT_EQ(told(policy(usual), moment), (Told{"1 expire grants.trial"}));
}

TEST(Standard, RollsUnusedPlanCreditsOverAndOnlyOnce) {
  const Told renewed = {"2 roll grants.rollover", "4 expire grants.recharge", "6 roll grants.rollover"};
  EXPECT_EQ(told(policy(usual), ended(PeriodEnd::renewal)), renewed);
  EXPECT_EQ(told(policy(usual), ended(PeriodEnd::upgrade)), renewed);
  const auto answer = policy(usual).decide(ended(PeriodEnd::renewal));
  EXPECT_EQ(answer->decisions[0].source, GrantSource::rollover);
  EXPECT_EQ(answer->decisions[0].priority, 1);
  EXPECT_EQ(answer->decisions[0].end.after, (Span{Span::Unit::days, 30}));
}

TEST(Standard, RollsAgainWhenTold) {
  EXPECT_EQ(
      told(policy(with(usual, R"("again": "false")", R"("again": "true")")), ended(PeriodEnd::renewal)),
      (Told{"1 roll grants.rollover", "2 roll grants.rollover", "4 expire grants.recharge", "6 roll grants.rollover"}));
}

TEST(Standard, ExpiresWhereNothingRollsAndForfeitsOnTheWayDown) {
  EXPECT_EQ(told(policy(usual), ended(PeriodEnd::cycle_change)),
            (Told{"2 expire grants.plan", "4 expire grants.recharge", "6 expire grants.plan"}));
  EXPECT_EQ(told(policy(usual), ended(PeriodEnd::downgrade)),
            (Told{"2 forfeit grants.plan", "4 forfeit grants.recharge", "6 forfeit grants.plan"}));
}

TEST(Standard, LeavesToTheHostWhatACancellationMakesOfCreditsThatDoNotEndWithTheCycle) {
  EXPECT_EQ(told(policy(usual), ended(PeriodEnd::cancel)),
            (Told{"2 forfeit grants.plan", "4 forfeit grants.recharge", "6 forfeit grants.plan"}));
}

TEST(Standard, SaysWhatIsWrongAndWhatWouldBeRight) {
  EXPECT_TRUE(problems(usual).empty());
  auto found = problems(with(usual, R"("spend_order")", R"("spend_ordr")"));
  EXPECT_NE(found["/spend_ordr"].find("did you mean 'spend_order'"), std::string::npos);
  EXPECT_TRUE(found.contains("/spend_order"));
  found = problems(with(usual, R"(["purchase", "recharge"])", R"(["purchase", "recharg"])"));
  EXPECT_NE(found["/spend_order/3/1"].find("did you mean 'recharge'"), std::string::npos);
  EXPECT_NE(found["/spend_order"].find("'recharge' has an entry"), std::string::npos);
  found = problems(with(usual, R"("trial", "rollover")", R"("trial", "addon", "trial", "rollover")"));
  EXPECT_NE(found["/spend_order/1"].find("no entry in grants"), std::string::npos);
  EXPECT_NE(found["/spend_order/2"].find("twice"), std::string::npos);
  found = problems(with(usual, "12 months", "12 moons"));
  EXPECT_TRUE(found.contains("/grants/purchase/ends"));
  found = problems(with(usual, R"("ends": "30 days")", R"("ends": "end_of_cycle")"));
  EXPECT_TRUE(found.contains("/grants/rollover/ends"));
  found = problems(with(usual, R"(["renewal", "upgrade"])", R"(["renewl"])"));
  EXPECT_NE(found["/grants/rollover/at/0"].find("'renewal'"), std::string::npos);
  found = problems("{}");
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(problems("not json").size(), 2U);
}

}  // namespace
}  // namespace florin
