#pragma once

#include <string>

#include "florin/host.hpp"
#include "host/assembly.hpp"

/// What processors say by themselves, and what of payments waits. Source   docs/decisions/0027-webhooks.md
namespace florin {

/// A webhook as it came. Its signature is checked first; then it is stored as it is, and what it claims becomes what
/// the provider said of our attempts, refunds and disputes, each event once. A claim about a payment that carries a key
/// like ours and is not in our books is an item for a person. Errors: no_such_tenant, no_such_processor, no_webhooks,
/// bad_signature, webhook_too_long, those of the store
Result<WebhookAnswer> take_webhook(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor,
                                   const WebhookMessage& message);

/// Every payment whose outcome is open, unknown or in doubt, refunds that have not been paid, processors that rest, and
/// discrepancies, each with why, as JSON. Errors: no_such_tenant.
Result<std::string> payments_as_json(Assembly& assembly, const TenantId& tenant);

/// A processor's books of a time against ours, both ways. What it knows of an open payment becomes what it said; what
/// cannot be is an item for a person. Errors: no_such_tenant, those of Plugged::pull.
Result<ReconcileReport> reconcile(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor,
                                  Instant from, Instant until);

/// Payments, refunds and savings that were begun on an account and have no answer: `payment 1 of order 3`; of an empty
/// one on any of the tenant's, and accounts of which something is due. Errors: no_such_tenant, and the engine's.
Result<std::vector<std::string>> without_answer(Assembly& assembly, const TenantId& tenant, const AccountId& account);

}  // namespace florin
