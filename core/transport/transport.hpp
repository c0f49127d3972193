#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "florin/time.hpp"

namespace florin {

/// A request as it leaves, its secrets in place. It lives from finishing to sending and is never kept or written down.
struct WireRequest {
  std::string endpoint;  ///< its name in the plugin's manifest; the address is the operator's
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// What became of a request.
enum class Arrival : std::uint8_t {
  answered,
  never_left,  ///< certain: not a byte of it reached the other side
  lost,        ///< it may have arrived
};

struct WireReply {
  Arrival arrived = Arrival::lost;
  int status = 0;  ///< HTTP status, when answered
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// Sends one request and waits for its answer. May be called from many threads.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual WireReply send(const WireRequest& request, Instant now) = 0;
};

}  // namespace florin
