/// Who may ask for what: every command in every role, by the one table.
#include <gtest/gtest.h>

#include <boost/mp11.hpp>
#include <set>

#include "domain/catalog/command_rule.hpp"
#include "domain/catalog/permission.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

World on_growth() {
  World world(call_loop(), {.rolls_over = true});
  world.to("2026-03-10T09:00Z").card("captured");
  world.does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  return world;
}

std::vector<AnyCommand> all_commands() {
  std::vector<AnyCommand> all;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, AnyCommand::Kinds>>(
      [&]<class Kind>(boost::mp11::mp_identity<Kind>) { all.emplace_back(Kind{}); });
  for (AnyCommand& command : all)
    if (auto* applies = std::get_if<ApplyCatalog>(&command)) *applies = {2, "text", 0};  // the next version
  return all;
}

/// Of a tenant: asked of no account.
bool of_tenant(const AnyCommand& command) {
  const std::set<std::string_view> names = {
      "stop_charges", "lift_charges",  "set_document_numbers", "close_discrepancy",
      "close_month",  "apply_catalog", "dismiss_bank_receipt", "issue_key",
      "roll_key",     "revoke_key"};
  return names.contains(rule_of(command).command);
}

std::string answer(const AnyCommand& command, const std::string& role) {
  World world = on_growth();
  if (!of_tenant(command)) return world.tries(command, role);
  const auto decision =
      decide(Account(), world.tenant, {role, ""}, "key", command, {world.now, world.catalogs, {}, nullptr});
  return decision.refusal ? decision.refusal->code : "done";
}

TEST(Permission, EachCommandIsForTheRolesOfItsRow) {
  for (const AnyCommand& command : all_commands()) {
    const CommandRule& rule = rule_of(command);
    if (rule.who == Who::host || rule.decides_itself) continue;
    const bool for_staff = rule.who == Who::staff;
    EXPECT_NE(answer(command, "staff"), "not_permitted") << rule.command;
    EXPECT_EQ(answer(command, "service") == "not_permitted", for_staff) << rule.command;
    EXPECT_EQ(answer(command, "owner") == "not_permitted", for_staff) << rule.command;
    for (const char* role : {"member", "stranger", "", "host", "processor"}) {
      if (rule.also_provider && std::string_view(role) == "processor") continue;
      if (of_tenant(command) && std::string_view(role) == "host") continue;
      EXPECT_EQ(answer(command, role), "not_permitted") << rule.command << " as " << role;
    }
  }
}

TEST(Permission, WhatDecidesItselfAsksForItsAction) {
  const std::vector<AnyCommand> commands = {
      Use{meter("sms"), quantity("1 character"), {}},
      UseTogether{{Use{meter("sms"), quantity("1 character"), {}}}},
      Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}},
      ChangePlan{plan("scale"), {}, {}, {}, {}},
      SetLicences{2},
      SetAddOn{AddOnId::trusted("number"), 1},
      CaptureHold{HoldId{1}, quantity("1 character"), {}},
      ReleaseHold{HoldId{1}},
      Transfer{AccountId::trusted("other"), {}, true, 0, {}, "moved"},
  };
  for (const AnyCommand& command : commands)
    for (const char* role : {"member", "stranger", "", "host", "processor"})
      EXPECT_EQ(answer(command, role), "not_permitted") << rule_of(command).command << " as " << role;
  EXPECT_EQ(answer(commands.front(), "owner"), "done");
  EXPECT_EQ(answer(commands.front(), "service"), "done");
}

TEST(Permission, LicencesNeedTheirActionInACheckoutToo) {
  Catalog catalog = kaspr();
  catalog.gates = {{.actions = {"set_licences"},
                    .applies_if = {},
                    .needs = {{"actor", {"staff"}}},
                    .refuse = false,
                    .says = "Ask us.",
                    .at = {}}};
  World world(catalog, {});
  world.to("2026-03-10T09:00Z").card("captured");
  const auto subscribe = [&](std::optional<std::int32_t> licences) {
    return world.tries(Subscribe{plan("starter"), "monthly", licences, {}, {}, false, {}});
  };
  EXPECT_EQ(subscribe(5), "gate_closed");
  EXPECT_EQ(subscribe(1), "done");
  ChangePlan more;
  more.licences = 5;
  EXPECT_EQ(world.tries(more), "gate_closed");
}

