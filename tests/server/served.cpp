#include "served.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "keys.hpp"

namespace florin {

boost::json::value HttpAnswer::json() const {
  boost::system::error_code failed;
  auto value = boost::json::parse(body, failed);
  return failed ? boost::json::value(nullptr) : value;
}

std::string HttpAnswer::header(std::string_view name) const {
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(wanted);
  if (at == std::string::npos) return {};
  const std::size_t from = at + wanted.size();
  return head.substr(from, head.find("\r\n", from) - from);
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

RawClient::~RawClient() { ::close(socket_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // refused in the middle: the answer says why
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HttpAnswer RawClient::receive() {
  const auto more = [&] {
    char piece[65'536];
    const ssize_t size = ::recv(socket_, piece, sizeof piece, 0);
    if (size > 0) in_.append(piece, static_cast<std::size_t>(size));
    return size > 0;
  };
  std::size_t end = std::string::npos;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return {};
  HttpAnswer answer;
  answer.head = in_.substr(0, end + 2);
  answer.status = std::stoi(answer.head.substr(9, 3));
  in_.erase(0, end + 4);
  if (answer.status == 100) return receive();
  const std::size_t length = std::stoul("0" + answer.header("Content-Length"));
  while (in_.size() < length)
    if (!more()) return {};
  answer.body = in_.substr(0, length);
  in_.erase(0, length);
  return answer;
}

int RawClient::first_status() {
  char line[13] = {};
  const ssize_t size = ::recv(socket_, line, 12, MSG_WAITALL);
  return size == 12 ? std::atoi(line + 9) : 0;
}

bool RawClient::closed() {
  char byte = 0;
  return in_.empty() && ::recv(socket_, &byte, 1, 0) == 0;
}

Served::Served() {
  auto host = Host::open(
      {.config = FLORIN_CONFIG "/florin.yaml", .data = "memory", .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
  EXPECT_TRUE(host) << host.error().message;
  host_ = std::make_unique<Host>(*std::move(host));
  backend_ = issue("callloop", *server::preset_scopes("backend"));
}

Served::~Served() { server_.reset(); }

std::string Served::issue(const std::string& tenant, std::vector<std::string> scopes) {
  server_.reset();  // a virtual host is asked by one thread at a time, and a server reads its keys when it starts
  const std::string key = server::make_key(true);
  const auto done = host_->submit(
      {*TenantId::parse(tenant),
       {},
       {"staff", "test"},
       "issue-" + std::to_string(++keys_),
       std::nullopt,
       IssueKey{
           .name = "test", .scopes = std::move(scopes), .digest = server::digest_of(key), .test = true, .lasts = {}}});
  EXPECT_TRUE(done) << done.error().message;
  if (done && done->refusal) ADD_FAILURE() << done->refusal->text;
  serve(options_);
  return key;
}

void Served::serve(server::ServerOptions options) {
  server_.reset();
  options.listen = {"127.0.0.1:0"};
  // A test asks as often as it likes, unless it says how often a key may.
  const ServiceSettings usual{};
  if (options.settings.key_rate == usual.key_rate) options.settings.key_rate = 0;
  if (options.settings.session_rate == usual.session_rate) options.settings.session_rate = 0;
  options_ = std::move(options);
  auto server = server::Server::start(*host_, options_);
  EXPECT_TRUE(server) << server.error().message;
  server_ = *std::move(server);
}

HttpAnswer Served::ask(const std::string& key, const std::string& path, const std::string& body,
                       const std::vector<std::string>& headers) {
  std::string request = (body.empty() ? "GET " : "POST ") + path + " HTTP/1.1\r\nHost: test\r\n";
  if (!key.empty()) request += "Authorization: Bearer " + key + "\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  for (const std::string& header : headers) request += header + "\r\n";
  RawClient client(port());
  client.send(request + "\r\n" + body);
  return client.receive();
}

void Served::subscribe_zoe() {
  EXPECT_EQ(command("accounts/zoe/open_account", "o", R"({"billing_country": "US"})").status, 200);
  EXPECT_EQ(
      command("accounts/zoe/add_payment_method", "c",
              R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})")
          .status,
      200);
  EXPECT_EQ(
      command("accounts/zoe/subscribe", "s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"}).status,
      200);
}

HttpAnswer Served::command(const std::string& path, const std::string& idempotency_key, const std::string& body,
                           std::vector<std::string> headers) {
  headers.push_back("Idempotency-Key: " + idempotency_key);
  return ask(backend_, "/v1/callloop/" + path, body, headers);
}

}  // namespace florin
