#pragma once

#include <vector>

#include "engine/ports.hpp"

namespace florin::engine {

/// What an account's state says is still to be done at a provider by `now`: attempts, refunds and savings without an
/// outcome. What nobody waits for is cancelled, what is held for an order is captured. A started attempt is charged
/// until its time to be sent has passed, and once more under its key when the answer got lost; any other is only asked
/// about.
std::vector<Effect> effects_due(const TenantId& tenant, const Account& account, Instant now);

/// Of what an account's customer answered, about a payment or a method that is being saved.
std::string confirm_key(const std::string& payment_key, std::uint64_t answer_at);

/// The same effect in another word: what must not run twice at a time.
std::string name_of(const Effect& effect);

}  // namespace florin::engine
