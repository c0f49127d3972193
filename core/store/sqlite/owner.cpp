#include "store/sqlite/owner.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace florin::store {

Result<Owner> Owner::take(const std::filesystem::path& file) {
  const std::string side = file.string() + ".lock";
  // Not inherited by a program we start: it would hold the lock after we are gone.
  Owner owner(::open(side.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const auto failed = [&] {
    return Error{.code = "store_failed", .message = side + ": " + std::generic_category().message(errno)};
  };
  if (owner.descriptor_ < 0) return failed();

  if (::flock(owner.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed();
    std::array<char, 32> pid{};
    const auto length = ::pread(owner.descriptor_, pid.data(), pid.size() - 1, 0);
    return Error{.code = "already_open",
                 .message = fmt::format("{} is open for writing in process {}; one host at a time", file.string(),
                                        length > 0 ? pid.data() : "(unknown)")};
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(owner.descriptor_, 0) != 0) return failed();
  // Only for the message above: a full disk is no reason not to start.
  [[maybe_unused]] const auto written = ::pwrite(owner.descriptor_, pid.data(), pid.size(), 0);
  return owner;
}

Owner::Owner(Owner&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Owner& Owner::operator=(Owner&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Owner::~Owner() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace florin::store
