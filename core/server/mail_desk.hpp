#pragma once

#include <string>
#include <vector>

#include "florin/host.hpp"

namespace florin::server {

/// What the API asks of whatever sends mail. From any thread.
class MailDesk {
 public:
  struct Message {
    std::string id, kind, state;  ///< waiting, sending, sent, failed, unknown, undeliverable, void
    Instant at;
    int tries = 0;
    std::string problem;
  };
  MailDesk() = default;
  virtual ~MailDesk() = default;
  MailDesk(const MailDesk&) = delete;
  MailDesk& operator=(const MailDesk&) = delete;

  /// A message that follows from no notification. `to` in data is its address, and none of the account's; it and
  /// `link` are forgotten once the message is on its way.
  virtual void ask(const TenantId& tenant, const AccountId& account, const std::string& kind,
                   std::vector<Word> data) = 0;
  /// Of an account, newest first.
  virtual std::vector<Message> messages(const TenantId& tenant, const AccountId& account) = 0;
  /// Mail that came back for good: one of ours by its id or Message-ID, or all that goes to an address. Until staff
  /// sends once more, or the account has another address, nothing goes there.
  /// docs/decisions/0221-suppressed-addresses.md
  struct Bounce {
    std::string message, address, why;
  };
  virtual void bounced(const TenantId& tenant, Bounce bounce) = 0;
  /// One of its messages once more. False: there is none, or it was for one reader and one time.
  virtual bool send_again(const TenantId& tenant, const AccountId& account, const std::string& id) = 0;
};

}  // namespace florin::server
