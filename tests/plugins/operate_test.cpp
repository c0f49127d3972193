#include "providers/exchange.hpp"

#include <gtest/gtest.h>

#include "folder.hpp"
#include "transport/sandbox/provider.hpp"

namespace florin {
namespace {

const Instant start = *Instant::parse("2026-03-10T09:00Z");
const std::string api_key = "sk_sandbox_1", webhook_secret = "whsec_1";

std::vector<std::string> secrets(std::string_view name) {
  if (name == "sandbox.api_key" || name == "odd.key") return {api_key};
  if (name == "sandbox.webhook" || name == "odd.private") return {"whsec_next", webhook_secret};
  return {};
}

/// These transports answer before they return, and so does this.
ProviderReport operated(const ProcessorPlugin& plugin, const Operation& operation, Transport& transport,
                        const Secrets& with, Instant now) {
  ProviderReport said;
  int times = 0;
  operate(plugin, operation, transport, with, now, [&](ProviderReport its) {
    said = std::move(its);
    ++times;
  });
  EXPECT_EQ(times, 1);
  return said;
}

Operation charge(const std::string& token, const std::string& key = "k1") {
  return {.kind = OperationKind::charge,
          .off_session = true,
          .decided_at = start,
          .key = key,
          .payment_key = key,
          .amount = *Money::parse("49.00 USD"),
          .method = "card",
          .method_ref = token,
          .customer_key = "acme-1",
          .started_at = start};
}

/// The same payment, asked about by its key: as if the answer with the id got lost.
Operation status_of(Operation of) {
  of.kind = OperationKind::status;
  return of;
}

Operation refund_of(const Operation& of, const std::string& amount, const std::string& key = "r1") {
  Operation refund = of;
  refund.kind = OperationKind::refund;
  refund.key = key;
  refund.amount = *Money::parse(amount);
  return refund;
}

class Sandbox : public testing::Test {
 protected:
  ProviderReport run(const Operation& operation, Instant now = start) {
    return operated(plugin, operation, *provider, secrets, now);
  }

