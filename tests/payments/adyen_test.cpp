/// Adyen: a page that its customer pays on, and notifications that come late, twice, in any order, and are the only
/// word there is: nobody can ask for a payment.
#include <gtest/gtest.h>

#include <algorithm>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

class Adyen : public testing::Test {
 protected:
  /// The order waits for its customer, on Adyen's page.
  void orders() {
    EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "NL"}})"), "");
    EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly", "pay_with": "ideal"}})"), "");
    ASSERT_EQ(attempt().state, AttemptState::needs_action);
  }
  void is_paid() {
    orders();
    bank.act({{"act", "pays"}});
    host.deliver();
    ASSERT_EQ(host.account().orders.at(0).state, OrderState::paid);
  }
  const Attempt& attempt() { return host.account().orders.at(0).attempts.at(0); }
  std::int64_t credits() {
    std::int64_t left = 0;
    for (const Grant& grant : host.account().grants) left += grant.remaining.units;
    return left;
  }
  void hears(const std::function<void(std::vector<WebhookMessage>&)>& mix = {}) { host.deliver(mix); }

  StandIn bank{"adyen"};
  Paying host = (bank.anew(flows_begin), Paying(bank, flows_begin));
};

TEST_F(Adyen, AnOrderIsPaidOnItsPageAndToldOfLate) {
  orders();
  const json::object action = json::parse(host.opened(attempt().action)).as_object();
  EXPECT_EQ(text(action, "kind"), "redirect");
  EXPECT_TRUE(text(action, "url").starts_with("https://test.adyen.link/")) << attempt().action;
  EXPECT_EQ(text(bank.act({{"act", "last_link"}}), "returnUrl"), "https://billing.example/return/studio?order=1");
  bank.act({{"act", "pays"}});
  EXPECT_EQ(host.ask("owner", R"({"customer_returned": {"order": 1}})"), "");
  EXPECT_EQ(attempt().state, AttemptState::pending) << "paid, and by which payment Adyen has not told";
  EXPECT_EQ(credits(), 0);
  host.to(host.now() + hours(3));
  hears();
  EXPECT_EQ(attempt().state, AttemptState::captured);
  EXPECT_EQ(attempt().ref, text(bank.act({{"act", "last_payment"}}), "pspReference")) << "what a refund needs";
  EXPECT_EQ(credits(), 1000);
  hears();  // and once more
  EXPECT_EQ(host.ours(), (StandIn::Sums{.captured = 4900, .refunded = 0, .captures = 1}));
}

/// Wrong: declined by the first notification, and the money of the second has no order.
TEST_F(Adyen, ARefusalOnThePageIsNotTheEnd) {
  orders();
  bank.act({{"act", "pays"}, {"refused", "REFUSED"}});
  hears();
  EXPECT_EQ(attempt().state, AttemptState::needs_action);
  EXPECT_TRUE(
      text(json::parse(host.opened(attempt().action)).as_object(), "url").starts_with("https://test.adyen.link/"));
  bank.act({{"act", "pays"}});
  hears([](std::vector<WebhookMessage>& all) { std::ranges::reverse(all); });
  EXPECT_EQ(attempt().state, AttemptState::captured);
  EXPECT_EQ(credits(), 1000);
}

TEST_F(Adyen, WhatThePageKeepsIsChargedAtTheRenewal) {
  is_paid();
  const auto kept = [](const SavedMethod& one) { return !one.once(); };
  ASSERT_EQ(std::ranges::count_if(host.account().methods, kept), 1)
      << "the first payment of a subscription leaves a mandate";
  host.to(*Instant::parse("2026-04-10T09:01Z"));
  EXPECT_EQ(bank.sums().captures, 2);
  EXPECT_EQ(host.ours(), (StandIn::Sums{.captured = 9800, .refunded = 0, .captures = 2}));
}

/// Wrong: another charge for the answer that got lost. The same key is asked again, and answered as it was.
TEST_F(Adyen, ALostAnswerOfACharge) {
  is_paid();
  bank.fault(static_cast<int>(bank.seen().size()) + 1, "no_answer", 0, 2);
  host.to(*Instant::parse("2026-04-10T09:30Z"));
  EXPECT_EQ(bank.sums().captures, 2);
  EXPECT_EQ(host.ours(), (StandIn::Sums{.captured = 9800, .refunded = 0, .captures = 2}));
}

TEST_F(Adyen, ARefundIsDoneWhenItIsToldSo) {
  is_paid();
  EXPECT_EQ(host.ask("owner", R"({"request_refund": {}})"), "");
  EXPECT_EQ(host.ask("staff", R"({"decide_refund": {"approve": true, "reason": "guarantee"}})"), "");
  EXPECT_EQ(host.ours().refunded, 0) << "taken on is not done";
  bank.act({{"act", "refunds"}, {"success", true}});
  hears();
  EXPECT_EQ(host.ours().refunded, 4900);
}

TEST_F(Adyen, ACaptureThatFailsLaterTakesBackWhatItPaid) {
  is_paid();
  bank.act({{"act", "capture_failed"}});
  hears();
  hears();
  ASSERT_EQ(host.account().disputes.size(), 1U) << "once, however often it is told";
  EXPECT_EQ(host.account().disputes[0].state, DisputeState::lost);
  EXPECT_EQ(credits(), 0);
}

TEST_F(Adyen, AChargebackIsADispute) {
  is_paid();
  bank.act({{"act", "dispute"}, {"event", "NOTIFICATION_OF_CHARGEBACK"}});
  bank.act({{"act", "dispute"}, {"event", "CHARGEBACK"}, {"status", "Lost"}});
  hears();
  ASSERT_EQ(host.account().disputes.size(), 1U);
  EXPECT_EQ(host.account().disputes[0].state, DisputeState::lost);
}

/// The signature is inside of what it signs: it is found in the bytes, and what the JSON says must be signed as well.
TEST_F(Adyen, ANotificationThatIsNotSignedSoDoesNothing) {
  orders();
  bank.act({{"act", "pays"}});
  const WebhookMessage good = bank.webhooks(host.now()).at(0);
  const auto take = [&](WebhookMessage message) {
    const auto taken = host.take(message);
    return taken ? std::string("taken") : taken.error().code;
  };
  const auto changed = [&](std::string_view what, std::string_view with) {
    WebhookMessage message = good;
    message.body.replace(message.body.find(what), what.size(), with);
    return message;
  };
  EXPECT_EQ(take(changed("\"value\":4900", "\"value\":9900")), "bad_signature");
  EXPECT_EQ(take(changed("\"success\":\"true\"", "\"success\":\"false\"")), "bad_signature");
  EXPECT_EQ(take(changed("hmacSignature", "hmacSignatures")), "bad_signature");
  // What is signed stands in front; what the JSON says of the same is another amount.
  const std::size_t item = good.body.find("{\"additionalData\""), end = good.body.rfind("}]}");
  std::string forged = good.body.substr(item, end - item);
  forged.replace(forged.find("4900"), 4, "9900");
  WebhookMessage twice = good;
  twice.body.insert(end, ",\"NotificationRequestItem\":" + forged);
  (void)take(twice);
  EXPECT_EQ(attempt().state, AttemptState::needs_action);
  EXPECT_EQ(take(good), "taken");
  EXPECT_EQ(attempt().state, AttemptState::captured);
}

}  // namespace
}  // namespace florin::test
