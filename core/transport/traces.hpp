#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "transport/transport.hpp"

/// Whose request is behind what leaves: the traceparent that came with it (W3C Trace Context) goes on to the provider.
/// Source   docs/decisions/0330-traces.md
namespace florin {

/// The newest trace of each account. What was asked a while ago is nobody's doing of now. Thread-safe.
class Traces {
 public:
  /// From now on; empty: none.
  void follow(const std::string& account, const std::string& trace);
  /// The way itself where no trace is known.
  std::shared_ptr<Transport> along(std::shared_ptr<Transport> way, const std::string& account);

 private:
  struct Followed {
    std::string trace;
    std::chrono::steady_clock::time_point until;
  };
  std::mutex mutex_;
  std::map<std::string, Followed, std::less<>> traces_;
};

}  // namespace florin
