#pragma once

#include <string>

#include "engine/engine.hpp"
#include "plugins/processor.hpp"

/// What a processor claims, recorded in the books.
///
/// Source   docs/decisions/0140-late-failures.md
namespace florin {

/// Of our attempt or refund that it is about.
const std::string& key_of(const WebhookClaim& claim);
/// Its name as a receipt, of money that came by bank.
ReceiptId receipt_of(const WebhookClaim& claim);
/// The dispute that stands for a debit's late failure.
std::string reversal_of(const std::string& payment_key);
/// Whether money moved.
bool moved(const WebhookClaim& claim);
/// Money that moved at the provider under a key that our books do not have.
Discrepancy only_theirs(const WebhookClaim& claim, const std::string& found_by);

/// Records a claim in the books: with the attempt, refund or order that it is about. What they cannot take, although
/// money moved, becomes an item for staff.
class ProviderClaims {
 public:
  ProviderClaims(engine::Engine& engine, TenantId tenant, ProcessorId processor)
      : engine_(engine), tenant_(std::move(tenant)), processor_(std::move(processor)) {}

  /// event   the same event counts once for as long as keys of money are remembered. False: it is about nothing here.
  Result<bool> record(const WebhookClaim& claim, const std::string& event);
  /// A difference that the processor's later records have cleared.
  Status agree(const std::string& difference);
  Status differ(Discrepancy difference);

 private:
  /// What the processor takes no more leaves the accounts that have it. False: none has.
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
