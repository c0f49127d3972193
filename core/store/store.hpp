#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"

namespace florin::store {

/// Of an entry in its shard, counted from 1 without gaps.
using Position = std::uint64_t;
/// Of a shard's ownership: raised by each opening.
using Epoch = std::uint64_t;
using Hash = std::array<std::uint8_t, 32>;

/// The key of one piece of what is sealed, such as personal data. Its name says whose, and which one.
struct DataKey {
  std::string name;
  std::string key;

  friend bool operator==(const DataKey&, const DataKey&) = default;
};
/// Names from `from` up to but without `until`, as texts.
struct DataKeyRange {
  std::string from, until;
};

/// One commit of one shard: everything that waited, as bytes that are formed once.
struct Row {
  std::uint32_t shard = 0;
  Position first = 0;
  Position last = 0;
  Epoch epoch = 0;
  std::uint32_t format = 1;  ///< of `entries`
  Hash previous = {};        ///< hash of the row before; zeros before the first
  Hash hash = {};            ///< seal() of all the rest
  std::string entries;
  std::vector<DataKey> keys{};  ///< made durable with it; not part of the chain, and not read back with it

  friend bool operator==(const Row&, const Row&) = default;
};

/// BLAKE2b-256 over every field of `row` but `hash`, each at a fixed width or with its length.
Hash seal(const Row& row);

/// Where a shard's journal ends and who may continue it.
struct Head {
  Position last = 0;
  Epoch epoch = 0;
  Hash hash = {};

  friend bool operator==(const Head&, const Head&) = default;
};

/// What is known of a commit. A formed row is committed byte for byte or its shard dies.
enum class Committed : std::uint8_t {
  done,       ///< durable
  not_known,  ///< the same bytes must be tried again; if their hash is in place, they were ours. A full disk is this
              ///< too: the row waits, nothing new is formed, and once there is room the same bytes go in
  conflict,   ///< head or epoch is not what the row continues: drop the state and replay
  failed,     ///< a sync error, damage or a malformed row: the process must end, nothing after it can be believed
};

/// An object's state as of its last fact. Written only when that fact is durable.
struct Checkpoint {
  std::string object;  ///< the engine's name for it, unique in the shard
  Position position = 0;
  std::string bytes;
};

/// Makes a shard's entries durable. One thread at a time per shard.
///
/// Errors   of each call, beside its own: store_failed, store_full and store_busy (nothing was written, try again),
///          damaged_store, read_only
class Store {
 public:
  virtual ~Store() = default;

  /// Shards that something was committed to, ascending.
  virtual Result<std::vector<std::uint32_t>> shards() = 0;
  /// Zeros when nothing was ever committed.
  virtual Result<Head> head(std::uint32_t shard) = 0;

  /// Appends `row` and, in the same transaction, moves the head from (row.first - 1, `previous_epoch`, row.previous) to
  /// (row.last, row.epoch, row.hash). An opening's row raises the epoch by one; any other keeps it.
  virtual Committed commit(const Row& row, Epoch previous_epoch) = 0;
  /// Why the last commit was not done: a code, a colon and the story, as in `store_full: …`. Empty when it was done.
  virtual std::string last_problem() const = 0;

  /// Rows that hold positions ≥ `from`, in order, up to the head as it is now, each checked against its hash and the
  /// one before, the last against the head. `each` returns false to stop. Errors: damaged_row (shard and position).
  virtual Status read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) = 0;

  /// Overwrites only what is not newer; from then on every fact up to `floor` is in the objects, and a start replays
  /// from `floor` + 1. All or nothing. Errors: not_durable when a position or `floor` is past the head.
  virtual Status save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) = 0;
  struct Loaded {
    std::vector<Checkpoint> objects;  ///< by name
    Position floor = 0;               ///< every fact up to here is in the objects
  };
  /// Objects whose names begin with one of `without`, which are in order, are left out, and not read. Errors:
  /// damaged_checkpoint; the journal still holds everything.
  virtual Result<Loaded> load(std::uint32_t shard, std::span<const std::string_view> without) = 0;
  Result<Loaded> load(std::uint32_t shard) { return load(shard, {}); }
  /// Objects whose names lie from `from` up to but without `until`, by name. From any thread. Errors:
  /// damaged_checkpoint.
  virtual Result<std::vector<Checkpoint>> objects(std::uint32_t shard, std::string_view from,
                                                  std::string_view until) = 0;
  struct Saved {
    std::string object;
    Position position = 0;
  };
  /// What objects() would return, without reading their bytes.
  virtual Result<std::vector<Saved>> saved(std::uint32_t shard, std::string_view from, std::string_view until) = 0;

  /// Texts by their hash: catalog versions. Written before the entry that names them; the same text twice is one.
  virtual Status put_text(std::string_view name, std::string_view text) = 0;  ///< Errors: text_differs
  virtual Result<std::string> text(std::string_view name) = 0;                ///< Errors: no_such_text

  /// Keys of sealed personal data, outside the journal: erasing a person is deleting the keys. They come with rows.
  virtual Result<std::string> key(std::uint32_t shard, std::string_view name) = 0;  ///< Errors: no_such_key
  /// Their bytes are gone from every file of the store, which may take tens of milliseconds. Fine when there are none;
  /// after store_busy call it again.
  virtual Status erase_keys(std::uint32_t shard, const std::vector<DataKeyRange>& ranges) = 0;

  /// Small durable settings of the store itself, such as `sending: held` after a restore.
  virtual Status set_mark(std::string_view name, std::string_view value) = 0;
  virtual Result<std::string> mark(std::string_view name) = 0;  ///< empty when never set

  /// How long the owner of a shard may answer and send after it last asked whether it still is; none where nobody else
  /// can become it while this store is open.
  virtual std::optional<Duration> lease() const { return std::nullopt; }
  /// Waits until nobody answers for the shard any more: at most a lease and a quarter. What comes next is an opening's
  /// row. Errors: already_open, when its owner is alive.
  virtual Status claim(std::uint32_t) { return Done{}; }
  /// Whether the shard is still ours in `epoch`, and the lease begins anew. Errors: not_owner.
  virtual Status renew(std::uint32_t, Epoch) { return Done{}; }
  /// The next one need not wait for the lease. Fine when it is ours no more.
  virtual void let_go(std::uint32_t, Epoch) {}

  /// Names of the keys that are there, in order.
  virtual Result<std::vector<std::string>> key_names(std::uint32_t shard, const DataKeyRange& range) = 0;
};

}  // namespace florin::store
