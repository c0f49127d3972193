#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/decision/question.hpp"
#include "domain/payments/said.hpp"

/// What the engine calls and does not know: plugins and the way to providers.
namespace florin::engine {

/// Answers for a tenant's credit policy and tax plugin, on the thread that asks: any, and many at once. A call that is
/// under way ends well though nothing else of the host is left. Errors: the plugin failed.
class Policies {
 public:
  virtual ~Policies() = default;
  virtual Result<Answer> answer(const TenantId& tenant, std::uint32_t catalog, const Question& question) = 0;
};

/// One thing to be done at a provider, as the durable state says.
struct Effect {
  enum class Kind : std::uint8_t {
    charge,
    status,
    refund,
    cancel,
    capture,
    save_method,
    saving_status,
    confirm,  ///< of a payment, or of a method that is being saved: its customer has answered
  };
  Kind kind = Kind::charge;
  TenantId tenant;
  AccountId account;
  OrderId order;
  std::uint32_t attempt = 0;  ///< of what is asked about a payment
  RefundId refund;
  SavingId saving;
  ProcessorId processor;
  MethodId method;
  std::string token;  ///< of a method that is being saved: of one that the processor keeps of this account already
  std::string key;    ///< of this operation
  std::string payment_key;               ///< of the charge that it belongs to
  std::string ref;                       ///< the provider's id of it, when known
  std::string brand;                     ///< of the method: visa, the bank of net banking
  std::string description;               ///< what is paid for
  std::vector<std::uint64_t> person_at;  ///< entries that hold the account's person, of what charges or saves
  Money amount;
  Instant decided_at;
  bool customer_present = false;
  std::uint32_t asked = 0;      ///< how often before
  bool in_doubt = false;        ///< of what is sent: it may have been sent before, and nobody knows what came of it
  Instant begun_at;             ///< it was not sent before this
  Instant sent_at;              ///< when it was last sent; zero: not known
  Instant send_before = never;  ///< nothing of it leaves after this
  /// Entries that hold, sealed, what the method's plugin made for the processor, and what the customer answered.
  std::optional<std::uint64_t> details_at{}, answer_at{};
  std::string browser;        ///< of who pays or saves, sealed; empty: not known
  bool keeps_method = false;  ///< of a charge: a method that the processor names can be charged again, and is kept
};

/// Performs effects. Whatever goes wrong is an outcome.
class Providers {
 public:
  using Done = std::move_only_function<void(ProviderReport)>;

  virtual ~Providers() = default;
  /// Begins, and calls `done` exactly once: before this returns, or when the provider has answered, on any thread. Many
  /// may be under way.
  virtual void perform(const Effect& effect, Instant now, Done done) = 0;
  /// Nothing leaves any more; what is under way ends soon, with what is known of it.
  virtual void finish() {}
};

}  // namespace florin::engine
