#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/decision/question.hpp"
#include "domain/payments/said.hpp"

/// The ports of the engine: plugins and providers.
namespace florin::engine {

/// Answers questions for a tenant's credit policy and tax plugin, on the calling thread; many calls may run at once. A
/// running call ends safely even if the rest of the host is gone. Errors: the plugin failed.
class Policies {
 public:
  virtual ~Policies() = default;
  virtual Result<Answer> answer(const TenantId& tenant, std::uint32_t catalog, const Question& question) = 0;
};

/// One call to a provider that the durable state requires.
struct Effect {
  enum class Kind : std::uint8_t {
    charge,
    status,
    refund,
    cancel,
    capture,
    save_method,
    saving_status,
    confirm,  ///< of a payment or a method that is being set up: the customer has answered
  };
  Kind kind = Kind::charge;
  TenantId tenant;
  AccountId account;
  OrderId order;
  std::uint32_t attempt = 0;  ///< the attempt that it is about
  RefundId refund;
  SavingId saving;
  ProcessorId processor;
  MethodId method;
  std::string token;  ///< token to charge; while a method is being set up, the token of one that the processor already
                      ///< has for this account
  std::string key;    ///< idempotency key of this operation
  std::string payment_key;               ///< of the charge that it belongs to
  std::string ref;                       ///< the provider's id of it, when known
  std::string brand;                     ///< of the method: visa, the bank of net banking
  std::string description;               ///< what is paid for
  std::vector<std::uint64_t> person_at;  ///< entries with the account's personal data, for charges and set-ups
  Money amount;
  Instant decided_at;
  bool customer_present = false;
  std::uint32_t asked = 0;      ///< how often it was asked before
  bool in_doubt = false;        ///< it may have been sent before, with an unknown outcome
  Instant begun_at;             ///< it was not sent before this
  Instant sent_at;              ///< when it was last sent; zero: not known
  Instant send_before = never;  ///< not sent after this
  /// Entries with the sealed details that the method's plugin made for the processor, and the sealed answer of the
  /// customer.
  std::optional<std::uint64_t> details_at{}, answer_at{};
  std::string browser;        ///< the payer's, sealed; empty: unknown
  bool keeps_method = false;  ///< of a charge: save the method that the processor returns
};

/// Performs effects. Every failure is an outcome.
class Providers {
 public:
  using Done = std::move_only_function<void(ProviderReport)>;

  virtual ~Providers() = default;
  /// Begins, and calls `done` exactly once: before this returns, or on any thread when the provider has answered. Many
  /// calls may run at once.
  virtual void perform(const Effect& effect, Instant now, Done done) = 0;
  /// Sends nothing more. Calls in flight end soon, with what is known of them.
  virtual void finish() {}
};

}  // namespace florin::engine
