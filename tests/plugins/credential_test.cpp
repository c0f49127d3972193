/// A token that the host obtains for a plugin, and a webhook that the provider itself vouches for.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "folder.hpp"
#include "providers/exchange.hpp"

namespace florin {
namespace {

const Instant start = *Instant::parse("2026-03-10T09:00Z");

std::vector<std::string> secrets(std::string_view name) {
  return name == "oauth.client" ? std::vector<std::string>{"id:secret"} : std::vector<std::string>();
}

/// A provider that gives tokens t1, t2, … and takes the last one alone.
class Provider : public Transport {
 public:
  void send(WireRequest request, Instant, Done done) override {
    const auto header =
        std::ranges::find(request.headers, std::string("Authorization"), &std::pair<std::string, std::string>::first);
    seen.push_back(request.path + " " + header->second);
    WireReply reply;
    reply.arrived = Arrival::answered;
    reply.status = 200;
    if (request.path == "/token") {
      if (held_up) return waiting.push_back(std::move(done));
      return done(token());
    }
    if (header->second != "Bearer t" + std::to_string(given)) reply.status = 401;
    if (request.path == "/pay") reply.body = header->second;  // as a provider might: it must be in no word of the host
    if (request.path == "/verify") reply.body = R"({"verification_status": ")" + verdict + "\"}";
    done(std::move(reply));
  }
  WireReply token() {
    WireReply reply;
    reply.arrived = Arrival::answered;
    reply.status = token_status;
    reply.body = R"({"access_token": "t)" + std::to_string(++given) + R"(", "expires_in": 3600})";
    return reply;
  }

  std::vector<std::string> seen;
  std::string verdict = "SUCCESS";
  int given = 0, token_status = 200;
  bool held_up = false;
  std::deque<Done> waiting;
};

class Credential : public testing::Test {
 protected:
  ProviderReport charged(Instant at = start) {
    ProviderReport said;
    operate(plugin, operation("k1"), provider, secrets, at, [&](ProviderReport its) { said = std::move(its); });
    return said;
  }
  static Operation operation(const std::string& key) {
    return {.kind = OperationKind::charge,
            .decided_at = start,
            .key = key,
            .payment_key = key,
            .amount = *Money::parse("49.00 USD"),
            .method = "card"};
  }
  Result<Heard> heard(std::vector<std::pair<std::string, std::string>> headers = {}) {
    return plugin.webhook(
        {.body = R"({"key": "k1"})", .headers = std::move(headers), .received_at = start}, secrets,
        [&](const PlannedRequest& request) { return ask_provider(plugin, request, provider, secrets, start); });
  }

  test::Folder folder;
  PluginLibrary library = folder.with("oauth_processor").open(Isolation::host);
  ProcessorPlugin plugin = *library.processor("oauth_processor", {.tenant = "acme", .config_json = "{}"});
  Provider provider;
};

TEST_F(Credential, IsObtainedOnceAndKeptUntilItExpires) {
  EXPECT_EQ(charged().state, AttemptState::captured);
  EXPECT_EQ(charged(start + minutes(58)).state, AttemptState::captured);
  EXPECT_EQ(provider.seen, (std::vector<std::string>{"/token Basic aWQ6c2VjcmV0", "/pay Bearer t1", "/pay Bearer t1"}));
  EXPECT_EQ(charged(start + minutes(60)).state, AttemptState::captured);
  EXPECT_EQ(provider.seen.back(), "/pay Bearer t2") << "not in its last minute";
}

TEST_F(Credential, ThatIsTakenNoMoreIsObtainedAgainAndTheRequestSentAgain) {
  charged();
  ++provider.given;  // somebody else obtained one: the old one is no good
  provider.seen.clear();
  EXPECT_EQ(charged().state, AttemptState::captured);
  EXPECT_EQ(provider.seen, (std::vector<std::string>{"/pay Bearer t1", "/token Basic aWQ6c2VjcmV0", "/pay Bearer t3"}));
}

TEST_F(Credential, ThatCannotBeObtainedSendsNothing) {
  provider.token_status = 503;
  const ProviderReport said = charged();
  EXPECT_EQ(said.state, AttemptState::not_sent);
  EXPECT_EQ(said.text, "'oauth.token' could not be obtained: http 503");
  EXPECT_EQ(provider.seen, (std::vector<std::string>{"/token Basic aWQ6c2VjcmV0"}));
}

TEST_F(Credential, IsInNoWordOfTheHost) {
  EXPECT_EQ(charged().raw, "Bearer [secret]");
  const auto step = *plugin.step(operation("k1"), {});
  EXPECT_EQ(shown(step.send->headers.at(0).second), "Bearer {oauth.token}");
}

TEST_F(Credential, IsObtainedByOneOfThoseWhoWantIt) {
  provider.held_up = true;
  int paid = 0;
  for (const char* key : {"k1", "k2", "k3"})
    operate(plugin, operation(key), provider, secrets, start,
            [&](ProviderReport said) { paid += said.state == AttemptState::captured ? 1 : 0; });
  ASSERT_EQ(provider.waiting.size(), 1U);
  provider.waiting.front()(provider.token());
  EXPECT_EQ(paid, 3);
  EXPECT_EQ(provider.seen.size(), 4U);
}

TEST_F(Credential, ProvesAWebhookByAsking) {
  const auto said = heard();
  ASSERT_TRUE(said) << said.error().message;
  ASSERT_EQ(said->claims.size(), 1U);
  EXPECT_TRUE(said->claims.at(0).proven);
  EXPECT_EQ(said->claims.at(0).payment_key, "k1");
  EXPECT_EQ(provider.seen.back(), "/verify Bearer t1");
  EXPECT_EQ(std::ranges::count(provider.seen, std::string("/verify Bearer t1")), 1) << "asked once";
}

TEST_F(Credential, AWebhookThatTheProviderDoesNotKnowIsRefused) {
  provider.verdict = "FAILURE";
  EXPECT_EQ(heard().error().code, "bad_signature");
  provider.verdict = "SUCCESS";
  EXPECT_EQ(plugin.webhook({.body = "{}", .headers = {}, .received_at = start}, secrets).error().code, "bad_signature")
      << "nobody can be asked";
}

TEST_F(Credential, AWebhookComesAgainWhenNobodyCouldBeAsked) {
  provider.token_status = 503;
  const auto said = heard();
  EXPECT_EQ(said.error().code, "provider_not_reached") << "the provider sends it again";
}

/// Wrong: refused for good, because a proxy answered in the provider's place.
TEST_F(Credential, AnAnswerThatDoesNotSayRefusesNothingForGood) {
  provider.verdict = "\", \"verification_status";
  EXPECT_EQ(heard().error().code, "provider_not_reached");
}

TEST_F(Credential, NobodyIsAskedAboutWhatAnotherCheckRefuses) {
  EXPECT_EQ(heard({{"X-Also-Signed", "00"}}).error().code, "bad_signature");
  EXPECT_TRUE(provider.seen.empty());
}

TEST_F(Credential, WorksForAPluginInAProcessOfItsOwn) {
  const PluginLibrary isolated = folder.open(Isolation::process);
  const auto made = isolated.processor("oauth_processor", {.tenant = "acme", .config_json = "{}"});
  ASSERT_TRUE(made) << made.error().front().message;
  plugin = *made;
  EXPECT_EQ(charged().state, AttemptState::captured);
  EXPECT_TRUE(heard()->claims.at(0).proven);
  EXPECT_EQ(provider.seen.front(), "/token Basic aWQ6c2VjcmV0");
}

}  // namespace
}  // namespace florin
