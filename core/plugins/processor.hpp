#pragma once

#include <florin/plugin.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/payments/said.hpp"
#include "florin/commands.hpp"
#include "florin/money.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"
#include "plugins/credentials.hpp"
#include "plugins/json_table.hpp"
#include "plugins/value.hpp"

namespace florin {

struct PluginInstance;

/// What a processor is asked to do.
enum class OperationKind : std::uint8_t { charge = 1, cancel, refund, status, pull, capture, save_method, confirm };

/// One operation on a payment. All of it is fixed before the first request and the same at each call and each resend.
struct Operation {
  OperationKind kind = OperationKind::charge;
  bool off_session = false;
  bool of_refund = false;    ///< status: of a refund
  bool of_method = false;    ///< status, confirm: of a method that is being saved
  bool may_keep = false;     ///< charge: a method that the processor names with it is kept
  bool sent_before = false;  ///< a sending of this key got lost earlier: "not sent" is not to be believed
  bool in_doubt = false;     ///< it may have acted already, and nobody knows: what must not be sent twice is looked up
  Instant begun_at;          ///< it was not sent before this
  Instant sent_at;           ///< when it was last sent; zero: not known
  Instant decided_at;        ///< not when it is sent
  std::string key;           ///< idempotency key, unique for ever
  std::string payment_key;   ///< of the charge it belongs to; equals key in a charge
  Money amount;              ///< of the charge, or of the refund; in a status, too
  std::string method;        ///< card, upi
  std::string method_ref;    ///< the provider's token
  std::vector<std::pair<std::string, std::string>> details;
  std::string customer_key;
  std::string description;  ///< what is paid for, as on the invoice; no personal data
  std::string ref;          ///< the provider's id of the payment, when known; of a pull: of an address of its own
  std::string refund_ref;
  std::string refund_key;
  Instant started_at;                                       ///< when the charge or refund was first sent
  Instant send_before = never;                              ///< no request of it leaves after this
  std::string cursor;                                       ///< pull: where to go on; empty: from the start
  Instant from, until;                                      ///< pull: what was made in this time
  std::vector<std::pair<std::string, std::string>> person;  ///< what the manifest's `person` names
  std::string return_url;  ///< where a provider's page sends the customer back to; empty: the host does not know
  std::vector<std::pair<std::string, std::string>> answer;  ///< confirm: what the customer typed or brought back
  std::optional<Browser> browser{};                         ///< charge, save_method: of who pays; none: not known
};

/// What a lost answer to a request means.
enum class RequestEffect : std::uint8_t {
  once,        ///< may have acted, must not be sent twice
  repeatable,  ///< the provider makes the same bytes act once
  read,        ///< changes nothing
};

/// A request as a plugin wants it: secrets by name, so it may be kept.
struct PlannedRequest {
  RequestEffect effect = RequestEffect::once;
  bool may_move_money = true;
  std::string endpoint;
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, Value>> headers;
  Value body;
  friend bool operator==(const PlannedRequest&, const PlannedRequest&) = default;
};

/// A provider's answer, its JSON read once.
struct ProviderReply {
  ProviderReply(int status, std::vector<std::pair<std::string, std::string>> headers, std::string body,
                Instant received_at);
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  Instant received_at;
  JsonTable json;
};

/// A token that the host obtains by a request of the plugin's.
struct CredentialPlan {
  std::string name;
  PlannedRequest request;
  std::string token, lifetime;  ///< JSON pointers into the answer; no lifetime: an hour
};

/// A method, where and for what.
struct ProcessorOffer {
  std::string method;
  std::vector<std::string> currencies;  ///< none: every one
  std::vector<std::string> regions;     ///< ISO 3166; none: everywhere
  std::uint64_t operations = 0;         ///< bit 1 << OperationKind
};

/// What a processor declares, and is held to.
struct ProcessorFacts {
  std::vector<ProcessorOffer> offers;
  bool signed_webhooks = false;  ///< one without checks is refused
  bool takes_webhooks = false;
  Duration key_window;   ///< how long the provider honours a key
  Duration look_up_lag;  ///< how long something done may still look absent
  std::vector<CredentialPlan> credentials;

