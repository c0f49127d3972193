#include "engine/old_answers.hpp"

#include "engine/row.hpp"

namespace florin::engine {

Result<Answered> OldAnswers::at(store::Position position) {
  if (position < first_ || first_ + entries_.size() <= position) {
    first_ = 0;
    entries_.clear();
    const auto read = store_.read(shard_, position, [&](const store::Row& row) {
      auto entries = entries_of(row);
      if (!entries || position < row.first || row.last < position) return false;
      first_ = row.first;
      for (Entry& entry : *entries) entries_.push_back(std::make_shared<const Entry>(std::move(entry)));
      return false;
    });
    if (!read) return read.error();
    if (entries_.empty()) return Error{.code = "store_failed", .message = "the journal has no such entry"};
  }
  return Answered{position, entries_[position - first_], true};
}

OldAnswerReader::OldAnswerReader(store::Store& store, std::uint32_t shard)
    : answers_(store, shard), thread_([this] { run(); }) {}

OldAnswerReader::~OldAnswerReader() { close(); }

void OldAnswerReader::answer(store::Position position, Reply reply) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace_back(position, std::move(reply));
  wake_.notify_all();
}

void OldAnswerReader::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void OldAnswerReader::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto [position, reply] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    reply(answers_.at(position));
    lock.lock();
  }
}

}  // namespace florin::engine
