#include "providers/claims.hpp"

#include "domain/journal/described.hpp"
#include "domain/journal/word_text.hpp"
#include "domain/payments/card_number.hpp"
#include "engine/provider_key.hpp"

namespace florin {

const std::string& key_of(const WebhookClaim& claim) { return claim.of_refund ? claim.refund_key : claim.payment_key; }

Discrepancy only_theirs(const WebhookClaim& claim, const std::string& found_by) {
  const std::string& key = key_of(claim);
  return {.name = "only_theirs/" + key,
          .processor = {},
          .what = "only_theirs",
          .key = key,
          .ref = claim.said.ref,
          .ours = "nothing",
          .theirs = claim.said.amount.text() + " " + word_text(claim.said.state),
          .found_by = found_by,
          .found_at = {}};
}

std::string reversal_of(const std::string& payment_key) { return "reversal-" + payment_key; }

namespace {

/// Money moved at the provider, and our books have no place for it: never a claim that says nothing new.
bool for_a_person(const Refusal& refusal) { return refusal.code != "stale_claim" && refusal.code != "known_already"; }

Discrepancy not_taken(const WebhookClaim& claim, const Refusal& why) {
  const std::string state = claim.dispute ? "disputed" : word_text(claim.said.state);
  return {.name = "not_taken/" + claim.said.ref,
          .processor = {},
          .what = "not_taken",
          .key = key_of(claim),
          .ref = claim.said.ref,
          .ours = why.code + ": " + why.text,
          .theirs = claim.said.amount.text() + " " + state,
          .found_by = claim.type.empty() ? "reconciliation" : "webhook",
          .found_at = {}};
}

}  // namespace

bool moved(const WebhookClaim& claim) { return claim.said.state == AttemptState::captured; }

ReceiptId receipt_of(const WebhookClaim& claim) {
  const auto name = ReceiptId::parse(claim.said.ref);
  return name ? *name : ReceiptId::trusted(engine::provider_key(claim.said.ref));
}

Result<bool> ProviderClaims::record(const WebhookClaim& claim, const std::string& event) {
  if (claim.gone && claim.proven)
    if (const auto taken = take_away(claim, event); !taken || *taken) return taken;
  AccountId account;
  std::optional<AnyCommand> command;
  const auto read = engine_.read([&](const engine::Shard& shard) { command = command_of(shard, claim, account); });
  if (!read) return read.error();
  if (!command) return false;
  // The same few bytes may come each time that something has changed: without an id of its own a hint is asked about
  // each time.
  const bool again = claim.event.empty() && std::holds_alternative<LookUp>(*command);
  engine::Job job = job_of(account, *std::move(command));
  job.key = "said " +
            engine::provider_key(processor_.text() + " " + event + " " + claim.type + " " + claim.payment_key + " " +
                                 claim.refund_key + (again ? " " + std::to_string(engine_.now().us) : std::string()));
  const auto taken = engine_.submit_and_wait(std::move(job));
  // Another word under the same event is no news: the first one counts.
  if (!taken && taken.error().code != "key_reused") return taken.error();
  if (taken && taken->entry->refusal && for_a_person(*taken->entry->refusal))
    if (const auto told = differ(not_taken(claim, *taken->entry->refusal)); !told) return told.error();
  return true;
}

Result<bool> ProviderClaims::take_away(const WebhookClaim& claim, const std::string& event) {
  if (claim.said.ref.empty()) return false;
  const auto holders = engine_.of_accounts<std::vector<std::string>>(tenant_, [&](const Account& account) {
    std::optional<std::vector<std::string>> slots;
    for (const SavedMethod& saved : account.methods)
      if (saved.processor == processor_ && saved.token == claim.said.ref && account.slot(saved.slot) != nullptr &&
          account.slot(saved.slot)->id == saved.id) {
        if (!slots) slots.emplace();
        slots->push_back(saved.slot);
      }
    return slots;
  });
  if (!holders) return holders.error();
  for (const auto& [account, slots] : *holders)
    for (const std::string& slot : slots) {
      // A payment that is under way with it is left to come to its end, which says the same.
      engine::Job job = job_of(account, RemovePaymentMethod{slot});
      job.key = "gone " + engine::provider_key(processor_.text() + " " + event + " " + slot);
      const auto taken = engine_.submit_and_wait(std::move(job));
      if (!taken && taken.error().code != "key_reused") return taken.error();
    }
  return !holders->empty();
}

Status ProviderClaims::differ(Discrepancy difference) {
  difference.processor = processor_;
  engine::Job job = job_of({}, RecordDiscrepancy{std::move(difference)});
  job.actor = {"host", ""};
  job.way = Way::host;
  const auto taken = engine_.submit_and_wait(std::move(job));
  if (!taken) return taken.error();
  return Done{};
}

Status ProviderClaims::agree(const std::string& difference) {
  engine::Job job = job_of({}, CloseDiscrepancy{difference, "the processor's later records agree with ours"});
  job.actor = {"host", ""};
  job.way = Way::host;
  const auto taken = engine_.submit_and_wait(std::move(job));
  if (!taken) return taken.error();
  return Done{};
}

/// A claim that nobody vouches for is a hint, and so is one that does not say what its payment or refund is: the
/// processor is asked.
std::optional<AnyCommand> ProviderClaims::command_of(const engine::Shard& shard, const WebhookClaim& claim,
                                                     AccountId& account) const {
  PaymentReported said{.order = {}, .attempt = 0, .said = claim.said};
  if (claim.dispute && claim.proven) {
    OrderId order;
    if (!shard.find_by_ref(tenant_, processor_, claim.payment_ref, account, order) &&
        !shard.find_attempt(tenant_, claim.payment_key, account, order, said.attempt))
      return std::nullopt;
    // Without a name of its own it is about the reversal of that payment, such as a chargeback that was cancelled.
    if (claim.said.ref.empty()) return reversed(shard, claim, account);
    return RecordDispute{.order = order,
                         .ref = claim.said.ref,
                         .state = *claim.dispute,
                         .amount = claim.said.amount,
                         .reason = claim.said.raw};
  }
  if (claim.of_receipt) return received(shard, claim, account);
  if (claim.reversed && claim.proven)
    if (auto lost = reversed(shard, claim, account)) return lost;
  LookUp asks;
  // What is said of a method that is being saved lacks what is needed: it is asked about. Where that is a payment of
  // its own, it has the key as well.
  if (!claim.of_refund && shard.find_saving(tenant_, claim.payment_key, account, asks.saving)) return asks;
  if (claim.of_method) return std::nullopt;
  if (claim.of_refund) {
    if (!shard.find_refund(tenant_, claim.refund_key, account, asks.refund)) return refunded(shard, claim, account);
    if (!claim.proven || claim.said.state == AttemptState::unknown) return asks;
    return RefundReported{asks.refund, claim.said};
  }
  if (!shard.find_attempt(tenant_, claim.payment_key, account, said.order, said.attempt)) {
    // A message may have nothing but the provider's id: it is a hint then, whoever signed it.
    const bool named =
        claim.payment_key.empty() && shard.find_open_by_ref(tenant_, processor_, claim.payment_ref, account, asks);
    return named ? std::optional<AnyCommand>(asks) : std::nullopt;
  }
  if (claim.proven && claim.said.state != AttemptState::unknown) return said;
  asks.order = said.order;
  asks.attempt = said.attempt;
  return asks;
}

namespace {

/// Of a payment: our attempt by its key, or else by the provider's id of it.
const Attempt* attempt_of(const Order& order, const WebhookClaim& claim) {
  for (const Attempt& attempt : order.attempts)
    if (claim.payment_key.empty() ? attempt.ref == claim.payment_ref : attempt.key == claim.payment_key)
      return &attempt;
  return nullptr;
}

}  // namespace

/// A debit that had brought its money: what it paid is taken back, as a lost dispute is. None: it had not.
std::optional<AnyCommand> ProviderClaims::reversed(const engine::Shard& shard, const WebhookClaim& claim,
                                                   AccountId& account) const {
  OrderId id;
  std::uint32_t number = 0;
  if (!shard.find_attempt(tenant_, claim.payment_key, account, id, number) &&
      !shard.find_by_ref(tenant_, processor_, claim.payment_ref, account, id))
    return std::nullopt;
  const Order* order = shard.account(tenant_, account)->order(id);
  const Attempt* attempt = order == nullptr ? nullptr : attempt_of(*order, claim);
  if (attempt == nullptr || attempt->state != AttemptState::captured) return std::nullopt;
  return RecordDispute{.order = id,
                       .ref = reversal_of(attempt->key),
                       .state = claim.dispute.value_or(DisputeState::lost),
                       .amount = attempt->amount,
                       .reason = claim.said.decline_code.empty() ? claim.said.raw : claim.said.decline_code};
}

/// A refund that was made at the processor itself, of a payment of ours: known by its id, or new.
std::optional<AnyCommand> ProviderClaims::refunded(const engine::Shard& shard, const WebhookClaim& claim,
                                                   AccountId& account) const {
  OrderId order;
  std::uint32_t attempt = 0;
  if (!claim.proven || claim.said.ref.empty()) return std::nullopt;
  if (!shard.find_by_ref(tenant_, processor_, claim.payment_ref, account, order) &&
      !shard.find_attempt(tenant_, claim.payment_key, account, order, attempt))
    return std::nullopt;
  for (const Refund& refund : shard.account(tenant_, account)->refunds)
    if (refund.order == order && refund.ref == claim.said.ref) return RefundReported{refund.id, claim.said};
  if (!moved(claim)) return std::nullopt;  // it is told again when it is done
  return RecordRefund{.order = order, .ref = claim.said.ref, .amount = claim.said.amount, .reason = claim.said.raw};
}

/// Money that came by bank, for the order that its address was made for.
std::optional<AnyCommand> ProviderClaims::received(const engine::Shard& shard, const WebhookClaim& claim,
                                                   AccountId& account) const {
  OrderId order;
  std::uint32_t attempt = 0;
  if (!claim.proven || claim.said.ref.empty() ||
      !shard.find_attempt(tenant_, claim.payment_key, account, order, attempt))
    return std::nullopt;
  return RecordBankReceipt{.receipt = receipt_of(claim),
                           .processor = processor_,
                           .kind = MoneyKind::transfer,
                           .amount = claim.said.amount,
                           .order = order,
                           .dated = claim.happened_at.text().substr(0, 10),
                           .said = without_card_numbers(claim.said.raw + ", " + claim.said.ref)};
}

engine::Job ProviderClaims::job_of(const AccountId& account, AnyCommand command) const {
  return {.tenant = tenant_,
          .account = account,
          .actor = {"processor", processor_.text()},
          .key = {},
          .asked_at = std::nullopt,
          .command = std::move(command),
          .reply = {},
          .of_effect = false,
          .way = Way::provider};
}

}  // namespace florin