  ProcessorPlugin plugin = *test::shipped().processor("sandbox", {.tenant = "acme", .config_json = "{}"});
  std::unique_ptr<SandboxProvider> provider =
      *SandboxProvider::open({.api_key = api_key, .webhook_secret = webhook_secret, .book = {}});
};

TEST_F(Sandbox, ChargesOnceHoweverOftenItIsAsked) {
  const ProviderReport said = run(charge("ok"));
  EXPECT_EQ(said.state, AttemptState::captured);
  EXPECT_EQ(said.amount.text(), "49.00 USD");
  EXPECT_EQ(run(charge("ok")).ref, said.ref);
  EXPECT_EQ(run(status_of(charge("ok"))).ref, said.ref);
  const auto captures = provider->captures(start);
  ASSERT_EQ(captures.size(), 1U);
  EXPECT_EQ(captures[0], (SandboxMove{"k1", "k1", "ch_1", 4900, "USD", start}));
}

TEST_F(Sandbox, AKeyWithAnotherBodyIsNotBelieved) {
  run(charge("ok"));
  Operation other = charge("ok");
  other.amount = *Money::parse("50.00 USD");
  EXPECT_EQ(run(other).state, AttemptState::unknown);
  EXPECT_EQ(provider->captures(start).size(), 1U);
}

TEST_F(Sandbox, DeclinesSayWhy) {
  EXPECT_EQ(run(charge("declined_soft", "k1")).decline, DeclineKind::funds);
  const ProviderReport hard = run(charge("declined_hard", "k2"));
  EXPECT_EQ(hard.state, AttemptState::declined);
  EXPECT_EQ(hard.decline, DeclineKind::hard);
  EXPECT_EQ(hard.decline_code, "lost_card");
  EXPECT_EQ(run(status_of(charge("declined_hard", "k2"))).state, AttemptState::declined);
  EXPECT_TRUE(provider->captures(start).empty());
}

TEST_F(Sandbox, ALostRequestIsUnknownUntilStatusFindsNothing) {
  EXPECT_EQ(run(charge("lost_before")).state, AttemptState::unknown);
  const ProviderReport found = run(status_of(charge("lost_before")));
  EXPECT_TRUE(found.absent);
  EXPECT_EQ(found.state, AttemptState::unknown);
}

TEST_F(Sandbox, ALostAnswerIsUnknownUntilStatusFindsTheMoney) {
  const ProviderReport lost = run(charge("lost_after"));
  EXPECT_EQ(lost.state, AttemptState::unknown);
  EXPECT_FALSE(lost.absent);
  const ProviderReport found = run(status_of(charge("lost_after")));
  EXPECT_EQ(found.state, AttemptState::captured);
  EXPECT_EQ(found.amount.text(), "49.00 USD");
  EXPECT_EQ(provider->captures(start).size(), 1U);
}

TEST_F(Sandbox, PendingEndsWhenItsTimeHasCome) {
  EXPECT_EQ(run(charge("pending_90s", "k1")).state, AttemptState::pending);
  EXPECT_EQ(run(charge("pending_2h_then_declined", "k2")).state, AttemptState::pending);
  EXPECT_EQ(run(status_of(charge("", "k1")), start + seconds(89)).state, AttemptState::pending);
  EXPECT_EQ(run(status_of(charge("", "k1")), start + seconds(90)).state, AttemptState::captured);
  EXPECT_EQ(run(status_of(charge("", "k2")), start + hours(2)).state, AttemptState::declined);
}

TEST_F(Sandbox, TheCustomersActionCompletesOrIsCancelled) {
  const ProviderReport asks = run(charge("acts_after_1m", "k1"));
  EXPECT_EQ(asks.state, AttemptState::needs_action);
  EXPECT_NE(asks.action.find("redirect"), std::string::npos);
  EXPECT_EQ(run(status_of(charge("", "k1")), start + minutes(1)).state, AttemptState::captured);

  Operation cancel = charge("needs_action", "k2");
  cancel.ref = run(cancel).ref;
  cancel.kind = OperationKind::cancel;
  EXPECT_EQ(run(cancel).state, AttemptState::voided);
  EXPECT_EQ(provider->captures(start + hours(1)).size(), 1U);
}

TEST_F(Sandbox, AWrongAmountIsNeverASuccess) {
  const ProviderReport said = run(charge("wrong_amount"));
  EXPECT_EQ(said.state, AttemptState::unknown);
  EXPECT_TRUE(said.text.starts_with("wrong_amount: the provider says 49.01 USD")) << said.text;
  EXPECT_EQ(said.amount.text(), "49.01 USD");
}

TEST_F(Sandbox, AStickyTokenDeclinesFromItsChargeOn) {
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(run(charge("ok_then_declined_after_2", "k" + std::to_string(i))).state,
              i < 2 ? AttemptState::captured : AttemptState::declined);
}

TEST_F(Sandbox, RefundsActOnceAndNeverGiveBackMoreThanCame) {
  Operation paid = charge("ok");
  paid.ref = run(paid).ref;
  EXPECT_EQ(run(refund_of(paid, "30.00 USD", "r1")).state, AttemptState::captured);
  EXPECT_EQ(run(refund_of(paid, "30.00 USD", "r1")).state, AttemptState::captured);
  EXPECT_EQ(run(refund_of(paid, "30.00 USD", "r2")).state, AttemptState::not_sent);
  EXPECT_EQ(run(refund_of(paid, "19.00 USD", "r3")).state, AttemptState::captured);
  ASSERT_EQ(provider->refunds(start).size(), 2U);
  EXPECT_EQ(provider->refunds(start)[0], (SandboxMove{"r1", "k1", "re_1", 3000, "USD", start}));
}

TEST_F(Sandbox, ALostRefundIsFoundByItsKey) {
  const Operation paid = charge("refund_lost_after");
  run(paid);
  EXPECT_EQ(run(refund_of(paid, "49.00 USD")).state, AttemptState::unknown);
  Operation look = status_of(refund_of(paid, "49.00 USD"));
  look.of_refund = true;
  look.refund_key = "r1";
  EXPECT_EQ(run(look).state, AttemptState::captured);
  look.refund_key = "r9";
  EXPECT_TRUE(run(look).absent);

  const Operation other = charge("refund_declined", "k2");
  run(other);
  EXPECT_EQ(run(refund_of(other, "1.00 USD", "r2")).state, AttemptState::declined);
}

TEST_F(Sandbox, WebhooksComeLateTwiceOrNever) {
  run(charge("webhook_late", "k1"));
  run(charge("webhook_twice", "k2"));
  run(charge("webhook_never", "k3"));
  EXPECT_TRUE(provider->webhooks({}, start + minutes(1)).empty());
  EXPECT_EQ(provider->next_webhook(start), start + minutes(1) + seconds(2));
  const auto all = provider->webhooks(start, start + hours(3));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].body, all[1].body);
  EXPECT_EQ(all[2].due_at, start + minutes(1) + hours(2));
  EXPECT_EQ(provider->captures(start + minutes(1)).size(), 3U);
}

