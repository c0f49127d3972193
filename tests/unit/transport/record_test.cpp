#include "transport/record.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "transport/secrets.hpp"

namespace florin {
namespace {

class Fixed : public Transport {
 public:
  void send(WireRequest, Instant, Done done) override {
    done({.arrived = Arrival::answered, .status = 401, .headers = {{"a", "b"}}, .body = "no such key sk_test_1"});
  }
};

std::filesystem::path fresh(const char* name) {
  const auto file = std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::remove(file);
  return file;
}

WireRequest request(std::string body = "a=1") {
  return {.endpoint = "api",
          .method = "POST",
          .path = "/v1/x",
          .headers = {{"Authorization", "Bearer sk_test_1"}},
          .body = body,
          .headers_shown = {{"Authorization", "Bearer {stripe.api_key}"}},
          .body_shown = body};
}

TEST(Record, HoldsNoSecretAndAnswersAgain) {
  const auto file = fresh("florin-record");
  Fixed fixed;
  Recorder recorder(fixed, file, {"sk_test_1"});
  recorder.send(request(), {}, [](const WireReply&) {});
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str().find("sk_test_1"), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("{stripe.api_key}"), std::string::npos);

  auto replay = *Replay::open(file);
  WireReply reply;
  replay->send(request(), {}, [&](WireReply its) { reply = std::move(its); });
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.body, "no such key [secret]");
  EXPECT_EQ(replay->left(), 0U);

  auto other = *Replay::open(file);
  other->send(request("a=2"), {}, [&](WireReply its) { reply = std::move(its); });
  EXPECT_EQ(reply.arrived, Arrival::never_left);
  EXPECT_EQ(other->problem(), "body a=2 instead of a=1");
}

TEST(Secrets, AreReadWhereTheyAreAndNeverNamedByValue) {
  ::setenv("FLORIN_TEST_SECRET", "one", 1);
  EXPECT_EQ(*read_secret("env:FLORIN_TEST_SECRET"), "one");
  ::setenv("FLORIN_TEST_SECRET", "", 1);
  EXPECT_EQ(read_secret("env:FLORIN_TEST_SECRET").error().message, "the secret env:FLORIN_TEST_SECRET is empty");
  ::unsetenv("FLORIN_TEST_SECRET");
  EXPECT_EQ(read_secret("env:FLORIN_TEST_SECRET").error().code, "secret_missing");
  const auto file = fresh("florin-secret");
  EXPECT_EQ(read_secret("file:" + file.string()).error().code, "secret_missing");
  const auto allow = [&](unsigned mode) {
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
  };
  std::ofstream(file) << "two\n";
  for (const unsigned mode : {0666U, 0644U, 0604U, 0660U, 0620U}) {
    allow(mode);
    const auto refused = read_secret("file:" + file.string());
    EXPECT_EQ(refused.error().code, "secret_not_private") << mode;
    EXPECT_NE(refused.error().message.find("600"), std::string::npos) << refused.error().message;
    EXPECT_EQ(refused.error().message.find("two"), std::string::npos);
  }
  for (const unsigned mode : {0640U, 0400U, 0600U}) {
    allow(mode);
    EXPECT_EQ(*read_secret("file:" + file.string()), "two") << mode;
  }
  std::ofstream(file) << std::string(100'000, 'x');
  EXPECT_EQ(read_secret("file:" + file.string()).error().code, "secret_missing");
}

}  // namespace
}  // namespace florin
