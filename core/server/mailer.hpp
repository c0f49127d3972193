#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "florin/host.hpp"
#include "florin/papers.hpp"
#include "florin/service.hpp"
#include "mail/smtp.hpp"
#include "mail/templates.hpp"
#include "mail_desk.hpp"

/// Mail that follows from what happened: from the notifications of each tenant to a relay, or to files in a sandbox.
namespace florin::server {

struct MailOptions {
  mail::Relay relay;            ///< no url: to files
  std::filesystem::path files;  ///< a folder; an .eml file each
  std::string from;             ///< the sender's address; each tenant's contact is asked to be answered
  std::string base_url;         ///< of the portal
  mail::Folders templates;
  /// The address of a page on which one order is paid. None: the portal's.
  std::function<std::string(const TenantId& tenant, const AccountId& account, std::uint32_t order)> pay_link{};
  std::function<std::uint64_t()> epoch{};  ///< of the journal; 0: another host has it, and writes to its people
  std::ostream* log = nullptr;             ///< a JSON object a line, with addresses masked
};

/// One thread, beside the deciding one. What was sent, and what is being sent, is noted durably before it leaves: after
/// a restart nothing is sent a second time, and what was under way is for a person. A restored journal sends nothing
/// until it is told to.
class Mailer : public MailDesk {
 public:
  Mailer(Host& host, const Papers& papers, MailOptions options);
  ~Mailer() override;

  void start();
  void stop();
  /// Everything that is to be sent by now; returns how many left. For tests, and for the thread.
  std::size_t run(Instant now);

  /// One message, from its notification on.
  struct Item {
    std::string id, kind, account, state;  ///< waiting, sending, sent, failed, unknown, undeliverable, void
    std::vector<Word> data;
    Instant at, next_at;
    int tries = 0;
    std::string problem;
  };
  /// Of a tenant, oldest first: what waits, and the last that did not.
  std::vector<Item> items(const TenantId& tenant);

  void ask(const TenantId& tenant, const AccountId& account, const std::string& kind, std::vector<Word> data) override;
  std::vector<Message> messages(const TenantId& tenant, const AccountId& account) override;
  void bounced(const TenantId& tenant, Bounce bounce) override;
  bool send_again(const TenantId& tenant, const AccountId& account, const std::string& id) override;

 private:
  struct Box {
    std::uint64_t position = 0;  ///< of the journal: notifications up to it are items
    std::vector<Item> items;
    std::map<std::string, std::string> suppressed;  ///< digests of addresses, and what was said of them
    bool loaded = false;
  };
  Box& box(const TenantId& tenant);
  Status keep(const TenantId& tenant, const Box& box);
  void collect(const TenantId& tenant, Box& box, Instant now);
  void take_bounces(const TenantId& tenant, Box& box);
  void take_asked(const TenantId& tenant, Box& box);
  static void suppress(Box& box, const std::string& digest, const std::string& why);
  bool send(const TenantId& tenant, Box& box, Item& item, Instant now);
  /// What was true when it was noted, and no longer is, is not sent.
  bool still_true(const TenantId& tenant, const Item& item) const;
  Result<std::string> bytes(const TenantId& tenant, const Item& item, const std::string& to) const;
  std::vector<std::string> languages_of(const TenantId& tenant, const Item& item) const;
  std::string address_of(const TenantId& tenant, const Item& item) const;
  void write_log(const TenantId& tenant, const Item& item, const std::string& to) const;

  Host& host_;
  const Papers& papers_;
  const Service service_;
  const MailOptions options_;
  std::mutex mutex_;
  std::map<TenantId, Box> boxes_;
  std::uint64_t epoch_ = 0;  ///< as of which the boxes were read
  std::mutex asked_mutex_;   ///< never held while something is sent: whoever asks does not wait for a relay
  std::map<TenantId, std::vector<Item>> asked_;
  std::map<TenantId, std::vector<Bounce>> bounces_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace florin::server