TEST_F(Sandbox, AWebhookIsBelievedOnlyWithItsSignatureAndInItsTime) {
  run(charge("pending_1h"));
  const auto hook = provider->webhooks(start, start + hours(2)).at(0);
  WebhookMessage message{.body = hook.body, .headers = hook.headers, .received_at = hook.due_at + seconds(1)};
  const auto claims = plugin.webhook(message, secrets);
  ASSERT_TRUE(claims) << claims.error().message;
  ASSERT_EQ(claims->claims.size(), 1U);
  EXPECT_TRUE(claims->claims.at(0).proven);
  EXPECT_EQ(claims->claims.at(0).payment_key, "k1");
  EXPECT_EQ(claims->claims.at(0).said.state, AttemptState::captured);
  EXPECT_EQ(claims->claims.at(0).event, "evt_ch_1_charge.captured");

  auto changed = message;
  changed.body.replace(changed.body.find("4900"), 4, "9900");
  EXPECT_EQ(plugin.webhook(changed, secrets).error().code, "bad_signature");
  changed = message;
  changed.received_at = hook.due_at + minutes(6);
  EXPECT_EQ(plugin.webhook(changed, secrets).error().code, "bad_signature");
  changed = message;
  changed.headers.clear();
  EXPECT_EQ(plugin.webhook(changed, secrets).error().code, "bad_signature");
  const Secrets none = [](std::string_view) { return std::vector<std::string>(); };
  EXPECT_EQ(plugin.webhook(message, none).error().code, "secret_missing");
}

TEST_F(Sandbox, WithoutTheKeyNothingIsSent) {
  const Secrets none = [](std::string_view) { return std::vector<std::string>(); };
  EXPECT_EQ(operated(plugin, charge("ok"), *provider, none, start).state, AttemptState::not_sent);
  const Secrets wrong = [](std::string_view) { return std::vector<std::string>{"wrong"}; };
  EXPECT_EQ(operated(plugin, charge("ok"), *provider, wrong, start).state, AttemptState::not_sent);
  EXPECT_TRUE(provider->captures(start).empty());
}

TEST_F(Sandbox, AnswersTheSameForTheSameInput) {
  const Operation operation = charge("ok");
  const auto first = plugin.step(operation, {});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*plugin.step(operation, {})->send, *first->send);
  for (const auto& [name, value] : first->send->headers)
    for (const Term& term : value.terms) EXPECT_EQ(term.text.find(api_key), std::string::npos) << name;
}

