#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "keys.hpp"
#include "listen.hpp"
#include "outbox.hpp"
#include "served.hpp"

/// What happened, read and told.
namespace florin {
namespace {

namespace asio = boost::asio;

/// A receiver of webhooks on this machine: it answers as it is told, and keeps what came.
class Receiver {
 public:
  struct Came {
    std::string id, timestamp, signature, body, type;
  };
  Receiver() : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), thread_([this] { serve(); }) {}
  ~Receiver() {
    over_ = true;
    asio::io_context io;
    asio::ip::tcp::socket last(io);
    boost::system::error_code ignored;
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook"; }
  /// These first, one each, then 200. 0: no answer at all, and the connection stays.
  void answer(std::vector<int> statuses, std::string location = {}) {
    const std::lock_guard lock(mutex_);
    answers_ = std::move(statuses);
    location_ = std::move(location);
  }
  /// Waits for so many, or for 20 seconds.
  std::vector<Came> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return came_.size() >= count; });
    return came_;
  }

  std::vector<Came> came() {
    const std::lock_guard lock(mutex_);
    return came_;
  }

 private:
  static std::string header(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  void serve() {
    while (!over_) {
      asio::ip::tcp::socket socket(io_);
      boost::system::error_code failed;
      acceptor_.accept(socket, failed);
      if (failed || over_) return;
      std::string all;
      const std::size_t head = asio::read_until(socket, asio::dynamic_buffer(all), "\r\n\r\n", failed);
      if (failed) continue;
      const std::size_t length = std::strtoul(header(all, "Content-Length").c_str(), nullptr, 10);
      while (all.size() < head + length && !failed) {
        char piece[4096];
        const std::size_t size = socket.read_some(asio::buffer(piece), failed);
        all.append(piece, size);
      }
      int status = 200;
      std::string more;
      {
        const std::lock_guard lock(mutex_);
        if (!answers_.empty()) {
          status = answers_.front();
          answers_.erase(answers_.begin());
        }
        if (!location_.empty()) more = "Location: " + location_ + "\r\n";
      }
      if (status != 0)
        asio::write(socket,
                    asio::buffer("HTTP/1.1 " + std::to_string(status) + " X\r\n" + more +
                                 "Content-Length: 0\r\nConnection: close\r\n\r\n"),
                    failed);
      const std::lock_guard lock(mutex_);
      const std::string body = all.substr(head);
      const auto read = boost::json::parse(body, failed);
      came_.push_back({header(all, "webhook-id"), header(all, "webhook-timestamp"), header(all, "webhook-signature"),
                       body, failed ? "" : std::string(read.at("type").as_string())});
      if (status == 0) held_.push_back(std::move(socket));
      changed_.notify_all();
    }
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> answers_;
  std::string location_;
  std::vector<asio::ip::tcp::socket> held_;
  std::vector<Came> came_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

constexpr const char* secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class Events : public Served {
 protected:
  void open(const std::string& account) {
    EXPECT_EQ(
        command("accounts/" + account + "/open_account", "open:" + account, R"({"billing_country": "US"})").status,
        200);
  }
  void buy(const std::string& account) {
    EXPECT_EQ(
        command(
            "accounts/" + account + "/add_payment_method", "card:" + account,
            R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})")
            .status,
        200);
    EXPECT_EQ(command("accounts/" + account + "/subscribe", "sub:" + account,
                      R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
                  .status,
              200);
  }
  boost::json::value events(const std::string& query) { return ask(backend_, "/v1/callloop/events" + query).json(); }
  static std::set<std::string> types_of(const boost::json::value& page) {
    std::set<std::string> types;
    for (const auto& event : page.at("data").as_array()) types.emplace(event.at("type").as_string());
    return types;
  }
  void tell(const Receiver& receiver, std::vector<std::string> types = {}) {
    tell(std::map<std::string, std::string>{{"crm", receiver.url()}}, std::move(types), true);
  }
  void tell(const std::map<std::string, std::string>& urls, std::vector<std::string> types, bool reaches_loopback) {
    ::setenv("FLORIN_TEST_WEBHOOK", secret, 1);
    server::ServerOptions options;
    options.settings.reaches_loopback = reaches_loopback;
    for (const auto& [name, url] : urls)
      options.settings.webhooks.push_back(
          {.name = name, .tenant = "callloop", .url = url, .events = types, .secrets = {"env:FLORIN_TEST_WEBHOOK"}});
    serve(options);
    // Of an endpoint that is new, with what happens from then on: it is known once it has a position.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      const auto all = ask(backend_, "/v1/callloop/webhook_endpoints").json();
      const bool known = std::ranges::all_of(all.at("data").as_array(),
                                             [](const auto& one) { return one.at("position").as_int64() > 0; });
      if (known) return;
    }
  }
  /// The newest delivery to an endpoint, once there is one.
  boost::json::value delivery(const std::string& name) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      const auto log = ask(backend_, "/v1/callloop/webhook_endpoints/" + name + "/deliveries").json();
      if (!log.at("data").as_array().empty()) return log.at("data").at(0);
    }
    ADD_FAILURE() << "nothing was sent to " << name;
    return nullptr;
  }
};

