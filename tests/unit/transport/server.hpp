#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace florin::test {

/// A server of raw bytes on a loopback port: for answers that no decent server gives.
class RawServer {
 public:
  /// What is done with one connection, on a thread of its own; it is closed afterwards.
  using Serve = std::function<void(int connection)>;
  explicit RawServer(Serve serve);
  ~RawServer();

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void accept_all();
  Serve serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> closing_ = false;
  std::thread thread_;
};

/// The head of a request, its body too when it says how long it is. Empty: the other side went away.
std::string read_request(int connection);
void write_all(int connection, std::string_view bytes);
std::string http(int status, std::string_view body, std::string_view headers = {});

}  // namespace florin::test
