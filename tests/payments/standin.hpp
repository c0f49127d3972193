#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "florin/time.hpp"
#include "plugins/processor.hpp"

namespace florin::test {

/// A stand-in of a provider's server in a process of its own, behind a way that goes wrong as it is told.
/// tests/standins/faults.mjs
class StandIn {
 public:
  explicit StandIn(const std::string& provider);
  /// One that somebody else has started.
  StandIn(std::string provider, int port) : provider_(std::move(provider)), port_(port) {}
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  const std::string& provider() const { return provider_; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

  /// An empty book on a clock that stands at `now`.
  void anew(Instant now) const;
  void clock_to(Instant now) const;
  /// `kind` happens to so many requests of the host from the at-th since anew() on. pid   of the process that a kill is
  /// meant for
  void fault(int at, const std::string& kind, int pid = 0, int times = 1) const;
  /// Nobody is answered until so many have asked.
  void together(int count) const;
  /// What the host asked since anew().
  std::vector<std::string> seen() const;
  boost::json::object act(const boost::json::object& what) const;
  /// The provider's own API, as somebody else than the host calls it: never counted, never disturbed.
  boost::json::object api(const std::string& method, const std::string& path, const std::string& body) const;

  /// Signed as of now; the oldest first.
  std::vector<WebhookMessage> webhooks(Instant now) const;

  struct Sums {
    std::int64_t captured = 0, refunded = 0, captures = 0;
    friend bool operator==(const Sums&, const Sums&) = default;
  };
  Sums sums() const;

 private:
  boost::json::value call(const std::string& method, const std::string& path, const std::string& body) const;

  std::string provider_;
  int pid_ = 0;
  int out_ = -1;
  int port_ = 0;
};

}  // namespace florin::test
