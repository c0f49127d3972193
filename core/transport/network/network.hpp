#pragma once

#include <map>
#include <memory>
#include <string>

#include "transport/network/egress.hpp"
#include "transport/transport.hpp"

namespace florin {

/// The way out: one thread and libcurl's multi interface, for every processor of a host. At most 64 requests are under
/// way, the others wait. HTTP/1.1 over TLS; no redirects, no proxy, no cookies, answers of at most 1 MiB.
///
/// What may act is always sent on a connection of its own: libcurl repeats a request by itself when a kept connection
/// turns out to be dead, and then nobody could say how often it was sent.
class Network {
 public:
  /// Errors: no_network.
  static Result<std::unique_ptr<Network>> open(const Egress& egress);
  ~Network();

  const Egress& egress() const;

  /// The way to one processor. addresses   of its endpoints by name, each as granted_address gives it
  std::unique_ptr<Transport> to(std::map<std::string, std::string> addresses);

  /// Queued requests are dropped. Requests in flight get `grace` to finish; after that their outcome is unknown.
  /// Returns at once.
  void finish(Duration grace);

 private:
  class Inside;
  explicit Network(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace florin
