#include <filesystem>
#include <fstream>
#include <iterator>

#include "served.hpp"

/// 304 is said where the answer would have been the same, and only there.
namespace florin {
namespace {

class Conditions : public Served {
 protected:
  Conditions() { subscribe_zoe(); }
  HttpAnswer get(const std::string& key, const std::string& known = {}) {
    return ask(key, "/v1/callloop/accounts/zoe", {},
               known.empty() ? std::vector<std::string>() : std::vector<std::string>{"If-None-Match: " + known});
  }
  /// Callloop's file with another price, for whoever renews, in force.
  void raise_price() {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path(testing::TempDir()) / "conditions";
    fs::remove_all(folder);
    fs::copy(FLORIN_CONFIG, folder, fs::copy_options::recursive);
    const fs::path file = folder / "tenants" / "callloop.yaml";
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>("monthly: {price: 49.00", "monthly: {price: 59.00"),
          {"running_subscriptions: keep_price", "running_subscriptions: at_next_renewal"}}) {
      const std::size_t at = text.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      text.replace(at, from.size(), to);
    }
    std::ofstream(file) << text;
    server_.reset();
    const auto applied = host_->apply(file.string(), {"staff", "ann"});
    ASSERT_TRUE(applied) << applied.error().message;
    serve({});
  }
};

// Nothing happened on the account: its position and what falls due next are as they were.
TEST_F(Conditions, AnotherPriceIsAnotherAnswer) {
  const auto before = get(backend_);
  ASSERT_EQ(before.json().at("next").at("total").as_string(), "49.00 USD");
  ASSERT_EQ(get(backend_, before.header("ETag")).status, 304);
  raise_price();
  const auto after = get(backend_, before.header("ETag"));
  ASSERT_EQ(after.status, 200) << "a stale price would have stayed on the page";
  EXPECT_EQ(after.json().at("next").at("total").as_string(), "59.00 USD");
  EXPECT_EQ(after.json().at("position"), before.json().at("position")) << "what the tag said before";
  EXPECT_NE(after.header("ETag"), before.header("ETag"));
}

TEST_F(Conditions, WhatTheClockChangesIsAnotherAnswer) {
  const auto before = get(backend_);
  ASSERT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-03-20T09:00:00Z"})").status, 200);
  const auto later = get(backend_);
  EXPECT_EQ(get(backend_, before.header("ETag")).status == 304, later.body == before.body) << later.body;
  ASSERT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-05-11T00:00:00Z"})").status, 200);
  const auto after = get(backend_, before.header("ETag"));
  EXPECT_EQ(after.status, 200);
  EXPECT_NE(after.json().at("credits"), before.json().at("credits")) << "rolled over, and granted";
}

// Two views have one address: the tag of one is not that of the other.
TEST_F(Conditions, StaffsAnswerIsNotTheCustomers) {
  const auto made = ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
  const std::string customer(made.json().at("token").as_string());
  const auto staffs = get(backend_), own = get(customer);
  EXPECT_EQ(own.header("ETag") == staffs.header("ETag"), own.body == staffs.body) << own.body << staffs.body;
  EXPECT_NE(own.header("Vary").find("Cookie"), std::string::npos);
}

// RFC 9110, section 13.1.2: a list, compared weakly. A proxy that packs an answer calls its tag a weak one.
TEST_F(Conditions, TagsComeInListsAndWeak) {
  const std::string tag = get(backend_).header("ETag");
  for (const std::string& known : {"W/" + tag, "\"x\", " + tag, "\"x\",W/" + tag + " , \"y\"", std::string("*")})
    EXPECT_EQ(get(backend_, known).status, 304) << known;
  for (const std::string& known : {std::string("\"x\""), tag.substr(1), "x" + tag, std::string(",")})
    EXPECT_EQ(get(backend_, known).status, 200) << known;
  const auto same = get(backend_, tag);
  EXPECT_EQ(same.header("Content-Length"), "") << "RFC 9110, section 8.6: it would be that of another answer";
  EXPECT_EQ(same.header("ETag"), tag);
}

// If-Match goes by what happened on the account, whoever reads it.
TEST_F(Conditions, AWriteTakesTheTagOfAnyAnswer) {
  const std::string tag = get(backend_).header("ETag");
  const auto wrong = [&](const std::string& condition, const std::string& key) {
    return command("accounts/zoe/set_billing", key, R"({"billing_country": "US"})", {"If-Match: " + condition}).status;
  };
  for (const std::string& condition : {std::string("junk"), "W/" + tag, tag + ", \"1-x\"", std::string("\"x\""),
                                       std::string("\"99999999999999999999999-x\""), std::string("\"1-never\"")})
    EXPECT_EQ(wrong(condition, "w" + condition.substr(0, 3)), 412) << condition;
  EXPECT_EQ(wrong(tag, "right"), 200);
  EXPECT_EQ(wrong(tag, "right"), 200) << "sent again it has its first answer";
  EXPECT_EQ(wrong(tag, "late"), 412);
}

}  // namespace
}  // namespace florin
