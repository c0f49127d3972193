#include "server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <list>
#include <mutex>
#include <vector>

namespace florin::test {

RawServer::RawServer(Serve serve) : serve_(std::move(serve)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
  closing_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void RawServer::accept_all() {
  std::vector<std::thread> serving;
  std::mutex mutex;
  std::list<int> open;
  while (!closing_) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    ++connections_;
    {
      const std::lock_guard lock(mutex);
      open.push_back(connection);
    }
    serving.emplace_back([this, connection, &mutex, &open] {
      serve_(connection);
      const std::lock_guard lock(mutex);
      open.remove(connection);
      ::close(connection);
    });
  }
  {
    const std::lock_guard lock(mutex);
    for (const int connection : open) ::shutdown(connection, SHUT_RDWR);
  }
  for (std::thread& thread : serving) thread.join();
}

std::string read_request(int connection) {
  std::string request;
  char buffer[4096];
  for (;;) {
    const auto head = request.find("\r\n\r\n");
    if (head != std::string::npos) {
      const auto length = request.find("Content-Length: ");
      const std::size_t body = length < head ? std::strtoul(request.c_str() + length + 16, nullptr, 10) : 0;
      if (request.size() >= head + 4 + body) return request;
    }
    const auto got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    request.append(buffer, static_cast<std::size_t>(got));
  }
}

void write_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string http(int status, std::string_view body, std::string_view headers) {
  return "HTTP/1.1 " + std::to_string(status) + " ProviderReport\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

}  // namespace florin::test
