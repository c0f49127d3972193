#include "transport/traces.hpp"

#include <gtest/gtest.h>

/// A trace that came with a command goes on to the provider with what follows from it.
namespace florin {
namespace {

class Noted : public Transport {
 public:
  void send(WireRequest request, Instant, Done done) override {
    headers = std::move(request.headers);
    done({.arrived = Arrival::answered, .status = 200, .headers = {}, .body = {}, .problem = {}});
  }
  std::vector<std::pair<std::string, std::string>> headers;
};

TEST(Traces, GoAlongWithTheRequestsOfTheirAccount) {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto way = std::make_shared<Noted>();
  Traces traces;
  const auto sent = [&](const std::string& account) {
    bool answered = false;
    traces.along(way, account)->send({}, {}, [&](WireReply reply) { answered = reply.status == 200; });
    EXPECT_TRUE(answered);
    return way->headers;
  };
  const std::vector<std::pair<std::string, std::string>> none, with{{"traceparent", trace}};
  EXPECT_EQ(sent("callloop/zoe"), none);
  traces.follow("callloop/zoe", trace);
  EXPECT_EQ(sent("callloop/zoe"), with);
  EXPECT_EQ(sent("callloop/zoe"), with) << "what became of it is asked by the same trace";
  EXPECT_EQ(sent("callloop/acme"), none);
  traces.follow("callloop/zoe", "");
  EXPECT_EQ(sent("callloop/zoe"), none) << "the next command has none";
}

}  // namespace
}  // namespace florin
