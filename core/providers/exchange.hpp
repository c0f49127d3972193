#pragma once

#include <functional>

#include "domain/payments/said.hpp"
#include "plugins/processor.hpp"
#include "transport/transport.hpp"

namespace florin {

/// Carries out one operation: asks the plugin for a request, sends it, gives the reply back, until the plugin says what
/// it came to. Returns as soon as it waits for a reply; many may be under way. `done` is called exactly once, maybe
/// before this returns, maybe on a thread of the transport. What goes wrong is classified, never thrown.
///
/// operation  durable before this is called, and the same at each resend
/// transport  outlives what was begun on it
/// secrets    of this tenant's processor; they are put in when a request leaves and kept nowhere
/// now        when it is sent
/// It came to  not_sent  only if nothing that may act on money can have arrived, of this sending or, by `sent_before`,
///                       of an earlier one
///             unknown   whenever it may have happened: an answer that got lost, a plugin that failed or changed its
///                       mind in the middle, more than 16 requests
///             unknown   with `text` beginning `wrong_amount:` when the provider's amount or currency is not what was
///                       asked; `amount` and `ref` are the provider's
///             a status or a cancel that learns nothing is unknown and not absent
/// No word of it holds a secret or a card's number.
void operate(const ProcessorPlugin& plugin, Operation operation, Transport& transport, Secrets secrets, Instant now,
             std::move_only_function<void(ProviderReport)> done);

/// The answer to one request that changes nothing, such as the question whether a message is the provider's own. Waits.
/// Errors: provider_not_reached, with what it is about.
Result<ProviderReply> ask_provider(const ProcessorPlugin& plugin, const PlannedRequest& request, Transport& transport,
                                   const Secrets& secrets, Instant now);

/// A page of a provider's books, or why there is none.
struct Pulled {
  std::vector<WebhookClaim> page;
  std::string cursor;   ///< empty: there is no more
  std::string problem;  ///< empty: this is the page
};
/// The same for a pull; `operation` says of which time and where to go on.
void pull(const ProcessorPlugin& plugin, Operation operation, Transport& transport, Secrets secrets, Instant now,
          std::move_only_function<void(Pulled)> done);

}  // namespace florin
