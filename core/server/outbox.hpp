#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/reads.hpp"
#include "florin/service.hpp"
#include "metrics.hpp"
#include "sessions.hpp"

/// Webhooks out: what happened is told to the endpoints of florin.yaml, by Standard Webhooks, at least once. The
/// journal is the queue: of an endpoint only how far it is and what is tried again are kept. docs/events.md
namespace florin::server {

/// `v1,…` for each secret, with a blank between. Each is `whsec_` and base64; another text counts as its bytes.
std::string signatures_of(const std::vector<std::string>& secrets, std::string_view id, Seconds timestamp,
                          std::string_view body);
std::string make_webhook_secret();
/// How long after the nth try the next one follows; none: there is no other.
std::optional<Seconds> retry_after(std::uint32_t tries);

struct Delivery {
  std::string id, type;
  Seconds at = 0;
  std::uint32_t tries = 0;
  int status = 0;       ///< 0: no answer
  std::string problem;  ///< why there was none
  std::string answer;   ///< the first bytes of it
  std::string outcome;  ///< done, again, given_up
};

struct EndpointNow {
  WebhookEndpoint settings;
  bool enabled = true;
  std::string why_not;
  std::uint64_t position = 0;  ///< of the tenant: everything up to it was read
  std::size_t pending = 0;
  Seconds last_success = 0, oldest_pending = 0;
};

class Outbox {
 public:
  /// Where it runs: its timer, and whatever asks the host.
  struct Runs {
    boost::asio::io_context& io;
    std::function<void(std::function<void()> work)> later;
  };
  Outbox(Host& host, const ServiceSettings& settings, Metrics& metrics, Runs runs);
  /// Begins. Of an endpoint that is new, with what happens from now on.
  void start();
  void stop();
  /// Another host has told on since, or will: where each endpoint stands is read anew.
  void forget();
  /// Endpoints that are named still go on where they are.
  void reload(const ServiceSettings& settings);

  std::vector<EndpointNow> endpoints(const TenantId& tenant) const;
  /// Newest first. None: there is no such endpoint.
  std::optional<std::vector<Delivery>> deliveries(const TenantId& tenant, const std::string& name) const;
  bool enable(const TenantId& tenant, const std::string& name, bool on);
  /// Sends what happened between two positions once more, with the ids that it had. Returns how many; none: there is
  /// no such endpoint, or the host's errors.
  std::optional<std::size_t> replay(const TenantId& tenant, const std::string& name, std::uint64_t from,
                                    std::uint64_t to);
  /// Sends `webhook.test`.
  bool test(const TenantId& tenant, const std::string& name);
  /// How old what is not delivered yet is, and who is enabled, into the metrics.
  void measure();

 private:
  struct Pending {
    Event event;
    std::uint32_t tries = 0;
    Seconds since = 0, next = 0;
    bool under_way = false;
  };
  struct Endpoint {
    WebhookEndpoint settings;
    TenantId tenant;
    bool enabled = true, known = false, dirty = false;
    std::string why_not;
    std::uint64_t read_to = 0;
    std::map<std::string, Pending> pending;           ///< by the event's id
    std::map<std::string, std::uint32_t> were_tried;  ///< of before the last start: how often
    std::uint64_t was_read_to = 0;
    Seconds last_success = 0, failing_since = 0;
    std::uint32_t given_up = 0;
    std::size_t under_way = 0;
    std::deque<Delivery> log;
  };
  void tick();
  void look();
  void open(Endpoint& endpoint);
  void read_more(Endpoint& endpoint);
  void send_some(Endpoint& endpoint, std::vector<std::function<void()>>& sends);
  void sent(const std::string& name, const std::string& id, const OutgoingAnswer& answer);
  void keep(Endpoint& endpoint);
  Endpoint* find(const TenantId& tenant, const std::string& name);
  const Endpoint* find(const TenantId& tenant, const std::string& name) const;

  /// What an answer that comes late still finds.
  struct Alive {
    std::mutex mutex;
    Outbox* self = nullptr;
  };

  Host& host_;
  const Reads reads_;
  const Service service_;
  Metrics& metrics_;
  Runs runs_;
  boost::asio::steady_timer timer_;
  mutable std::mutex mutex_;
  std::map<std::string, Endpoint> endpoints_;
  bool stopped_ = false, running_ = false;
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
};

}  // namespace florin::server
