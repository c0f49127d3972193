/// A method is saved at its processor with its customer's own step, and pays later without them.
#include <gtest/gtest.h>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

json::object action_of(Paying& host) {
  return json::parse(host.opened(host.account().savings.at(0).action)).as_object();
}

class Saving : public testing::Test {
 protected:
  void opens(Paying& host) {
    stripe.anew(flows_begin);
    EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "US"}})"), "");
    EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "card", "slot": "primary"}})"), "");
  }
  /// As the customer's browser does with the intent's secret.
  void gives(Paying& host, const std::string& card) { gives(secret_of(host), card); }
  static std::string secret_of(Paying& host) { return text(action_of(host).at("fields").as_object(), "client_secret"); }
  void gives(const std::string& secret, const std::string& card) {
    stripe.api("POST", "/v1/setup_intents/" + secret.substr(0, secret.find("_secret")) + "/confirm",
               "payment_method=" + card);
  }
  StandIn stripe{"stripe"};
};

TEST_F(Saving, AtStripeIsFinishedByItsWebhookAndChargedWithoutTheCustomer) {
  Paying host(stripe, flows_begin);
  opens(host);
  EXPECT_EQ(host.account().savings.at(0).state, AttemptState::needs_action);
  EXPECT_TRUE(host.account().methods.empty());
  EXPECT_EQ(text(action_of(host).at("fields").as_object(), "type"), "setup_intent");
  gives(host, "pm_card_mastercard");
  host.deliver();
  host.to(host.now());
  ASSERT_EQ(host.account().methods.size(), 1U);
  const SavedMethod saved = host.account().methods[0];
  EXPECT_EQ(saved.slot, "primary");
  EXPECT_EQ(saved.brand, "mastercard");
  EXPECT_EQ(saved.masked, "4444");
  EXPECT_TRUE(saved.token.starts_with("cus_")) << "the customer and the card";
  EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
  host.to(*Instant::parse("2026-04-10T09:01Z"));
  EXPECT_EQ(host.ours(), (StandIn::Sums{.captured = 9800, .refunded = 0, .captures = 2})) << "the renewal too";
  // A second card of the same customer: no second customer.
  EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "card", "slot": "backup"}})"), "");
  EXPECT_EQ(stripe.api("GET", "/v1/customers", "").at("data").as_array().size(), 1U);
}

TEST_F(Saving, IsThereWhenItsCustomerComesBack) {
  Paying host(stripe, flows_begin);
  opens(host);
  gives(host, "pm_card_visa");
  EXPECT_TRUE(host.account().methods.empty());
  EXPECT_EQ(host.ask("owner", R"({"customer_returned": {}})"), "");
  EXPECT_EQ(host.account().methods.size(), 1U);
  EXPECT_EQ(host.ask("owner", R"({"customer_returned": { }})"), "nothing_to_ask");
}

TEST_F(Saving, WithoutAWebhookIsFinishedByItsLookUp) {
  Paying host(stripe, flows_begin);
  opens(host);
  host.to(flows_begin + minutes(1));
  gives(host, "pm_card_visa");
  host.to(flows_begin + minutes(15));
  ASSERT_EQ(host.account().methods.size(), 1U);
  EXPECT_EQ(host.account().methods[0].masked, "4242");
}

TEST_F(Saving, TakesNoBrandThatIsNotAccepted) {
  Paying host(stripe, flows_begin);
  opens(host);
  gives(host, "pm_card_unionpay");
  host.deliver();
  host.to(host.now());
  EXPECT_TRUE(host.account().methods.empty());
  EXPECT_EQ(host.account().savings.at(0).decline_code, "brand_not_accepted");
}

TEST_F(Saving, IsOverWithItsTime) {
  Paying host(stripe, flows_begin);
  opens(host);
  const std::string secret = secret_of(host);
  host.to(flows_begin + minutes(61));
  EXPECT_EQ(host.account().savings.at(0).state, AttemptState::expired);
  gives(secret, "pm_card_visa");
  host.deliver();
  host.to(host.now() + hours(2));
  EXPECT_TRUE(host.account().methods.empty()) << "the customer starts again";
  EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "card", "slot": "backup"}})"), "");
  EXPECT_EQ(host.account().savings.size(), 2U);
}

TEST_F(Saving, IsRefusedWhereAMethodCannotBeKept) {
  Paying host(stripe, flows_begin);
  opens(host);
  EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "card", "slot": "invoice"}})"), "unknown_slot");
  EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "upi", "slot": "primary"}})"), "unknown_method");
}

TEST_F(Saving, ThatIsNotThereIsRefused) {
  Paying host(stripe, flows_begin);
  opens(host);
  const auto answer = host.assembly().engine().submit_and_wait({.tenant = host.tenant(),
                                                                .account = AccountId::trusted("acme"),
                                                                .actor = {"host", ""},
                                                                .key = {},
                                                                .asked_at = std::nullopt,
                                                                .command = SetUpReported{SavingId{9}, {}},
                                                                .reply = {},
                                                                .of_effect = false,
                                                                .way = Way::host});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->entry->refusal->code, "no_such_saving");
}

TEST(SavingInIndia, IsAMandateThatIsDebitedAfterItsNotice) {
  const StandIn razorpay("razorpay");
  razorpay.anew(flows_begin);
  Paying host(razorpay, flows_begin);
  const Flow& flow = test::flow("a mandate saved, then debited");
  flow.set_up(host, razorpay);
  ASSERT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "upi", "slot": "primary"}})"), "");
  const json::object fields = action_of(host).at("fields").as_object();
  EXPECT_EQ(text(fields, "checkout"), "razorpay");
  EXPECT_EQ(text(fields, "recurring"), "1");
  EXPECT_TRUE(text(fields, "order_id").starts_with("order_"));
  EXPECT_TRUE(text(fields, "customer_id").starts_with("cust_"));
  flow.goes(host, razorpay);
  ASSERT_EQ(host.account().methods.size(), 1U);
  EXPECT_TRUE(host.account().methods[0].token.starts_with("cust_"));
  EXPECT_TRUE(host.account().methods[0].masked.ends_with("@okbank"));
  host.to(host.now() + flows_last);
  // The first period in the app, the second by mandate a day after its notice; the rupee is not captured.
  EXPECT_EQ(host.ours().captures, 2);
  EXPECT_EQ(host.discrepancies(), "");
}

}  // namespace
}  // namespace florin::test