TEST_F(Events, AreReadByTheTenantsOwnPosition) {
  open("zoe");
  buy("zoe");
  const auto all = events("");
  const auto types = types_of(all);
  for (const char* type : {"account.opened", "payment_method.added", "order.paid", "credits.granted", "invoice.issued",
                           "subscription.started"})
    EXPECT_TRUE(types.contains(type)) << type;
  for (const auto& event : all.at("data").as_array()) {
    EXPECT_FALSE(event.at("type").as_string().starts_with("preview."));
    EXPECT_EQ(event.at("data").as_object().count("token"), 0U) << boost::json::serialize(event);
  }
  EXPECT_TRUE(events("?after=" + std::string(all.at("next").as_string())).at("data").as_array().empty());
  EXPECT_EQ(types_of(events("?types=order.*")), std::set<std::string>{"order.paid"});
  EXPECT_EQ(boost::json::serialize(events("")), boost::json::serialize(all)) << "the same events with the same ids";
  // Another tenant's entries don't count.
  const std::string other = issue("exotel", {"events", "write"});
  EXPECT_EQ(ask(other, "/v1/exotel/accounts/pune/open_account", R"({"billing_country": "IN"})", {"Idempotency-Key: p"})
                .status,
            200);
  const auto theirs = ask(other, "/v1/exotel/events").json();
  EXPECT_LE(theirs.at("data").at(0).at("position").as_int64(), 4) << boost::json::serialize(theirs);
  EXPECT_TRUE(std::string(theirs.at("data").at(0).at("id").as_string()).starts_with("exotel_"));
}

TEST_F(Events, AReadWaitsForWhatHappens) {
  open("zoe");
  const std::string next(events("").at("next").as_string());
  std::thread late([&] { open("acme"); });
  const auto page = events("?after=" + next + "&wait=20");
  late.join();
  ASSERT_EQ(page.at("data").as_array().size(), 1U) << boost::json::serialize(page);
  EXPECT_EQ(page.at("data").at(0).at("account").as_string(), "acme");
}