TEST_F(Sandbox, ItsBookOutlivesAProcessThatIsKilled) {
  const test::Folder folder;
  const SandboxSettings settings{
      .api_key = api_key, .webhook_secret = webhook_secret, .book = folder.path / "sandbox.book"};
  provider = *SandboxProvider::open(settings);
  run(charge("pending_1h", "k1"));
  run(charge("lost_after", "k2"));
  run(refund_of(charge("lost_after", "k2"), "9.00 USD"));
  const auto captures = provider->captures(start + hours(1));
  const auto hooks = provider->webhooks({}, start + hours(2));
  provider.reset();
  std::ofstream(settings.book, std::ios::app) << R"({"at_us":17,"path":"/char)";  // killed while it wrote
  provider = *SandboxProvider::open(settings);
  EXPECT_EQ(provider->captures(start + hours(1)), captures);
  EXPECT_EQ(provider->refunds(start).size(), 1U);
  ASSERT_EQ(provider->webhooks({}, start + hours(2)).size(), hooks.size());
  EXPECT_EQ(provider->webhooks({}, start + hours(2)).back().body, hooks.back().body);
  run(charge("ok", "k3"));
  provider = *SandboxProvider::open(settings);
  EXPECT_EQ(provider->captures(start).size(), 2U);

  std::ofstream(settings.book) << "something else\n";
  EXPECT_EQ(SandboxProvider::open(settings).error().code, "bad_book");
}

/// Answers as it is told, one after the other; the last one again and again.
class Script : public Transport {
 public:
  explicit Script(std::vector<WireReply> replies) : replies_(std::move(replies)) {}
  void send(WireRequest request, Instant, Done done) override {
    seen.push_back(std::move(request));
    done(replies_[std::min(seen.size(), replies_.size()) - 1]);
  }
  std::vector<WireRequest> seen;

 private:
  std::vector<WireReply> replies_;
};

const WireReply fine{.arrived = Arrival::answered, .status = 200, .headers = {}, .body = "{}"};
const WireReply lost{.arrived = Arrival::lost};
const WireReply never_left{.arrived = Arrival::never_left};
WireReply answer(int status) { return {.arrived = Arrival::answered, .status = status, .headers = {}, .body = "{}"}; }

class Odd : public testing::Test {
 protected:
  ProviderReport run(const Operation& operation, Script script) {
    const ProviderReport said = operated(plugin, operation, script, secrets, start);
    seen = script.seen;
    return said;
  }
  test::Folder folder;
  PluginLibrary library = folder.with("odd_processor").open();
  ProcessorPlugin plugin = *library.processor("odd_processor", {.tenant = "acme", .config_json = "{}"});
  std::vector<WireRequest> seen;
};

TEST_F(Odd, ALossMeansWhatTheRequestSays) {
  EXPECT_EQ(run(charge("once"), Script({lost})).state, AttemptState::unknown);
  EXPECT_EQ(seen.size(), 1U) << "what may have acted is not sent twice";
  EXPECT_EQ(run(charge("once"), Script({never_left})).state, AttemptState::not_sent);
  EXPECT_EQ(run(charge("repeatable"), Script({lost, fine})).state, AttemptState::captured);
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(run(charge("order_first"), Script({lost})).state, AttemptState::not_sent);
  EXPECT_EQ(run(charge("order_first"), Script({fine, lost})).state, AttemptState::unknown);
  EXPECT_EQ(run(charge("order_first"), Script({fine, never_left})).state, AttemptState::not_sent);
  EXPECT_EQ(run(charge("order_first"), Script({fine, fine})).state, AttemptState::captured);
  EXPECT_EQ(run(status_of(charge("")), Script({lost})).state, AttemptState::unknown);
  EXPECT_EQ(seen.size(), 3U);
}

TEST_F(Odd, SuccessWithoutARequestIsUnknown) {
  const ProviderReport said = run(charge("free"), Script({}));
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(said.state, AttemptState::unknown);
  EXPECT_EQ(said.ref, "");
  EXPECT_EQ(said.text, "the plugin reports success, and no request was sent that could have brought it");
}

