#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "florin/result.hpp"

/// `florin listen`: events for a program on a developer's machine, as a webhook would bring them. docs/events.md
namespace florin::server {

struct HttpText {
  int status = 0;
  std::string body;
};
/// One request by plain HTTP. Errors: bad_address, no_answer.
Result<HttpText> ask_http(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                          const std::string& body);

struct ListenOptions {
  std::string api;  ///< http://127.0.0.1:8080/v1/callloop
  std::string key, forward_to, types;
  std::string secret;  ///< whsec_…; empty: a new one
  std::string after;   ///< a position; empty: what happens from now on
};
/// Prints each event and posts it, until `over` says so. Errors: as ask_http; unauthorized.
Status listen(const ListenOptions& options, std::ostream& out, const std::function<bool()>& over);

}  // namespace florin::server
