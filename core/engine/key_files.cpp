#include "engine/key_files.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace florin::engine {

namespace {

/// Larger ones are not merged any more: a merge takes a second or two at most, while new keys wait in memory.
constexpr std::size_t most_merged = std::size_t{1} << 25;
constexpr std::chrono::seconds pause_after_failure(1);

}  // namespace

KeyFiles::~KeyFiles() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const KeyFiles::Set> KeyFiles::set() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

LookedUp KeyFiles::find(KeyTable::Digest key) const {
  LookedUp looked;
  std::shared_ptr<const Set> files;
  {
    const std::lock_guard lock(mutex_);
    files = set_;
    looked.version = version();
  }
  for (auto file = files->rbegin(); file != files->rend(); ++file)
    if (const auto found = (*file)->find(key)) {
      looked.use = found->use;
      looked.hour = found->hour;
      return looked;
    }
  return looked;
}

void KeyFiles::write(std::shared_ptr<Full> table, std::uint16_t now, std::shared_ptr<Full> left) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({std::move(table), now, std::move(left)});
  failing_ = false;
  wake_.notify_all();
  if (thread_.joinable()) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    failing_ = true;  // memory keeps them, and the next table tries again
  }
}

void KeyFiles::wait() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return failing_ || (waiting_.empty() && !working_); });
}

std::uint64_t KeyFiles::clear() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  ++cleared_;
  publish({});
  return version();
}

/// With the lock held.
void KeyFiles::publish(Set set) {
  const std::uint64_t next = version() + 1;
  const bool none = set.empty();
  set_ = std::make_shared<const Set>(std::move(set));
  state_ = next << 1 | (none ? 1 : 0);
}

void KeyFiles::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    working_ = true;
    const std::uint16_t now = waiting_.front().hour;
    const bool written = write_one(lock);
    if (written) merge_some(lock, now);
    working_ = false;
    idle_.notify_all();
    if (!written) wake_.wait_for(lock, pause_after_failure, [&] { return closing_; });
  }
}

std::vector<StoredKey> KeyFiles::sorted_keys_of(const KeyTable& table) const {
  std::vector<StoredKey> keys;
  keys.reserve(table.size());
  table.each([&](const KeyTable::Record& record) { keys.push_back(StoredKey::of(record)); });
  std::ranges::sort(keys, lies_before, &StoredKey::key);
  return keys;
}

/// The first that waits. False: it could not be written, and still waits.
bool KeyFiles::write_one(std::unique_lock<std::mutex>& lock) {
  Waiting first = waiting_.front();
  waiting_.front().left.reset();  // not the last that has it
  const std::uint64_t cleared = cleared_;
  lock.unlock();
  first.left.reset();
  if (options_.before_write) options_.before_write();
  auto file = KeyFile::write(options_.folder, sorted_keys_of(first.table->table));
  lock.lock();
  if (cleared != cleared_) return true;
  if (!file) {
    if (!std::exchange(failing_, true) && options_.alarm) options_.alarm(file.error().message);
    return false;
  }
  failing_ = false;
  waiting_.pop_front();
  Set set = *set_;
  std::erase_if(set, [&](const auto& old) { return KeyTable::over(old->newest(), window_, first.hour); });
  set.push_back(std::move(*file));
  publish(std::move(set));
  first.table->in_version = version();
  return true;
}

/// The last two, while the one before is not much larger: each is more than twice its follower, so there are few.
void KeyFiles::merge_some(std::unique_lock<std::mutex>& lock, std::uint16_t now) {
  while (!closing_ && set_->size() >= 2) {
    const auto newer = set_->back(), older = (*set_)[set_->size() - 2];
    if (older->size() > 2 * newer->size() || older->size() + newer->size() > most_merged) return;
    const std::uint64_t cleared = cleared_;
    lock.unlock();
    auto both = KeyFile::merge(options_.folder, *older, *newer, window_, now);
    lock.lock();
    if (cleared != cleared_ || !both) return;  // two files do as well
    Set set = *set_;
    set.pop_back();
    set.back() = std::move(*both);
    publish(std::move(set));
  }
}

std::size_t KeyFiles::size() const {
  std::size_t keys = 0;
  for (const auto& file : *set()) keys += file->size();
  return keys;
}
std::size_t KeyFiles::bytes() const {
  std::size_t bytes = 0;
  for (const auto& file : *set()) bytes += file->bytes();
  return bytes;
}
std::size_t KeyFiles::files() const { return set()->size(); }

}  // namespace florin::engine
