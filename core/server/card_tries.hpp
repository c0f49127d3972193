#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "florin/commands.hpp"
#include "florin/time.hpp"

/// How often whoever holds a session or a link may try cards: who has stolen numbers tries hundreds of them.
/// docs/decisions/0190-card-tries.md
namespace florin::server {

enum class CardTry : std::uint8_t { saves, pays };
/// None: the command tries no card.
std::optional<CardTry> card_try_of(const Command& command);

class CardTries {
 public:
  static constexpr std::size_t most_saved = 5, most_paid = 10;  ///< in an hour, of one account

  /// Counts one, before it is tried. A key that was counted is not counted again. Returns when there may be another, if
  /// there may be none now.
  std::optional<Instant> take(const std::string& account, CardTry what, const std::string& key, Instant now);
  /// It came to no card after all.
  void give_back(const std::string& account, CardTry what, const std::string& key);

 private:
  struct Try {
    Instant at;
    std::string key;
  };
  using Tries = std::deque<Try>;  ///< the oldest first
  void forget_old(Instant now);

  std::mutex mutex_;
  std::map<std::pair<std::string, CardTry>, Tries> tries_;
  Instant forgotten_at_{};
};

}  // namespace florin::server
