#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "florin/answers.hpp"
#include "scenario/stage.hpp"
#include "standin.hpp"

namespace florin::test {

/// florin.yaml in `folder`, with one tenant, shipped or of tenants/, whose processor is the provider's plugin.
config::HostFile host_file(const StandIn& provider, const std::filesystem::path& folder,
                           const std::string& reconcile = "by_hand", int deadline = 10);
TenantId tenant_of(const StandIn& provider);

/// A host with one such tenant whose processor is the provider's plugin, reaching the stand-in through the network,
/// on a clock that moves with the stand-in's.
class Paying {
 public:
  /// data   where the journal is; none: in memory
  /// reconcile   by_hand, so that only what a flow asks is seen; or daily. deadline   seconds of one request
  Paying(const StandIn& provider, Instant from, std::optional<std::filesystem::path> data = std::nullopt,
         const std::string& reconcile = "by_hand", int deadline = 10);

  const TenantId& tenant() const { return tenant_; }
  const ProcessorId& processor() const { return processor_; }
  Assembly& assembly() { return stage_->assembly(); }
  Instant now() const { return stage_->now(); }

  /// The same command again has the same key, as a client that was not answered would send it. Returns the refusal's
  /// code; empty: it was done.
  std::string ask(const std::string& role, const std::string& command, const std::string& account = "acme");
  /// Both clocks move on, in small steps at first: the provider's goes ahead.
  void to(Instant at);
  /// All of the provider's webhooks so far.
  void deliver(const std::function<void(std::vector<WebhookMessage>&)>& mix = {});

  /// One message, as if the provider had sent it.
  Result<WebhookAnswer> take(const WebhookMessage& message);
  Result<ReconcileReport> reconciled(Instant from, Instant until);
  /// What staff reads of payments.
  boost::json::object waits();

  const Account& account(const std::string& id = "acme");
  /// What the customer is asked for, which the journal holds sealed: JSON; empty when it is over.
  std::string opened(const std::string& action);
  StandIn::Sums ours();
  /// Empty: our books and the provider's are the same, nothing is open, and every order was paid once at most.
  std::string discrepancies();

 private:
  /// When the host does something by itself, at the earliest.
  Instant next_event();

  const StandIn& provider_;
  TenantId tenant_;
  ProcessorId processor_;
  scenario::TemporaryFolder config_;
  std::optional<scenario::Stage> stage_;
};

/// One way of a payment from its begin to its end. The set-up is never disturbed.
struct Flow {
  std::string name;
  std::string provider;
  std::function<void(Paying&, const StandIn&)> set_up;
  std::function<void(Paying&, const StandIn&)> goes;
  std::function<void(const StandIn&)>
      outside{};  ///< what customers and banks do later, whenever something waits for them
  /// Minor units that are kept when a customer acts before a disturbed cancel arrives; else what is kept undisturbed.
  std::int64_t kept_at_most = 0;
};
const std::vector<Flow>& flows();
const Flow& flow(const std::string& name);
inline const Instant flows_begin = *Instant::parse("2026-03-10T09:00Z");
/// So long after its begin everything of a flow has come to its end.
inline constexpr Duration flows_last = hours(4 * 24);

}  // namespace florin::test