// The vector of the Standard Webhooks' own libraries.
TEST(Signatures, AreThoseOfStandardWebhooks) {
  EXPECT_EQ(server::signatures_of({secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_TRUE(server::make_webhook_secret().starts_with("whsec_"));
  EXPECT_FALSE(server::retry_after(10).has_value());
  for (std::uint32_t tries = 1; tries < 10; ++tries) EXPECT_GE(*server::retry_after(tries), 4);
}

TEST_F(Events, AreSentSignedAndSentAgain) {
  Receiver receiver;
  tell(receiver, {"account.*"});
  receiver.answer({500});
  open("zoe");
  const auto came = receiver.wait_for(1);
  ASSERT_GE(came.size(), 1U);
  EXPECT_EQ(came[0].type, "account.opened");
  EXPECT_EQ(came[0].signature,
            server::signatures_of({secret}, came[0].id, std::atoll(came[0].timestamp.c_str()), came[0].body));
  EXPECT_EQ(came[0].body, boost::json::serialize(events("?types=account.*").at("data").at(0))) << "as it is read";
  // The next try follows within seconds, with the same id and signed anew.
  const auto again = receiver.wait_for(2);
  ASSERT_GE(again.size(), 2U);
  EXPECT_EQ(again[1].id, came[0].id);
  const auto log = ask(backend_, "/v1/callloop/webhook_endpoints/crm/deliveries").json();
  EXPECT_EQ(log.at("data").as_array().back().at("status").as_int64(), 500) << boost::json::serialize(log);
  const auto position = events("?types=account.*").at("data").at(0).at("position").as_int64();
  const auto replayed =
      ask(backend_, "/v1/callloop/webhook_endpoints/crm/replay", R"({"from": ")" + std::to_string(position) + "\"}");
  EXPECT_EQ(replayed.status, 202) << replayed.body;
  const auto third = receiver.wait_for(3);
  ASSERT_GE(third.size(), 3U);
  EXPECT_EQ(third[2].id, came[0].id);
  EXPECT_EQ(third[2].body, came[0].body);
}

TEST_F(Events, AnEndpointThatIsGoneIsNotAskedAgain) {
  Receiver receiver;
  tell(receiver, {"account.*"});
  receiver.answer({410});
  open("zoe");
  ASSERT_GE(receiver.wait_for(1).size(), 1U);
  boost::json::value one;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < until) {
    one = ask(backend_, "/v1/callloop/webhook_endpoints").json().at("data").at(0);
    if (!one.at("enabled").as_bool()) break;
  }
  EXPECT_FALSE(one.at("enabled").as_bool()) << boost::json::serialize(one);
  EXPECT_EQ(ask(backend_, "/v1/callloop/webhook_endpoints/crm/enable", "{}").status, 200);
  EXPECT_EQ(ask(backend_, "/v1/callloop/webhook_endpoints/crm/test", "{}").status, 202);
  EXPECT_EQ(ask(backend_, "/v1/callloop/webhook_endpoints/other/test", "{}").status, 404);
}

TEST_F(Events, AnEndpointThatLeadsElsewhereIsNotFollowed) {
  Receiver receiver, elsewhere;
  tell(receiver, {"account.*"});
  receiver.answer({302}, elsewhere.url());
  open("zoe");
  ASSERT_GE(receiver.wait_for(1).size(), 1U);
  const auto sent = delivery("crm");
  EXPECT_EQ(sent.at("status").as_int64(), 302);
  EXPECT_EQ(sent.at("outcome").as_string(), "again");
  EXPECT_TRUE(elsewhere.came().empty());
}

TEST_F(Events, AnEndpointInAPrivateNetworkIsNotReached) {
  tell({{"metadata", "https://169.254.169.254/latest"},
        {"neighbour", "https://10.0.0.1/hook"},
        {"neighbour6", "https://[fd00::1]/hook"}},
       {"account.*"}, true);
  open("zoe");
  for (const char* name : {"metadata", "neighbour", "neighbour6"}) {
    const auto sent = delivery(name);
    EXPECT_TRUE(sent.at("status").is_null()) << boost::json::serialize(sent);
    EXPECT_NE(sent.at("problem").as_string().find("egress"), boost::json::string::npos) << boost::json::serialize(sent);
  }
}

TEST_F(Events, AnEndpointThatHangsHoldsUpNoOther) {
  Receiver hangs, works;
  tell({{"hangs", hangs.url()}, {"works", works.url()}}, {"account.*"}, true);
  hangs.answer(std::vector<int>(100, 0));
  for (const char* account : {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "b2", "b3"}) open(account);
  EXPECT_EQ(works.wait_for(12).size(), 12U);
  EXPECT_LE(hangs.came().size(), 8U) << "so many at once, and no more";
}

TEST_F(Events, ListenPostsThemToAProgramOfThisMachine) {
  Receiver receiver;
  open("zoe");
  std::ostringstream out;
  bool over = false;
  const auto done = server::listen({.api = "http://127.0.0.1:" + std::to_string(port()) + "/v1/callloop",
                                    .key = backend_,
                                    .forward_to = receiver.url(),
                                    .types = "account.*",
                                    .secret = secret,
                                    .after = "0"},
                                   out, [&] { return std::exchange(over, true); });
  EXPECT_TRUE(done) << done.error().message;
  const auto came = receiver.wait_for(1);
  ASSERT_EQ(came.size(), 1U);
  EXPECT_EQ(came[0].signature,
            server::signatures_of({secret}, came[0].id, std::atoll(came[0].timestamp.c_str()), came[0].body));
  EXPECT_NE(out.str().find("account.opened  zoe"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace florin
