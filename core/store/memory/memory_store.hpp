#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "store/store.hpp"

namespace florin::store {

/// A store that lasts as long as itself: for tests, scenarios and `simulate`. To restart a host, keep it and open it
/// again with a new engine.
class MemoryStore : public Store {
 public:
  /// Asked twice in a commit: before anything happened, and once a row is in. What it answers is what commit returns;
  /// nothing lets the commit go on. So not_known `before` is one without effect, not_known after it is one with.
  using Fault = std::function<std::optional<Committed>(const Row& row, bool before)>;
  /// None: no faults.
  void inject(Fault fault);

  Result<std::vector<std::uint32_t>> shards() override;
  Result<Head> head(std::uint32_t shard) override;
  Committed commit(const Row& row, Epoch previous_epoch) override;
  std::string last_problem() const override;
  Status read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) override;
  Status save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) override;
  using Store::load;
  Result<Loaded> load(std::uint32_t shard, std::span<const std::string_view> without) override;
  Result<std::vector<Checkpoint>> objects(std::uint32_t shard, std::string_view from, std::string_view until) override;
  Result<std::vector<Saved>> saved(std::uint32_t shard, std::string_view from, std::string_view until) override;
  Status put_text(std::string_view name, std::string_view text) override;
  Result<std::string> text(std::string_view name) override;
  Result<std::string> key(std::uint32_t shard, std::string_view name) override;
  Result<std::vector<std::string>> key_names(std::uint32_t shard, const DataKeyRange& range) override;
  Status erase_keys(std::uint32_t shard, const std::vector<DataKeyRange>& ranges) override;
  Status set_mark(std::string_view name, std::string_view value) override;
  Result<std::string> mark(std::string_view name) override;

 private:
  using Words = std::map<std::string, std::string, std::less<>>;
  struct Shard {
    std::map<Position, Row> rows;  // by first
    Head head;
    std::map<std::string, Checkpoint, std::less<>> objects;
    Position floor = 0;
  };

  Committed append(const Row& row, Epoch previous_epoch);

  mutable std::mutex mutex_;
  std::map<std::uint32_t, Shard> shards_;
  Words texts_;
  Words keys_;
  Words marks_;
  Fault fault_;
  std::string problem_;
};

}  // namespace florin::store
