#include "transport/network/network.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "server.hpp"

namespace florin {
namespace {

using test::http;
using test::RawServer;
using test::read_request;
using test::write_all;

constexpr Egress to_loopback{.deadline = Duration{300'000}, .loopback = true};

WireRequest post(std::string body = "amount=100") {
  return {.endpoint = "api", .method = "POST", .path = "/v1/x", .headers = {{"Idempotency-Key", "k1"}}, .body = body};
}

WireReply answer_of(Transport& way, WireRequest request = post()) {
  std::promise<WireReply> reply;
  way.send(std::move(request), {}, [&](WireReply its) { reply.set_value(std::move(its)); });
  return reply.get_future().get();
}

struct Reached {
  explicit Reached(RawServer::Serve serve, Egress egress = to_loopback)
      : server(std::move(serve)), network(*Network::open(egress)), way(network->to({{"api", server.address()}})) {}

  WireReply send(WireRequest request = post()) const { return answer_of(*way, std::move(request)); }
  RawServer server;
  std::unique_ptr<Network> network;
  std::unique_ptr<Transport> way;
};

TEST(Network, SendsWhatItWasGivenAndAnswersWhatItGot) {
  std::string seen;
  const Reached reached([&](int connection) {
    seen = read_request(connection);
    write_all(connection, http(402, R"({"error":{}})", "Request-Id: req_1\r\n"));
  });
  const WireReply reply = reached.send();
  EXPECT_EQ(reply.arrived, Arrival::answered);
  EXPECT_EQ(reply.status, 402);
  EXPECT_EQ(reply.body, R"({"error":{}})");
  EXPECT_NE(std::ranges::find(reply.headers, std::pair<std::string, std::string>("Request-Id", "req_1")),
            reply.headers.end());
  EXPECT_TRUE(seen.starts_with("POST /v1/x HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Idempotency-Key: k1\r\n"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\namount=100"));
}

TEST(Network, WhatNobodyTookNeverLeft) {
  std::string closed;
  {
    const RawServer server([](int) {});
    closed = server.address();
  }
  const auto network = *Network::open(to_loopback);
  const auto way = network->to({{"api", closed}});
  EXPECT_EQ(answer_of(*way).arrived, Arrival::never_left);
}

TEST(Network, WhatIsNoTlsOnTheOtherSideNeverLeft) {
  const RawServer server([](int connection) {
    read_request(connection);
    write_all(connection, http(200, "{}"));
  });
  const auto network = *Network::open(to_loopback);
  const auto way = network->to({{"api", "https://" + server.host()}});
  EXPECT_EQ(answer_of(*way).arrived, Arrival::never_left);
}

TEST(Network, WhatLeftAndHasNoWholeAnswerIsLost) {
  const auto arrival = [](RawServer::Serve serve) { return Reached(std::move(serve)).send().arrived; };
  EXPECT_EQ(arrival([](int connection) { read_request(connection); }), Arrival::lost) << "closed without a word";
  EXPECT_EQ(arrival([](int connection) {
              read_request(connection);
              read_request(connection);
            }),
            Arrival::lost)
      << "never answers";
  EXPECT_EQ(arrival([](int connection) {
              read_request(connection);
              write_all(connection, "HTTP/1.1 200 ProviderReport\r\nContent-Length: 100\r\n\r\n{\"id\":");
            }),
            Arrival::lost)
      << "cut in the middle";
  EXPECT_EQ(arrival([](int connection) {
              read_request(connection);
              write_all(connection, "no http at all");
            }),
            Arrival::lost);
  EXPECT_EQ(arrival([](int connection) {
              read_request(connection);
              write_all(connection, http(200, std::string(5 << 20, 'x')));
            }),
            Arrival::lost)
      << "5 MiB";
  EXPECT_EQ(arrival([](int connection) {
              read_request(connection);
              write_all(connection, "HTTP/1.1 200 ProviderReport\r\n");
              for (int i = 0; i < 2000; ++i) write_all(connection, "X-Long: " + std::string(100, 'x') + "\r\n");
            }),
            Arrival::lost)
      << "headers without end";
}

TEST(Network, OneRequestIsSentOnceAlsoOnAConnectionThatDied) {
  std::atomic<int> requests = 0;
  const Reached reached([&](int connection) {
    // Answers the first request and hangs up on whatever comes after it on the same connection.
    if (read_request(connection).empty()) return;
    ++requests;
    write_all(connection, http(200, "{}"));
    if (!read_request(connection).empty()) ++requests;
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(reached.send().arrived, Arrival::answered);
  EXPECT_EQ(requests, 5);
  EXPECT_EQ(reached.server.connections(), 5);
}

TEST(Network, FollowsNoRedirect) {
  const Reached reached([](int connection) {
    read_request(connection);
    write_all(connection, http(302, "", "Location: http://127.0.0.1:1/elsewhere\r\n"));
  });
  const WireReply reply = reached.send();
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reached.server.connections(), 1);
}

TEST(Network, ManyAreUnderWayAtOnce) {
  constexpr int count = 40;
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  // Nobody is answered before everybody has asked.
  const Reached reached(
      [&](int connection) {
        read_request(connection);
        std::unique_lock lock(mutex);
        if (++here == count) all_here.notify_all();
        all_here.wait_for(lock, std::chrono::seconds(20), [&] { return here >= count; });
        lock.unlock();
        write_all(connection, http(200, "{}"));
      },
      {.deadline = seconds(30), .loopback = true});
  std::atomic<int> answered = 0;
  std::promise<void> done;
  for (int i = 0; i < count; ++i)
    reached.way->send(post(), {}, [&](const WireReply& reply) {
      EXPECT_EQ(reply.arrived, Arrival::answered);
      if (++answered == count) done.set_value();
    });
  done.get_future().wait();
}

// A provider that is back after an outage meets all that waited, but not all at once.
TEST(Network, AStormIsSixtyFourAtATime) {
  constexpr int count = 300, most = 64;
  std::mutex mutex;
  std::condition_variable enough;
  int here = 0, highest = 0, asked = 0;
  const Reached reached(
      [&](int connection) {
        read_request(connection);
        std::unique_lock lock(mutex);
        highest = std::max(highest, ++here);
        // As many as may come at once are held until they are all there.
        if (++asked >= most) enough.notify_all();
        enough.wait_for(lock, std::chrono::seconds(20), [&] { return asked >= most; });
        --here;
        lock.unlock();
        write_all(connection, http(200, "{}"));
      },
      {.deadline = seconds(60), .loopback = true});
  std::atomic<int> answered = 0;
  std::promise<void> done;
  for (int i = 0; i < count; ++i)
    reached.way->send(post(), {}, [&](const WireReply& reply) {
      EXPECT_EQ(reply.arrived, Arrival::answered);
      if (++answered == count) done.set_value();
    });
  done.get_future().wait();
  EXPECT_EQ(highest, most);
}

TEST(Network, NothingLeavesAfterItsTime) {
  const Reached reached([](int connection) { write_all(connection, http(200, "{}")); });
  WireRequest late = post();
  late.send_before = Instant{-1};  // one microsecond before it is given to the transport
  EXPECT_EQ(reached.send(std::move(late)).arrived, Arrival::never_left);
  EXPECT_EQ(reached.server.connections(), 0);
}

TEST(Network, FinishingLosesWhatIsUnderWayAndSendsNothingMore) {
  std::promise<void> asked;
  const Reached reached(
      [&](int connection) {
        read_request(connection);
        asked.set_value();
        read_request(connection);
      },
      {.deadline = seconds(30), .loopback = true});
  std::promise<WireReply> reply;
  reached.way->send(post(), {}, [&](WireReply its) { reply.set_value(std::move(its)); });
  asked.get_future().wait();
  reached.network->finish({});
  EXPECT_EQ(reply.get_future().get().arrived, Arrival::lost);
  EXPECT_EQ(reached.send().arrived, Arrival::never_left);
}

TEST(Network, WithoutTheGrantThisMachineIsNotReached) {
  const Reached reached([](int connection) { write_all(connection, http(200, "{}")); },
                        {.deadline = Duration{300'000}, .loopback = false});
  EXPECT_EQ(reached.send().arrived, Arrival::never_left);
  EXPECT_EQ(reached.server.connections(), 0);
}

// ---- Egress

std::string refused(std::string_view address, std::vector<std::string> hosts, const Egress& egress = {}) {
  const auto granted = granted_address(address, hosts, egress);
  return granted ? "" : granted.error().code;
}

TEST(Egress, AnAddressNeedsTheOperatorsGrant) {
  EXPECT_EQ(*granted_address("https://api.stripe.com", {"api.stripe.com"}, {}), "https://api.stripe.com");
  EXPECT_EQ(*granted_address("https://api.stripe.com/", {"api.stripe.com"}, {}), "https://api.stripe.com");
  EXPECT_EQ(*granted_address("https://bank.example:8443", {"bank.example:8443"}, {}), "https://bank.example:8443");
  EXPECT_EQ(*granted_address("http://127.0.0.1:12111", {"127.0.0.1:12111"}, to_loopback), "http://127.0.0.1:12111");
  EXPECT_EQ(refused("https://api.stripe.com", {}), "host_not_granted");
  EXPECT_EQ(refused("https://api.stripe.com.evil.example", {"api.stripe.com"}), "host_not_granted");
  EXPECT_EQ(refused("https://api.stripe.com:8443", {"api.stripe.com"}), "host_not_granted");
  EXPECT_EQ(refused("https://api.stripe.com@evil.example", {"api.stripe.com"}), "bad_address");
  EXPECT_EQ(refused("http://api.stripe.com", {"api.stripe.com"}), "plain_http");
  EXPECT_EQ(refused("http://api.stripe.com", {"api.stripe.com"}, to_loopback), "plain_http");
  EXPECT_EQ(refused("http://127.0.0.1:80", {"127.0.0.1:80"}), "plain_http");
  for (const char* bad : {"", "api.stripe.com", "ftp://a", "file:///etc/passwd", "https://a/path", "https://a?x=1",
                          "https://a#b", "https://a b"})
    EXPECT_EQ(refused(bad, {"a"}), "bad_address") << bad;
}

bool reaches(const char* address, const Egress& egress = {}) {
  sockaddr_storage storage{};
  auto* four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, address, &four->sin_addr) == 1)
    storage.ss_family = AF_INET;
  else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1)
    storage.ss_family = AF_INET6;
  return may_reach(*reinterpret_cast<const sockaddr*>(&storage), egress);
}

TEST(Egress, OnlyThePublicInternetIsReached) {
  for (const char* open : {"8.8.8.8", "54.187.174.169", "172.15.0.1", "172.32.0.1", "192.167.1.1", "2a00:1450::1"})
    EXPECT_TRUE(reaches(open)) << open;
  for (const char* shut : {"127.0.0.1",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.0.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "0.0.0.0",
                           "224.0.0.1",
                           "255.255.255.255",
                           "198.18.0.1",
                           "192.0.2.1",
                           "::1",
                           "::",
                           "fe80::1",
                           "fd00::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::a9fe:a9fe",
                           "2002:7f00:1::",
                           "2001:db8::1"})
    EXPECT_FALSE(reaches(shut)) << shut;
  EXPECT_TRUE(reaches("127.0.0.1", {.loopback = true}));
  EXPECT_TRUE(reaches("::1", {.loopback = true}));
  EXPECT_FALSE(reaches("10.1.2.3", {.loopback = true}));
  EXPECT_TRUE(reaches("10.1.2.3", {.private_addresses = true}));
  EXPECT_FALSE(reaches("169.254.169.254", {.loopback = true, .private_addresses = true}));
}

}  // namespace
}  // namespace florin
