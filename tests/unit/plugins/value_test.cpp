#include "plugins/value.hpp"

#include <florin/plugin.h>
#include <gtest/gtest.h>

namespace florin {
namespace {

Manifest manifest() {
  Manifest made;
  made.endpoints = {{"api", "https://api.invalid"}, {"other", "https://other.invalid"}};
  made.secrets = {{"key", "api"}, {"private", ""}};
  return made;
}

Result<std::string> run(std::vector<Term> terms, std::string_view endpoint = "api", const std::string* body = nullptr) {
  static const Manifest known = manifest();
  static const Secrets secrets = [](std::string_view name) {
    return name == "key" ? std::vector<std::string>{"Jefe", "Jefe before"} : std::vector<std::string>();
  };
  return finish({.text = {}, .terms = std::move(terms)}, {.manifest = known,
                                                          .secrets = secrets,
                                                          .now = *Instant::parse("2026-03-10T09:00:00.250Z"),
                                                          .endpoint = endpoint,
                                                          .body = body});
}

/// A key that a provider gives in hex or base64 stays what it is: bytes that must not go where the key must not.
TEST(Value, WhatCannotBeDecodedIsNoValue) {
  for (const char* text : {"6", "6g", "66 6f", "0x66"})
    EXPECT_EQ(run({{FLORIN_PUT, 0, text}, {FLORIN_UNHEX, 0, ""}}).error().message,
              "a value's program is wrong: this is no hex");
  for (const char* text : {"Zm9v!", "Z", "Zm 9v"})
    EXPECT_EQ(run({{FLORIN_PUT, 0, text}, {FLORIN_UNBASE64, 0, ""}}).error().message,
              "a value's program is wrong: this is no base64");
  EXPECT_EQ(run({{FLORIN_SECRET, 0, "key"}, {FLORIN_UNBASE64, 0, ""}}, "other").error().code, "secret_not_granted");
  EXPECT_EQ(run({{FLORIN_SECRET, 0, "key"}, {FLORIN_BASE64URL, 0, ""}}, "other").error().code, "secret_not_granted");
}

TEST(Value, KnownAnswers) {
  const std::string body = "what do ya want for nothing?";
  // RFC 4231, test case 2.
  EXPECT_EQ(
      *run({{FLORIN_SECRET, 0, "key"}, {FLORIN_BODY, 0, ""}, {FLORIN_HMAC, FLORIN_SHA256, ""}, {FLORIN_HEX, 0, ""}},
           "api", &body),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // FIPS 180-2, "abc".
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "abc"}, {FLORIN_DIGEST, FLORIN_SHA256, ""}, {FLORIN_HEX, 0, ""}}),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "a b/ü"}, {FLORIN_PERCENT, 0, ""}}), "a%20b%2F%C3%BC");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "light w"}, {FLORIN_BASE64, 0, ""}}), "bGlnaHQgdw==");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "a\"b\n"}, {FLORIN_JSON_TEXT, 0, ""}}), "a\\\"b\\n");
  EXPECT_EQ(*run({{FLORIN_NOW, FLORIN_UNIX_SECONDS, ""}}), "1773133200");
  EXPECT_EQ(*run({{FLORIN_NOW, FLORIN_UNIX_MILLIS, ""}}), "1773133200250");
  EXPECT_EQ(*run({{FLORIN_NOW, FLORIN_RFC3339, ""}}), "2026-03-10T09:00:00Z");
  EXPECT_EQ(*run({{FLORIN_NOW, FLORIN_YYYYMMDD, ""}}), "20260310");
  EXPECT_EQ(*run({{FLORIN_NOW, FLORIN_YYYYMMDDTHHMMSS, ""}}), "20260310T090000Z");
  EXPECT_EQ(*run({{FLORIN_NOW, FLORIN_HTTP_DATE, ""}}), "Tue, 10 Mar 2026 09:00:00 GMT");
  // RFC 4648, section 5 and 10.
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "\xfb\xff"}, {FLORIN_BASE64URL, 0, ""}}), "-_8");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "foobar"}, {FLORIN_BASE64URL, 0, ""}, {FLORIN_UNBASE64, 0, ""}}), "foobar");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "Zm9vYg=="}, {FLORIN_UNBASE64, 0, ""}}), "foob");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "-_8"}, {FLORIN_UNBASE64, 0, ""}}), "\xfb\xff");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "666F6f"}, {FLORIN_UNHEX, 0, ""}}), "foo");
  EXPECT_EQ(*run({{FLORIN_PUT, 0, "Bearer "}, {FLORIN_SECRET, 0, "key"}, {FLORIN_JOIN, 2, ""}}), "Bearer Jefe");
  EXPECT_EQ(
      *run({{FLORIN_PUT, 0, "abc"}, {FLORIN_DIGEST, FLORIN_SHA512, ""}, {FLORIN_HEX, 0, ""}}),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce"
      "80e2a9ac94fa54ca49f");
}

TEST(Value, ABareSecretGoesOnlyWhereItIsBound) {
  const std::vector<Term> bare = {{FLORIN_SECRET, 0, "key"}, {FLORIN_BASE64, 0, ""}};
  EXPECT_TRUE(run(bare, "api"));
  EXPECT_EQ(run(bare, "other").error().code, "secret_not_granted");
  const std::vector<Term> hidden = {
      {FLORIN_SECRET, 0, "key"}, {FLORIN_PUT, 0, "x"}, {FLORIN_HMAC, FLORIN_SHA256, ""}, {FLORIN_HEX, 0, ""}};
  EXPECT_TRUE(run(hidden, "other"));
  EXPECT_EQ(run({{FLORIN_SECRET, 0, "unknown"}}).error().code, "secret_not_granted");
  EXPECT_EQ(run({{FLORIN_SECRET, 0, "private"}}).error().code, "secret_missing");
}

TEST(Value, RefusesProgramsThatCannotRun) {
  const std::vector<Term> wrong[] = {
      {{FLORIN_HEX, 0, ""}},
      {{FLORIN_PUT, 0, "a"}, {FLORIN_PUT, 0, "b"}},
      {{FLORIN_PUT, 0, "a"}, {FLORIN_JOIN, 2, ""}},
      {{FLORIN_PUT, 0, "a"}, {FLORIN_JOIN, 0, ""}},
      {{FLORIN_PUT, 0, "a"}, {FLORIN_HMAC, FLORIN_SHA256, ""}},
      {{FLORIN_PUT, 0, "a"}, {FLORIN_DIGEST, 9, ""}},
      {{FLORIN_NOW, 9, ""}},
      {{FLORIN_BODY, 0, ""}},
      {{99, 0, ""}},
      std::vector<Term>(17, Term{FLORIN_PUT, 0, "a"}),
      std::vector<Term>(65, Term{FLORIN_PUT, 0, "a"}),
  };
  for (const auto& terms : wrong) EXPECT_EQ(run(terms).error().code, "bad_program");
}

}  // namespace
}  // namespace florin
