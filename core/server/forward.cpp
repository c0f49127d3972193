#include "forward.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>

#include "florin/addresses.hpp"
#include "keys.hpp"
#include "problem.hpp"

namespace florin::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view forwarded_by = "florin-forwarded";
constexpr std::uint64_t largest_answer = 64U << 20U;
/// Longer than any wait of the API.
constexpr std::chrono::seconds patience{65};

bool is_between_hops(std::string_view name) {
  static constexpr std::string_view own[] = {"connection",
                                             "keep-alive",
                                             "content-length",
                                             "transfer-encoding",
                                             "expect",
                                             "te",
                                             "trailer",
                                             "upgrade",
                                             "date",
                                             "florin-request-id",
                                             "x-content-type-options",
                                             "x-forwarded-for",
                                             forwarded_by};
  return std::ranges::find(own, name) != std::end(own);
}

/// One request on its way to the owner, and its answer on the way back.
class Way : public std::enable_shared_from_this<Way> {
 public:
  Way(asio::io_context& io, const HttpRequest& request, const std::string& token, Answer answer)
      : resolver_(io), stream_(io), about_(request), answer_(std::move(answer)) {
    message_.method_string(request.method);
    message_.target(request.path + (request.raw_query.empty() ? "" : "?" + request.raw_query));
    message_.version(11);
    for (const auto& [name, value] : request.headers)
      if (!is_between_hops(name)) message_.insert(name, value);
    message_.set("Florin-Request-Id", request.id);
    message_.set("X-Forwarded-For", request.address);
    message_.set(forwarded_by, token);
    message_.set(http::field::connection, "close");
    message_.body() = request.body;
    message_.prepare_payload();
    about_.body.clear();
    parser_.body_limit(largest_answer);
  }

  void start(const std::string& url) {
    std::string_view host = std::string_view(url).substr(url.find("://") + 3);
    const std::size_t colon = host.rfind(':');
    const bool has_port = colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
    const std::string port(has_port ? host.substr(colon + 1) : "80");
    if (has_port) host = host.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    stream_.expires_after(patience);
    resolver_.async_resolve(std::string(host), port, [self = shared_from_this()](auto failed, auto found) {
      if (failed) return self->fail();
      self->stream_.async_connect(found, [self](auto not_there, auto) {
        if (not_there) return self->fail();
        http::async_write(self->stream_, self->message_, [self](auto not_sent, std::size_t) {
          if (not_sent) return self->fail();
          self->read();
        });
      });
    });
  }

 private:
  void read() {
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](auto failed, std::size_t) {
      if (failed) return self->fail();
      auto& came = self->parser_.get();
      HttpReply reply{.status = static_cast<int>(came.result_int()), .type = {}, .body = std::move(came.body())};
      for (const auto& field : came) {
        std::string name(field.name_string().data(), field.name_string().size());
        if (is_between_hops(lower(name))) continue;
        if (lower(name) == "content-type")
          reply.type = std::string(field.value().data(), field.value().size());
        else
          reply.headers.emplace_back(std::move(name), std::string(field.value().data(), field.value().size()));
      }
      self->answer_(std::move(reply));
    });
  }

  void fail() {
    answer_(reply_of(Problem{.code = "ask_again",
                             .detail = "The host that has the journal did not answer, and another takes over. Send it "
                                       "again, with the same key."},
                     about_));
  }

  asio::ip::tcp::resolver resolver_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> message_;
  http::response_parser<http::string_body> parser_;
  HttpRequest about_;
  Answer answer_;
};

}  // namespace

std::string forward_token(const std::string& secret) {
  return secret.empty() ? std::string() : digest_of("florin forwards\n" + secret);
}

bool is_forwarded(HttpRequest& request, const std::string& token) {
  const std::string* shown = request.header(forwarded_by);
  // Compared by digests: how long it takes says nothing about the token.
  if (shown == nullptr || token.empty() || digest_of(*shown) != digest_of(token)) return false;
  if (const std::string* from = request.header("x-forwarded-for")) {
    const std::string address = plain_address(*from);
    if (!address.empty() || *from == "unix") request.address = address.empty() ? *from : address;
  }
  return true;
}

void forward(asio::io_context& io, const HttpRequest& request, const std::string& url, const std::string& token,
             Answer answer) {
  std::make_shared<Way>(io, request, token, std::move(answer))->start(url);
}

}  // namespace florin::server