  /// method   empty: of a payment that was made; the customer may have taken its method away since
  /// currency none: no money is in it, as in saving a method or reading books
  bool offers_it(OperationKind kind, std::string_view method, Currency currency) const;
};

/// What a provider wants to read once its message is taken.
struct WebhookAnswer {
  std::uint32_t status = 200;
  std::string content_type = "application/json";
  std::string body = "{}";
};

/// A message from a provider, as it came.
struct WebhookMessage {
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in any case
  Instant received_at;
  std::string method = "POST";
  std::string query{};  ///< what stood behind the ? of the address, as it came
};

/// What a webhook, or the provider's own books, claim happened.
struct WebhookClaim {
  bool of_refund = false;
  bool of_method = false;   ///< of one that is being saved: `payment_key` is the key of that
  bool of_receipt = false;  ///< of money that came by bank: its name is `said.ref`, the payer's words `said.raw`
  bool reversed = false;    ///< a debit failed: what it brought, if it had, has gone back
  bool gone = false;        ///< of a method: its provider takes it no more
  std::optional<DisputeState> dispute;  ///< it is of one: `said` has its amount, its id, and as `raw` its reason
  bool proven = false;                  ///< its checks held; otherwise it is a hint, and status is to be asked
  std::string event;                    ///< the provider's id of the event: it counts once
  std::string type;
  std::string payment_key;
  std::string refund_key;
  std::string payment_ref;  ///< the provider's id of the payment, where our key is not echoed
  ProviderReport said;
  Instant happened_at;
};

/// What came of a message.
struct Heard {
  std::vector<WebhookClaim> claims;
  WebhookAnswer answer;  ///< once the claims are taken
};

/// The next request, or what it came to; exactly one of both.
struct ProcessorStep {
  std::optional<PlannedRequest> send;
  std::optional<ProviderReport> done;
  std::vector<WebhookClaim> page;  ///< of a pull that is done
  std::string cursor;              ///< of a pull: where the next one goes on; empty: there is no more
  std::string no_page;             ///< of a pull: why this is no page of the provider's records; empty: it is one
};

/// A tenant's processor. Copies are the same instance; calls may run on many threads at once.
class ProcessorPlugin {
 public:
  const ProcessorFacts& facts() const { return facts_; }
  const Manifest& manifest() const;

  /// What comes next, given the replies so far. Money a refund gave back and a method that was saved are `captured`, a
  /// refund that failed is `declined`; `absent` is only said of a status or a cancel.
  ///
  /// Errors: plugin_failed when it gives no answer, bad_answer when it gives one that cannot be, such as an endpoint
  /// that
  ///         the manifest does not name; not_offered when it does not declare the operation
  Result<ProcessorStep> step(const Operation& operation, const std::vector<ProviderReply>& replies) const;

  /// Asks the provider one thing that changes nothing. Errors: it did not answer.
  using Asks = std::function<Result<ProviderReply>(const PlannedRequest&)>;

  /// What a message claims. Its checks are done here, in constant time, with the operator's secrets, on the bytes as
  /// they came: a message that nobody has signed is not parsed. One whose proof is the provider's word is asked about
  /// once, after every other check has held.
  ///
  /// asks   none: what has to be asked about is not proven
  /// Errors: no_webhooks, webhook_too_long (its headers), bad_signature (answer 400 and do nothing; also: more than 8
  ///         signatures), plugin_failed, bad_answer, secret_missing, and those of `asks`
  Result<Heard> webhook(const WebhookMessage& message, const Secrets& secrets, const Asks& asks = {}) const;

  /// The tokens that were obtained for it; of all its copies.
  Credentials& credentials() const { return *credentials_; }

  /// Errors: lacks_interface (also: charges without status), plugin_failed, bad_answer.
  /// One that was built with an earlier header has fewer operations.
  static Result<ProcessorPlugin> of(std::shared_ptr<const PluginInstance> instance);

 private:
  ProcessorPlugin(std::shared_ptr<const PluginInstance> instance, const florin_processor_1& table, ProcessorFacts facts)
      : instance_(std::move(instance)), table_(table), facts_(std::move(facts)) {}
  std::shared_ptr<const PluginInstance> instance_;
  florin_processor_1 table_;
  ProcessorFacts facts_;
  std::shared_ptr<Credentials> credentials_ = std::make_shared<Credentials>();
};

}  // namespace florin
