#include "florin/host.hpp"

#include <gtest/gtest.h>

#include "config/check.hpp"

namespace florin {
namespace {

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
  run("open", R"({"open_account": {"billing_country": "US", "person": {"name": "Ann"}}})");
  run("card",
      R"({"set_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
  run("plan", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  run("use", R"({"use": {"meter": "sms", "quantity": "161 characters"}})");
  const std::string view = *host->account(tenant, account);
  EXPECT_NE(view.find(R"("credits":{"message":"998"})"), std::string::npos) << view;
  host->run_until(*Instant::parse("2026-05-10T09:00Z"));
  // 998 roll over on 10 April for 30 days and are gone on 10 May, when the 1000 of April roll over.
  EXPECT_NE(host->account(tenant, account)->find(R"("credits":{"message":"2000"})"), std::string::npos);
  run("late use", R"({"use": {"meter": "sms", "quantity": "161 characters"}})");
  EXPECT_NE(host->account(tenant, account)->find(R"("credits":{"message":"1998"})"), std::string::npos);
}

}  // namespace
}  // namespace florin
