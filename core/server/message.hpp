#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A request and its answer as the routes see them: complete, in memory, without a socket.
namespace florin::server {

struct HttpRequest {
  std::string method;                                        ///< GET, HEAD, POST, …; HEAD is routed as GET
  std::string path;                                          ///< as it came: percent-encoded
  std::vector<std::string> segments;                         ///< of the path, decoded one by one; each is UTF-8
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in their order; whatever bytes they are
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string id;  ///< Florin-Request-Id
  /// Who is at the other end of admin.sock, by the kernel's word; none: it came by the network.
  std::optional<std::string> local_user;
  bool on_metrics = false;   ///< it came by the listener of the metrics, or by admin.sock
  bool of_customer = false;  ///< the session of a customer: an answer names no file and line
  std::string raw_query{};   ///< what stands behind the ?, as it came
  std::string peer{};        ///< address of the other end of the connection; `unix`: of a unix socket
  std::string address{};     ///< who asks: the peer, or whom a trusted proxy names

  /// The first of that name; nullptr: there is none. `name` in lower case.
  const std::string* header(std::string_view name) const;
  const std::string* parameter(std::string_view name) const;
};

struct HttpReply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string_view route{};  ///< the pattern that answered, for the metrics; lives as long as the program
  bool unlogged = false;     ///< it would fill the log, and is counted
  bool close = false;        ///< no other request is read from this connection
  std::string cause{};       ///< of what went wrong in the host: for the log, never for whoever asks
};

/// Takes the answer of one request, once, on any thread.
using Answer = std::function<void(HttpReply)>;

/// What one segment or value of an address says. None: a percent sign is not followed by two hexadecimal digits, or it
/// says a zero byte. It may be no UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);
std::string percent_encoded(std::string_view text);

/// Fills in path, segments and query from the target of a request line. False: it is no such target.
bool read_target(std::string_view target, HttpRequest& into);

std::string lower(std::string_view text);
std::string_view trimmed(std::string_view text);
std::string_view status_text(int status);

}  // namespace florin::server
