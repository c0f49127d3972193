#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "florin/host.hpp"
#include "server.hpp"

namespace florin {

/// What came back, as its bytes say it.
struct HttpAnswer {
  int status = 0;
  std::string head;  ///< status line and headers
  std::string body;
  boost::json::value json() const;
  /// A header's value; empty: it is not there. `name` as the server writes it.
  std::string header(std::string_view name) const;
};

/// A connection to a port of this machine, byte by byte.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  /// One answer; status 0 when the server closed before it was whole.
  HttpAnswer receive();
  /// The status of what comes first, also 100; 0: nothing came.
  int first_status();
  /// Whether the server closes without another byte.
  bool closed();

 private:
  int socket_ = -1;
  std::string in_;
};

/// The shipped tenants on a virtual clock, served on a port of loopback.
class Served : public testing::Test {
 protected:
  Served();
  ~Served() override;

  /// A new key; the server starts anew.
  std::string issue(const std::string& tenant, std::vector<std::string> scopes);
  /// One request on a connection of its own. `path` from the root; a body makes it a POST.
  HttpAnswer ask(const std::string& key, const std::string& path, const std::string& body = {},
                 const std::vector<std::string>& headers = {});
  /// A command of callloop with the backend's key.
  HttpAnswer command(const std::string& path, const std::string& idempotency_key, const std::string& body,
                     std::vector<std::string> headers = {});
  /// Opens callloop's account zoe with a card, on growth by the month, paid.
  void subscribe_zoe();
  std::uint16_t port() const { return server_->port(); }

  /// Starts the server anew, with these.
  void serve(server::ServerOptions options);

  std::unique_ptr<Host> host_;
  std::unique_ptr<server::Server> server_;
  std::string backend_;

 private:
  server::ServerOptions options_{.listen = {"127.0.0.1:0"}};
  int keys_ = 0;
};

}  // namespace florin
