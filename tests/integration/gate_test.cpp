/// One gate: whichever way a command comes in, the same roles pass.
#include <gtest/gtest.h>

#include "florin/host.hpp"

namespace florin {
namespace {

const TenantId tenant = *TenantId::parse("callloop");
const AccountId account = *AccountId::parse("acme");
const Actor owner{"owner", ""}, service{"service", ""}, staff{"staff", "ann"};

class OneGate : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Host::open({.config = FLORIN_CONFIG "/florin.yaml",
                              .data = "memory",
                              .virtual_from = *Instant::parse("2026-03-10T15:00Z")});
    ASSERT_TRUE(opened) << opened.error().message;
    host = std::make_unique<Host>(*std::move(opened));
    ASSERT_EQ(submit(service, OpenAccount{"US", {}, {}}), "done");
    ASSERT_EQ(submit(service, StartTrial{}), "done");
    ASSERT_EQ(submit(staff, AdjustCredits{*CreditAmount::parse("1000 message"), false, "for the test"}), "done");
  }
  static std::string code_of(const auto& answer) {
    if (!answer) return "error " + answer.error().code;
    return answer->refusal ? answer->refusal->code : "done";
  }
  std::string next_key() { return "k" + std::to_string(++keys); }
  std::string submit(const Actor& actor, Command command, std::string key = {}) {
    return code_of(host->submit(
        Request{tenant, account, actor, key.empty() ? next_key() : key, std::nullopt, std::move(command)}));
  }
  /// What a usage comes to on each way in; they must be one.
  std::string every_way(const Actor& actor, const UsageCommand& usage, const std::string& json) {
    const Command command = std::visit([](const auto& one) { return Command(one); }, usage);
    std::vector<std::string> answers = {submit(actor, command)};
    answers.push_back(code_of(host->submit_json(tenant, account, actor, next_key(), json)));
    answers.push_back(
        code_of(host->submit(std::vector{Request{tenant, account, actor, next_key(), std::nullopt, command}}).front()));
    host->submit(Request{tenant, account, actor, next_key(), std::nullopt, command},
                 [&](Result<Outcome> done) { answers.push_back(code_of(done)); });
    answers.push_back(code_of(host->take(UsageRequest{tenant, account, actor, next_key(), std::nullopt, usage})));
    host->take(std::vector{UsageRequest{tenant, account, actor, next_key(), std::nullopt, usage}},
               [&](std::vector<Result<Taken>> done) { answers.push_back(code_of(done.front())); });
    EXPECT_EQ(answers.size(), 6U);
    for (const std::string& answer : answers) EXPECT_EQ(answer, answers.front()) << actor.role << " " << json;
    return answers.front();
  }

  std::unique_ptr<Host> host;
  int keys = 0;
};

TEST_F(OneGate, UsageIsForWhoMayUseOnEveryWayIn) {
  const Use use{*MeterId::parse("sms"), *Quantity::parse("10 characters"), {}};
  const PlaceHold hold{use.meter, use.quantity, {}, {}};
  const CaptureHold capture{HoldId{999}, use.quantity, {}};
  const ReleaseHold release{HoldId{999}};
  const struct {
    UsageCommand command;
    const char *json, *of_who_may;
  } all[] = {
      {use, R"({"use": {"meter": "sms", "quantity": "10 characters"}})", "done"},
      {hold, R"({"place_hold": {"meter": "sms", "quantity": "10 characters"}})", "done"},
      {capture, R"({"capture_hold": {"hold": 999, "quantity": "10 characters"}})", "no_such_hold"},
      {release, R"({"release_hold": {"hold": 999}})", "no_such_hold"},
  };
  for (const auto& one : all) {
    for (const char* role : {"host", "processor"})
      EXPECT_EQ(every_way({role, ""}, one.command, one.json), "error not_permitted") << one.json;
    for (const Actor& actor : {owner, service, staff})
      EXPECT_EQ(every_way(actor, one.command, one.json), one.of_who_may);
    EXPECT_EQ(every_way({"member", ""}, one.command, one.json), one.of_who_may);
    for (const char* role : {"stranger", ""})
      EXPECT_EQ(every_way({role, ""}, one.command, one.json), "not_permitted") << one.json;
  }
}

TEST_F(OneGate, AReservedRoleIsRefusedOnEveryWayIn) {
  for (const char* role : {"host", "processor"}) {
    const Actor actor{role, ""};
    EXPECT_EQ(submit(actor, BuyCredits{*CreditAmount::parse("500 message"), {}}), "error not_permitted");
    EXPECT_EQ(submit(actor, RecordDispute{}), "error not_permitted");
    const auto quoted = host->quote(tenant, account, actor, Cancel{});
    EXPECT_EQ(quoted ? "quoted" : quoted.error().code, "not_permitted");
    const auto applied = host->apply(FLORIN_CONFIG "/tenants/salesmsg.yaml", actor);
    EXPECT_EQ(applied ? "applied" : applied.error().code, "not_permitted");
    const auto closed = host->close_month(tenant, "2026-03", actor);
    EXPECT_EQ(closed ? "closed" : closed.error().code, "not_permitted");
  }
}

TEST_F(OneGate, AUsedKeyGivesItsAnswerOnlyToWhoCouldHaveAsked) {
  const Command cancel = AdjustCredits{*CreditAmount::parse("5 message"), false, "a gift"};
  ASSERT_EQ(submit(staff, cancel, "gift"), "done");
  EXPECT_EQ(submit(staff, cancel, "gift"), "done");
  EXPECT_EQ(submit({"staff", "joe"}, cancel, "gift"), "done");
  EXPECT_EQ(submit(owner, cancel, "gift"), "error not_permitted");
  // Who was refused is refused the same way again.
  EXPECT_EQ(submit(owner, cancel, "mine"), "not_permitted");
  EXPECT_EQ(submit(owner, cancel, "mine"), "not_permitted");
  EXPECT_EQ(submit({"stranger", ""}, Cancel{}, "stranger"), "not_permitted");
  EXPECT_EQ(submit({"stranger", ""}, Cancel{}, "stranger"), "not_permitted");
  EXPECT_EQ(submit({"intruder", ""}, Cancel{}, "stranger"), "error not_permitted");
}

}  // namespace
}  // namespace florin
