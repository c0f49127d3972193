/// Who is slow holds up nobody, and is not waited for without end. Here the times are over at once, so that a look of
/// the front, one a second, finds them over.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "http.hpp"

namespace florin::server {
namespace {

class Slow : public testing::Test {
 protected:
  Slow() {
    std::filesystem::create_directories(folder_);
    EXPECT_TRUE(front_.listen("unix:" + path(), false));
  }
  ~Slow() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "socket").string(); }
  /// A connection on which so much was said.
  int says(std::string_view bytes) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path().c_str(), path().size() + 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    return socket;
  }
  /// All that comes until the front closes.
  std::string answered(int socket) {
    std::string all;
    for (char bytes[1024];;) {
      const ssize_t size = ::recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
      if (size > 0) all.append(bytes, static_cast<std::size_t>(size));
      if (size == 0 || (size < 0 && errno != EAGAIN)) break;
      if (size < 0) io_.run_one();
    }
    ::close(socket);
    return all;
  }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("florin-slow-" + std::to_string(::getpid()));
  boost::asio::io_context io_;
  HttpFront front_{
      io_,
      {.handle = [](const HttpRequest&,
                    const Answer& answer) { answer({.status = 200, .type = "text/plain", .body = "here"}); },
       .body_limit = [](const HttpRequest&) { return std::size_t{4096}; },
       .limits = {.head_within = std::chrono::seconds(0),
                  .body_within = std::chrono::seconds(0),
                  .idle = std::chrono::seconds(0)}}};
};

TEST_F(Slow, HeadsAndBodiesAreAnsweredThatTheyAreAndOthersAreServedMeanwhile) {
  const int head = says("GET / HTTP/1.1\r\nHost: florin\r\nX-One: a");
  const int body = says("POST / HTTP/1.1\r\nHost: florin\r\nContent-Length: 10\r\n\r\nabc");
  const int silent = says("");
  const std::string served = answered(says("GET / HTTP/1.1\r\nHost: florin\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(served.starts_with("HTTP/1.1 200 ")) << served;
  for (const int slow : {head, body}) {
    const std::string answer = answered(slow);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
    EXPECT_NE(answer.find("request_too_slow"), std::string::npos) << answer;
  }
  EXPECT_EQ(answered(silent), "");
}

}  // namespace
}  // namespace florin::server
