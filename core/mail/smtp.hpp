#pragma once

#include <string>
#include <vector>

#include "florin/result.hpp"

namespace florin::mail {

/// Where mail is handed in: one relay, which signs, queues and delivers.
struct Relay {
  std::string url;             ///< `smtp://relay.example:587` or `smtps://…:465`
  std::string user, password;  ///< empty: none is asked for
  std::string our_name = "florin";
};

enum class Sent : std::uint8_t {
  taken,    ///< the relay has it
  later,    ///< it has it certainly not: try again
  refused,  ///< it never will
  unknown   ///< the connection was lost after the message: it may have it
};
struct SendResult {
  Sent sent = Sent::later;
  long code = 0;  ///< what the relay answered last; 0: nothing
  bool of_recipient = false;
  std::string problem;
};

/// One message to one recipient. TLS unless the relay is this machine. Waits at most a minute.
SendResult send(const Relay& relay, const std::string& from, const std::string& to, const std::string& bytes);

/// `smtp://` or `smtps://` with a host; a password does not belong in it. Errors: bad_relay.
Status check_relay(const std::string& url);

}  // namespace florin::mail
