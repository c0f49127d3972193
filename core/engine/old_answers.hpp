#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/answered.hpp"

namespace florin::engine {

/// Answers to commands whose entries are durable already, read from the journal. One thread at a time.
class OldAnswers {
 public:
  OldAnswers(store::Store& store, std::uint32_t shard) : store_(store), shard_(shard) {}

  /// Errors: the store's.
  Result<Answered> at(store::Position position);

 private:
  store::Store& store_;
  std::uint32_t shard_;
  store::Position first_ = 0;  ///< of the row that was read last: a batch that is sent again asks for its row once
  std::vector<std::shared_ptr<const Entry>> entries_;
};

/// The same on a thread of its own: the thread that decides reads no journal.
class OldAnswerReader {
 public:
  OldAnswerReader(store::Store& store, std::uint32_t shard);
  ~OldAnswerReader();
  OldAnswerReader(const OldAnswerReader&) = delete;
  OldAnswerReader& operator=(const OldAnswerReader&) = delete;

  void answer(store::Position position, Reply reply);
  /// What was asked for is answered still.
  void close();

 private:
  void run();

  OldAnswers answers_;
  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  std::deque<std::pair<store::Position, Reply>> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace florin::engine
