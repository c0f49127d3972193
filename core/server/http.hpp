#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"
#include "message.hpp"

/// HTTP/1.1 on sockets, strictly: what two programs could read in two ways is refused. docs/http.md
namespace florin::server {

struct Limits {
  std::size_t head = 16 << 10;      ///< bytes of request line and headers
  std::size_t headers = 64;         ///< lines
  std::size_t path = 2 << 10;       ///< bytes
  std::size_t connections = 4096;   ///< or fewer: what the descriptors of this process are enough for
  std::size_t of_an_address = 256;  ///< connections of one address, where HttpFront::Options::counts says so
  std::size_t requests = 10'000;    ///< on one connection
  std::chrono::seconds head_within{10}, body_within{30}, idle{75}, write_within{30};
};

class Connection;

/// Everything here runs on the thread of the io_context; an Answer may come on any.
class HttpFront {
 public:
  struct Options {
    std::function<void(HttpRequest, Answer)> handle;
    /// Bytes that the body of a request may have.
    std::function<std::size_t(const HttpRequest& head)> body_limit;
    Limits limits{};
    /// Whether connections of that address are counted together; none: those of no address.
    std::function<bool(const std::string& address)> counts{};
    std::function<void(const char* why)> turned_away{};  ///< a connection; none: nobody is told
  };
  HttpFront(boost::asio::io_context& io, Options options);
  ~HttpFront();

  /// address  `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/florin/florin.sock`; port 0: any free one
  /// admin    a unix socket of mode 0600 whose peers are root or the user of this process
  /// metrics  what comes there may read /metrics
  /// Returns  the port, or 0. Errors: bad_address, address_in_use.
  Result<std::uint16_t> listen(const std::string& address, bool admin, bool metrics = false);

  /// A socket that listens already, as systemd passes it. Returns its port, or 0. Errors: bad_address.
  Result<std::uint16_t> adopt(int socket);

  /// Takes no new connection, and closes each when what runs on it is answered.
  void drain();
  std::size_t connections() const { return open_->all.size(); }

 private:
  friend class Connection;
  struct Listener;
  Status listen_unix(const std::string& path, bool admin);
  void accept(Listener& listener);
  void accept_later(Listener& listener);
  void begin(boost::asio::generic::stream_protocol::socket socket, std::optional<std::string> local_user, bool metrics,
             std::string peer);
  bool has_room_for(const std::string& counted);
  void sweep();

  boost::asio::io_context& io_;
  const Options options_;
  const std::size_t most_connections_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  struct Open {
    std::set<Connection*> all;
    std::map<std::string, std::size_t> by_address;
  };
  /// Shared with the connections: one may outlive all this by what the io_context still holds.
  std::shared_ptr<Open> open_ = std::make_shared<Open>();
  boost::asio::steady_timer sweeper_;
  bool draining_ = false;
};

}  // namespace florin::server
