/// A card's number, in whatever field it is written and by whichever way it comes: refused with the field, never
/// stored.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "florin/host.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

constexpr const char* number = "4111 1111 1111 1111";

class CardNumber : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
    auto opened = Host::open({.config = FLORIN_CONFIG "/florin.yaml",
                              .data = (folder / "data").string(),
                              .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
    ASSERT_TRUE(opened) << opened.error().message;
    host.emplace(std::move(*opened));
    const auto made = host->submit_json(tenant, acme, staff, "open", R"({"open_account": {"billing_country": "US"}})");
    ASSERT_TRUE(made && !made->refusal);
  }
  void TearDown() override {
    if (host) host->close();
    host.reset();
    fs::remove_all(folder);
  }
  /// Nothing that the host keeps has it, in no way that it is written.
  void is_nowhere() {
    host->close();
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "data")) {
      if (!entry.is_regular_file() || entry.path().extension() == ".so") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      ++files;
      for (const char* written : {number, "4111111111111111", "4111-1111-1111-1111"})
        EXPECT_EQ(bytes.find(written), std::string::npos) << entry.path();
    }
    EXPECT_GE(files, 2);
  }

  const fs::path folder = fs::temp_directory_path() / ("florin-card-number-" + std::to_string(::getpid()));
  std::optional<Host> host;
  const TenantId tenant = *TenantId::parse("callloop");
  const AccountId acme = *AccountId::parse("acme");
  const Actor staff{"staff", "eve"};
};

TEST_F(CardNumber, IsRefusedInEveryFieldOfACommand) {
  const std::pair<const char*, const char*> commands[] = {
      {R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "4111111111111111", "brand": "visa"}}})",
       "add_payment_method.details.token"},
      {R"({"add_payment_method": {"method": "card", "slot": "primary", "token": "4111-1111-1111-1111"}})",
       "add_payment_method.token"},
      {R"({"add_payment_method": {"method": "card", "slot": "primary", "token": "ok", "masked": "4111111111111111"}})",
       "add_payment_method.masked"},
      {R"({"set_billing": {"personal_data": {"name": "Ann 4111 1111 1111 1111"}}})", "set_billing.personal_data.name"},
      {R"({"set_personal_data": {"personal_data": {"address": "4111111111111111"}}})",
       "set_personal_data.personal_data.address"},
      {R"({"adjust_credits": {"amount": "5 message", "take": false, "reason": "card 4111 1111 1111 1111"}})",
       "adjust_credits.reason"},
      {R"({"request_review": {"order": 1, "reason": "duplicate_charge", "said": "I paid with 4111111111111111"}})",
       "request_review.said"},
      {R"({"occupy_item": {"entitlement": "numbers", "item": "4111111111111111"}})", "occupy_item.item"},
      {R"({"use": {"meter": "sms", "quantity": "160 characters", "properties": {"destination": "4111111111111111"}}})",
       "use.properties.destination"},
      {R"({"use_together": {"usages": [{"meter": "sms", "quantity": "160 characters"},
           {"meter": "sms", "quantity": "160 characters", "properties": {"to": "4111 1111 1111 1111"}}]}})",
       "use_together.usages[1].properties.to"},
      {R"({"buy_credits": {"amount": "500 message", "pay_with": "card/4111111111111111"}})", "buy_credits.pay_with"},
      {R"({"record_bank_receipt": {"receipt": "r1", "processor": "sandbox", "kind": "transfer", "amount": "5.00 USD",
           "dated": "2026-03-10", "said": "from 4111 1111 1111 1111"}})",
       "record_bank_receipt.said"}};
  int n = 0;
  for (const auto& [command, field] : commands) {
    const auto said = host->submit_json(tenant, acme, staff, "k" + std::to_string(++n), command);
    ASSERT_FALSE(said) << command;
    EXPECT_EQ(said.error().code, "card_number") << command;
    const std::string whole = field;
    EXPECT_EQ(said.error().at.path, whole.substr(whole.find('.') + 1)) << command;
    EXPECT_EQ(said.error().message.find("4111"), std::string::npos);
  }
  const auto taken = host->take({{.tenant = tenant,
                                  .account = acme,
                                  .actor = {"service", ""},
                                  .key = "usage",
                                  .asked_at = std::nullopt,
                                  .command = Use{.meter = *MeterId::parse("sms"),
                                                 .quantity = *Quantity::parse("160 characters"),
                                                 .properties = {{"to", number}}}}});
  EXPECT_EQ(taken.at(0).error().code, "card_number");
  is_nowhere();
}

TEST_F(CardNumber, IsRefusedAsKeyAccountAndActor) {
  const std::string bare = "4111111111111111";
  const auto asks = [&](const AccountId& account, const Actor& actor, const std::string& key) {
    const auto said = host->submit_json(tenant, account, actor, key, R"({"open_account": {"billing_country": "US"}})");
    return said ? std::string() : said.error().code + " " + said.error().at.path;
  };
  EXPECT_EQ(asks(acme, staff, bare), "card_number key");
  EXPECT_EQ(asks(*AccountId::parse(bare), staff, "k"), "card_number account");
  EXPECT_EQ(asks(*AccountId::parse("card-4111-1111-1111-1111"), staff, "k"), "card_number account");
  EXPECT_EQ(asks(acme, {"owner", bare}, "k"), "card_number actor");
  EXPECT_EQ(asks(acme, {bare, ""}, "k"), "card_number actor");
  const auto taken = host->take(
      {{.tenant = tenant,
        .account = acme,
        .actor = {"service", ""},
        .key = bare,
        .asked_at = std::nullopt,
        .command =
            Use{.meter = *MeterId::parse("sms"), .quantity = *Quantity::parse("160 characters"), .properties = {}}}});
  EXPECT_EQ(taken.at(0).error().code, "card_number");
  is_nowhere();
}

TEST_F(CardNumber, IsRefusedInEveryFieldOfAnImport) {
  const auto write = [&](const std::string& text) {
    std::ofstream(folder / "customers.yaml") << text;
    return (folder / "customers.yaml").string();
  };
  const std::string head = "accounts:\n  grace:\n    billing_country: US\n    opened_at: 2025-06-10T15:00Z\n";
  for (const char* field :
       {"    personal_data: {name: \"4111 1111 1111 1111\"}\n",
        "    methods: [{method: card, slot: primary, token: tok_1, brand: visa, masked: \"4111111111111111\"}]\n",
        "    methods: [{method: card, slot: primary, token: \"4111111111111111\", brand: visa, masked: \"1\"}]\n",
        "    approvals: {kyc: \"4111111111111111\"}\n",
        "    items: [{entitlement: numbers, item: \"4111111111111111\"}]\n"}) {
    const auto report = host->import_accounts(tenant, write(head + field), staff, false);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_NE(std::ranges::find(report->errors, "card_number", &Error::code), report->errors.end()) << field;
    for (const Error& error : report->errors)
      EXPECT_EQ(error.message.find("4111"), std::string::npos) << field << error.message;
  }
  EXPECT_EQ(host->accounts(tenant).size(), 1U);
  is_nowhere();
}

}  // namespace
}  // namespace florin
