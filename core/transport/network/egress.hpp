#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"

namespace florin {

/// What this host may reach, beside what each processor names. ProviderReport in florin.yaml under `egress`.
struct Egress {
  /// Of one request, from its name being looked up to the last byte of its answer.
  Duration deadline = seconds(30);
  bool loopback = false;           ///< this machine, also by plain http: for stand-ins
  bool private_addresses = false;  ///< addresses of private networks, by https
};

/// Where an endpoint's requests go: `https://api.stripe.com`, without a path.
///
/// hosts   what the operator granted: `api.stripe.com`, or `localhost:8443` for another port than the scheme's own
/// Errors: bad_address (no address of the form https://host or https://host:port), plain_http (http to anything but
///         this machine, or without the grant), host_not_granted
Result<std::string> granted_address(std::string_view address, const std::vector<std::string>& hosts,
                                    const Egress& egress);

/// Whether a connection to this address may be opened, whatever name led there. Only the public internet, but for what
/// is granted: a name that resolves to a private, link-local or other special address is not reached.
bool may_reach(const sockaddr& address, const Egress& egress);

}  // namespace florin
