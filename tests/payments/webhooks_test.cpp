/// Webhooks in any order, any number of times, before or after what we ask ourselves; and those that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "every_flow.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

/// What the books say of the money in the end, whatever way they came there: attempts that certainly did nothing apart.
std::string said_of(Paying& host) {
  std::string text;
  const Account& account = host.account();
  for (const Order& order : account.orders) {
    text += "order " + std::to_string(order.id.value) + (order.state == OrderState::paid ? " paid" : " not paid");
    for (const Attempt& attempt : order.attempts)
      if (attempt.state != AttemptState::not_sent)
        text += ", " + std::to_string(static_cast<int>(attempt.state)) + " " + attempt.amount.text();
    text += "\n";
  }
  for (const Refund& refund : account.refunds)
    text += "refund " + refund.amount.text() + " " + std::to_string(static_cast<int>(refund.state)) + "\n";
  for (const Dispute& dispute : account.disputes)
    text += "dispute " + dispute.ref + " " + std::to_string(static_cast<int>(dispute.state)) + "\n";
  return text;
}

class AnyOrder : public testing::TestWithParam<std::string> {};

TEST_P(AnyOrder, AndAnyRepetitionEndsTheSame) {
  const Flow& flow = test::flow(GetParam());
  const StandIn provider(flow.provider);
  std::string expected;
  std::size_t webhooks = 0;
  for (unsigned seed = 0; seed < 12; ++seed) {
    provider.anew(flows_begin);
    Paying host(provider, flows_begin);
    flow.set_up(host, provider);
    // Every other time the first answer is lost, so that the webhooks are first.
    if (seed % 2 == 1) provider.fault(static_cast<int>(provider.seen().size()) + 1, "no_answer", 0, 3);
    flow.goes(host, provider);
    std::minstd_rand random(seed);
    for (int rounds = 0; rounds < 3; ++rounds)
      host.deliver([&](std::vector<WebhookMessage>& all) {
        webhooks += all.size() * 2;
        const std::vector<WebhookMessage> once = all;
        all.insert(all.end(), once.begin(), once.end());
        std::ranges::shuffle(all, random);
      });
    host.to(host.now() + flows_last);
    EXPECT_EQ(host.discrepancies(), "") << "seed " << seed;
    if (seed == 0) expected = said_of(host);
    EXPECT_EQ(said_of(host), expected) << "seed " << seed;
  }
  std::printf("%s: %zu webhooks in 12 orders\n", flow.name.c_str(), webhooks);
}
INSTANTIATE_TEST_SUITE_P(Flow, AnyOrder, testing::ValuesIn(names_of_flows()), as_test_name);

std::string code(Paying& host, const WebhookMessage& message) {
  const auto taken = host.take(message);
  return taken ? "" : taken.error().code;
}

class Webhooks : public testing::TestWithParam<std::string> {};

TEST_P(Webhooks, ThatAreNoneChangeNothing) {
  const StandIn provider(GetParam());
  const Flow& flow = test::flow(GetParam() == "stripe" ? "subscribe" : "upi in the app");
  provider.anew(flows_begin);
  Paying host(provider, flows_begin);
  flow.set_up(host, provider);
  flow.goes(host, provider);
  const std::string before = said_of(host);
  const WebhookMessage sound = provider.webhooks(host.now()).back();
  WebhookMessage forged = sound, cut = sound, rewritten = sound, bare = sound, stale = sound, early = sound;
  for (auto& [name, value] : forged.headers)
    if (name.find("ignature") != std::string::npos) value.back() = value.back() == '0' ? '1' : '0';
  cut.body.resize(cut.body.size() / 2);
  rewritten.body = json::serialize(json::parse(sound.body)) + " ";
  bare.headers.clear();
  stale.received_at = sound.received_at + minutes(6);
  early.received_at = sound.received_at - minutes(6);
  for (const WebhookMessage* message : {&forged, &cut, &rewritten, &bare})
    EXPECT_EQ(code(host, *message), "bad_signature");
  if (GetParam() == "stripe") {  // Razorpay signs no time
    for (const WebhookMessage* message : {&stale, &early}) EXPECT_EQ(code(host, *message), "bad_signature");
  }
  WebhookMessage long_one = sound;
  long_one.body.assign(std::size_t{5} << 20, ' ');
  EXPECT_EQ(code(host, long_one), "webhook_too_long");
  EXPECT_EQ(said_of(host), before);
  EXPECT_EQ(code(host, sound), "");
}
INSTANTIATE_TEST_SUITE_P(Of, Webhooks, testing::Values("stripe", "razorpay"));

