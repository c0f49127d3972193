#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../standin.hpp"
#include "transport/transport.hpp"

/// Exchanges between a plugin and its provider's stand-in, recorded once and answered from the record ever after.
namespace florin::test {

/// One operation, and what it must come to.
struct Exchange {
  std::string provider;
  std::string name;
  /// Brings the stand-in to where the operation begins, and says which it is.
  std::function<Operation(const StandIn&)> operation;
  AttemptState state = AttemptState::unknown;
  DeclineKind decline = DeclineKind::none;
  std::string fault{};     ///< on its first requests; tests/standins/faults.mjs
  bool wrong_key = false;  ///< its API key is not one of the provider's
  bool absent = false;     ///< the provider knows none of its references
};
const std::vector<Exchange>& exchanges();
inline const Instant exchanged_at = *Instant::parse("2026-03-10T09:00Z");

ProcessorPlugin plugin_of(const std::string& provider);
Secrets secrets_of(const std::string& provider, bool wrong_key);

/// Carries it out over `way`, and what it came to.
ProviderReport carried_out(const ProcessorPlugin& plugin, const Operation& operation, const Secrets& secrets,
                           Transport& way);
/// A page of a provider's books, as claims in words.
std::string pulled(const ProcessorPlugin& plugin, const Operation& operation, const Secrets& secrets, Transport& way);

/// An operation and an outcome as they are kept beside a record.
/// A whole browser of that user agent.
Browser browser_called(const std::string& user_agent);
std::string as_text(const Operation& operation);
Operation operation_of(const std::string& text);
std::string as_text(const ProviderReport& said);

}  // namespace florin::test
