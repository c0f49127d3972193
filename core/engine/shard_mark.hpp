#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "florin/id.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// What a start has to know beside accounts, tenants and keys; saved with every cut as the object `shard`. With it a
/// start reads no entry up to the floor. docs/decisions/0200-a-start-from-the-floor.md
struct ShardMark {
  static constexpr std::string_view object = "shard";
  /// An erasure whose keys may still be there: a start erases them again.
  struct Erasure {
    TenantId tenant;
    AccountId account;
    store::Position position = 0;
  };

  store::Position floor = 0;        ///< every fact up to here is in what was saved
  Instant last_at;                  ///< journal time never runs back
  std::uint64_t accounts = 0;       ///< that have a checkpoint
  std::uint64_t tenants = 0;        ///< likewise
  std::uint64_t usage_runs = 0;     ///< of saved keys
  std::uint64_t money_runs = 0;     ///< likewise
  std::vector<Erasure> erasures{};  ///< in the order of their entries

  std::string bytes() const;
  /// Errors: damaged_checkpoint.
  static Result<ShardMark> read(std::string_view bytes);
};

}  // namespace florin::engine
