#pragma once

#include "domain/decision/draft.hpp"

/// The stop switch: nothing is charged until it is lifted, and nothing is lost meanwhile. Orders are placed as they
/// fall due, and their attempts wait; money in flight lands. Source   ALL-08
namespace florin {

void stop_charges(Draft& draft, const StopCharges& command);
void lift_charges(Draft& draft, const LiftCharges& command);

/// Why an attempt of this order on this processor may not start; null: it may.
const ChargeStop* stop_of(const TenantState& tenant, const Account& account, const Order& order,
                          const ProcessorId& processor);

/// Whether an order of the account waits that nothing holds any more.
bool may_resume(const TenantState& tenant, const Account& account);
/// What waited is tried now, once.
void resume_charges(Draft& draft);

}  // namespace florin
