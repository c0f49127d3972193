#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "api.hpp"
#include "florin/host.hpp"

/// The host that serves in this process, for subcommands that come to it through admin.sock.
namespace florin::cli {

/// Of this thread; nullptr: the subcommand opens a host of its own.
Host* running_host();

/// While it lives, std::cout and std::cerr of this thread write into texts, and subcommands speak with `host`.
class InsideHost {
 public:
  explicit InsideHost(Host& host);
  ~InsideHost();
  InsideHost(const InsideHost&) = delete;
  InsideHost& operator=(const InsideHost&) = delete;

  std::string out, err;
};

/// From now on InsideHost may be used; on the thread that begins the program. Never taken back.
void share_streams();

/// A host: of its own, or the one that serves in this process. Used as a Result<Host> is.
class OpenedHost {
 public:
  OpenedHost(Result<Host> own) {
    if (own)
      own_.emplace(*std::move(own));
    else
      error_ = own.error();
  }
  explicit OpenedHost(Host& running) : running_(&running) {}

  explicit operator bool() const { return own_.has_value() || running_ != nullptr; }
  Host& operator*() { return own_ ? *own_ : *running_; }
  Host* operator->() { return &**this; }
  const Error& error() const { return error_; }

 private:
  std::optional<Host> own_;
  Host* running_ = nullptr;
  Error error_;
};

}  // namespace florin::cli
