#include <sstream>

#include "florin/addresses.hpp"
#include "keys.hpp"
#include "served.hpp"
#include "strangers.hpp"

/// Who is wrong too often is turned away, and nobody else. docs/decisions/0231-limits-by-address.md
namespace florin {
namespace {

using namespace std::chrono_literals;
using server::Allowance;

TEST(Allowance, ComesBackOneByOne) {
  Allowance some(3, 2s, 2);
  const Allowance::Clock::time_point now{};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(some.take("a", now)) << i;
  EXPECT_EQ(some.take("a", now), 2s);
  EXPECT_EQ(some.waits("a", now), 2s);
  EXPECT_FALSE(some.waits("b", now)) << "another address has its own";
  EXPECT_FALSE(some.take("a", now + 2s));
  EXPECT_EQ(some.take("a", now + 3s), 1s) << "being turned away costs nothing more";
  EXPECT_FALSE(some.waits("a", now + 100s));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(some.take("a", now + 100s)) << "never more than all of them";
  EXPECT_TRUE(some.take("a", now + 100s));
}

TEST(Allowance, ForgetsWhoWasWrongLongestAgo) {
  Allowance some(1, 2s, 2);
  const Allowance::Clock::time_point now{};
  for (const char* address : {"a", "b", "c"}) EXPECT_FALSE(some.take(address, now));
  EXPECT_TRUE(some.waits("b", now));
  EXPECT_TRUE(some.waits("c", now));
  EXPECT_FALSE(some.waits("a", now)) << "as many as there is room for";
}

TEST(Address, IsWhomATrustedProxyNames) {
  const auto from = [](const std::string& peer, const std::vector<std::string>& said,
                       const std::vector<std::string>& trusted) {
    server::HttpRequest request;
    request.peer = peer;
    for (const std::string& one : said) request.headers.emplace_back("x-forwarded-for", one);
    return server::address_of(request, trusted);
  };
  const std::vector<std::string> proxies{"10.0.0.0/8", "unix", "2001:db8:1::/48"};
  EXPECT_EQ(from("127.0.0.1", {"203.0.113.7"}, {}), "127.0.0.1") << "anybody can write a header";
  EXPECT_EQ(from("198.51.100.1", {"203.0.113.7"}, proxies), "198.51.100.1");
  EXPECT_EQ(from("10.1.2.3", {"203.0.113.7"}, proxies), "203.0.113.7");
  EXPECT_EQ(from("unix", {"203.0.113.7"}, proxies), "203.0.113.7");
  EXPECT_EQ(from("2001:db8:1::9", {"[2001:db8:f::1]:443"}, proxies), "2001:db8:f::1");
  EXPECT_EQ(from("10.1.2.3", {"1.1.1.1, 203.0.113.7, 10.9.9.9"}, proxies), "203.0.113.7") << "the first nobody trusts";
  EXPECT_EQ(from("10.1.2.3", {"1.1.1.1", "203.0.113.7"}, proxies), "203.0.113.7") << "two headers are one list";
  EXPECT_EQ(from("10.1.2.3", {"203.0.113.7:4711"}, proxies), "203.0.113.7");
  EXPECT_EQ(from("10.1.2.3", {"::ffff:203.0.113.7"}, proxies), "203.0.113.7");
  EXPECT_EQ(from("10.1.2.3", {"1.1.1.1, unknown"}, proxies), "10.1.2.3") << "behind what cannot be read nothing counts";
  EXPECT_EQ(from("10.1.2.3", {}, proxies), "10.1.2.3");
  EXPECT_EQ(from("10.1.2.3", {"10.4.4.4, 10.5.5.5"}, proxies), "10.4.4.4");
}

TEST(Address, RangesAreReadStrictly) {
  for (const char* wrong :
       {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "localhost", "10.0.0.0/8x"})
    EXPECT_FALSE(AddressRange::parse(wrong)) << wrong;
  EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->holds("255.1.2.3"));
  EXPECT_FALSE(AddressRange::parse("0.0.0.0/0")->holds("::1"));
  EXPECT_TRUE(AddressRange::parse("10.0.0.128/25")->holds("10.0.0.200"));
  EXPECT_FALSE(AddressRange::parse("10.0.0.128/25")->holds("10.0.0.100"));
  EXPECT_FALSE(AddressRange::parse("10.0.0.1")->holds("unix"));
  EXPECT_EQ(counted_address("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::") << "what one customer is given";
  EXPECT_EQ(counted_address("203.0.113.7"), "203.0.113.7");
}

class Strangers : public Served {
 protected:
  static constexpr const char* path = "/v1/callloop/accounts/zoe";
  int from(const std::string& address, const std::string& key) {
    const auto answer = ask(key, path, {}, {"X-Forwarded-For: " + address});
    if (answer.status != 429) return answer.status;
    EXPECT_EQ(answer.json().at("code").as_string(), "rate_limited");
    EXPECT_FALSE(answer.header("Retry-After").empty());
    EXPECT_EQ(answer.header("Connection"), "close");
    return answer.status;
  }
};

TEST_F(Strangers, WrongKeysOfOneAddressAreTurnedAwayAndNobodyElse) {
  std::ostringstream log;
  serve({.log = &log, .settings = {.trusted_proxies = {"127.0.0.1"}}});
  constexpr int tries = 2'000;
  int told = 0, away = 0;
  for (int i = 0; i < tries; ++i) {
    const int status = from("203.0.113.7", server::make_key(true));
    told += status == 401 ? 1 : 0;
    away += status == 429 ? 1 : 0;
    if (i % 100 == 0) {
      EXPECT_EQ(from("203.0.113.8", backend_), 404) << "whoever has a key";
    }
  }
  EXPECT_EQ(told + away, tries);
  EXPECT_GE(told, 30);
  EXPECT_LT(told, 100);
  EXPECT_EQ(from("198.51.100.1, 203.0.113.7", ""), 429) << "what a stranger adds to the left of it names nobody";
  EXPECT_EQ(from("203.0.113.9", ""), 401) << "another address";
  EXPECT_EQ(from("203.0.113.7", backend_), 404) << "a key that works does also from there";
  server_.reset();
  const std::string lines = log.str();
  EXPECT_LT(std::ranges::count(lines, '\n'), told + 100) << "nor do they fill the log";
}

TEST_F(Strangers, AHeaderIsNotBelievedOfAnybody) {
  int away = 0;
  for (int i = 0; i < 60; ++i) away += from("203.0.113." + std::to_string(i), "") == 429 ? 1 : 0;
  EXPECT_GE(away, 29) << "they all come from 127.0.0.1";
  EXPECT_EQ(from("203.0.113.1", backend_), 404);
}

TEST_F(Strangers, LinksAreNotGuessed) {
  serve({.settings = {.trusted_proxies = {"127.0.0.1"}}});
  const auto made =
      ask(backend_, "/v1/callloop/accounts/zoe/open_account", R"({"billing_country": "US"})", {"Idempotency-Key: o"});
  ASSERT_EQ(made.status, 200) << made.body;
  const auto link = ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", "{}");
  const std::string url(link.json().at("url").as_string());
  const auto exchange = [&](const std::string& address, const std::string& code) {
    return ask("", "/sessions", R"({"nonce": "n", "code": ")" + code + "\"}", {"X-Forwarded-For: " + address}).status;
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(exchange("203.0.113.7", "guess" + std::to_string(i)), 401) << i;
  EXPECT_EQ(exchange("203.0.113.7", "fls_guess"), 429);
  EXPECT_EQ(exchange("203.0.113.8", url.substr(url.find("#c=") + 3)), 201) << "somebody else's link works";
}

// Nobody's plugin is asked ten thousand times about a signature that is none.
TEST_F(Strangers, UnsignedWebhooksAreTurnedAway) {
  serve({.settings = {.trusted_proxies = {"127.0.0.1"}}});
  int away = 0;
  for (int i = 0; i < 60; ++i)
    away += ask("", "/v1/callloop/processors/nobody/webhook", "{}", {"X-Forwarded-For: 203.0.113.7"}).status == 429;
  EXPECT_GE(away, 29);
  EXPECT_EQ(ask("", "/v1/callloop/processors/nobody/webhook", "{}", {"X-Forwarded-For: 203.0.113.8"}).status, 400);
}

}  // namespace
}  // namespace florin
