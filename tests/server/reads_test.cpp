#include "keys.hpp"
#include "served.hpp"

/// What pages read, as a customer and as staff.
namespace florin {
namespace {

class ReadsOverHttp : public Served {
 protected:
  ReadsOverHttp() {
    subscribe_zoe();
    EXPECT_EQ(ask(backend_, "/v1/callloop/usage",
                  R"([{"account": "zoe", "key": "m1", "use": {"meter": "sms", "quantity": "161 characters"}}])")
                  .status,
              200);
  }
  boost::json::value get(const std::string& path, const std::string& key = {}) {
    const auto answer = ask(key.empty() ? backend_ : key, "/v1/callloop/" + path);
    EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
    return answer.json();
  }
  std::string customer() {
    const auto made = ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
    return std::string(made.json().at("token").as_string());
  }
};

TEST_F(ReadsOverHttp, TheCatalogSaysWhatThisAccountMayChoose) {
  const auto catalog = get("accounts/zoe/catalog", customer());
  bool growth = false, custom = false;
  for (const auto& plan : catalog.at("plans").as_array()) {
    const auto& id = plan.at("plan").as_string();
    if (id == "growth") {
      growth = true;
      EXPECT_TRUE(plan.at("running").as_bool());
      EXPECT_EQ(plan.at("cycles").at(0).at("price").as_string(), "49.00 USD");
      EXPECT_EQ(plan.at("cycles").at(0).at("gives").at(0).as_string(), "1000 message");
    }
    custom = custom || id == "custom";
  }
  EXPECT_TRUE(growth);
  EXPECT_FALSE(custom) << "made for one account by staff";
  EXPECT_EQ(catalog.at("time_zone").as_string(), "America/Denver");
  bool may_cancel = false;
  for (const auto& may : catalog.at("may").as_array())
    if (may.at("action").as_string() == "cancel") may_cancel = may.at("allowed").as_bool();
  EXPECT_TRUE(may_cancel);
  EXPECT_FALSE(catalog.at("methods").as_array().empty());
  EXPECT_GT(get("offer").at("plans").as_array().size(), 3U);
}

TEST_F(ReadsOverHttp, ListsComeInPages) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(command("accounts/zoe/buy_credits", "b" + std::to_string(i), R"({"amount": "500 message"})",
                      {"Prefer: wait=20"})
                  .status,
              200);
  const auto first = get("accounts/zoe/documents?limit=3");
  ASSERT_EQ(first.at("data").as_array().size(), 3U);
  EXPECT_EQ(first.at("data").at(0).at("what").as_string(), "purchase") << "newest first";
  const auto second = get("accounts/zoe/documents?limit=3&after=" + std::string(first.at("next").as_string()));
  EXPECT_EQ(second.at("data").as_array().size(), 1U);
  EXPECT_TRUE(second.at("next").is_null());
  const std::string number(second.at("data").at(0).at("number").as_string());
  EXPECT_EQ(get("accounts/zoe/documents/" + number).at("total").as_string(), "49.00 USD");
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/documents/XX-1").status, 404);
  EXPECT_EQ(get("accounts/zoe/grants").at("data").as_array().size(), 4U);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/grants?after=x").json().at("code").as_string(), "bad_cursor");
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/grants?limit=0").status, 400);
}

TEST_F(ReadsOverHttp, UsageIsByDayAndMeter) {
  const auto usage = get("accounts/zoe/usage?from=2026-03-01&to=2026-03-31", customer());
  ASSERT_EQ(usage.at("data").as_array().size(), 1U);
  const auto& row = usage.at("data").at(0);
  EXPECT_EQ(row.at("day").as_string(), "2026-03-10");
  EXPECT_EQ(row.at("meter").as_string(), "sms");
  EXPECT_EQ(row.at("times").as_int64(), 1);
  EXPECT_EQ(row.at("credits").as_string(), "2 message");
  EXPECT_EQ(usage.at("as_of").at("behind").as_int64(), 0);
  EXPECT_TRUE(get("accounts/zoe/usage?from=2026-03-11").at("data").as_array().empty());
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/usage?from=March").status, 400);
}

TEST_F(ReadsOverHttp, TheHistoryIsForStaff) {
  const auto history = get("accounts/zoe/history?limit=2");
  ASSERT_EQ(history.at("data").as_array().size(), 2U);
  const std::string next(history.at("next").as_string());
  const auto older = get("accounts/zoe/history?after=" + next);
  EXPECT_EQ(older.at("data").as_array().back().at("command").as_string(), "open_account");
  EXPECT_LT(older.at("data").at(0).at("position").as_int64(), history.at("data").at(1).at("position").as_int64());
  EXPECT_EQ(ask(customer(), "/v1/callloop/accounts/zoe/history").status, 403);
  EXPECT_EQ(ask(customer(), "/v1/callloop/accounts").status, 403);
}

// A customer's view holds no word of a processor's.
TEST_F(ReadsOverHttp, CustomersAndStaffSeeTwoViews) {
  const std::string token = customer();
  for (const char* path :
       {"accounts/zoe", "accounts/zoe/orders", "accounts/zoe/refunds", "accounts/zoe/catalog", "accounts/zoe/documents",
        "accounts/zoe/members", "accounts/zoe/reviews", "accounts/zoe/grants"}) {
    const auto answer = ask(token, std::string("/v1/callloop/") + path);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    EXPECT_EQ(answer.body.find(".yaml"), std::string::npos) << path << answer.body;
    EXPECT_EQ(answer.body.find("\"reference\":\""), std::string::npos) << path << answer.body;
  }
  EXPECT_NE(ask(backend_, "/v1/callloop/accounts/zoe/orders").body.find("\"reference\":\""), std::string::npos);
}

TEST_F(ReadsOverHttp, AccountsAreFoundByWhatIsKnown) {
  EXPECT_EQ(command("accounts/acme/open_account", "oa", R"({"billing_country": "US"})").status, 200);
  EXPECT_EQ(get("accounts").at("data").as_array().size(), 2U);
  EXPECT_EQ(get("accounts?plan=growth").at("data").at(0).at("account").as_string(), "zoe");
  EXPECT_EQ(get("accounts?q=acm").at("data").as_array().size(), 1U);
  EXPECT_EQ(get("accounts?past_due=true").at("data").as_array().size(), 0U);
  const auto first = get("accounts?limit=1");
  EXPECT_EQ(first.at("next").as_string(), "acme");
  EXPECT_EQ(get("accounts?limit=1&after=acme").at("data").at(0).at("account").as_string(), "zoe");
  const auto wrong = ask(backend_, "/v1/callloop/accounts?plann=growth");
  EXPECT_EQ(wrong.status, 400) << "a mistyped filter gives nothing, and not everything";
}

}  // namespace
}  // namespace florin
