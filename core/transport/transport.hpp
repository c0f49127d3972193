#pragma once

#include <cstdint>
#include <functional>
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
  Instant send_before = never;  ///< never sent after this
  bool changes_nothing = false;
  /// The same with names in place of secrets: what may be recorded.
  std::vector<std::pair<std::string, std::string>> headers_shown;
  std::string body_shown;
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
  std::string problem;  ///< why there is no answer, for staff; it holds no secret
};

/// The way to one provider. May be called from many threads; many requests may be under way.
class Transport {
 public:
  using Done = std::move_only_function<void(WireReply)>;

  virtual ~Transport() = default;
  /// Begins, and calls `done` exactly once: before this returns, or later on a thread of the transport.
  virtual void send(WireRequest request, Instant now, Done done) = 0;
};

}  // namespace florin
