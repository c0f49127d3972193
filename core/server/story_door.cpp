#include "story_door.hpp"

#include <stdlib.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <filesystem>

#include "keys.hpp"
#include "message.hpp"

namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

/// Kept open from one request to the next.
class HttpStoryDoor::Connection {
 public:
  struct Came {
    int status = 0;
    std::string type, body;
    bool was_last = false;  ///< the server ends the connection after so many requests
  };

  explicit Connection(const std::string& path) : socket_(io_) {
    socket_.connect(asio::local::stream_protocol::endpoint(path));
  }

  /// The server has closed it, as one that was idle for too long.
  bool ended() {
    boost::system::error_code nothing_there;
    char next = 0;
    socket_.non_blocking(true);
    socket_.receive(asio::buffer(&next, 1), asio::socket_base::message_peek, nothing_there);
    socket_.non_blocking(false);
    return nothing_there != asio::error::would_block;
  }

  Came ask(const std::string& request) {
    asio::write(socket_, asio::buffer(request));
    const std::size_t end = asio::read_until(socket_, asio::dynamic_buffer(in_), "\r\n\r\n");
    const std::string head = lower(in_.substr(0, end));
    in_.erase(0, end);
    const auto value_of = [&](const std::string& name) {
      const std::size_t at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return std::string();
      const std::size_t from = at + name.size() + 4;
      return head.substr(from, head.find("\r\n", from) - from);
    };
    const std::size_t length = std::stoul("0" + value_of("content-length"));
    if (in_.size() < length)
      asio::read(socket_, asio::dynamic_buffer(in_), asio::transfer_exactly(length - in_.size()));
    Came came{std::stoi(head.substr(9, 3)), value_of("content-type"), in_.substr(0, length),
              value_of("connection") == "close"};
    in_.erase(0, length);
    return came;
  }

 private:
  asio::io_context io_;
  asio::local::stream_protocol::socket socket_;
  std::string in_;
};

HttpStoryDoor::HttpStoryDoor(std::ostream* exchanges) : exchanges_(exchanges) {
  for (const char* preset : {"backend", "staff"}) keys_.push_back({make_key(true), *preset_scopes(preset)});
}

HttpStoryDoor::~HttpStoryDoor() { close(); }

std::vector<Command> HttpStoryDoor::keys() {
  std::vector<Command> commands;
  for (const Key& key : keys_)
    commands.emplace_back(
        IssueKey{.name = "story", .scopes = key.scopes, .digest = digest_of(key.secret), .test = true, .lasts = {}});
  return commands;
}

Status HttpStoryDoor::open(Host& host, const TenantId& tenant) {
  close();
  std::string name = (std::filesystem::temp_directory_path() / "florin-door-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return Error{.code = "no_folder", .message = name + " cannot be made"};
  folder_ = name;
  tenant_ = tenant.text();
  ServerOptions options;
  options.settings.key_rate = options.settings.session_rate = 0;  // a story waits for nobody
  options.listen = {"unix:" + folder_ + "/http"};
  options.tells = false;
  auto server = Server::start(host, std::move(options));
  if (!server) return server.error();
  server_ = *std::move(server);
  connection_ = std::make_unique<Connection>(folder_ + "/http");
  return Done{};
}

const HttpStoryDoor::Key& HttpStoryDoor::key_for(const StoryRequest& request) const {
  // Who speaks for staff needs what they would need.
  const std::string wanted = request.actor.role == "staff" ? "support" : request.scope;
  for (const Key& key : keys_)
    if (wanted.empty() || std::ranges::find(key.scopes, wanted) != key.scopes.end()) return key;
  return keys_.back();
}

std::string HttpStoryDoor::session_of(const AccountId& account) {
  const auto known = sessions_.find(account);
  if (known != sessions_.end()) return known->second;
  const auto made = ask_with({.path = "accounts/" + account.text() + "/portal_sessions",
                              .body = R"({"kind": "token"})",
                              .scope = "portal",
                              .actor = {},
                              .key = {},
                              .asked_at = std::nullopt},
                             keys_.back().secret);
  if (!made || made->status != 201) return {};
  return sessions_[account] = std::string(json::parse(made->body).at("token").as_string());
}

Result<StoryReply> HttpStoryDoor::ask(const StoryRequest& asked) {
  if (asked.customer.empty()) return ask_with(asked, key_for(asked).secret);
  const std::string token = session_of(asked.customer);
  if (token.empty()) return Error{.code = "no_session", .message = asked.customer.text() + "'s owner gets no session"};
  return ask_with(asked, token);
}

Result<StoryReply> HttpStoryDoor::ask_with(const StoryRequest& asked, const std::string& credential) try {
  const std::string method = asked.body.empty() ? "GET" : "POST";
  const std::string path = "/v1/" + tenant_ + "/" + asked.path;
  std::string request =
      method + " " + path + " HTTP/1.1\r\nHost: story\r\nAuthorization: Bearer " + credential + "\r\n";
  if (!asked.body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(asked.body.size()) + "\r\n";
  if (!asked.actor.role.empty())
    request += "Florin-Actor: " + asked.actor.role + (asked.actor.id.empty() ? "" : ":" + asked.actor.id) + "\r\n";
  if (!asked.key.empty()) request += "Idempotency-Key: \"" + asked.key + "\"\r\n";
  if (asked.asked_at) request += "Florin-Asked-At: " + asked.asked_at->text() + "\r\n";
  if (connection_->ended()) connection_ = std::make_unique<Connection>(folder_ + "/http");
  const Connection::Came came = connection_->ask(request + "\r\n" + asked.body);
  if (came.was_last) connection_ = std::make_unique<Connection>(folder_ + "/http");
  if (exchanges_ != nullptr)
    *exchanges_
        << json::serialize(json::object{
               {"method", method}, {"path", path}, {"status", came.status}, {"type", came.type}, {"body", came.body}})
        << "\n";
  return StoryReply{.status = came.status, .body = came.body};
} catch (const std::exception& error) {
  return Error{.code = "no_answer", .message = asked.path + ": " + error.what()};
}

void HttpStoryDoor::close() {
  sessions_.clear();
  connection_.reset();
  server_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  folder_.clear();
}

}  // namespace florin::server
