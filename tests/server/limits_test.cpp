#include <sodium.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "http.hpp"
#include "keys.hpp"
#include "served.hpp"

/// How much one key, one session, one address and everybody together may ask for.
namespace florin {
namespace {

class LimitsByKey : public Served {
 protected:
  /// How many of `times` requests were answered, and how many turned away.
  std::pair<int, int> tried(const std::string& key, const std::string& path, int times) {
    RawClient client(port());
    int answered = 0, away = 0;
    for (int i = 0; i < times; ++i) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n\r\n");
      const auto answer = client.receive();
      answered += answer.status == 200 ? 1 : 0;
      away += answer.status == 429 ? 1 : 0;
      if (answer.status == 429) {
        EXPECT_EQ(answer.json().at("code").as_string(), "rate_limited");
        EXPECT_EQ(answer.header("Retry-After"), "1");
        EXPECT_NE(answer.header("RateLimit").find(";r=0;"), std::string::npos) << answer.head;
      }
    }
    return {answered, away};
  }
};

TEST_F(LimitsByKey, OneKeyIsTurnedAwayAndNoOther) {
  serve({.settings = {.key_rate = 5}});
  const std::string other = issue("callloop", {"read"});
  const auto first = ask(backend_, "/v1/callloop/accounts");
  EXPECT_EQ(first.header("RateLimit-Policy"), "\"key\";q=10;w=2");
  EXPECT_EQ(first.header("RateLimit"), "\"key\";r=9;t=1");
  const auto [answered, away] = tried(backend_, "/v1/callloop/accounts", 60);
  EXPECT_GE(answered, 9);
  EXPECT_GE(away, 1);
  EXPECT_EQ(answered + away, 60);
  EXPECT_EQ(ask(other, "/v1/callloop/accounts").status, 200);
  // What is asked for each message is for the queues to refuse.
  const std::string body =
      R"([{"account": "nobody", "key": "m", "use": {"meter": "sms", "quantity": "1 characters"}}])";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(backend_, "/v1/callloop/usage", body).status, 200);
}

TEST_F(LimitsByKey, OneSessionIsTurnedAwayAndNoOther) {
  ASSERT_EQ(command("accounts/zoe/open_account", "o", R"({"billing_country": "US"})").status, 200);
  serve({.settings = {.session_rate = 5}});
  const auto token = [&] {
    const auto made = ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
    return std::string(made.json().at("token").as_string());
  };
  const std::string one = token(), two = token();
  EXPECT_GE(tried(one, "/v1/callloop/accounts/zoe", 60).second, 1);
  EXPECT_EQ(ask(two, "/v1/callloop/accounts/zoe").status, 200);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe").status, 200);
}

TEST_F(LimitsByKey, UnlimitedIsUnlimited) {
  serve({.settings = {.key_rate = 0}});
  EXPECT_EQ(tried(backend_, "/v1/callloop/accounts", 500).first, 500);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts").header("RateLimit"), "");
}

// A provider whose proxy nobody has named comes from the same address as whoever forges its webhooks.
TEST_F(LimitsByKey, ASignedWebhookComesThroughBesideForgedOnes) {
  const std::string path = "/v1/callloop/processors/sandbox/webhook";
  const std::string time = std::to_string(host_->now().us / 1'000'000), body = R"({"id": "e1", "type": "nothing"})";
  const std::string text = time + "." + body, secret = "sandbox-webhook";
  crypto_auth_hmacsha256_state state{};
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_auth_hmacsha256_final(&state, mac);
  std::string hex(2 * sizeof mac + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), mac, sizeof mac);
  hex.resize(2 * sizeof mac);
  const std::string signed_by = "Sandbox-Signature: t=" + time + ",v1=" + hex;
  ASSERT_EQ(ask("", path, body, {signed_by}).status, 200) << ask("", path, body, {signed_by}).body;

  int away = 0;
  for (int i = 0; i < 60; ++i) away += ask("", path, body, {"Sandbox-Signature: t=1,v1=00"}).status == 429 ? 1 : 0;
  EXPECT_GE(away, 25) << "forged ones are turned away";
  EXPECT_EQ(ask("", path, body, {signed_by}).status, 200) << "and the provider's is taken";
}

// ---- Connections --------------------------------------------------------------------------------------------------

/// A front of its own, whose limits are those that ship.
class Front {
 public:
  explicit Front(server::Limits limits) {
    front_ = std::make_unique<server::HttpFront>(
        io_, server::HttpFront::Options{
                 .handle = [](const server::HttpRequest&, const server::Answer& answer) { answer({.body = "{}"}); },
                 .body_limit = [](const server::HttpRequest&) { return std::size_t{1024}; },
                 .limits = limits,
                 .counts = [](const std::string&) { return true; },
                 .turned_away = [this](const char* why) { last_reason = why; }});
    const auto bound = front_->listen("127.0.0.1:0", false);
    EXPECT_TRUE(bound);
    port = *bound;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Front() {
    io_.stop();
    thread_.join();
    front_.reset();
  }
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  std::uint16_t port = 0;
  std::string last_reason;  ///< read once a connection was seen to be closed

 private:
  boost::asio::io_context io_;
  std::unique_ptr<server::HttpFront> front_;
  std::thread thread_;
};

constexpr const char* get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

bool is_served(RawClient& client) {
  client.send(get);
  return client.receive().status == 200;
}

TEST(Connections, OfOneAddressAre256) {
  Front front{server::Limits()};
  std::vector<std::unique_ptr<RawClient>> held;
  for (int i = 0; i < 256; ++i) {
    held.push_back(std::make_unique<RawClient>(front.port));
    ASSERT_TRUE(is_served(*held.back())) << i;
  }
  RawClient more(front.port);
  EXPECT_TRUE(more.closed());
  EXPECT_EQ(front.last_reason, "address");
  EXPECT_TRUE(is_served(*held.front())) << "who is in stays in";
  // One leaves, and there is room for one. That it has left is seen by the server a moment later.
  held.pop_back();
  bool in = false;
  for (int i = 0; i < 1'000 && !in; ++i) {
    RawClient next(front.port);
    in = is_served(next);
  }
  EXPECT_TRUE(in);
}

TEST(Connections, OfEverybodyAreLimitedToo) {
  Front front{{.connections = 5}};
  std::vector<std::unique_ptr<RawClient>> held;
  for (int i = 0; i < 5; ++i) {
    held.push_back(std::make_unique<RawClient>(front.port));
    ASSERT_TRUE(is_served(*held.back()));
  }
  RawClient more(front.port);
  EXPECT_TRUE(more.closed());
  EXPECT_EQ(front.last_reason, "connections");
}

}  // namespace
}  // namespace florin