TEST_P(Webhooks, ThatAreReplayedWriteNothing) {
  const StandIn provider(GetParam());
  const Flow& flow = test::flow(GetParam() == "stripe" ? "subscribe" : "upi in the app");
  provider.anew(flows_begin);
  Paying host(provider, flows_begin);
  flow.set_up(host, provider);
  flow.goes(host, provider);
  host.deliver();
  const auto position = [&] {
    std::uint64_t at = 0;
    (void)!host.assembly().engine().read(
        [&](const engine::Shard& shard) { at = shard.tenant(host.tenant())->position; });
    return at;
  };
  const std::uint64_t before = position();
  for (int times = 0; times < 3; ++times) host.deliver();
  EXPECT_EQ(position(), before);
}

TEST(Webhooks, OfAnotherTenantAreNobodysHere) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("subscribe");
  stripe.anew(flows_begin);
  Paying theirs(stripe, flows_begin);
  flow.set_up(theirs, stripe);
  flow.goes(theirs, stripe);
  // The same secret, and other books: what moved is for a person to look into, once.
  Paying ours(stripe, flows_begin);
  ours.deliver();
  ours.deliver();
  const json::object waits = ours.waits();
  ASSERT_EQ(waits.at("discrepancies").as_array().size(), 1U);
  EXPECT_EQ(waits.at("discrepancies").at(0).at("what").as_string(), "only_theirs");
  EXPECT_EQ(waits.at("discrepancies").at(0).at("theirs").as_string(), "49.00 USD captured");
  EXPECT_EQ(ours.ours(), StandIn::Sums());
}

TEST(Webhooks, OfDisputesMoveThem) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("subscribe");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  flow.set_up(host, stripe);
  flow.goes(host, stripe);
  const json::object intents = stripe.api("GET", "/v1/payment_intents", "");
  const json::object dispute =
      stripe.act({{"act", "dispute"}, {"id", intents.at("data").at(0).at("id")}, {"amount", 4900}});
  host.deliver();
  ASSERT_EQ(host.account().disputes.size(), 1U);
  EXPECT_EQ(host.account().disputes[0].state, DisputeState::needs_response);
  EXPECT_EQ(host.account().disputes[0].reason, "fraudulent");
  stripe.act({{"act", "dispute_moves"}, {"id", dispute.at("id")}, {"status", "lost"}});
  host.deliver([](std::vector<WebhookMessage>& all) { std::ranges::reverse(all); });
  EXPECT_EQ(host.account().disputes[0].state, DisputeState::lost);
  EXPECT_EQ(host.account().grants.size(), 0U) << "what it bought is taken back";
}

TEST(Webhooks, OfARefundThatFailedAfterItWasPaidBookItBack) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("refund");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  flow.set_up(host, stripe);
  const std::string token = host.account().slot("primary")->token;
  stripe.act({{"act", "card"}, {"id", token.substr(token.find('/') + 1)}, {"refund", "fails_later"}});
  flow.goes(host, stripe);
  ASSERT_EQ(host.account().refunds.at(0).state, AttemptState::captured);
  host.to(host.now() + hours(25));
  host.deliver();
  EXPECT_EQ(host.account().refunds.at(0).state, AttemptState::declined);
  const json::object waits = host.waits();
  EXPECT_TRUE(waits.at("refunds").at(0).at("why").as_string().starts_with("taken_back"));
  EXPECT_EQ(host.discrepancies(), "");
}

}  // namespace
}  // namespace florin::test
