/// Debits by mandate: what a bank pays days later, and takes back weeks after that.
#include <gtest/gtest.h>

#include <algorithm>

#include "config/command.hpp"
#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

class GoCardless : public testing::Test {
 protected:
  /// A mandate is made, the plan is subscribed to, and its debit is on its way.
  void subscribes() {
    EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "DE"}})"), "");
    EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "sepa_debit", "slot": "primary"}})"), "");
    bank.act({{"act", "fulfil"}, {"id", request()}, {"ending", "42"}});
    EXPECT_EQ(host.ask("owner", R"({"customer_returned": {}})"), "");
    EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
  }
  void is_paid() {
    subscribes();
    host.to(flows_begin + hours(4 * 24));
    ASSERT_EQ(host.account().orders.at(0).state, OrderState::paid);
    ASSERT_EQ(credits(), 1000);
  }
  std::string request() const {
    return text(bank.api("GET", "/billing_requests", "").at("billing_requests").at(0).as_object(), "id");
  }
  std::string payment() const { return text(bank.api("GET", "/payments", "").at("payments").at(0).as_object(), "id"); }
  std::string mandate() { return host.account().methods.at(0).token; }
  std::int64_t credits() {
    std::int64_t left = 0;
    for (const Grant& grant : host.account().grants) left += grant.remaining.units;
    return left;
  }
  /// The webhooks alone that came since the last time, in any order.
  void hears(const std::function<void(std::vector<WebhookMessage>&)>& mix = {}) { host.deliver(mix); }
  json::array for_staff() { return host.waits().at("discrepancies").as_array(); }

  StandIn bank{"gocardless"};
  Paying host = (bank.anew(flows_begin), Paying(bank, flows_begin));
};

TEST_F(GoCardless, AMandateIsMadeOnItsPageAndDebitedWithoutTheCustomer) {
  EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "DE"}})"), "");
  EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "sepa_debit", "slot": "primary"}})"), "");
  const Saving saving = host.account().savings.at(0);
  EXPECT_EQ(saving.state, AttemptState::needs_action);
  const json::object action = json::parse(host.opened(saving.action)).as_object();
  EXPECT_EQ(text(action, "kind"), "redirect");
  EXPECT_TRUE(text(action, "url").starts_with("https://pay.gocardless.com/")) << saving.action;
  bank.act({{"act", "fulfil"}, {"id", request()}, {"ending", "42"}});
  hears();
  host.to(host.now());
  ASSERT_EQ(host.account().methods.size(), 1U) << "the webhook said so, and the request was looked at";
  EXPECT_EQ(host.account().methods[0].masked, "SEPA •• 42");
  EXPECT_TRUE(mandate().starts_with("MD"));
  EXPECT_EQ(host.ask("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), "");
  EXPECT_EQ(host.account().orders.at(0).attempts.at(0).state, AttemptState::pending);
  EXPECT_EQ(credits(), 0) << "nothing is paid yet";
  host.to(flows_begin + hours(4 * 24));
  EXPECT_EQ(host.account().orders.at(0).state, OrderState::paid);
  EXPECT_EQ(credits(), 1000);
  EXPECT_EQ(host.discrepancies(), "");
}

/// Wrong: a mandate for who has no bank account in the SEPA area, found out on GoCardless's page.
TEST_F(GoCardless, ItIsOfferedWhereItsMethodSays) {
  EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "BR"}})"), "");
  try {
    host.ask("owner", R"({"set_up_payment_method": {"method": "sepa_debit", "slot": "primary"}})");
    FAIL() << "it was offered";
  } catch (const std::runtime_error& refused) {
    EXPECT_NE(std::string(refused.what()).find("needs a bank account in a country of the SEPA area"), std::string::npos)
        << refused.what();
  }
  EXPECT_TRUE(host.account().savings.empty());
}

