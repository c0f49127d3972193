#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/key_files.hpp"
#include "engine/key_table.hpp"
#include "florin/id.hpp"
#include "florin/time.hpp"

namespace florin::engine {

/// How long the keys of usage and of all other commands are remembered at least.
inline constexpr Duration usage_window = hours(24), money_window = hours(30 * 24);

/// The keys of a window: the newest in memory, older ones in files where there is a place for these. Only the thread
/// that decides uses it; whoever asks has looked into the files before. docs/decisions/0365-keys-in-files.md
class KeyWindow {
 public:
  using Digest = KeyTable::Digest;
  using Use = KeyTable::Use;
  using Record = KeyTable::Record;
  static Digest digest_of(const TenantId& tenant, std::string_view key) { return KeyTable::digest_of(tenant, key); }
  static std::uint16_t hour_of(Instant at) { return KeyTable::hour_of(at); }
  static bool over(std::uint16_t hour, Duration window, std::uint16_t now) { return KeyTable::over(hour, window, now); }

  /// `files`: none, and memory holds all. Of what they hold from before nothing is left.
  explicit KeyWindow(Duration window, KeyFiles* files = nullptr)
      : newest_(window), files_(files), valid_from_(files == nullptr ? 0 : files->clear()) {}

  Duration window() const { return newest_.window(); }

  /// `looked`: what the files had. Where memory lacks keys that were in none of them yet, the files are asked again.
  std::optional<Use> find(Digest key, Instant now, const LookedUp& looked = {}) const;
  /// In place of what the key was used for before. `now` never runs back from one call to the next.
  void remember(Digest key, Use use, Instant now);
  /// Asks for the memory that find() will look at.
  void prefetch(Digest key) const;
  /// As it was remembered then. Of one key the latest has to come last. Waits for the files.
  void take_back(const Record& record);

  std::size_t size() const;   ///< in memory
  std::size_t bytes() const;  ///< of memory

 private:
  /// So many tables lie in memory beside the newest: one that is being written, and one that was. Who looked before it
  /// was has long been answered when it goes.
  static constexpr std::size_t most_full = 2;

  void make_room(std::uint16_t hour);

  KeyTable newest_;
  std::vector<std::shared_ptr<KeyFiles::Full>> full_;  ///< the oldest first
  KeyFiles* files_;
  std::uint64_t valid_from_;  ///< the first version of the files that holds all that memory does not
};

}  // namespace florin::engine
