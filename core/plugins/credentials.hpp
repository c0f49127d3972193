#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "florin/time.hpp"

namespace florin {

/// Tokens that the host obtained for one processor, each until it expires. Nothing of them is ever written down.
/// Thread-safe; one of those who want the same token obtains it, the others wait for it.
class Credentials {
 public:
  using Then = std::move_only_function<void()>;

  ~Credentials();
  /// None: there is none that is good at `now`.
  std::optional<std::string> token(const std::string& name, Instant now) const;
  /// Every token that is kept, for whoever must not say one.
  std::vector<std::string> all() const;

  /// Returns `then` to who has to obtain the token. None: somebody is obtaining it, and calls `then` afterwards.
  std::optional<Then> obtain_or_wait(const std::string& name, Then then);
  /// Whoever had to obtain it has it, or could not: `token` is empty then. Calls those who wait.
  void obtained(const std::string& name, std::string token, Instant until);
  /// The provider took it no more, though it had not expired.
  void refused(const std::string& name, const std::string& token);

 private:
  struct Kept {
    std::string token;
    Instant until;
    bool under_way = false;
    std::vector<Then> waiting;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace florin
