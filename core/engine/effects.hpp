#pragma once

#include <vector>

#include "engine/ports.hpp"

namespace florin::engine {

/// The calls to providers that an account's state requires by `now`: for attempts, refunds and set-ups without an
/// outcome. Payments that nobody waits for are cancelled, authorised ones are captured. A started attempt is charged
/// until its `send_before`, and once more under its key if the answer was lost; for all others the provider is only
/// asked for the outcome.
std::vector<Effect> effects_due(const TenantId& tenant, const Account& account, Instant now);

/// The key of a customer's answer, about a payment or a method that is being set up.
std::string confirm_key(const std::string& payment_key, std::uint64_t answer_at);

/// A name for an effect: two with the same name must not run at a time.
std::string name_of(const Effect& effect);

}  // namespace florin::engine
