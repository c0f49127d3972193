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

// 1,000 came with the plan, and 161 characters took two: 998 messages of 160 characters are the rest.
TEST_F(ReadsOverHttp, CreditsThatAreAllSpentAreUsedUp) {
  const auto plan_credits = [&] {
    const auto grant = get("accounts/zoe/grants?limit=1").at("data").at(0);
    return std::string(grant.at("state").as_string()) + ", " + std::string(grant.at("remaining").as_string());
  };
  EXPECT_EQ(plan_credits(), "working, 998 message");
  EXPECT_EQ(ask(backend_, "/v1/callloop/usage",
                R"([{"account": "zoe", "key": "m2", "use": {"meter": "sms", "quantity": "159680 characters"}}])")
                .status,
            200);
  EXPECT_EQ(plan_credits(), "used_up, 0 message");
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

/// One account with a long past: each order of 500 messages is paid, and used up at once.
class LongPast : public ReadsOverHttp {
 protected:
  /// So many more orders, and grants, that are over.
  void lives_through(std::size_t more) {
    constexpr std::size_t at_once = 500;
    for (const std::size_t until = orders_ + more; orders_ < until;) {
      std::vector<Request> buys;
      std::vector<UsageRequest> uses;
      for (; orders_ < until && buys.size() < at_once; ++orders_) {
        BuyCredits buy;
        buy.amount = *CreditAmount::parse("500 message");
        buys.push_back({tenant_, zoe_, service_, "buy-" + std::to_string(orders_), std::nullopt, buy});
        uses.push_back({tenant_, zoe_, service_, "use-" + std::to_string(orders_), std::nullopt,
                        Use{*MeterId::parse("sms"), *Quantity::parse("80000 characters"), {}}});
      }
      for (const auto& bought : host_->submit(buys)) ASSERT_TRUE(bought && !bought->refusal);
      ASSERT_EQ(*host_->wait_for_payments(tenant_, zoe_, seconds(60)), std::vector<std::string>());
      for (const auto& used : host_->take(std::move(uses))) ASSERT_TRUE(used && !used->refusal);
    }
  }
  /// What `path` lists, read to its end; after each page something new happens.
  std::vector<std::int64_t> read_while_it_grows(const std::string& path, const char* id) {
    std::vector<std::int64_t> seen;
    std::string after;
    for (bool more = true; more;) {
      const auto page = get(path + "?limit=200" + (after.empty() ? "" : "&after=" + after));
      for (const auto& one : page.at("data").as_array()) seen.push_back(one.at(id).as_int64());
      more = page.at("next").is_string();
      if (more) after = page.at("next").as_string();
      lives_through(1);
    }
    return seen;
  }
  /// From that on down to 1, each once.
  static std::vector<std::int64_t> down_from(std::size_t highest) {
    std::vector<std::int64_t> all;
    for (auto id = static_cast<std::int64_t>(highest); id > 0; --id) all.push_back(id);
    return all;
  }

  const TenantId tenant_ = *TenantId::parse("callloop");
  const AccountId zoe_ = *AccountId::parse("zoe");
  const Actor service_{"service", "shop"};
  std::size_t orders_ = 1;  ///< the first is the plan's; each order has a grant and an invoice
};

TEST_F(LongPast, AnAccountIsAsLongAfterTenThousandOrdersAsAfterTen) {
  lives_through(9);
  const std::string few = ask(backend_, "/v1/callloop/accounts/zoe").body;
  lives_through(9'990);
  ASSERT_EQ(orders_, 10'000U);
  const std::string many = ask(backend_, "/v1/callloop/accounts/zoe").body;
  // Five orders whose ids have up to four digits more, the cursor behind them, two positions. Each order is 800 bytes.
  EXPECT_NEAR(static_cast<double>(many.size()), static_cast<double>(few.size()), 100) << few << "\n" << many;

  const auto account = boost::json::parse(many);
  ASSERT_EQ(account.at("orders").at("data").as_array().size(), 5U);
  EXPECT_EQ(account.at("orders").at("data").at(0).at("id").as_int64(), 10'000);
  EXPECT_EQ(account.at("orders").at("next").as_string(), "9996");
  const auto beyond = get("accounts/zoe/orders?limit=1&count=true&after=9996");
  EXPECT_EQ(beyond.at("data").at(0).at("id").as_int64(), 9'995);
  EXPECT_EQ(beyond.at("count").as_int64(), 10'000);
  // 1000 of the plan, less the 2 of the first message, are all that is left: what was bought is used up.
  EXPECT_EQ(account.at("credits").at(0).at("available").as_string(), "998 message");

  EXPECT_EQ(read_while_it_grows("accounts/zoe/orders", "id"), down_from(10'000));
  const std::size_t so_far = orders_;
  EXPECT_GT(so_far, 10'049U) << "one came after each of the 50 pages";
  EXPECT_EQ(read_while_it_grows("accounts/zoe/grants", "id"), down_from(so_far));
  const std::size_t then = orders_;
  EXPECT_EQ(read_while_it_grows("accounts/zoe/documents", "order"), down_from(then));
}

TEST_F(LongPast, CursorsThatNoPageGaveAreRefused) {
  lives_through(4);
  for (const char* list : {"orders", "grants", "refunds", "reviews", "disputes", "holds", "documents"})
    for (const char* after : {"x", "-1", "3x", "3-", "99999999999999999999"}) {
      const auto answer = ask(backend_, std::string("/v1/callloop/accounts/zoe/") + list + "?after=" + after);
      EXPECT_EQ(answer.json().at("code").as_string(), "bad_cursor") << list << after << answer.body;
    }
  EXPECT_TRUE(get("accounts/zoe/orders?after=1").at("data").as_array().empty()) << "nothing came before the first";
  EXPECT_TRUE(get("accounts/zoe/orders?after=1").at("next").is_null());
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
        "accounts/zoe/members", "accounts/zoe/reviews", "accounts/zoe/grants", "accounts/zoe/holds"}) {
    const auto answer = ask(token, std::string("/v1/callloop/") + path);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    EXPECT_EQ(answer.body.find(".yaml"), std::string::npos) << path << answer.body;
    EXPECT_EQ(answer.body.find("\"reference\":\""), std::string::npos) << path << answer.body;
  }
  const auto own = boost::json::parse(ask(token, "/v1/callloop/accounts/zoe").body);
  const auto for_staff = get("accounts/zoe");
  EXPECT_TRUE(own.at("disputes").is_null());
  EXPECT_TRUE(own.at("orders").at("data").at(0).at("staff").is_null());
  EXPECT_TRUE(own.at("grants").at(0).at("staff").is_null());
  EXPECT_TRUE(for_staff.at("disputes").at("data").as_array().empty());
  EXPECT_EQ(for_staff.at("grants").at(0).at("staff").at("rule").as_string(), "grants.plan");
  for (const auto& field : for_staff.as_object()) EXPECT_TRUE(own.as_object().contains(field.key())) << field.key();
  EXPECT_EQ(ask(token, "/v1/callloop/accounts/zoe/disputes").status, 403);
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