TEST_F(Odd, AFeeThatCannotBeIsDroppedAndThePaymentCounts) {
  EXPECT_EQ(run(charge("fee"), Script({fine})).fee.text(), "1.58 USD");
  for (const char* token : {"fee_of_all_and_more", "fee_below_nothing"}) {
    const ProviderReport said = run(charge(token), Script({fine}));
    EXPECT_EQ(said.state, AttemptState::captured) << token;
    EXPECT_FALSE(said.fee.currency()) << token;
    EXPECT_NE(said.text.find("which is not recorded"), std::string::npos) << said.text;
  }
}

/// A part is between nothing and what was asked, and said to be one; whatever else is wrong is for a person.
TEST_F(Odd, APartIsSaidToBeOne) {
  const Operation asked = charge("part_1200");
  ASSERT_GT(asked.amount.minor(), 1200);
  const ProviderReport part = run(asked, Script({fine}));
  EXPECT_EQ(part.state, AttemptState::captured);
  EXPECT_TRUE(part.in_part);
  EXPECT_EQ(part.amount.text(), "12.00 USD");
  for (const std::string& wrong : {std::string("part_0"), "part_" + std::to_string(asked.amount.minor()),
                                   "part_" + std::to_string(asked.amount.minor() + 1)}) {
    const ProviderReport said = run(charge(wrong.c_str()), Script({fine}));
    if (said.amount == asked.amount) continue;  // all of it: it is paid
    EXPECT_EQ(said.state, AttemptState::unknown) << wrong;
    EXPECT_TRUE(said.text.starts_with("wrong_amount:")) << said.text;
  }
}

Operation in_doubt(Operation operation) {
  operation.in_doubt = true;
  operation.sent_before = true;
  operation.begun_at = start;
  return operation;
}

/// Its answer got lost, and nobody knows. Wrong: the same POST again, and the money moves twice.
TEST_F(Odd, WhatIsToBeSentOnceIsLookedUpAndNeverSentAgain) {
  const ProviderReport found = run(in_doubt(charge("once")), Script({fine}));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].method, "GET");
  EXPECT_EQ(found.state, AttemptState::captured);
  EXPECT_TRUE(found.looked_up);
  const ProviderReport nothing = run(in_doubt(charge("once")), Script({answer(404)}));
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_TRUE(nothing.absent);
  EXPECT_EQ(nothing.state, AttemptState::unknown);
  EXPECT_EQ(run(in_doubt(charge("once")), Script({lost})).state, AttemptState::unknown);
  for (const WireRequest& request : seen) EXPECT_EQ(request.method, "GET");
}

TEST_F(Odd, WhatTheProviderMakesActOnceIsSentAgain) {
  const ProviderReport again = run(in_doubt(charge("repeatable")), Script({fine}));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_FALSE(again.looked_up);
}

class OldProcessor : public testing::TestWithParam<const char*> {};

TEST_P(OldProcessor, BuiltWithAnEarlierHeaderIsCarriedOutAndReadToday) {
  test::Folder folder;
  const PluginLibrary library = folder.with(GetParam()).open();
  const auto plugin = library.processor(GetParam(), {.tenant = "acme", .config_json = "{}"});
  ASSERT_TRUE(plugin) << plugin.error().front().message;
  EXPECT_TRUE(plugin->manifest().person.empty());
  const Secrets none = [](std::string_view) { return std::vector<std::string>(); };
  Script way({answer(200)});
  ProviderReport said;
  operate(*plugin, charge(""), way, none, start, [&](ProviderReport its) { said = std::move(its); });
  EXPECT_EQ(said.state, AttemptState::captured);
  EXPECT_EQ(said.ref, "old_1");
  EXPECT_FALSE(said.fee.currency()) << "what came after it is not known";
  EXPECT_EQ(said.settlement, "");
  Pulled page;
  Operation books = charge("");
  books.kind = OperationKind::pull;
  pull(*plugin, books, way, none, start, [&](Pulled its) { page = std::move(its); });
  ASSERT_EQ(page.page.size(), 1U) << page.problem;
  EXPECT_EQ(page.page[0].said.amount.text(), "49.00 USD");
  Operation saves = charge("");
  saves.kind = OperationKind::save_method;
  EXPECT_EQ(plugin->step(saves, {}).error().code, "not_offered");
}

