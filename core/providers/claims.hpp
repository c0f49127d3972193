#pragma once

#include <string>

#include "engine/engine.hpp"
#include "plugins/processor.hpp"

/// Records the claims of a processor in the books.
///
/// Source   docs/decisions/0140-late-failures.md
namespace florin {

/// The key of our attempt or refund that the claim is about.
const std::string& key_of(const WebhookClaim& claim);
/// The receipt id of a claim about money that came by bank.
ReceiptId receipt_of(const WebhookClaim& claim);
/// The id of the dispute that records a direct debit's late failure.
std::string reversal_of(const std::string& payment_key);
/// Whether money moved.
bool moved(const WebhookClaim& claim);
/// A discrepancy: money moved at the provider under a key that our ledger does not have.
Discrepancy only_theirs(const WebhookClaim& claim, const std::string& found_by);

/// Records a claim with the attempt, refund or order that it is about. If the books refuse it although money moved, it
/// becomes an item for staff.
class ProviderClaims {
 public:
  ProviderClaims(engine::Engine& engine, TenantId tenant, ProcessorId processor)
      : engine_(engine), tenant_(std::move(tenant)), processor_(std::move(processor)) {}

  /// event   the same event counts once, for as long as keys of money are remembered. False: the claim is about nothing
  /// here.
  Result<bool> record(const WebhookClaim& claim, const std::string& event);
  /// Closes a discrepancy that the processor's later records have cleared.
  Status agree(const std::string& difference);
  Status differ(Discrepancy difference);

 private:
  /// Removes a payment method that the processor no longer accepts from the accounts that have it. False: no account
  /// has it.
  Result<bool> take_away(const WebhookClaim& claim, const std::string& event);
  std::optional<AnyCommand> reversed(const engine::Shard& shard, const WebhookClaim& claim, AccountId& account) const;
  std::optional<AnyCommand> command_of(const engine::Shard& shard, const WebhookClaim& claim, AccountId& account) const;
  std::optional<AnyCommand> refunded(const engine::Shard& shard, const WebhookClaim& claim, AccountId& account) const;
  std::optional<AnyCommand> received(const engine::Shard& shard, const WebhookClaim& claim, AccountId& account) const;
  engine::Job job_of(const AccountId& account, AnyCommand command) const;

  engine::Engine& engine_;
  TenantId tenant_;
  ProcessorId processor_;
};

}  // namespace florin
