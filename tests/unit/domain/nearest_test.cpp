/// A misspelt name is answered with the one that was probably meant, whatever kind of thing it names.
#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

struct Row {
  AnyCommand command;
  std::string meant;  ///< stands in the refusal's sentence
  std::string role = "staff";
};

/// Each command is refused, and its sentence names the word.
void expect_meant(World& world, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string code = world.tries(row.command, row.role);
    EXPECT_NE(code, "done") << row.meant;
    const auto& refusal = world.entries.back().refusal;
    ASSERT_TRUE(refusal) << row.meant;
    EXPECT_NE(refusal->text.find("'" + row.meant + "'"), std::string::npos) << refusal->code << ": " << refusal->text;
    EXPECT_NE(refusal->text.find("id you mean"), std::string::npos) << refusal->code << ": " << refusal->text;
  }
}

Subscribe to(std::string_view id, std::string cycle) { return {plan(id), std::move(cycle), {}, {}, {}, false, {}}; }

TEST(Nearest, PlansCyclesMetersPropertiesAndRoles) {
  Catalog catalog = call_loop();
  catalog.properties = {
      {.name = "outcome", .of = {"delivered", "failed"}, .any_case = false, .left_out = {}, .at = {}}};
  World world(catalog, {});
  world.card("captured").does(to("growth", "monthly"));
  expect_meant(world, {{ChangePlan{plan("grwoth"), {}, {}, {}, {}}, "growth"},
                       {ChangePlan{plan("starter"), "anual", {}, {}, {}}, "annual"},
                       {Use{meter("smss"), quantity("160 characters"), {}}, "sms"},
                       {Use{meter("ringless"), quantity("1 drop"), {{"outcom", "delivered"}}}, "outcome"},
                       {Use{meter("ringless"), quantity("1 drop"), {{"outcome", "deliverd"}}}, "delivered"},
                       {Cancel{}, "owner", "ownr"},
                       {AdjustCredits{amount("5 mesage"), false, "because"}, "message"},
                       {AddPaymentMethod{*MethodId::parse("crad"), "primary", {}, "captured", "visa", ""}, "card"},
                       {AddPaymentMethod{*MethodId::parse("card"), "primry", {}, "captured", "visa", ""}, "primary"},
                       {SetCustomPlan{.plan = plan("growt"),
                                      .rank = {},
                                      .cycles = {},
                                      .credit_price = {},
                                      .first_credits = {},
                                      .monthly_minimum = {},
                                      .meters = {},
                                      .agreement = {}},
                        "growth"},
                       {InviteMember{*MemberId::parse("ann"), "membr"}, "member"}});
}

TEST(Nearest, AddOnsApprovalsEntitlementsAndReasons) {
  Catalog catalog = kaspr();
  catalog.approvals = {"kyc"};
  catalog.review = ReviewRule{.reasons = {"duplicate_charge"},
                              .asked_within = {Span::Unit::days, 7},
                              .answered_within = 2,
                              .duplicates_within = hours(24),
                              .at = {}};
  const std::string extra = catalog.add_ons.front().id.text();
  Entitlement numbers;
  numbers.id = *EntitlementId::parse("numbers");
  numbers.kind = Entitlement::Kind::count;
  for (const Plan& one : catalog.plans) numbers.columns.push_back({one.id.text(), "5", {}});
  catalog.entitlements = {numbers};
  World world(catalog, {});
  Subscribe begin = to(catalog.plans.front().id.text(), "monthly");
  begin.licences = 1;
  world.card("captured").does(begin);
  expect_meant(world, {{SetAddOn{*AddOnId::parse(extra + "x"), 1, {}}, extra},
                       {SetApproval{"kcy", "approved"}, "kyc"},
                       {OccupyItem{*EntitlementId::parse("numbrs"), "n1"}, "numbers"},
                       {SetEntitlement{*EntitlementId::parse("numberss"), "5"}, "numbers"},
                       {RequestReview{{1}, "duplicate_charg", ""}, "duplicate_charge"}});
}

}  // namespace
}  // namespace florin::test
