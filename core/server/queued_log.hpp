#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <streambuf>
#include <string>
#include <thread>

/// Lines for a sink that may stand still: nobody who serves waits for it.
namespace florin::server {

/// Writes to a descriptor on a thread of its own. What is more than may wait is dropped, and a line says how much.
/// Several threads may write, each by a stream of its own over this; a line that one has begun is kept apart until its
/// end.
class QueuedLog : public std::streambuf {
 public:
  explicit QueuedLog(int descriptor, std::size_t most_bytes = 4U << 20U);
  /// Writes what waits, for a second at most.
  ~QueuedLog() override;

 private:
  int_type overflow(int_type letter) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  void push(std::string line);
  void run();
  bool write_out(std::string_view text);

  const int descriptor_;
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool ending_ = false;
  std::chrono::steady_clock::time_point until_;
  std::thread thread_;
};

}  // namespace florin::server
