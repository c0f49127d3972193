#include "florin/host.hpp"
#include "florin/reads.hpp"

#include <gtest/gtest.h>

#include "config/check.hpp"

namespace florin {
namespace {

/// What stands behind a kind is what that kind asks for: a typed text is no bank.
TEST(Host, TakesNoBankThatIsNone) {
  auto host = Host::open(
      {.config = FLORIN_CONFIG "/florin.yaml", .data = "memory", .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
  ASSERT_TRUE(host) << host.error().message;
  const auto said =
      host->submit_json(*TenantId::parse("exotel"), *AccountId::parse("acme"), {"owner", ""}, "k",
                        R"({"buy_credits": {"amount": "100 balance", "pay_with": "netbanking/my bank"}})");
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, "bad_details");
  EXPECT_EQ(said.error().at.path, "pay_with");
}

TEST(Host, SellsAPlanFromTheShippedTenant) {
  auto host = Host::open(
      {.config = FLORIN_CONFIG "/florin.yaml", .data = "memory", .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_EQ(config::text_of(host->problems()), "");
  const TenantId tenant = *TenantId::parse("callloop");
  const AccountId account = *AccountId::parse("acme");
  const Actor service{"service", ""};
  const auto run = [&](const char* key, const char* json) {
    auto done = host->submit_json(tenant, account, service, key, json);
    EXPECT_TRUE(done) << key << ": " << done.error().message;
    if (done) {
      EXPECT_FALSE(done->refusal) << key << ": " << done->refusal->text;
    }
    return done ? done->entry : std::string();
  };
  run("open", R"({"open_account": {"billing_country": "US", "personal_data": {"name": "Ann"}}})");
  run("card",
      R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
  run("plan", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  run("use", R"({"use": {"meter": "sms", "quantity": "161 characters"}})");
  const std::string view = *host->account(tenant, account, Audience::staff);
  EXPECT_NE(view.find(R"("available":"998 message")"), std::string::npos) << view;
  // What a page needs before anybody decides: the next renewal, what may be chosen, what a choice would do.
  EXPECT_NE(view.find(R"("next":{"at":"2026-04-10T09:00Z","total":"49.00 USD")"), std::string::npos) << view;
  const std::string offer = *Reads(*host).catalog(tenant, account, service);
  EXPECT_NE(offer.find(R"("longest_pause":"90 days")"), std::string::npos) << offer;
  EXPECT_EQ(offer.find(R"({"plan":"custom")"), std::string::npos) << offer;
  const std::string upgrade = *host->quote_json(tenant, account, service, R"({"change_plan": {"plan": "pro"}})");
  EXPECT_NE(upgrade.find(R"("today":{"total":"249.00 USD")"), std::string::npos) << upgrade;
  EXPECT_NE(upgrade.find(R"("how":"rolled")"), std::string::npos) << upgrade;
  const std::string ends = *host->quote_json(tenant, account, service, R"({"cancel": {}})");
  EXPECT_NE(ends.find(R"("how":"forfeited")"), std::string::npos) << ends;
  EXPECT_EQ(*host->account(tenant, account, Audience::staff), view);
  EXPECT_EQ(host->quote_json(tenant, account, service, R"({"change_plan": {"plam": "pro"}})").error().code,
            "unknown_key");

  EXPECT_TRUE(host->submit_json(tenant, account, service, "name",
                                R"({"set_personal_data": {"personal_data": {"name": "Bob"}}})")
                  ->refusal);
  EXPECT_EQ(host->personal_data(tenant, account)->front().value, "Ann");
  EXPECT_FALSE(host->submit_json(tenant, account, {"staff", ""}, "name-2",
                                 R"({"set_personal_data": {"personal_data": {"name": "Anna"}}})")
                   ->refusal);
  EXPECT_EQ(host->personal_data(tenant, account)->front().value, "Anna");
  host->run_until(*Instant::parse("2026-05-10T09:00Z"));
  // 998 roll over on 10 April for 30 days and are gone on 10 May, when the 1000 of April roll over.
  EXPECT_NE(host->account(tenant, account, Audience::staff)->find(R"("available":"2000 message")"), std::string::npos);
  run("late use", R"({"use": {"meter": "sms", "quantity": "161 characters"}})");
  EXPECT_NE(host->account(tenant, account, Audience::staff)->find(R"("available":"1998 message")"), std::string::npos);
}

}  // namespace
}  // namespace florin
