#pragma once

#include "config/tenant/tenant.hpp"
#include "providers/tenant_plugins.hpp"

namespace florin {

/// What a tenant's file sells or gives and its credit policy would refuse when it is paid: money would be taken and
/// nothing delivered. Asks the policy about each kind of moment that issues credits; the tenant is plugged in.
Errors never_delivered(TenantPlugins& plugged, const config::Tenant& tenant);

}  // namespace florin
