#include "florin/tell_operator.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "florin/printable.hpp"

namespace florin {

namespace {

/// A pipe or socket that says it can be written takes 4,096 bytes at once.
constexpr std::size_t longest = 4000;

std::mutex one_at_a_time;  // so that nobody else takes the room that was seen
std::uint64_t left_out = 0;

std::string shown(std::string_view line) {
  std::string text = printable(line);
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

bool write_at_once(std::string_view line) {
  pollfd sink{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&sink, 1, 0) <= 0 || (sink.revents & POLLOUT) == 0) return false;
  const std::string text = "florin: " + shown(line) + "\n";
  return ::write(STDERR_FILENO, text.data(), text.size()) >= 0;
}

}  // namespace

void tell_operator(std::string_view line) {
  const std::lock_guard lock(one_at_a_time);
  if (!write_at_once(line)) {
    ++left_out;
    return;
  }
  if (left_out > 0 &&
      write_at_once(std::to_string(left_out) + " lines before this one were left out: nobody read them"))
    left_out = 0;
}

}  // namespace florin
