#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "florin/time.hpp"

namespace florin::server {

/// How many invitations an account's customers may have mailed: an open portal must not become a sender of spam.
/// In memory, as the tries of cards are. docs/decisions/0220-invitations-a-day.md
class InvitationMails {
 public:
  static constexpr std::size_t most = 20;  ///< in a day, of one account

  /// Counts one. Returns when there may be another, if there may be none now.
  std::optional<Instant> take(const std::string& account, Instant now);

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<Instant>> sent_;  ///< the oldest first
};

}  // namespace florin::server
