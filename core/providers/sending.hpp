#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "plugins/processor.hpp"
#include "transport/transport.hpp"

namespace florin {

/// What became of one planned request.
struct Sent {
  std::optional<ProviderReply> reply;  ///< none: no answer came, `problem` says why
  bool lost = false;                   ///< a sending of it may have arrived and was not answered
  std::string problem;
};

/// How a request leaves: whose it is, and until when.
struct SendWith {
  const ProcessorPlugin& plugin;
  Transport& transport;
  const Secrets& secrets;
  Instant now;
  Instant send_before = never;
};

/// Sends one planned request with its secrets in place, as often as what its loss means allows. A credential that it
/// names is obtained first where none is kept, and once more when the answer is 401: the provider did nothing then.
/// `done` is called exactly once, on this thread or one of the transport's.
void send(PlannedRequest planned, const SendWith& with, std::move_only_function<void(Sent)> done);

}  // namespace florin
