#include "transport/sandbox/book.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

namespace florin {
namespace {

TEST(SandboxBook, ItsBooksArePagesThatHaveEachChargeOnce) {
  SandboxBook book;
  const Instant now = *Instant::parse("2026-03-10T09:00Z");
  constexpr std::size_t charges = 1'234;
  for (std::size_t n = 0; n < charges; ++n)
    ASSERT_EQ(book.act("/charges", "key-" + std::to_string(n),
                       R"({"token": "ok", "customer": "ann", "amount": 1500, "currency": "USD", "exponent": 2})", now)
                  .status,
              200);
  const std::string span =
      "/books?from_us=" + std::to_string(now.us) + "&until_us=" + std::to_string((now + hours(1)).us);
  std::set<std::string> keys;
  std::size_t items = 0, pages = 0;
  for (std::string after; pages == 0 || !after.empty(); ++pages) {
    const auto page = boost::json::parse(book.look_up(span + (after.empty() ? "" : "&after=" + after), now).body);
    for (const auto& item : page.at("items").as_array()) {
      keys.insert(std::string(item.at("key").as_string()));
      ++items;
    }
    const auto* next = page.as_object().if_contains("next");
    after = next == nullptr ? std::string() : std::string(next->as_string());
  }
  EXPECT_EQ(pages, 3U);
  EXPECT_EQ(items, charges);
  EXPECT_EQ(keys.size(), charges);
  EXPECT_EQ(book.look_up(span + "&after=x", now).status, 400);
}

}  // namespace
}  // namespace florin
