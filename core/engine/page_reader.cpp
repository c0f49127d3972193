#include "engine/page_reader.hpp"

#include <chrono>
#include <iterator>

namespace florin::engine {

PageReader::PageReader(store::Store& store, std::uint32_t shard, Tell tell)
    : store_(store), shard_(shard), tell_(std::move(tell)), thread_([this] { run(); }) {}

PageReader::~PageReader() { close(); }

void PageReader::read(std::uint64_t ticket, std::vector<ObjectNames> names) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace_back(ticket, std::move(names));
  wake_.notify_all();
}

void PageReader::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

PageReader::Pages PageReader::pages_of(const std::vector<ObjectNames>& names) {
  std::vector<store::Checkpoint> all;
  for (const ObjectNames& some : names) {
    auto pages = store_.objects(shard_, some.from, some.until);
    if (!pages) return pages.error();
    std::ranges::move(*pages, std::back_inserter(all));
  }
  return all;
}

void PageReader::run() {
  // Some are asked for again as soon as they could not be read.
  constexpr std::chrono::milliseconds after_failure(200);
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto [ticket, names] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Pages pages = pages_of(names);
    lock.lock();
    if (!pages) wake_.wait_for(lock, after_failure, [&] { return closing_; });
    lock.unlock();
    tell_(ticket, std::move(pages));
    lock.lock();
  }
}

}  // namespace florin::engine
