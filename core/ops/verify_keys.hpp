#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "domain/journal/entry.hpp"
#include "engine/key_window.hpp"
#include "florin/result.hpp"
#include "store/store.hpp"

namespace florin {

/// Idempotency keys as a journal uses them, and as they are saved for a start. In memory are those of a window.
class KeyCheck {
 public:
  using Broken = std::function<void(const char* rule, std::string text)>;

  explicit KeyCheck(Broken broken);

  /// A run of saved keys. Errors: damaged_checkpoint.
  Status load(const store::Checkpoint& object);
  /// Every entry in turn, `now` the latest time of any so far. Up to `floor` a start takes keys from the runs.
  void see(const Entry& entry, store::Position position, store::Position floor, Instant now);
  /// After the last entry: what is saved and nobody used, or was used and is not saved.
  void end();

 private:
  using Digest = std::pair<std::uint64_t, std::uint64_t>;
  struct Use {
    store::Position position = 0;
    Instant at;
  };
  struct Window {
    Duration length;
    boost::unordered_flat_map<Digest, Use> uses{};
    std::deque<std::pair<Use, Digest>> in_order{};
    std::deque<Use> not_saved{};  ///< up to the floor
  };
  void check_saved(const Entry& entry, store::Position position, store::Position floor, Window& window);

  Broken broken_;
  Window usage_, money_;
  std::multimap<store::Position, engine::KeyWindow::Record> saved_;
};

}  // namespace florin
