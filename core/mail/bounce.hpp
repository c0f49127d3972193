#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace florin::mail {

/// Somebody whom a mail did not reach and will not.
struct Bounced {
  std::string address;
  std::string reason;  ///< the status with the words of the server that refused it
};

/// The recipients of a delivery report for whom it failed for good: `Action: failed` with a status of class 5. What is
/// only late, what has been delivered, and a mail that is no report name nobody.
///
/// mail     as it came, header and body; more than 1 MiB is not read
/// Source   RFC 3464, sections 2.1 and 2.3; RFC 6522
std::vector<Bounced> bounced_in(std::string_view mail);

}  // namespace florin::mail
