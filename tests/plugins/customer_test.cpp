#include <gtest/gtest.h>

#include "folder.hpp"
#include "providers/exchange.hpp"
#include "transport/scripted/scripted.hpp"

// What a customer says reaches the processor's plugin, and what the provider names is kept: with examples/plugins/quay,
// in the host and in a process of its own.
namespace florin {
namespace {

const Instant start = *Instant::parse("2026-03-10T09:00Z");

class Customer : public testing::TestWithParam<Isolation> {
 protected:
  void SetUp() override {
    folder.with("quay");
    library.emplace(folder.open(GetParam()));
    auto made = library->processor("quay", {.tenant = "acme", .config_json = "{}"});
    if (!made && made.error().at(0).code == "cannot_isolate") GTEST_SKIP() << made.error().at(0).message;
    ASSERT_TRUE(made) << made.error().at(0).message;
    plugin.emplace(*std::move(made));
  }
  static Operation operation(OperationKind kind) {
    return {.kind = kind,
            .decided_at = start,
            .key = "k2",
            .payment_key = "k1",
            .amount = *Money::parse("49.00 EUR"),
            .method = "card",
            .ref = "tr_1",
            .answer = {{"code", "123456"}}};
  }
  static std::string value(const ScriptedProvider& provider, const char* name) {
    const auto filled = provider.filled(name);
    return filled ? *filled : std::string();
  }
  ProviderReport run(Operation of, std::vector<ScriptedAnswer> answers) {
    ScriptedProvider provider(std::move(answers));
    ProviderReport said;
    operate(*plugin, std::move(of), provider, &ScriptedProvider::secret, start,
            [&](ProviderReport its) { said = std::move(its); });
    EXPECT_TRUE(provider.problems(true).empty()) << provider.problems(true).front();
    code = value(provider, "${json:/code}");
    sequence = value(provider, "${json:/sequenceType}");
    return said;
  }

  test::Folder folder;
  std::optional<PluginLibrary> library;
  std::optional<ProcessorPlugin> plugin;
  std::string code, sequence;
};

const char* const paid = R"({"id": "tr_1", "status": "paid", "amount": {"value": "49.00", "currency": "EUR"},
  "mandateId": "mdt_1", "details": {"cardLabel": "visa", "cardNumber": "4242"}})";

TEST_P(Customer, AnswersAndTheProcessorHearsIt) {
  const ProviderReport said =
      run(operation(OperationKind::confirm), {{.method = "POST", .path = "/v2/payments/tr_1/confirm", .body = paid}});
  EXPECT_EQ(code, "123456");
  EXPECT_EQ(said.state, AttemptState::captured);
}

/// It may have acted: it is looked up under the payment's own key, and the code is not sent a second time.
TEST_P(Customer, AnswersOnceWhateverBecomesOfIt) {
  Operation again = operation(OperationKind::confirm);
  again.in_doubt = again.sent_before = true;
  const ProviderReport said = run(again, {{.method = "GET", .path = "/v2/payments/tr_1", .body = paid}});
  EXPECT_TRUE(said.looked_up);
  EXPECT_EQ(said.state, AttemptState::captured);
  EXPECT_EQ(run(operation(OperationKind::confirm),
                {{.method = "POST", .path = "/v2/payments/tr_1/confirm", .fault = AnswerFault::lost}})
                .state,
            AttemptState::unknown);
}

TEST_P(Customer, IsNotQuotedInWhatPeopleRead) {
  const ProviderReport said =
      run(operation(OperationKind::confirm), {{.method = "POST",
                                               .path = "/v2/payments/tr_1/confirm",
                                               .status = 422,
                                               .body = R"({"title": "no", "detail": "the code 123456 is wrong"})"}});
  EXPECT_EQ(said.text.find("123456"), std::string::npos) << said.text;
  EXPECT_EQ(said.state, AttemptState::declined);
}

TEST_P(Customer, LeavesAMethodBehindWithTheFirstPayment) {
  Operation charge = operation(OperationKind::charge);
  charge.may_keep = true;
  const ProviderReport said = run(charge, {{.method = "POST", .path = "/v2/payments", .status = 201, .body = paid}});
  EXPECT_EQ(sequence, "first");
  EXPECT_EQ(said.token, "mdt_1");
  EXPECT_EQ(said.brand, "visa");
  charge.may_keep = false;
  run(charge, {{.method = "POST", .path = "/v2/payments", .status = 201, .body = paid}});
  EXPECT_EQ(sequence, "oneoff");
}

TEST_P(Customer, IsNamedByAMessageThatComesAsAGet) {
  const auto heard =
      plugin->webhook({.body = {}, .headers = {}, .received_at = start, .method = "GET", .query = "x=1&id=tr%5F1"},
                      &ScriptedProvider::secret);
  ASSERT_TRUE(heard) << heard.error().message;
  ASSERT_EQ(heard->claims.size(), 1U);
  EXPECT_EQ(heard->claims.at(0).payment_ref, "tr_1");
  EXPECT_FALSE(heard->claims.at(0).proven);
  EXPECT_EQ(heard->answer.body, "OK tr_1");
  EXPECT_EQ(heard->answer.status, 200U);
}

INSTANTIATE_TEST_SUITE_P(In, Customer, testing::Values(Isolation::host, Isolation::process));

}  // namespace
}  // namespace florin
