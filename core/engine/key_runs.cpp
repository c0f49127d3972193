#include "engine/key_runs.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <future>
#include <utility>

#include "engine/stored_key.hpp"
#include "store/chain.hpp"

namespace florin::engine {

namespace {

/// With so many a run is full: what is written anew with each cut stays small.
constexpr std::size_t full_run = 1'024 * sizeof(StoredKey);
/// What is added between two cuts is cut into runs of this, so that no object is too large for a store.
constexpr std::size_t longest_run = 65'536 * sizeof(StoredKey);

/// Of a run's bytes.
std::uint16_t newest_of(std::string_view bytes) {
  StoredKey last;
  std::memcpy(&last, bytes.data() + bytes.size() - sizeof last, sizeof last);
  return last.hour;
}

Result<std::string> bytes_of(store::Store& store, std::uint32_t shard, const std::string& object) {
  auto found = store.objects(shard, object, object + '\x01');
  if (!found) return found.error();
  if (found->empty()) return Error{.code = "damaged_checkpoint", .message = object + " is not there"};
  return std::move(found->front().bytes);
}

}  // namespace

Result<std::vector<KeyWindow::Record>> KeyRuns::read(std::string_view bytes) {
  if (bytes.empty() || bytes.size() % sizeof(StoredKey) != 0)
    return Error{.code = "damaged_checkpoint", .message = "saved keys end inside a key"};
  std::vector<KeyWindow::Record> keys;
  keys.reserve(bytes.size() / sizeof(StoredKey));
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(StoredKey)) {
    StoredKey stored;
    std::memcpy(&stored, bytes.data() + at, sizeof stored);
    keys.push_back(stored.record());
  }
  return keys;
}

Result<std::vector<KeyRuns::Found>> KeyRuns::find(store::Store& store, std::uint32_t shard) const {
  const auto saved = store.saved(shard, prefix_, store::behind_all(prefix_));
  if (!saved) return saved.error();
  std::vector<Found> runs;
  for (const store::Store::Saved& run : *saved) {
    Found& found = runs.emplace_back(Found{.object = run.object, .position = run.position});
    std::from_chars(run.object.data() + prefix_.size(), run.object.data() + run.object.size(), found.number);
  }
  // Names are given again, so their order says nothing. Of later cuts the keys are later too.
  std::ranges::sort(runs, {}, &Found::position);
  for (std::size_t at = 0; at < runs.size(); ++at) {
    const bool alone = (at == 0 || runs[at - 1].position != runs[at].position) &&
                       (at + 1 == runs.size() || runs[at + 1].position != runs[at].position);
    if (alone) continue;
    const auto bytes = bytes_of(store, shard, runs[at].object);
    if (!bytes) return bytes.error();
    const auto first = read(std::string_view(*bytes).substr(0, sizeof(StoredKey)));
    if (!first) return first.error();
    runs[at].first = first->front().use.position;
  }
  std::ranges::sort(runs, {}, [](const Found& run) { return std::pair(run.position, run.first); });
  return runs;
}

Status KeyRuns::take(store::Store& store, std::uint32_t shard, KeyWindow& window) {
  const auto runs = find(store, shard);
  if (!runs) return runs.error();
  for (const Found& run : *runs) count_ = std::max(count_, run.number + 1);
  if (count_ != runs->size()) return Error{.code = "damaged_checkpoint", .message = "saved keys are not there"};
  // Where no thread can begin, the next one is read in place.
  const auto reading = [&](std::size_t at) {
    return std::async([&store, shard, &run = (*runs)[at]] { return bytes_of(store, shard, run.object); });
  };
  std::future<Result<std::string>> next;
  for (std::size_t at = 0; at < runs->size(); ++at) {
    const bool last = at + 1 == runs->size();
    auto bytes = at == 0 ? bytes_of(store, shard, runs->front().object) : next.get();
    if (!last) next = reading(at + 1);
    if (!bytes) return bytes.error();
    if (const Status taken = take((*runs)[at], last, std::move(*bytes), window); !taken) return taken;
  }
  return Done{};
}

Status KeyRuns::take(const Found& run, bool last, std::string bytes, KeyWindow& window) {
  const auto keys = read(bytes);
  if (!keys) return keys.error();
  for (const KeyWindow::Record& record : *keys) window.take_back(record);
  added_to_ = std::max(added_to_, keys->back().use.position);
  if (last && bytes.size() < full_run) {
    open_ = {.number = run.number, .bytes = std::move(bytes)};
    saved_bytes_ = open_.bytes.size();
  } else {
    full_.push_back({run.number, keys->back().hour});
  }
  return Done{};
}

void KeyRuns::add(const KeyWindow::Record& record) {
  if (record.use.position <= added_to_) return;
  added_to_ = record.use.position;
  if (open_.bytes.size() >= longest_run) close_run();
  const StoredKey stored = StoredKey::of(record);
  open_.bytes.append(reinterpret_cast<const char*>(&stored), sizeof stored);
}

std::uint64_t KeyRuns::next_number(std::uint16_t hour) {
  const auto forgotten = std::ranges::find_if(full_, [&](const Full& run) { return over(run.newest, hour); });
  if (forgotten == full_.end()) return count_++;
  const std::uint64_t number = forgotten->number;
  full_.erase(forgotten);
  return number;
}

void KeyRuns::close_run() {
  // A start that folds the whole journal comes by keys that nobody has to know any more.
  const std::uint16_t now = newest_of(open_.bytes);
  if (cut_runs_ == 0) std::erase_if(unsaved_, [&](const Run& run) { return over(newest_of(run.bytes), now); });
  unsaved_.push_back(std::exchange(open_, {}));
  saved_bytes_ = cut_bytes_ = 0;
}

void KeyRuns::cut(std::vector<store::Checkpoint>& objects, store::Position position, Instant now) {
  if (open_.bytes.size() >= full_run) close_run();
  const auto emit = [&](Run& run) {
    if (!run.number) run.number = next_number(KeyWindow::hour_of(now));
    objects.push_back({prefix_ + std::to_string(*run.number), position, run.bytes});
  };
  for (Run& run : unsaved_) emit(run);
  if (open_.bytes.size() > saved_bytes_) emit(open_);
  cut_runs_ = unsaved_.size();
  cut_bytes_ = open_.bytes.size();
}

void KeyRuns::saved(bool done) {
  const std::size_t runs = std::exchange(cut_runs_, 0), bytes = std::exchange(cut_bytes_, 0);
  if (!done) return;
  const auto end = unsaved_.begin() + static_cast<std::ptrdiff_t>(runs);
  for (auto run = unsaved_.begin(); run != end; ++run) full_.push_back({*run->number, newest_of(run->bytes)});
  unsaved_.erase(unsaved_.begin(), end);
  saved_bytes_ = std::max(saved_bytes_, bytes);
}

}  // namespace florin::engine
