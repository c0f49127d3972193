#include "engine/key_window.hpp"

#include <utility>

namespace florin::engine {

std::optional<KeyWindow::Use> KeyWindow::find(Digest key, Instant now, const LookedUp& looked) const {
  if (const auto use = newest_.find(key, now)) return use;
  if (files_ == nullptr) return std::nullopt;
  for (auto full = full_.rbegin(); full != full_.rend(); ++full)
    if (const auto use = (*full)->table.find(key, now)) return use;
  const LookedUp held = looked.version >= valid_from_ ? looked : files_->find(key);
  if (held.use.position == 0 || over(held.hour, Duration{2 * window().us}, hour_of(now))) return std::nullopt;
  return held.use;
}

void KeyWindow::prefetch(Digest key) const {
  newest_.prefetch(key);
  for (const auto& full : full_) full->table.prefetch(key);
}

void KeyWindow::remember(Digest key, Use use, Instant now) {
  newest_.remember(key, use, now);
  if (files_ != nullptr && newest_.size() >= files_->most_in_memory()) make_room(hour_of(now));
}

void KeyWindow::take_back(const Record& record) {
  newest_.take_back(record);
  if (files_ == nullptr || newest_.size() < files_->most_in_memory()) return;
  if (full_.size() == most_full) files_->wait();
  make_room(record.hour);
}

/// The newest table is full. While the files do not have the oldest one, it grows on.
void KeyWindow::make_room(std::uint16_t hour) {
  std::shared_ptr<KeyFiles::Full> left;
  if (full_.size() == most_full) {
    const std::uint64_t in_version = full_.front()->in_version;
    if (in_version == 0) return;
    valid_from_ = in_version;
    left = std::move(full_.front());
    full_.erase(full_.begin());
  }
  full_.push_back(std::make_shared<KeyFiles::Full>(std::exchange(newest_, KeyTable(window()))));
  files_->write(full_.back(), hour, std::move(left));
}

std::size_t KeyWindow::size() const {
  std::size_t keys = newest_.size();
  for (const auto& full : full_) keys += full->table.size();
  return keys;
}

std::size_t KeyWindow::bytes() const {
  std::size_t bytes = newest_.bytes();
  for (const auto& full : full_) bytes += full->table.bytes();
  return bytes;
}

}  // namespace florin::engine
