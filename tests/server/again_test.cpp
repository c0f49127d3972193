/// A command that is sent again with its key gets its first answer, whatever has changed since.
#include "keys.hpp"
#include "served.hpp"

namespace florin {
namespace {

class SentAgain : public Served {
 protected:
  void SetUp() override {
    staff_ = issue("callloop", *server::preset_scopes("staff"));
    EXPECT_EQ(command("accounts/zoe/open_account", "open", R"({"billing_country": "US"})").status, 200);
  }
  HttpAnswer give(const std::string& key) {
    return ask(staff_, "/v1/callloop/accounts/zoe/adjust_credits",
               R"({"amount": "5 message", "reason": "asked for by Zoe Quigley"})",
               {"Idempotency-Key: " + key, "Florin-Actor: staff:eve"});
  }
  std::string staff_;
};

// The reason named nobody that was known. Now it does, and a new command with it is refused.
TEST_F(SentAgain, ItIsAnsweredThoughItWouldBeRefusedToday) {
  const auto first = give("zoe:5");
  ASSERT_EQ(first.status, 200) << first.body;
  ASSERT_EQ(ask(staff_, "/v1/callloop/accounts/zoe/set_personal_data", R"({"personal_data": {"name": "Zoe Quigley"}})",
                {"Idempotency-Key: name", "Florin-Actor: staff:eve"})
                .status,
            200);
  const auto anew = give("zoe:6");
  EXPECT_EQ(anew.status, 400) << anew.body;
  EXPECT_EQ(anew.json().at("code").as_string(), "names_a_person");
  const auto again = give("zoe:5");
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_TRUE(again.json().at("again").as_bool());
  EXPECT_EQ(again.json().at("position"), first.json().at("position"));
  EXPECT_EQ(give("zoe:6").json().at("code").as_string(), "names_a_person") << "a key that was not used is still free";
}

// Somebody else's command under a used key is told so before anything else.
TEST_F(SentAgain, AReusedKeyIsSaidFirst) {
  ASSERT_EQ(give("zoe:5").status, 200);
  ASSERT_EQ(ask(staff_, "/v1/callloop/accounts/zoe/set_personal_data", R"({"personal_data": {"name": "Zoe Quigley"}})",
                {"Idempotency-Key: name", "Florin-Actor: staff:eve"})
                .status,
            200);
  const auto other = ask(staff_, "/v1/callloop/accounts/zoe/adjust_credits",
                         R"({"amount": "7 message", "reason": "asked for by Zoe Quigley"})",
                         {"Idempotency-Key: zoe:5", "Florin-Actor: staff:eve"});
  EXPECT_EQ(other.json().at("code").as_string(), "key_reused") << other.body;
}

}  // namespace
}  // namespace florin
