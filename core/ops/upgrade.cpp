#include <chrono>

#include "florin/ops.hpp"
#include "ops/journal_file.hpp"
#include "ops/on_store.hpp"

namespace florin {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t ms_since(Clock::time_point began) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count());
}

}  // namespace

Result<UpgradeTrial> try_upgrade(const std::string& data) {
  UpgradeTrial trial;
  const auto began = Clock::now();
  auto verified = verify(data);
  if (!verified) return verified.error();
  const std::uint64_t folding = ms_since(began);
  trial.verified = *std::move(verified);
  auto store = open_journal(data);
  if (!store) return store.error();
  auto unreadable = unreadable_versions(**store);
  if (!unreadable) return unreadable.error();
  trial.unreadable = *std::move(unreadable);
  const auto shards = (*store)->shards();
  if (!shards) return shards.error();
  const auto loading = Clock::now();
  for (const std::uint32_t shard : *shards) {
    const auto head = (*store)->head(shard);
    if (!head) return head.error();
    // Checkpoints that cannot be read are made anew of the whole journal.
    const auto loaded = (*store)->load(shard);
    trial.replayed += head->last - (loaded ? loaded->floor : 0);
  }
  trial.start_ms = ms_since(loading);
  if (trial.verified.entries != 0) trial.start_ms += folding * trial.replayed / trial.verified.entries;
  return trial;
}

}  // namespace florin
