#pragma once

#include "engine/engine.hpp"
#include "providers/tenant_plugins.hpp"
#include "store/store.hpp"

/// What processors say by themselves. Source   docs/decisions/0027-webhooks.md
namespace florin {

/// A webhook as it came. Its signature is checked first; then it is stored as it is, and what it claims becomes what
/// the provider said of our attempts, refunds and disputes, each event once. A claim about a payment that carries a key
/// like ours and is not in our books is an item for a person. Errors: no_such_tenant, no_such_processor, no_webhooks,
/// bad_signature, webhook_too_long, those of the store
Result<WebhookAnswer> take_webhook(engine::Engine& engine, store::Store& store, const TenantPlugins& plugins,
                                   const TenantId& tenant, const ProcessorId& processor, const WebhookMessage& message);

}  // namespace florin
