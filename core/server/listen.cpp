#include "listen.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>

#include "message.hpp"
#include "outbox.hpp"

namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

struct Address {
  std::string host, port, path;
};

std::optional<Address> address_of(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  const std::string rest = url.substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string place = rest.substr(0, slash);
  const std::size_t colon = place.rfind(':');
  if (place.empty()) return std::nullopt;
  return Address{.host = place.substr(0, colon),
                 .port = colon == std::string::npos ? "80" : place.substr(colon + 1),
                 .path = slash == rest.size() ? "/" : rest.substr(slash)};
}

}  // namespace

Result<HttpText> ask_http(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                          const std::string& body) {
  const auto address = address_of(url);
  if (!address)
    return Error{.code = "bad_address", .message = "'" + url + "' is not an address: write http://127.0.0.1:8080/…"};
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  asio::ip::tcp::socket socket(io);
  boost::system::error_code failed;
  const auto found = resolver.resolve(address->host, address->port, failed);
  if (!failed) asio::connect(socket, found, failed);
  std::string request = (body.empty() ? "GET " : "POST ") + address->path + " HTTP/1.1\r\nHost: " + address->host +
                        ":" + address->port + "\r\nConnection: close\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  if (!failed) asio::write(socket, asio::buffer(request), failed);
  std::string answer;
  if (!failed) asio::read(socket, asio::dynamic_buffer(answer), failed);
  const std::size_t end = answer.find("\r\n\r\n");
  constexpr std::size_t status_at = 9;
  if (end == std::string::npos || end < status_at + 3)
    return Error{.code = "no_answer", .message = url + " did not answer: " + failed.message()};
  return HttpText{.status = std::atoi(answer.substr(status_at, 3).c_str()), .body = answer.substr(end + 4)};
}

namespace {

Result<json::object> page_of(const ListenOptions& options, const std::string& after, int wait) {
  const std::string api = options.api.substr(0, options.api.find_last_not_of('/') + 1);
  std::string url = api + "/events?after=" + percent_encoded(after) + "&wait=" + std::to_string(wait);
  if (!options.types.empty()) url += "&types=" + percent_encoded(options.types);
  const auto answer = ask_http(url, {{"Authorization", "Bearer " + options.key}}, {});
  if (!answer) return answer.error();
  boost::system::error_code failed;
  json::value said = json::parse(answer->body, failed);
  if (failed || !said.is_object()) return Error{.code = "no_answer", .message = url + " did not answer as Florin does"};
  if (answer->status != 200) return Error{.code = "refused", .message = std::string(said.at("detail").as_string())};
  return std::move(said.as_object());
}

/// Where a tenant is now.
Result<std::string> newest(const ListenOptions& options) {
  std::string after = "0";
  for (;;) {
    const auto page = page_of(options, after, 1);
    if (!page) return page.error();
    after = std::string(page->at("next").as_string());
    if (page->at("data").as_array().empty() && !page->at("more").as_bool()) return after;
  }
}

void forward(const ListenOptions& options, const std::string& secret, const json::object& event, std::ostream& out) {
  const std::string body = json::serialize(event);
  const std::string id(event.at("id").as_string());
  const Seconds at = machine_seconds();
  const auto answer = ask_http(options.forward_to,
                               {{"webhook-id", id},
                                {"webhook-timestamp", std::to_string(at)},
                                {"webhook-signature", signatures_of({secret}, id, at, body)}},
                               body);
  out << (answer ? "  " + std::to_string(answer->status) : "  " + answer.error().message);
}

}  // namespace

Status listen(const ListenOptions& options, std::ostream& out, const std::function<bool()>& over) {
  const std::string secret = options.secret.empty() ? make_webhook_secret() : options.secret;
  if (!options.forward_to.empty() && !address_of(options.forward_to))
    return Error{.code = "bad_address",
                 .message = "'" + options.forward_to + "' is not an address: write http://127.0.0.1:4242/hook"};
  auto after = options.after.empty() ? newest(options) : Result<std::string>(options.after);
  if (!after) return after.error();
  out << "secret " << secret << std::endl;
  while (!over()) {
    constexpr int patience = 5;
    const auto page = page_of(options, *after, patience);
    if (!page) return page.error();
    for (const json::value& event : page->at("data").as_array()) {
      const json::object& one = event.as_object();
      const json::value& account = one.at("account");
      out << std::string(one.at("timestamp").as_string()) << "  " << std::string(one.at("type").as_string()) << "  "
          << (account.is_string() ? std::string(account.as_string()) : std::string("-")) << "  "
          << std::string(one.at("id").as_string());
      if (!options.forward_to.empty()) forward(options, secret, one, out);
      out << std::endl;
    }
    *after = std::string(page->at("next").as_string());
  }
  return Done{};
}

}  // namespace florin::server
