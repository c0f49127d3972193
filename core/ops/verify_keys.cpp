#include "ops/verify_keys.hpp"

#include <fmt/format.h>

#include "engine/command_identity.hpp"
#include "engine/key_runs.hpp"

namespace florin {

namespace {

/// Times of entries are not quite in order: what is due is as of when it fell due.
constexpr Duration slack = hours(1);

}  // namespace

KeyCheck::KeyCheck(Broken broken)
    : broken_(std::move(broken)), usage_{.length = engine::usage_window}, money_{.length = engine::money_window} {}

Status KeyCheck::load(const store::Checkpoint& object) {
  const auto keys = engine::KeyRuns::read(object.bytes);
  if (!keys) return keys.error();
  for (const engine::KeyWindow::Record& record : *keys) saved_.emplace(record.use.position, record);
  return Done{};
}

void KeyCheck::see(const Entry& entry, store::Position position, store::Position floor, Instant now) {
  for (Window* window : {&usage_, &money_}) {
    const auto over = [&](const Use& use) { return use.at + window->length + slack < now; };
    for (; !window->in_order.empty() && over(window->in_order.front().first); window->in_order.pop_front()) {
      const auto& [use, digest] = window->in_order.front();
      if (const auto found = window->uses.find(digest); found->second.position == use.position)
        window->uses.erase(found);
    }
    while (!window->not_saved.empty() && over(window->not_saved.front())) window->not_saved.pop_front();
  }
  if (entry.key.empty()) return;
  Window& window = engine::is_usage(entry.command) ? usage_ : money_;
  const auto digest = engine::KeyWindow::digest_of(entry.tenant, entry.key);
  const Use use{position, entry.at};
  const auto [found, added] = window.uses.try_emplace({digest.segment, digest.mark}, use);
  if (!added && entry.at <= found->second.at + window.length)
    broken_("key_once", fmt::format("the key '{}' was used by entry {} already, inside its window", entry.key,
                                    found->second.position));
  found->second = use;
  window.in_order.emplace_back(use, found->first);
  check_saved(entry, position, floor, window);
}

void KeyCheck::check_saved(const Entry& entry, store::Position position, store::Position floor, Window& window) {
  const auto digest = engine::KeyWindow::digest_of(entry.tenant, entry.key);
  const auto [from, to] = saved_.equal_range(position);
  if (from == to && position <= floor) window.not_saved.push_back({position, entry.at});
  for (auto saved = from; saved != to; ++saved) {
    const engine::KeyWindow::Record& record = saved->second;
    if (record.key.segment != digest.segment || record.key.mark != digest.mark ||
        record.use.content != engine::content_of(entry.account, entry.command))
      broken_("saved_keys", fmt::format("what is saved of the key of entry {} is not its key or command", position));
  }
  saved_.erase(from, to);
}

void KeyCheck::end() {
  for (const auto& [position, record] : saved_)
    broken_("saved_keys", fmt::format("a key is saved for entry {}, which has none", position));
  for (const Window* window : {&usage_, &money_})
    for (const Use& use : window->not_saved)
      broken_("saved_keys", fmt::format("a start would not know the key of entry {}", use.position));
}

}  // namespace florin