TEST_F(GoCardless, TheReturnAddressIsTheHostsOwn) {
  EXPECT_EQ(host.ask("service", R"({"open_account": {"billing_country": "DE"}})"), "");
  EXPECT_EQ(host.ask("owner", R"({"set_up_payment_method": {"method": "sepa_debit", "slot": "primary"}})"), "");
  const json::value flow = bank.act({{"act", "flow"}});
  EXPECT_EQ(flow.at("redirect_uri").as_string(), "https://billing.example/return/studio");
}

TEST_F(GoCardless, ADebitThatIsRefusedIsDeclinedForItsReason) {
  subscribes();
  bank.act({{"act", "advance"}, {"seconds", 86'400}});
  bank.act({{"act", "fail"}, {"id", payment()}, {"cause", "bank_account_closed"}});
  host.to(flows_begin + hours(25));
  hears();
  const Attempt& attempt = host.account().orders.at(0).attempts.at(0);
  EXPECT_EQ(attempt.state, AttemptState::declined);
  EXPECT_EQ(attempt.decline, DeclineKind::hard);
  EXPECT_EQ(attempt.decline_code, "bank_account_closed");
  EXPECT_EQ(credits(), 0);
  EXPECT_EQ(host.discrepancies(), "");
}

/// Wrong: paid for good, with 1000 credits for a debit that the bank has taken back.
TEST_F(GoCardless, ALateFailureTakesBackWhatItPaid) {
  is_paid();
  bank.act({{"act", "fail"}, {"id", payment()}, {"cause", "insufficient_funds"}});
  hears();
  hears();
  ASSERT_EQ(host.account().disputes.size(), 1U) << "once, however often it is told";
  const Dispute& reversal = host.account().disputes[0];
  EXPECT_EQ(reversal.state, DisputeState::lost);
  EXPECT_EQ(reversal.amount.text(), "49.00 EUR");
  EXPECT_EQ(reversal.reason, "insufficient_funds");
  EXPECT_EQ(reversal.ref, "reversal-" + host.account().orders.at(0).attempts.at(0).key);
  EXPECT_EQ(credits(), 0);
  EXPECT_TRUE(for_staff().empty());
}

/// Wrong: the older word, that it was collected, counts as the newer one, and the credits are there again.
TEST_F(GoCardless, InWhateverOrderItIsToldItEndsAsItIs) {
  is_paid();
  bank.act({{"act", "fail"}, {"id", payment()}});
  hears([](std::vector<WebhookMessage>& all) { std::ranges::reverse(all); });
  hears();
  EXPECT_EQ(host.account().disputes.at(0).state, DisputeState::lost);
  EXPECT_EQ(credits(), 0);
}

/// It is told before the host knew that it was ever paid.
TEST_F(GoCardless, AFailureBeforeItWasKnownToBePaidIsADecline) {
  subscribes();
  bank.act({{"act", "advance"}, {"seconds", 4 * 86'400}});
  bank.act({{"act", "fail"}, {"id", payment()}});
  hears([](std::vector<WebhookMessage>& all) { std::ranges::reverse(all); });
  EXPECT_TRUE(host.account().disputes.empty());
  EXPECT_EQ(host.account().orders.at(0).attempts.at(0).state, AttemptState::declined);
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(GoCardless, AChargebackThatIsCancelledGivesBackExactlyThat) {
  is_paid();
  bank.act({{"act", "charge_back"}, {"id", payment()}});
  hears();
  EXPECT_EQ(credits(), 0);
  EXPECT_EQ(host.account().disputes.at(0).reason, "authorisation_disputed");
  bank.act({{"act", "chargeback_cancelled"}, {"id", payment()}});
  hears();
  EXPECT_EQ(host.account().disputes.at(0).state, DisputeState::won);
  EXPECT_EQ(credits(), 1000);
  EXPECT_EQ(host.discrepancies(), "");
}

/// No webhook came: the books of the day tell of it, weeks after the payment was made.
TEST_F(GoCardless, TheDailyBooksTellOfALateFailureToo) {
  is_paid();
  host.to(flows_begin + hours(20 * 24));
  bank.act({{"act", "fail"}, {"id", payment()}, {"cause", "refer_to_payer"}});
  host.to(host.now() + hours(1));
  const auto report = host.reconciled(host.now() - hours(24), host.now());
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(host.account().disputes.size(), 1U);
  EXPECT_EQ(host.account().disputes[0].reason, "refer_to_payer");
  EXPECT_TRUE(report->discrepancies.empty()) << report->discrepancies.front();
  const auto again = host.reconciled(host.now() - hours(24), host.now());
  EXPECT_EQ(again->learned, 0U);
  EXPECT_TRUE(for_staff().empty());
}

/// Of the day in which the payment was made as well.
TEST_F(GoCardless, BooksThatNameTheFailedPaymentItselfAgree) {
  is_paid();
  bank.act({{"act", "fail"}, {"id", payment()}});
  const auto report = host.reconciled(flows_begin - hours(1), host.now() + hours(1));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(host.account().disputes.size(), 1U);
  EXPECT_TRUE(report->discrepancies.empty()) << report->discrepancies.front();
}

TEST_F(GoCardless, AMandateThatIsRevokedIsRemoved) {
  is_paid();
  const std::string its = mandate();
  bank.act({{"act", "end_mandate"}, {"id", its}});
  hears();
  EXPECT_EQ(host.account().slot("primary"), nullptr);
  hears();
  EXPECT_TRUE(for_staff().empty());
}

/// A payment is on its way with it: it comes to its end first, and says the same.
TEST_F(GoCardless, AMandateThatIsRevokedUnderAPaymentDeclinesIt) {
  subscribes();
  bank.act({{"act", "end_mandate"}, {"id", mandate()}});
  hears();
  EXPECT_EQ(host.account().orders.at(0).attempts.at(0).state, AttemptState::voided);
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(GoCardless, ARefundIsPendingUntilItIsPaidOut) {
  is_paid();
  EXPECT_EQ(host.ask("owner", R"({"request_refund": {}})"), "");
  EXPECT_EQ(host.ask("staff", R"({"decide_refund": {"approve": true, "reason": "guarantee"}})"), "");
  EXPECT_EQ(host.account().refunds.at(0).state, AttemptState::pending);
  host.to(host.now() + hours(3 * 24));
  hears();
  host.to(host.now() + hours(1));
  EXPECT_EQ(host.account().refunds.at(0).state, AttemptState::captured);
  EXPECT_EQ(host.discrepancies(), "");
}

/// Wrong: not sent three times, because the sandbox in GoCardless's place knows cards alone.
TEST(PlayedBySandbox, EveryMethodOfAProcessorIs) {
  const StandIn bank("gocardless");  // for its address alone: nothing reaches it
  const scenario::TemporaryFolder folder;
  config::HostFile file = host_file(bank, folder.path());
  file.payments_in_sandbox = true;
  auto stage = scenario::Stage::open(file, std::nullopt, std::nullopt, flows_begin);
  ASSERT_TRUE(stage) << stage.error().message;
  const auto asks = [&](const std::string& role, const std::string& command) {
    Errors errors;
    return stage->send({{.tenant = TenantId::trusted("studio"),
                         .account = AccountId::trusted("ann"),
                         .actor = {role, ""},
                         .key = "ann:" + std::to_string(command.size()),
                         .asked_at = std::nullopt,
                         .command = *config::command_of_json(command, errors)}});
  };
  ASSERT_TRUE(asks("service", R"({"open_account": {"billing_country": "DE"}})").front());
  ASSERT_TRUE(
      asks(
          "owner",
          R"({"add_payment_method": {"method": "sepa_debit", "slot": "primary", "details": {"token": "pending_12h"}}})")
          .front());
  ASSERT_TRUE(asks("owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})").front());
  stage->run_until(flows_begin + hours(24));
  const Account* account = stage->account(TenantId::trusted("studio"), AccountId::trusted("ann"));
  ASSERT_FALSE(account->orders.empty());
  EXPECT_EQ(account->orders.at(0).state, OrderState::paid);
  EXPECT_TRUE(bank.seen().empty());
}

}  // namespace
}  // namespace florin::test