TEST(Permission, AHoldIsPlacedCapturedAndReleasedByWhoMayUse) {
  World world = on_growth();
  const PlaceHold hold{meter("sms"), quantity("160 characters"), {}, {}};
  const Quantity one = hold.quantity;
  EXPECT_EQ(world.tries(hold, "member"), "not_permitted");
  ASSERT_EQ(world.tries(hold, "service"), "done");
  EXPECT_EQ(world.tries(CaptureHold{HoldId{1}, one, {}}, "member"), "not_permitted");
  EXPECT_EQ(world.tries(ReleaseHold{HoldId{1}}, "member"), "not_permitted");
  ASSERT_EQ(world.account.holds.size(), 1U);
  EXPECT_EQ(world.tries(ReleaseHold{HoldId{1}}, "service"), "done");
}

TEST(Permission, OnlyTheHostAsksForItsOwnCommands) {
  for (const AnyCommand& command : all_commands()) {
    const CommandRule& rule = rule_of(command);
    for (const char* role : {"owner", "member", "staff", "service", ""})
      EXPECT_EQ(kept_out(Way::outside, {role, "x"}, command).has_value(), rule.who == Who::host)
          << rule.command << " as " << role;
    for (const char* role : {"host", "processor"})
      EXPECT_TRUE(kept_out(Way::outside, {role, ""}, command)) << rule.command << " as " << role;
    EXPECT_EQ(kept_out(Way::provider, {"processor", "stripe"}, command).has_value(), !rule.also_provider)
        << rule.command;
    EXPECT_TRUE(kept_out(Way::provider, {"staff", ""}, command)) << rule.command;
    EXPECT_FALSE(kept_out(Way::host, {"host", ""}, command)) << rule.command;
    EXPECT_TRUE(kept_out(Way::host, {"staff", ""}, command)) << rule.command;
    EXPECT_EQ(rule.scope == Scope::nobody, rule.who == Who::host) << rule.command;
  }
}

TEST(Permission, AScopeGoesWithEachCommand) {
  EXPECT_EQ(scope_of(Command(Use{})), Scope::usage);
  EXPECT_EQ(scope_of(Command(BuyCredits{})), Scope::write);
  EXPECT_EQ(scope_of(Command(RefundOrder{})), Scope::money);
  EXPECT_EQ(rule_of("erase_personal_data")->scope, Scope::personal_data);
  EXPECT_EQ(rule_of("no_such_command"), nullptr);
  EXPECT_EQ(word_of(Scope::act_as), "act_as");
}

/// KA-05: whoever opened the account is in no list.
TEST(Permission, TheFirstMemberLocksNeitherOwnerNorBackendOut) {
  World world = on_growth();
  ASSERT_EQ(world.tries(InviteMember{MemberId::trusted("ben"), "member"}), "done");
  ASSERT_EQ(world.tries(AcceptInvitation{MemberId::trusted("ben")}), "done");
  const AnyCommand usage = Use{meter("sms"), quantity("1 character"), {}};
  EXPECT_EQ(world.tries(usage, "owner"), "done");
  EXPECT_EQ(world.tries(usage, "service"), "done");
  EXPECT_EQ(world.tries(Cancel{}, "staff"), "done");
  EXPECT_EQ(world.tries(usage, "admin"), "not_permitted");
  // Once an owner is listed, the books say who that is.
  ASSERT_EQ(world.tries(InviteMember{MemberId::trusted("ann"), "owner"}), "done");
  EXPECT_EQ(world.tries(usage, "owner"), "done");
  ASSERT_EQ(world.tries(AcceptInvitation{MemberId::trusted("ann")}), "done");
  EXPECT_EQ(world.tries(usage, "owner"), "not_permitted");
  EXPECT_EQ(world.tries(usage, "service"), "done");
}

}  // namespace
}  // namespace florin::test
