#include "client.hpp"

#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

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

Result<ProgramRun> run_at(const std::string& path, const std::vector<std::string>& words) {
  const Error no_answer{.code = "no_answer", .message = path + ": the host that runs there did not answer"};
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  if (!connect(socket, path)) return no_answer;
  json::array list;
  for (const std::string& word : words) list.emplace_back(word);
  const std::string body = json::serialize(list);
  const std::string request =
      "POST /admin/run HTTP/1.1\r\nHost: admin\r\nContent-Type: application/json\r\nConnection: close\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  boost::system::error_code failed;
  asio::write(socket, asio::buffer(request), failed);
  std::string answer;
  if (!failed) asio::read(socket, asio::dynamic_buffer(answer), failed);
  const std::size_t end = answer.find("\r\n\r\n");
  if (failed != asio::error::eof || end == std::string::npos) return no_answer;
  const json::value said = json::parse(answer.substr(end + 4), failed);
  const json::object* run = failed ? nullptr : said.if_object();
  if (run == nullptr || !run->contains("exit")) return no_answer;
  return ProgramRun{.exit = static_cast<int>(run->at("exit").as_int64()),
                    .out = std::string(run->at("out").as_string()),
                    .err = std::string(run->at("err").as_string())};
}

}  // namespace florin::server
