#include <fstream>
#include <iterator>

#include "served.hpp"

/// HTTP byte by byte: what two programs could read in two ways is refused, and said so before the connection ends.
namespace florin {
namespace {

struct Case {
  const char* name;
  std::string bytes;
  int status;
};

std::vector<Case> cases() {
  const std::string get = "GET /healthz HTTP/1.1\r\n", host = "Host: a\r\n";
  const std::string post = "POST /v1/callloop/usage HTTP/1.1\r\nHost: a\r\n";
  std::string many;
  for (int i = 0; i < 70; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  return {
      {"plain", get + host + "\r\n", 200},
      {"no host", get + "\r\n", 400},
      {"two hosts", get + host + host + "\r\n", 400},
      {"old version", "GET /healthz HTTP/1.0\r\n" + host + "\r\n", 200},
      {"newer version", "GET /healthz HTTP/2.0\r\n" + host + "\r\n", 400},
      {"absolute form", "GET http://evil.example/healthz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"obs-fold", get + host + "X-A: 1\r\n 2\r\n\r\n", 400},
      {"bare LF", "GET /healthz HTTP/1.1\nHost: a\n\r\n\r\n", 400},
      {"bare CR", get + "Host: a\rX: b\r\n\r\n", 400},
      {"zero byte", get + std::string("Host: a\0b\r\n\r\n", 13), 400},
      {"blank before the colon", get + "Host : a\r\n\r\n", 400},
      {"length twice", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]", 400},
      {"length as a list", post + "Content-Length: 2, 2\r\n\r\n[]", 400},
      {"length with a sign", post + "Content-Length: +2\r\n\r\n[]", 400},
      {"length and chunks", post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"another coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"coding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
      {"long chunk extension", post + "Transfer-Encoding: chunked\r\n\r\n2;" + std::string(20'000, 'x') + "\r\n[]",
       400},
      {"chunk size in hex with 0x", post + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n[]\r\n0\r\n\r\n", 400},
      {"trailer", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nX-B: 1\r\n\r\n", 400},
      {"70 headers", get + host + many + "\r\n", 431},
      {"large headers", get + host + "X: " + std::string(20'000, 'x') + "\r\n\r\n", 431},
      {"large headers without an end", get + host + "X: " + std::string(20'000, 'x'), 431},
      {"large body", post + "Content-Length: 9000000\r\n\r\n", 413},
      {"upgrade", get + host + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 501},
      {"unknown method", "BREW /healthz HTTP/1.1\r\n" + host + "\r\n", 405},
      {"DELETE", "DELETE /v1/callloop/accounts/zoe HTTP/1.1\r\n" + host + "\r\n", 405},
      {"TRACE", "TRACE / HTTP/1.1\r\n" + host + "\r\n", 405},
      {"half a percent sign", "GET /healthz%2 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"a zero byte in the address", "GET /healthz%00 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"authorization twice", get + host + "Authorization: a\r\nAuthorization: b\r\n\r\n", 400},
      {"another expectation", post + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n[]", 400},
      {"TLS", "\x16\x03\x01\x02\x01\r\n\r\n", 400},
  };
}

class Strict : public Served {};

TEST_F(Strict, WhatIsAmbiguousIsRefused) {
  for (const Case& one : cases()) {
    RawClient client(port());
    client.send(one.bytes);
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, one.status) << one.name << "\n" << answer.head << answer.body;
    if (one.status >= 400) {
      EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << one.name;
    }
  }
}

TEST_F(Strict, WhatWasRefusedIsTheLastOfItsConnection) {
  RawClient client(port());
  client.send("GET /healthz HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_TRUE(client.closed());
}

TEST_F(Strict, RequestsInOneWriteAreAnsweredInOrder) {
  RawClient client(port());
  const std::string body =
      R"([{"account": "nobody", "key": "m", "use": {"meter": "sms", "quantity": "1 characters"}}])";
  std::string request =
      "POST /v1/callloop/usage HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
      backend_ + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  client.send(request + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive().json().at(0).at("problem").at("code").as_string(), "no_such_account");
  EXPECT_EQ(client.receive().body, R"({"status":"ok"})");
}

TEST_F(Strict, ABodyInPiecesIsOneBody) {
  RawClient client(port());
  client.send(
      "POST /v1/callloop/usage HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n");
  client.send("Authorization: Bearer " + backend_ + "\r\n\r\n");
  for (const char* piece : {"1\r\n[\r\n", "1\r\n]\r", "\n0\r\n\r", "\n"}) client.send(piece);
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, "[]");
}

TEST_F(Strict, AddressesSayWhatTheyTake) {
  const auto wrong = ask(backend_, "/v1/callloop/accounts/zoe", "{}");
  EXPECT_EQ(wrong.status, 405) << wrong.body;
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD");
  const auto read = ask(backend_, "/v1/callloop/accounts/zoe/subscribe");
  EXPECT_EQ(read.status, 405) << read.body;
  EXPECT_EQ(read.header("Allow"), "POST");
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/fly", "{}").status, 404);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/no%20id").status, 404);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/fall_due", "{}").status, 404);
  EXPECT_EQ(ask("", "/nowhere").status, 404);
  RawClient client(port());
  client.send(
      "POST /v1/callloop/usage HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nAuthorization: "
      "Bearer " +
      backend_ + "\r\n\r\n[]");
  EXPECT_EQ(client.receive().status, 415);
}

TEST_F(Strict, EveryAnswerNamesItsRequest) {
  const auto own = ask(backend_, "/healthz", {}, {"Florin-Request-Id: abc-1"});
  EXPECT_EQ(own.header("Florin-Request-Id"), "abc-1");
  EXPECT_EQ(own.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(own.header("Cache-Control"), "no-store");
  EXPECT_TRUE(ask(backend_, "/healthz").header("Florin-Request-Id").starts_with("req_"));
}

TEST_F(Strict, AWebhookWithoutASignatureIsRefusedForGood) {
  EXPECT_EQ(ask("", "/v1/callloop/processors/nobody/webhook", "{}").status, 400);
}

// docs/openapi.json is made by `florin openapi`.
TEST(Reference, IsTheCommittedOne) {
  std::ifstream in(FLORIN_SOURCE "/docs/openapi.json");
  const std::string committed{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(committed == server::openapi()) << "florin openapi > docs/openapi.json";
  const auto api = boost::json::parse(server::openapi());
  EXPECT_EQ(api.at("openapi").as_string(), "3.1.0");
  EXPECT_TRUE(api.at("paths").as_object().contains("/v1/{tenant}/accounts/{account}/subscribe"));
}

// A field of an answer is always there, and null where there is none; of a command it may be left out.
TEST(Reference, NamesNothingThatIsNotThere) {
  const std::string text = server::openapi();
  const auto api = boost::json::parse(text);
  const auto& schemas = api.at("components").at("schemas").as_object();
  const std::string begin = "#/components/schemas/";
  std::size_t count = 0;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1), ++count) {
    const std::size_t from = at + begin.size();
    const std::string name = text.substr(from, text.find('"', from) - from);
    EXPECT_TRUE(schemas.contains(name)) << name;
  }
  EXPECT_GT(count, 100U);
  const auto& order = schemas.at("order").as_object();
  EXPECT_EQ(order.at("required").as_array().size(), order.at("properties").as_object().size());
  EXPECT_LT(schemas.at("subscribe").at("required").as_array().size(),
            schemas.at("subscribe").at("properties").as_object().size());
}

}  // namespace
}  // namespace florin
