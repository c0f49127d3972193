#include "queued_log.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

namespace florin::server {

namespace {

/// A pipe or socket that says it can be written takes so much without standing still.
constexpr std::size_t at_once = 4096;

/// What a thread has written since its last line end.
thread_local std::string begun;

}  // namespace

QueuedLog::QueuedLog(int descriptor, std::size_t most_bytes) : descriptor_(descriptor), most_bytes_(most_bytes) {
  thread_ = std::thread([this] { run(); });
}

QueuedLog::~QueuedLog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    until_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  }
  changed_.notify_one();
  thread_.join();
}

QueuedLog::int_type QueuedLog::overflow(int_type letter) {
  const char c = traits_type::to_char_type(letter);
  if (!traits_type::eq_int_type(letter, traits_type::eof())) xsputn(&c, 1);
  return traits_type::not_eof(letter);
}

std::streamsize QueuedLog::xsputn(const char* text, std::streamsize size) {
  std::string_view left(text, static_cast<std::size_t>(size));
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    begun += left.substr(0, end == std::string_view::npos ? end : end + 1);
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    if (end != std::string_view::npos) push(std::exchange(begun, {}));
  }
  return size;
}

void QueuedLog::push(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    if (bytes_ + line.size() > most_bytes_) {
      ++dropped_;
      return;
    }
    bytes_ += line.size();
    lines_.push_back(std::move(line));
  }
  changed_.notify_one();
}

void QueuedLog::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !lines_.empty(); });
    if (lines_.empty()) return;
    std::string text;
    while (!lines_.empty() && text.size() < at_once) {
      text += lines_.front();
      lines_.pop_front();
    }
    const std::uint64_t dropped = lines_.empty() ? std::exchange(dropped_, 0) : 0;
    bytes_ -= text.size();
    if (dropped != 0)
      text += R"({"level":"warn","code":"log_lines_dropped","lines":)" + std::to_string(dropped) + "}\n";
    lock.unlock();
    const bool written = write_out(text);
    lock.lock();
    if (!written) return;
  }
}

/// False: it ends, and the sink takes nothing.
bool QueuedLog::write_out(std::string_view text) {
  while (!text.empty()) {
    pollfd sink{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&sink, 1, 100);
    if (ready > 0 && (sink.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return true;  // nobody reads any more
    if (ready > 0) {
      const ssize_t size = ::write(descriptor_, text.data(), std::min(text.size(), at_once));
      if (size < 0 && errno != EINTR && errno != EAGAIN) return true;  // a full disk: the line is lost, nothing else
      text.remove_prefix(size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    const std::lock_guard lock(mutex_);
    if (ending_ && std::chrono::steady_clock::now() >= until_) return false;
  }
  return true;
}

}  // namespace florin::server
