#include "store/memory/memory_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/chain.hpp"

namespace florin::store {

namespace {

constexpr std::string_view injected = "injected: a test's fault";

}  // namespace

void MemoryStore::inject(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

Result<std::vector<std::uint32_t>> MemoryStore::shards() {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint32_t> found;
  for (const auto& [number, shard] : shards_)
    if (shard.head.last > 0) found.push_back(number);
  return found;
}

Result<Head> MemoryStore::head(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  return shards_[shard].head;
}

Committed MemoryStore::commit(const Row& row, Epoch previous_epoch) {
  const std::lock_guard lock(mutex_);
  const auto fault = [&](bool before) {
    const std::optional<Committed> said = fault_ ? fault_(row, before) : std::nullopt;
    if (said) problem_ = *said == Committed::done ? "" : injected;
    return said;
  };
  if (const auto said = fault(true)) return *said;
  const Committed outcome = append(row, previous_epoch);
  if (outcome != Committed::done) return outcome;
  return fault(false).value_or(outcome);
}

Committed MemoryStore::append(const Row& row, Epoch previous_epoch) {
  problem_.clear();
  if (!well_formed(row)) {
    problem_ = "malformed_row: it holds no position";
    return Committed::failed;
  }
  Shard& shard = shards_[row.shard];
  if (shard.head == head_after(row)) return Committed::done;
  problem_ = why_conflict(shard.head, row, previous_epoch);
  if (!problem_.empty()) return Committed::conflict;
  Row& kept = shard.rows.emplace(row.first, row).first->second;
  for (DataKey& key : std::exchange(kept.keys, {})) keys_.insert_or_assign(key.name, std::move(key.key));
  shard.head = head_after(row);
  return Committed::done;
}

std::string MemoryStore::last_problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

Status MemoryStore::read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) {
  std::unique_lock lock(mutex_);
  const Head end = shards_[shard].head;
  if (from > end.last) return Done{};
  const std::map<Position, Row>& rows = shards_[shard].rows;  // only grows, and other rows stay where they are
  auto row = std::prev(rows.upper_bound(std::max<Position>(from, 1)));
  Head before = row == rows.begin() ? Head{} : head_after(std::prev(row)->second);
  while (true) {
    if (const Status whole = check_link(row->second, before, end); !whole) return whole;
    before = head_after(row->second);
    lock.unlock();
    if (!each(row->second) || before.last >= end.last) return Done{};
    lock.lock();
    ++row;
  }
}

Status MemoryStore::save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) {
  const std::lock_guard lock(mutex_);
  Shard& in = shards_[shard];
  if (const Status durable = check_durable(in.head, objects, floor); !durable) return durable;
  for (const Checkpoint& object : objects) {
    Checkpoint& kept = in.objects[object.object];
    if (object.position >= kept.position) kept = object;
  }
  in.floor = std::max(in.floor, floor);
  return Done{};
}

Result<Store::Loaded> MemoryStore::load(std::uint32_t shard, std::span<const std::string_view> without) {
  const std::lock_guard lock(mutex_);
  Loaded loaded{.objects = {}, .floor = shards_[shard].floor};
  for (const auto& [name, object] : shards_[shard].objects)
    if (std::ranges::none_of(without, [&](std::string_view left_out) { return name.starts_with(left_out); }))
      loaded.objects.push_back(object);
  return loaded;
}

Result<std::vector<Checkpoint>> MemoryStore::objects(std::uint32_t shard, std::string_view from,
                                                     std::string_view until) {
  const std::lock_guard lock(mutex_);
  std::vector<Checkpoint> found;
  const auto& all = shards_[shard].objects;
  for (auto object = all.lower_bound(from); object != all.end() && object->first < until; ++object)
    found.push_back(object->second);
  return found;
}

Result<std::vector<Store::Saved>> MemoryStore::saved(std::uint32_t shard, std::string_view from,
                                                     std::string_view until) {
  const std::lock_guard lock(mutex_);
  std::vector<Saved> found;
  const auto& all = shards_[shard].objects;
  for (auto object = all.lower_bound(from); object != all.end() && object->first < until; ++object)
    found.push_back({object->first, object->second.position});
  return found;
}

Status MemoryStore::put_text(std::string_view name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto [kept, added] = texts_.emplace(name, text);
  if (!added && kept->second != text) return text_differs(name);
  return Done{};
}

Result<std::string> MemoryStore::text(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto kept = texts_.find(name);
  if (kept == texts_.end()) return no_such_text(name);
  return kept->second;
}

Result<std::string> MemoryStore::key(std::uint32_t, std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto kept = keys_.find(name);
  if (kept == keys_.end()) return no_such_key(name);
  return kept->second;
}

Result<std::vector<std::string>> MemoryStore::key_names(std::uint32_t, const DataKeyRange& range) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (auto at = keys_.lower_bound(range.from); at != keys_.end() && at->first < range.until; ++at)
    names.push_back(at->first);
  return names;
}

Status MemoryStore::erase_keys(std::uint32_t, const std::vector<DataKeyRange>& ranges) {
  const std::lock_guard lock(mutex_);
  for (const DataKeyRange& range : ranges) keys_.erase(keys_.lower_bound(range.from), keys_.lower_bound(range.until));
  return Done{};
}

Status MemoryStore::set_mark(std::string_view name, std::string_view value) {
  const std::lock_guard lock(mutex_);
  marks_.insert_or_assign(std::string(name), std::string(value));
  return Done{};
}

Result<std::string> MemoryStore::mark(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto kept = marks_.find(name);
  return kept == marks_.end() ? std::string() : kept->second;
}

}  // namespace florin::store
