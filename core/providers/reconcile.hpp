#pragma once

#include "engine/engine.hpp"
#include "florin/answers.hpp"
#include "providers/tenant_plugins.hpp"

namespace florin {

/// A processor's books of a time against ours, both ways. What it knows of an open payment becomes what it said; what
/// cannot be is an item for a person. Errors: no_such_tenant, why the tenant is stopped, those of TenantPlugins::pull.
Result<ReconcileReport> reconcile(engine::Engine& engine, const TenantPlugins& plugins, const TenantId& tenant,
                                  const ProcessorId& processor, Instant from, Instant until);

}  // namespace florin
