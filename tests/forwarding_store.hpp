#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace florin {

/// A store behind which another one does everything: a test overrides what it wants to see or to hold up.
class ForwardingStore : public store::Store {
 public:
  explicit ForwardingStore(store::Store& to) : to_(to) {}

  Result<std::vector<std::uint32_t>> shards() override { return to_.shards(); }
  Result<store::Head> head(std::uint32_t shard) override { return to_.head(shard); }
  store::Committed commit(const store::Row& row, store::Epoch epoch) override { return to_.commit(row, epoch); }
  std::string last_problem() const override { return to_.last_problem(); }
  Status read(std::uint32_t shard, store::Position from, const std::function<bool(const store::Row&)>& each) override {
    return to_.read(shard, from, each);
  }
  Status save(std::uint32_t shard, const std::vector<store::Checkpoint>& objects, store::Position floor) override {
    return to_.save(shard, objects, floor);
  }
  Result<Loaded> load(std::uint32_t shard, std::span<const std::string_view> without) override {
    return to_.load(shard, without);
  }
  Result<std::vector<store::Checkpoint>> objects(std::uint32_t shard, std::string_view from,
                                                 std::string_view until) override {
    return to_.objects(shard, from, until);
  }
  Result<std::vector<Saved>> saved(std::uint32_t shard, std::string_view from, std::string_view until) override {
    return to_.saved(shard, from, until);
  }
  Status put_text(std::string_view name, std::string_view text) override { return to_.put_text(name, text); }
  Result<std::string> text(std::string_view name) override { return to_.text(name); }
  Result<std::string> key(std::uint32_t shard, std::string_view name) override { return to_.key(shard, name); }
  Result<std::vector<std::string>> key_names(std::uint32_t shard, const store::DataKeyRange& range) override {
    return to_.key_names(shard, range);
  }
  Status erase_keys(std::uint32_t shard, const std::vector<store::DataKeyRange>& ranges) override {
    return to_.erase_keys(shard, ranges);
  }
  Status set_mark(std::string_view name, std::string_view value) override { return to_.set_mark(name, value); }
  Result<std::string> mark(std::string_view name) override { return to_.mark(name); }
  std::optional<Duration> lease() const override { return to_.lease(); }
  Status claim(std::uint32_t shard) override { return to_.claim(shard); }
  Status renew(std::uint32_t shard, store::Epoch epoch) override { return to_.renew(shard, epoch); }
  void let_go(std::uint32_t shard, store::Epoch epoch) override { to_.let_go(shard, epoch); }

 private:
  store::Store& to_;
};

}  // namespace florin
