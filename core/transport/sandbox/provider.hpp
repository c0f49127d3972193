#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"
#include "transport/sandbox/book.hpp"
#include "transport/transport.hpp"

namespace florin {

/// How the stand-in is set up.
struct SandboxSettings {
  std::string api_key;         ///< asked of every request as a bearer; empty: not asked
  std::string webhook_secret;  ///< signs webhooks
  /// Where its book is kept, so that it outlives a host that is killed. Empty: in memory only.
  std::filesystem::path book;
};

/// A webhook as it is to be delivered.
struct SandboxWebhook {
  Instant due_at;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// A payment provider inside the process: its own book, the host's time, behaviour told by the token of the saved
/// method (plugins/sandbox/README.md). The same requests at the same times make the same book, always. Thread-safe.
///
/// A request at an earlier time than the last one counts as made at the last one's.
class SandboxProvider : public Transport {
 public:
  /// Reads back the book if there is one. A last line that was cut short is dropped: nothing was answered for it.
  /// Errors: bad_book when the file cannot be read or written, or is no book.
  static Result<std::unique_ptr<SandboxProvider>> open(SandboxSettings settings);
  ~SandboxProvider() override;

  /// Answers before it returns.
  void send(WireRequest request, Instant now, Done done) override;

  /// What moved up to and including `until`, in order of time.
  std::vector<SandboxMove> captures(Instant until) const;
  std::vector<SandboxMove> refunds(Instant until) const;

  /// Those due in (after, until], in order. The caller remembers how far it has delivered.
  std::vector<SandboxWebhook> webhooks(Instant after, Instant until) const;
  /// When the next one after `after` is due.
  std::optional<Instant> next_webhook(Instant after) const;

  /// How charges go from now on that name no method that was kept: a token. `ok` until then.
  void once_goes(std::string token);

 private:
  explicit SandboxProvider(SandboxSettings settings) : settings_(std::move(settings)) {}
  std::optional<Error> read_back();
  WireReply answer(const WireRequest& request, Instant now);
  bool write_down(const WireRequest& request, const std::string& key);
  /// A charge with nothing kept behind it, as it is to go.
  std::string with_token(const WireRequest& request) const;

  SandboxSettings settings_;
  mutable std::mutex mutex_;
  SandboxBook book_;
  Instant now_;
  std::string once_ = "ok";
  int file_ = -1;
};

}  // namespace florin