/// Its checks are shorter than today's: what they lack is absent, in the host and in a process of its own.
TEST_P(OldProcessor, BuiltWithAnEarlierHeaderProvesItsWebhooks) {
  test::Folder folder;
  folder.with(GetParam());
  const Secrets known = [](std::string_view) { return std::vector<std::string>{"Jefe"}; };
  // RFC 4231, test case 2.
  WebhookMessage message{.body = "what do ya want for nothing?",
                         .headers = {{"X-Signed", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}},
                         .received_at = start};
  for (const Isolation isolation : {Isolation::host, Isolation::process}) {
    const PluginLibrary library = folder.open(isolation);
    const auto plugin = library.processor(GetParam(), {.tenant = "acme", .config_json = "{}"});
    ASSERT_TRUE(plugin) << plugin.error().front().message;
    const auto said = plugin->webhook(message, known);
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_TRUE(said->claims.at(0).proven);
    WebhookMessage other = message;
    other.body += "?";
    EXPECT_EQ(plugin->webhook(other, known).error().code, "bad_signature");
  }
}
INSTANTIATE_TEST_SUITE_P(Of, OldProcessor, testing::Values("old_processor_0", "old_processor_1"));

/// Records that cannot be read are no empty records: what is missing in them would look as if the provider had never
/// had it. Whatever the plugin makes of the answer, the host looks at it itself.
TEST(Pull, IsNoPageUnlessTheAnswerIsOne) {
  for (const char* id : {"stripe", "razorpay", "sandbox"}) {
    const std::string config = std::string(id) == "razorpay" ? R"({"key_id": "rzp_test_1"})" : "{}";
    const auto plugin = test::shipped().processor(id, {.tenant = "acme", .config_json = config});
    ASSERT_TRUE(plugin);
    const Secrets secrets = [](std::string_view) { return std::vector<std::string>{"key"}; };
    const auto page = [&](int status, const std::string& body) {
      WireReply reply = answer(status);
      reply.body = body;
      Script way({reply});
      Pulled its;
      Operation books{.kind = OperationKind::pull, .decided_at = start, .from = start, .until = start + hours(24)};
      pull(*plugin, books, way, secrets, start, [&](Pulled pulled) { its = std::move(pulled); });
      return its;
    };
    const std::string error =
        R"({"error": {"code": "api_key_expired", "message": "Expired key", "description": "Expired key"}})";
    for (const int status : {301, 400, 401, 403, 404, 429, 500, 502, 503})
      for (const std::string& body : {std::string(), std::string("<html>bad gateway</html>"), error}) {
        const Pulled its = page(status, body);
        EXPECT_NE(its.problem.find(std::to_string(status)), std::string::npos) << id << " " << status << its.problem;
        EXPECT_TRUE(its.page.empty() && its.cursor.empty()) << id << " " << status;
      }
    for (const std::string body :
         {"", "<html>fine</html>", "[]", "{}", "null", R"({"object": "list"})",
          R"({"object": "list", "has_more": false, "data": [{"id": "pi_1", "sta)", R"({"items": [{"id": "pay_1", "sta)",
          R"({"items": {}})", R"({"entity": "collection", "count": 2, "items": [{"id": "pay_1"}]})",
          R"({"object": "list", "data": {}, "has_more": false})"}) {
      if (std::string(id) == "sandbox" && body.find("count") != std::string::npos) continue;  // it has no count
      EXPECT_NE(page(200, body).problem, "") << id << " " << body;
    }
    const char* empty = std::string(id) == "stripe" ? R"({"object": "list", "data": [], "has_more": false})"
                                                    : R"({"entity": "collection", "count": 0, "items": []})";
    EXPECT_EQ(page(200, empty).problem, "") << id;
  }
}

/// A page of the provider's own is needed to say that a payment is not there: nothing less may let it be charged again.
TEST(Status, IsAbsentOnlyByTheProvidersOwnWord) {
  for (const char* id : {"stripe", "razorpay", "sandbox"}) {
    const std::string config = std::string(id) == "razorpay" ? R"({"key_id": "rzp_test_1"})" : "{}";
    const auto plugin = test::shipped().processor(id, {.tenant = "acme", .config_json = config});
    ASSERT_TRUE(plugin);
    for (const bool known : {false, true})
      for (const bool of_refund : {false, true})
        for (const int status : {200, 404, 500})
          for (const std::string body : {"", "<html>not here</html>", "{}", "[]", R"({"object": "list", "data": [)",
                                         R"({"error": {"message": "no route"}})", R"({"items": null})"}) {
            Operation operation = charge("");
            operation.kind = OperationKind::status;
            operation.method = "card";
            operation.method_ref = "cus_1/pm_1";
            operation.of_refund = of_refund;
            operation.refund_key = "refund_key";
            operation.ref = known || of_refund ? "pay_1" : "";
            operation.refund_ref = known ? "re_1" : "";
            const std::vector<ProviderReply> replies = [&] {
              std::vector<ProviderReply> all;
              all.emplace_back(status, std::vector<std::pair<std::string, std::string>>{}, body, start);
              return all;
            }();
            const auto step = plugin->step(operation, replies);
            ASSERT_TRUE(step) << step.error().message;
            EXPECT_FALSE(step->done && step->done->absent) << id << " " << status << " " << body << " " << known;
          }
  }
}

TEST_F(Odd, NotSentSpeaksOfOneSendingOnly) {
  EXPECT_EQ(run(charge("once"), Script({answer(429)})).state, AttemptState::not_sent);
  EXPECT_EQ(run(charge("once"), Script({answer(500)})).state, AttemptState::unknown);
  EXPECT_EQ(run(charge("repeatable"), Script({lost, answer(400)})).state, AttemptState::unknown);
  EXPECT_EQ(run(charge("repeatable"), Script({lost, never_left})).state, AttemptState::unknown);
  Operation again = charge("once");
  again.sent_before = true;
  EXPECT_EQ(run(again, Script({never_left})).state, AttemptState::unknown);
  EXPECT_EQ(run(again, Script({answer(429)})).state, AttemptState::unknown);
}

TEST_F(Odd, APluginThatChangesItsMindIsStopped) {
  EXPECT_EQ(run(charge("changes"), Script({fine})).state, AttemptState::unknown);
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(run(charge("endless"), Script({fine})).state, AttemptState::unknown);
  EXPECT_EQ(seen.size(), 16U);
}

TEST_F(Odd, RequestsGoNowhereElseAndCarryNoSecretThere) {
  for (const char* token : {"stray", "leaks", "breaks_out"}) {
    EXPECT_EQ(run(charge(token), Script({fine})).state, AttemptState::not_sent) << token;
    EXPECT_TRUE(seen.empty()) << token;
  }
  EXPECT_EQ(run(charge("signs"), Script({fine})).state, AttemptState::captured);
  const auto& headers = seen.at(0).headers;
  EXPECT_EQ(headers.at(0), (std::pair<std::string, std::string>("Authorization", "Bearer " + api_key)));
  EXPECT_EQ(headers.at(1).second, std::to_string(start.us / 1'000'000));
  EXPECT_EQ(headers.at(2).second.size(), 64U);
}

TEST_F(Odd, WhatIsNotDeclaredIsNotAsked) {
  Operation rupees = charge("once");
  rupees.amount = *Money::parse("499.00 INR");
  EXPECT_EQ(run(rupees, Script({fine})).state, AttemptState::not_sent);
  Operation refund = refund_of(charge("once"), "1.00 USD");
  EXPECT_EQ(run(refund, Script({fine})).state, AttemptState::not_sent);
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace florin
