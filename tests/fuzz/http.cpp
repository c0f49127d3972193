#include "http.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "florin/utf8.hpp"
#include "input.hpp"

namespace florin::fuzz {
namespace {

/// A front without routes: it notes what it understood and answers 200.
class Front {
 public:
  Front() {
    std::filesystem::create_directories(folder_);
    require(front_.listen("unix:" + (folder_ / "socket").string(), false).operator bool());
  }
  ~Front() { std::filesystem::remove_all(folder_); }

  struct Said {
    std::vector<std::string> understood;
    std::string answers;
  };
  /// The bytes, `step` at a time, and then nothing more.
  Said talk(std::string_view bytes, std::size_t step) {
    understood_.clear();
    const int socket = connected();
    std::string answers;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const std::string_view piece = bytes.substr(at, step);
      if (::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;  // it has heard enough
      io_.poll();
      read(socket, answers);
    }
    ::shutdown(socket, SHUT_WR);
    for (int turns = 0; read(socket, answers); ++turns) {
      require(turns < 10'000);  // it ends when its peer does
      io_.poll();
    }
    ::close(socket);
    io_.poll();
    return {std::move(understood_), std::move(answers)};
  }

 private:
  int connected() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (folder_ / "socket").string();
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    io_.poll();
    return socket;
  }
  /// False: the other end has closed.
  static bool read(int socket, std::string& into) {
    char bytes[4096];
    const ssize_t size = ::recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size > 0) into.append(bytes, static_cast<std::size_t>(size));
    return size > 0 || (size < 0 && errno == EAGAIN);
  }
  void note(const server::HttpRequest& request, const server::Answer& answer) {
    std::string all = request.method + " " + request.path;
    for (const std::string& segment : request.segments) require(is_utf8(segment) && segment.find('\0') == segment.npos);
    for (const auto& [name, value] : request.headers) {
      require(value.find_first_of("\r\n") == value.npos);
      all += "\n" + name + ": " + value;
    }
    understood_.push_back(all + "\n\n" + request.body);
    answer({.status = 200, .type = "text/plain", .body = "understood"});
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("florin-fuzz-http-" + std::to_string(::getpid()));
  std::vector<std::string> understood_;
  boost::asio::io_context io_;
  server::HttpFront front_{
      io_,
      {.handle = [this](const server::HttpRequest& request, const server::Answer& answer) { note(request, answer); },
       .body_limit = [](const server::HttpRequest&) { return std::size_t{4096}; }}};
};

}  // namespace
}  // namespace florin::fuzz

/// Bytes of a connection are requests, or are refused with an answer: the same ones, however the network cuts them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  static fuzz::Front front;
  const auto whole = front.talk(fuzz::text(data, size), std::max<std::size_t>(size, 1));
  const auto cut = front.talk(fuzz::text(data, size), 1 + (size > 0 ? data[0] % 7 : 0));
  fuzz::require(whole.understood == cut.understood);
  std::size_t answers = 0;
  for (std::size_t at = whole.answers.find("HTTP/1.1 "); at != whole.answers.npos;
       at = whole.answers.find("HTTP/1.1 ", at + 1))
    ++answers;
  fuzz::require(answers >= whole.understood.size());
  fuzz::require(whole.answers.empty() || whole.answers.starts_with("HTTP/1.1 "));
  return 0;
}
