#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "florin/id.hpp"
#include "readers/fold.hpp"
#include "store/store.hpp"

/// Entries of one account, without looking through everybody else's. docs/decisions/0340-trails.md
namespace florin::readers {

/// What one account is told by, found in views.db as far as that file is.
class Trail {
 public:
  /// Looks through all of the journal.
  Trail() = default;
  /// By the index of `views`, where that file is there, can be read and is of this journal; else as without one.
  Trail(store::Store& journal, const std::filesystem::path& views, const TenantId& tenant, const AccountId& account);

  /// The account's entries in a shard, and those about no account, from `from` on and in order, until `each` returns
  /// false. Of what is in no index `wanted` is asked, with entries of others too. Errors: those of read_entries.
  Status read(store::Store& journal, std::uint32_t shard, store::Position from, const Wanted& wanted,
              const Each& each) const;

 private:
  struct Known {
    store::Position to = 0;  ///< what comes behind is in no index
    std::vector<store::Position> positions;
  };
  std::map<std::uint32_t, Known> known_;
};

/// The time of the newest entry; the zero of time: there is none. Errors: those of read_entries.
Result<Instant> last_instant(store::Store& journal);

}  // namespace florin::readers
