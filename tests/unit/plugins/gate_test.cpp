#include "plugins/gate.hpp"

#include <gtest/gtest.h>

#include <string>

#include "plugins/instance.hpp"

namespace florin {
namespace {

florin_text of(const std::string& text) { return {text.data(), text.size()}; }

/// The sentence with which it is refused; empty: it is taken.
template <class Check>
std::string refusal(Check check) {
  try {
    check();
  } catch (const PluginFault& fault) {
    return fault.what();
  }
  return {};
}

TEST(Gate, WordsAreTextThatCanBeShownAnywhere) {
  const auto refused = [](const std::string& text) { return refusal([&] { (void)gate::word(of(text), "a rule"); }); };
  for (const char* good : {"", "grants.plan", "TVA 20 %", "मूल्य", "DE89 3704 0044 0532 0130 00",
                           "DE96 3675 3562 9127 0936 06", "PL61 1090 1014 0000 0712 1981 2874"})
    EXPECT_EQ(refused(good), "") << good;
  EXPECT_EQ(refused("a\xff"), "answered with a rule that is not UTF-8");
  EXPECT_EQ(refused("\xc0\xaf"), "answered with a rule that is not UTF-8");
  for (const char* control : {"a\nforged: paid", "\x1b[2J", "a\x7f",
                              "a\xc2\x9b"
                              "b",
                              "a\xe2\x80\xae"
                              "b",
                              "\xef\xbb\xbf"
                              "a"})
    EXPECT_EQ(refused(control), "answered with a rule that has a control character in it") << control;
  EXPECT_EQ(refused("4111 1111 1111 1111"), "answered with a rule that has a card's number in it");
  EXPECT_EQ(refused(std::string(201, 'a')), "answered with a rule that is longer than 200 bytes");
}

TEST(Gate, WhatAProviderWroteIsCleanedAndNotRefused) {
  const auto clean = [](const std::string& text, std::size_t most = 2000) { return gate::foreign(of(text), most); };
  EXPECT_EQ(clean("declined:\n try later"), "declined:  try later");
  EXPECT_EQ(clean("a\xff"
                  "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(clean("card 4111111111111111 stolen"), "card [number] stolen");
  EXPECT_EQ(clean("€€€", 7), "€€");  // never half a character
}

TEST(Gate, ACustomerIsSentToHttpsAlone) {
  const auto refused = [](const std::string& url) {
    return !refusal([&] { (void)gate::address(of(url), "an address"); }).empty();
  };
  for (const char* good : {"", "https://pay.example/x?y=1", "http://127.0.0.1:4242/x", "http://localhost/back"})
    EXPECT_FALSE(refused(good)) << good;
  for (const char* bad : {"javascript:alert(1)", "http://pay.example/", "HTTPS://pay.example", "https://", "https:///x",
                          "https://bank.example@evil.example/", "https://pay.example/a b", "https://pay.example/\n",
                          "http://127.0.0.1.evil.example/", "data:text/html,x", "//pay.example"})
    EXPECT_TRUE(refused(bad)) << bad;
  const std::string intent = "upi://pay?am=1180.00";
  EXPECT_TRUE(refused(intent));
  EXPECT_EQ(gate::address(of(intent), "an address", true), intent);  // a code to scan
}

TEST(Gate, AmountsAndLengthsAreBounded) {
  const auto refused = [](std::int64_t minor) { return !refusal([&] { gate::amount(minor, "an amount"); }).empty(); };
  EXPECT_FALSE(refused(0));
  EXPECT_FALSE(refused(1'000'000'000'000'000));
  EXPECT_TRUE(refused(1'000'000'000'000'001));
  EXPECT_TRUE(refused(-1));
  EXPECT_TRUE(refused(INT64_MAX));
  const auto too_long = [](std::uint32_t unit, std::int32_t count) {
    return !refusal([&] { gate::length({unit, count}, "an end"); }).empty();
  };
  EXPECT_FALSE(too_long(FLORIN_MONTHS, 1'200));
  EXPECT_TRUE(too_long(FLORIN_MONTHS, INT32_MAX));  // 2^31 months wrapped to a time that was over at once
  EXPECT_TRUE(too_long(FLORIN_DAYS, 0));
  EXPECT_TRUE(too_long(FLORIN_SECONDS, -1));
}

TEST(Gate, WhereARequestGoesIsTheHostsAlone) {
  for (const char* ours : {"Host", "host", "Content-Length", "TRANSFER-ENCODING", "Connection"})
    EXPECT_TRUE(gate::is_for_the_host_alone(ours)) << ours;
  for (const char* theirs : {"Authorization", "Content-Type", "Idempotency-Key", "X-Host"})
    EXPECT_FALSE(gate::is_for_the_host_alone(theirs)) << theirs;
}

}  // namespace
}  // namespace florin
