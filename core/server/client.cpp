#include "client.hpp"

#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <cstdlib>

namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

bool connect(asio::local::stream_protocol::socket& socket, const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return false;
  boost::system::error_code failed;
  socket.connect(asio::local::stream_protocol::endpoint(path), failed);
  return !failed;
}

}  // namespace

bool answers_at(const std::string& path) {
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  return connect(socket, path);
}

Result<SocketAnswer> ask_at(const std::string& path, const std::string& address, const std::string& body) {
  const Error no_answer{.code = "no_answer", .message = path + ": the host that runs there did not answer"};
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  if (!connect(socket, path)) return no_answer;
  std::string request =
      (body.empty() ? "GET " : "POST ") + address + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  boost::system::error_code failed;
  asio::write(socket, asio::buffer(request), failed);
  std::string answer;
  if (!failed) asio::read(socket, asio::dynamic_buffer(answer), failed);
  const std::size_t end = answer.find("\r\n\r\n");
  constexpr std::size_t status_at = 9;
  if (failed != asio::error::eof || end == std::string::npos || end < status_at + 3) return no_answer;
  return SocketAnswer{.status = std::atoi(answer.substr(status_at, 3).c_str()), .body = answer.substr(end + 4)};
}

Result<ProgramRun> run_at(const std::string& path, const std::vector<std::string>& words) {
  json::array list;
  for (const std::string& word : words) list.emplace_back(word);
  const auto answer = ask_at(path, "/admin/run", json::serialize(list));
  if (!answer) return answer.error();
  boost::system::error_code failed;
  const json::value said = json::parse(answer->body, failed);
  const json::object* run = failed ? nullptr : said.if_object();
  if (run != nullptr && run->contains("detail"))  // it stands by, and says who has the journal
    return Error{.code = "ask_again", .message = std::string(run->at("detail").as_string())};
  if (run == nullptr || !run->contains("exit"))
    return Error{.code = "no_answer", .message = path + ": the host that runs there did not answer"};
  return ProgramRun{.exit = static_cast<int>(run->at("exit").as_int64()),
                    .out = std::string(run->at("out").as_string()),
                    .err = std::string(run->at("err").as_string())};
}

}  // namespace florin::server
