#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "message.hpp"

/// Who asks from where, and how often somebody there may be wrong. docs/decisions/0231-limits-by-address.md
namespace florin::server {

/// Where a request comes from: its peer; where that is a trusted proxy, who the proxy says it is.
///
/// trusted  `unix`, addresses and ranges: serve.trusted_proxies
/// Returns  an address, or `unix`
std::string address_of(const HttpRequest& request, const std::vector<std::string>& trusted);
bool is_trusted(const std::string& peer, const std::vector<std::string>& trusted);

/// What each address has left, of something that it gets back as time goes by.
class Allowance {
 public:
  using Clock = std::chrono::steady_clock;
  /// most   at once
  /// each   how long it takes until there is one more
  Allowance(std::size_t most, Clock::duration each, std::size_t addresses = 100'000)
      : most_(most), each_(each), addresses_(addresses) {}

  /// Takes one. Returns, if there is none, how long it takes until there is one.
  std::optional<std::chrono::seconds> take(const std::string& address, Clock::time_point now);
  /// How many there are now, and how long it takes until all of them are.
  struct Left {
    std::size_t count = 0;
    std::chrono::seconds whole_in{};
  };
  Left left(const std::string& address, Clock::time_point now) const;
  std::size_t most() const { return most_; }
  /// The same as take() without taking it.
  std::optional<std::chrono::seconds> waits(const std::string& address, Clock::time_point now) const;

 private:
  struct Held {
    std::string address;
    Clock::time_point whole_at;  ///< when it has all of them again
  };
  std::optional<std::chrono::seconds> until_one(Clock::time_point whole_at, Clock::time_point now) const;

  const std::size_t most_;
  const Clock::duration each_;
  const std::size_t addresses_;
  mutable std::mutex mutex_;
  std::list<Held> held_;  ///< who took one last is first
  std::unordered_map<std::string, std::list<Held>::iterator> by_address_;
};

}  // namespace florin::server
